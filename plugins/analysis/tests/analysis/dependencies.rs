//! A dependency is what the machine has to get from outside, and nothing else.

use lazaret_analysis::{
    Aliases, Analyser, DependencyKind, DependencyKind::*, Language, Marker, Project, SourceFile,
};

/// The dependencies of a file in a project of these paths.
fn of(path: &str, program: &str, paths: &[&str]) -> Vec<(String, DependencyKind, Vec<String>)> {
    let language = Language::of(path, b"").unwrap();
    let contents = program.as_bytes().to_vec();
    let file = SourceFile { path: path.to_owned(), language, contents };
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    let project = Project { paths, ..Project::default() };
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
fn what_only_old_versions_had_is_no_dependency_unless_a_package_took_the_name() {
    let program =
        "try:\n    import urllib2, cPickle\nexcept ImportError:\n    pass\nimport panel\n";
    assert_eq!(names("a.py", program), ["panel"]);
}

/// `jupyter_server/nbconvert/handlers.py` imports `nbconvert`, and does not mean its own folder.
#[test]
fn within_a_package_its_own_modules_are_not_what_is_imported() {
    let paths = ["app/__init__.py", "app/yaml/__init__.py", "app/yaml/a.py", "app/helpers.py"];
    let found = of("app/yaml/a.py", "import yaml, helpers, app.helpers\n", &paths);
    assert_eq!(found.into_iter().map(|(name, ..)| name).collect::<Vec<_>>(), ["yaml"]);
}

#[test]
fn declarations_are_for_type_checkers() {
    let found = of("a.d.ts", "import { A } from 'a';\nexport const b: import('b').B;\n", &[]);
    assert!(found.iter().all(|(_, kind, _)| *kind == TypeOnly) && !found.is_empty(), "{found:?}");
}

#[test]
fn modules_of_the_project_are_not_dependencies() {
    let program = "from . import a\nfrom .b import c\n\
                   import utils, package.part, other, library, elsewhere, app\n";
    let paths = [
        "app/utils.py",
        "app/package/part.py",
        "other/__init__.py",
        "src/library/__init__.py",
        "lib/elsewhere.py",
        "app/main.py",
    ];
    let found = of("app/main.py", program, &paths);
    assert_eq!(found.into_iter().map(|(name, ..)| name).collect::<Vec<_>>(), ["elsewhere"]);
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

/// The markers of a Python program's dependencies.
fn markers(program: &str) -> Vec<(String, String)> {
    let contents = program.as_bytes().to_vec();
    let file = SourceFile { path: "a.py".to_owned(), language: Language::Python, contents };
    let analysis = Analyser::default().analyse(&file, &Project::default()).unwrap();
    let shown = |marker: Option<Marker>| marker.map(|one| one.to_string()).unwrap_or_default();
    analysis.dependencies.into_iter().map(|one| (one.name, shown(one.marker))).collect()
}

#[test]
fn guards_on_version_and_system_become_markers() {
    let program = "import sys, os\n\
        if sys.version_info >= (3, 11):\n    import tomllib\nelse:\n    import tomli\n\
        if sys.platform == 'win32':\n    import winreg\n    import win32api\n\
        elif os.name == 'posix':\n    import a\nelse:\n    import b\n\
        if sys.version_info[0] < 3:\n    import urllib2\n\
        def f():\n    if os.name == 'nt':\n        import c\n        if sys.version_info < (3, 10):\n            import d\n\
        if os.name == 'nt':\n    import e\nelse:\n    import e\n\
        if os.name == 'nt':\n    import g\nimport g\n";
    let expected = [
        ("tomli", "python_version < \"3.11\""),
        ("win32api", "sys_platform == \"win32\""),
        ("a", "sys_platform != \"win32\" and os_name == \"posix\""),
        ("b", "sys_platform != \"win32\" and os_name != \"posix\""),
        ("c", "os_name == \"nt\""),
        ("d", "os_name == \"nt\" and python_version < \"3.10\""),
        ("e", ""),
        ("g", ""),
    ];
    let expected = expected.map(|(name, marker)| (name.to_owned(), marker.to_owned()));
    assert_eq!(markers(program), expected);
}

#[test]
fn what_the_version_in_use_never_reaches_is_not_needed() {
    let contents = b"import sys\nif sys.version_info < (3, 11):\n    import tomli\n".to_vec();
    let file = SourceFile { path: "a.py".to_owned(), language: Language::Python, contents };
    let needs = |minor| {
        let analyser = Analyser::default().for_python(minor);
        analyser.analyse(&file, &Project::default()).unwrap().dependencies.len()
    };
    assert_eq!((needs(10), needs(12)), (1, 0));
}

#[test]
fn modules_that_are_asked_for_by_name_count() {
    let program = "import pytest\nfrom importlib import import_module as load\n\
                   np = pytest.importorskip('numpy')\nload('a' + '.b')\nload(name)\n\
                   from contextlib import suppress\nwith suppress(ImportError):\n    import c\n";
    let found: Vec<_> =
        of("a.py", program, &[]).into_iter().map(|(name, kind, _)| (name, kind)).collect();
    let expected = [("pytest", Required), ("numpy", Optional), ("a", Required), ("c", Optional)];
    assert_eq!(found, expected.map(|(name, kind)| (name.to_owned(), kind)));

    let program = "require.resolve('a/b');\nimport { createRequire } from 'node:module';\n\
                   const load = createRequire(import.meta.url);\nload('c');\n\
                   require.resolve(name);\n";
    assert_eq!(names("a.mjs", program), ["a", "c"]);
}

#[test]
fn registries_are_told_apart_and_addresses_are_no_packages() {
    let program = "import a from 'npm:@s/a@1/x';\nimport b from 'jsr:@std/fs@^1';\n\
                   import 'https://example.org/c.js';\nimport 'data:text/javascript,1';\n\
                   import '@broken';\nimport 'sqlite';\nimport 'node:sqlite';\nimport sea from 'sea';\n";
    let contents = program.as_bytes().to_vec();
    let file = SourceFile { path: "a.ts".to_owned(), language: Language::TypeScript, contents };
    let analysis = Analyser::default().analyse(&file, &Project::default()).unwrap();
    let found: Vec<_> =
        analysis.dependencies.iter().map(|one| (one.ecosystem.name(), &*one.name)).collect();
    let expected = [("npm", "@s/a"), ("jsr", "@std/fs"), ("npm", "sqlite"), ("npm", "sea")];
    assert_eq!(found, expected);
}

#[test]
fn names_that_a_project_gives_to_its_own_files_are_no_packages() {
    let tsconfig = r#"{ "compilerOptions": { "baseUrl": ".", "paths": { "@app/*": ["src/*"] } } }"#;
    let aliases = Aliases::read("web/tsconfig.json", tsconfig.as_bytes()).unwrap();
    let paths = ["web/components/a.ts", "web/one.ts"].map(str::to_owned).into();
    let project = Project { paths, aliases: vec![aliases] };
    let contents =
        b"import '@app/x'; import 'components/a'; import 'one'; import '@apps/y'".to_vec();
    let path = "web/src/main.ts".to_owned();
    let file = SourceFile { path, language: Language::TypeScript, contents };
    let analysis = Analyser::default().analyse(&file, &project).unwrap();
    let found: Vec<_> = analysis.dependencies.iter().map(|one| &*one.name).collect();
    assert_eq!(found, ["@apps/y"]);
}
