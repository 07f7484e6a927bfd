//! A dependency is what the machine has to get from outside, and nothing else.

use lazaret_analysis::{
    Analyser, DependencyKind, DependencyKind::*, Language, Project, SourceFile,
};

/// The dependencies of a file in a project of these paths.
fn of(path: &str, program: &str, paths: &[&str]) -> Vec<(String, DependencyKind, Vec<String>)> {
    let language = Language::of(path, b"").unwrap();
    let contents = program.as_bytes().to_vec();
    let file = SourceFile { path: path.to_owned(), language, contents };
    let project = Project { paths: paths.iter().map(|path| (*path).to_owned()).collect() };
    let analysis = Analyser::default().analyse(&file, &project).unwrap();
    analysis.dependencies.into_iter().map(|one| (one.name, one.kind, one.modules)).collect()
}

fn names(path: &str, program: &str) -> Vec<String> {
    of(path, program, &[]).into_iter().map(|(name, ..)| name).collect()
}

#[test]
fn the_standard_library_of_any_version_is_not_a_dependency() {
    let program = "import os, tomllib, distutils.core, asyncore, compression.zstd\nimport yaml\n";
    assert_eq!(names("a.py", program), ["yaml"]);
}

#[test]
fn a_module_that_the_target_version_lacks_is_a_dependency() {
    let contents = b"import distutils, tomllib".to_vec();
    let file = SourceFile { path: "a.py".to_owned(), language: Language::Python, contents };
    let needs = |minor| {
        let analyser = Analyser::default().for_python(minor);
        let analysis = analyser.analyse(&file, &Project::default()).unwrap();
        analysis.dependencies.into_iter().map(|one| one.name).collect::<Vec<_>>()
    };
    assert_eq!(needs(10), ["tomllib"]);
    assert_eq!(needs(12), ["distutils"]);
}

#[test]
fn modules_of_the_project_are_not_dependencies() {
    let program =
        "from . import a\nfrom .b import c\nimport utils, package.part, other, elsewhere\n";
    let paths = ["app/utils.py", "app/package/part.py", "other/__init__.py", "lib/elsewhere.py"];
    let found = of("app/main.py", program, &paths);
    assert_eq!(found.into_iter().map(|(name, ..)| name).collect::<Vec<_>>(), ["elsewhere"]);
}

#[test]
fn all_that_is_imported_of_a_package_is_kept() {
    let program = "from google.cloud import storage, bigquery\nimport google.auth as auth\n";
    let modules = ["google.cloud.storage", "google.cloud.bigquery", "google.auth"];
    let expected = ("google".to_owned(), Required, modules.map(str::to_owned).to_vec());
    assert_eq!(of("a.py", program, &[]), [expected]);
}

#[test]
fn the_program_copes_without_an_import_whose_failure_it_catches() {
    let program = "try:\n    import a\nexcept ImportError:\n    import b\n\
                   try:\n    import c\nexcept ValueError:\n    pass\n\
                   if TYPE_CHECKING:\n    import d\n\
                   try:\n    import e\nfinally:\n    pass\nimport a1\n";
    let found = of("a.py", program, &[]);
    let kinds: Vec<_> = found.iter().map(|(name, kind, _)| (name.as_str(), *kind)).collect();
    let expected = [
        ("a", Optional),
        ("b", Optional),
        ("c", Required),
        ("d", TypeOnly),
        ("e", Required),
        ("a1", Required),
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn needed_once_is_needed() {
    let program = "try:\n    import a\nexcept ImportError:\n    pass\nimport a\n";
    assert_eq!(of("a.py", program, &[])[0].1, Required);
}

#[test]
fn constant_names_that_are_loaded_count() {
    let program = "import importlib\nimportlib.import_module('a.b')\n__import__('c')\n";
    assert_eq!(names("a.py", program), ["a", "c"]);
    let program = "require('a'); await import('b'); require(name); require('./c')";
    assert_eq!(names("a.js", program), ["a", "b"]);
}

#[test]
fn every_form_of_import_in_javascript_counts() {
    let program = "import 'a';\nimport b from 'b/sub?raw';\nexport * from '@c/d/e';\n\
                   import type { F } from 'f';\nimport { type G } from 'g';\n\
                   import h = require('h');\nexport type { I } from 'i';\n\
                   import fs from 'fs';\nimport test from 'node:test';\nimport t from 'test';\n\
                   import own from '#own';\nimport web from 'https://example.org/a.js';\n\
                   try { require('j') } catch {}\n";
    let found = of("a.ts", program, &[]);
    let kinds: Vec<_> = found.iter().map(|(name, kind, _)| (name.as_str(), *kind)).collect();
    let expected = [
        ("a", Required),
        ("b", Required),
        ("@c/d", Required),
        ("f", TypeOnly),
        ("g", TypeOnly),
        ("h", Required),
        ("i", TypeOnly),
        ("test", Required),
        ("j", Optional),
    ];
    assert_eq!(kinds, expected);
}
