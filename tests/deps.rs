//! `lazaret deps`: what files need from outside, and how that is known.

use crate::support::Place;
use crate::support::schema::{assert_kept, assert_published};

const SCHEMA: &str = "deps.v1.json";

fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim_end).collect()
}

#[test]
fn a_table_tells_what_is_needed_where_and_what_to_know_of_it() {
    let place = Place::new();
    place.write(
        "app.py",
        "import sys, yaml, requests, cv2, helper, nobody_knows\nif sys.platform == 'win32':\n    import win32api\n",
    );
    place.write("helper.py", "import requests\n");
    place.write("requirements.txt", "requests>=2\nreqeusts\n-r other.txt\n");
    let ran = place.lazaret(&["deps", "app.py", "helper.py"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    let expected = [
        "PACKAGE                 FROM  NEEDED  IMPORTED     DECLARED",
        "cv2 (which?)            pypi  to run  app.py:1     -",
        "  note: `opencv-python`, `opencv-python-headless`, `opencv-contrib-python` and `opencv-contrib-python-headless` ship `cv2`; declare the one you mean",
        "  note: it is imported and not declared",
        "nobody_knows (unknown)  pypi  to run  app.py:1     -",
        "  note: no package is known to ship `nobody_knows`; declare it",
        "  note: it is imported and not declared",
        "pywin32                 pypi  to run  app.py:3     -",
        "  note: it is imported as `win32api`",
        "  note: only where sys_platform == \"win32\"",
        "  note: it is imported and not declared",
        "pyyaml                  pypi  to run  app.py:1     -",
        "  note: it is imported as `yaml`",
        "  note: it is imported and not declared",
        "reqeusts                pypi  to run  -            requirements.txt:2",
        "  note: it is declared, and nothing that was read imports it",
        "  note: suspicious: `requests` is much used and but for a letter has this name",
        "requests                pypi  to run  app.py:1 +1  requirements.txt:1",
        "refused: requirements.txt:3: `-r other.txt`: `-r` is an option; only names, versions and markers are taken",
    ];
    assert_eq!(lines(&ran.stdout), expected);
    let summary = "2 files read, 6 packages needed, 2 of them not known, 1 suspicious, 1 requirement refused\n";
    assert_eq!(ran.stderr, summary);
}

#[test]
fn exit_codes_tell_whether_all_is_known() {
    let place = Place::new();
    place.write("own.py", "import os\n");
    place.write("known.py", "import requests\n");
    place.write("unknown.py", "import nobody_knows\n");
    place.write("bytes.py", b"\xff");
    for (file, code) in [("own.py", 0), ("known.py", 0), ("unknown.py", 1), ("bytes.py", 3)] {
        let ran = place.lazaret(&["deps", file]);
        assert_eq!(ran.code, code, "{file}: {ran:?}");
    }
    place.write("requirements.txt", "flask\n");
    assert_eq!(place.lazaret(&["deps", "known.py"]).code, 1, "it is not declared");
    place.write("package.json", "{");
    assert_eq!(place.lazaret(&["deps", "own.py"]).code, 3, "nobody knows what it asks for");
}

#[test]
fn what_python_needs_can_be_written_as_requirements() {
    let place = Place::new();
    place.write(
        "app.py",
        "import sys, yaml, pkg_resources, cv2, nobody_knows\ntry:\n    import numpy\nexcept ImportError:\n    pass\n\
         if sys.version_info < (3, 11):\n    import tomli\n",
    );
    place.write("requirements.txt", "PyYAML[fast]~=6.0 ; os_name == 'posix'\n");
    let ran = place.lazaret(&["deps", "app.py", "--format", "requirements"]);
    let expected = [
        "# cv2: one of opencv-python, opencv-python-headless, opencv-contrib-python, opencv-contrib-python-headless; declare the one you mean",
        "# nobody_knows: no package is known to ship it",
        "# optional: numpy",
        "pyyaml[fast]~=6.0 ; os_name == \"posix\"",
        "setuptools<82",
        "tomli ; python_version < \"3.11\"",
    ];
    assert_eq!(lines(&ran.stdout), expected);
    let ran = place.lazaret(&["deps", "app.py", "--format", "requirements", "--python", "3.12"]);
    assert!(!ran.stdout.contains("tomli"), "{}", ran.stdout);
}

#[test]
fn a_project_is_read_as_a_whole() {
    let place = Place::new();
    place.write("pyproject.toml", "[project]\nname = 'thing'\ndependencies = ['click']\n");
    place.write("src/thing/__init__.py", "import thing.core\n");
    place.write("src/thing/core.py", "import click\n");
    place.write("tests/test_it.py", "import thing\n");
    place.write(
        "web/tsconfig.json",
        "{\"compilerOptions\": {\"paths\": {\"@app/*\": [\"src/*\"]}}}",
    );
    place.write("web/package.json", "{\"dependencies\": {\"react\": \"^19\"}}");
    place.write("web/src/a.ts", "import '@app/b'; import 'react'; import 'node:fs';\n");
    for command in [
        &["deps", "."][..],
        &["deps", "src", "tests", "web"],
        &["deps", place.path().to_str().unwrap()],
    ] {
        let report = place.lazaret(&[command, &["--json"]].concat()).json();
        let names: Vec<&str> = report["needs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|need| need["package"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["click", "react"], "{command:?}");
        assert!(
            report["needs"]
                .as_array()
                .unwrap()
                .iter()
                .all(|need| need["notes"] == serde_json::json!([]))
        );
    }
}

#[test]
fn a_configuration_names_distributions() {
    let place = Place::new();
    place.write("a.py", "import company.tools\n");
    place.write(
        "lazaret.toml",
        "[analysis.distributions]\n\"company.tools\" = \"company-tools>=2\"\n",
    );
    let ran = place.lazaret(&["deps", "a.py", "--format", "requirements"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "company-tools>=2\n"), "{ran:?}");
    place.write("lazaret.toml", "[analysis.distributions]\n\"company.tools\" = \"-r x\"\n");
    let ran = place.lazaret(&["deps", "a.py"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(
        ran.stderr.contains("analysis.distributions") && ran.stderr.contains("help:"),
        "{}",
        ran.stderr
    );
}

#[test]
fn wrong_usage_says_what_would_be_right() {
    let place = Place::new();
    place.write("a.py", "");
    for (arguments, part) in [
        (&["deps"][..], "<PATH>"),
        (&["deps", "none.py"], "cannot read `none.py`"),
        (&["deps", "a.py", "--format", "yaml"], "possible values: human, json, requirements"),
        (&["deps", "a.py", "--python", "2.7"], "3.9 to 3.14 are known"),
        (&["deps", "a.py", "--json", "--format", "json"], "cannot be used with"),
    ] {
        let ran = place.lazaret(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {ran:?}");
        assert!(ran.stderr.contains(part), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn the_published_schema_is_the_one_of_dependencies() {
    assert_published(SCHEMA, &lazaret::report::deps::schema());
}

#[test]
fn what_is_printed_keeps_to_the_schema() {
    let place = Place::new();
    place.write(
        "a.py",
        "import cv2, jwt, nobody_knows, requests\nif TYPE_CHECKING:\n    import yaml\n",
    );
    place.write("bytes.py", b"\xff");
    place.write("b.ts", "import 'expresss'; import 'jsr:@std/fs';\n");
    place.write("requirements-dev.txt", "sklearn\n./here\n");
    let report = place.lazaret(&["deps", ".", "--json"]).json();
    assert_kept(SCHEMA, &report);
    assert_eq!(report["unjudged"].as_array().unwrap().len(), 1);
    assert_eq!(report["refused"][0]["place"]["line"], 2);
}
