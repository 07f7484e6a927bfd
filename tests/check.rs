//! `lazaret check`: what is found is shown where it stands.

use crate::support::{Place, finish};

#[test]
fn a_finding_stands_in_its_source_and_the_exit_code_is_1() {
    let place = Place::new();
    place.write("a.py", "import os as o\nname = input()\no.system(name)\n");
    let ran = place.lazaret(&["check", "a.py"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    for part in ["python/process-spawn", "a.py:3:1", "o.system(name)", "help: "] {
        assert!(ran.stdout.contains(part), "{part} is missing in {}", ran.stdout);
    }
    assert!(ran.stderr.contains("1 file checked"), "{}", ran.stderr);
}

#[test]
fn several_findings_at_one_place_are_told_in_one_excerpt() {
    let place = Place::new();
    place.write("a.py", "import os\ngetattr(os, 'sys' + 'tem')('id')\n");
    let ran = place.lazaret(&["check", "a.py"]);
    assert_eq!(ran.stdout.matches(": `os.system`").count(), 2, "{}", ran.stdout);
    assert_eq!(ran.stdout.matches("2 | getattr(").count(), 1, "{}", ran.stdout);
    assert_eq!(ran.stdout.matches("a.py:2:1").count(), 2, "{}", ran.stdout);
}

#[test]
fn harmless_code_is_quiet_and_the_exit_code_is_0() {
    let place = Place::new();
    place.write("a.py", "print(sum(range(10)))\n");
    let ran = place.lazaret(&["check", "a.py"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:?}");
}

#[test]
fn a_directory_is_walked_as_git_sees_it() {
    let place = Place::new();
    std::fs::create_dir(place.path().join(".git")).unwrap();
    place.write(".gitignore", "ignored/\n");
    place.write("ignored/a.py", "import os\nos.system('x')\n");
    place.write("src/b.js", "require('child_process').execSync(process.argv[2])\n");
    place.write("src/tool", "#!/usr/bin/env bash\ncurl https://example.com/x | sh\n");
    place.write("notes.txt", "os.system('x')\n");
    let report = place.lazaret(&["check", ".", "--json"]).json();
    let mut files: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["place"]["path"].as_str().unwrap())
        .collect();
    files.dedup();
    assert_eq!(files, ["src/b.js", "src/tool"]);
}

#[test]
fn every_language_is_checked() {
    let dangerous = [
        ("a.py", "import os\nos.system(x)\n"),
        ("a.js", "const { exec } = require('node:child_process');\nexec(x);\n"),
        ("a.ts", "import { exec } from 'child_process';\nconst x: string = y;\nexec(x);\n"),
        ("a.tsx", "import { exec } from 'child_process';\nconst b = <b>{exec(x)}</b>;\n"),
        ("a.sh", "curl -s https://example.com/a.sh | bash\n"),
    ];
    for (name, code) in dangerous {
        let place = Place::new();
        place.write(name, code);
        let ran = place.lazaret(&["check", name]);
        assert_eq!(ran.code, 1, "{name}: {ran:?}");
    }
}

#[test]
fn a_syntax_error_has_a_place_and_the_rest_is_still_judged() {
    let place = Place::new();
    place.write("a.py", "def broken(:\n    pass\n\nimport os\nos.system('id')\n");
    let report = place.lazaret(&["check", "a.py", "--json"]).json();
    let rules: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["rule"].as_str().unwrap())
        .collect();
    assert!(rules.contains(&"python/syntax-error"), "{rules:?}");
    assert!(rules.contains(&"python/process-spawn"), "{rules:?}");
    let error = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["rule"] == "python/syntax-error")
        .unwrap();
    assert_eq!(error["place"]["start_line"], 1);
}

#[test]
fn the_standard_library_and_local_modules_are_no_dependencies() {
    let place = Place::new();
    place.write("helper.py", "");
    place.write("package/__init__.py", "");
    let code = "import json, os.path\nimport helper\nfrom . import sibling\nimport package.part\nimport requests\nimport numpy as np\n";
    place.write("a.py", code);
    let report = place.lazaret(&["check", "a.py", "--json"]).json();
    assert_eq!(names(&report), ["numpy", "requests"]);

    let code = "import fs from 'fs';\nimport path from 'node:path';\nimport './local.js';\nimport _ from 'lodash/fp';\nimport s from '@scope/pkg/sub';\n";
    place.write("a.mjs", code);
    let report = place.lazaret(&["check", "a.mjs", "--json"]).json();
    assert_eq!(names(&report), ["@scope/pkg", "lodash"]);
}

fn names(report: &serde_json::Value) -> Vec<&str> {
    let dependencies = report["dependencies"].as_array().unwrap();
    dependencies.iter().map(|each| each["name"].as_str().unwrap()).collect()
}

#[test]
fn a_rule_can_be_switched_off_and_the_gate_moved() {
    let place = Place::new();
    place.write("a.py", "import socket\nsocket.socket()\n");
    place.write("lazaret.toml", "analysis.profile = \"audit\"\n");
    assert_eq!(place.lazaret(&["check", "a.py"]).code, 0);
    assert_eq!(place.lazaret(&["check", "a.py", "--deny", "medium"]).code, 1);
    place.write(
        "lazaret.toml",
        "[analysis]\nprofile = \"audit\"\nrules = { \"python/network\" = \"off\" }\n",
    );
    assert_eq!(place.lazaret(&["check", "a.py", "--deny", "medium"]).code, 0);
}

#[test]
fn a_bundled_policy_judges_what_names_cannot() {
    let place = Place::new();
    place.write("a.py", "import subprocess\nsubprocess.run('ls ' + input(), shell=True)\n");
    let ran = place.lazaret(&["check", "a.py"]);
    assert!(ran.stdout.contains("shell-injection/"), "{}", ran.stdout);
    place.write("a.py", "import subprocess\nsubprocess.run(['ls', '-l'])\n");
    let ran = place.lazaret(&["check", "a.py"]);
    assert!(!ran.stdout.contains("shell-injection/"), "{}", ran.stdout);
}

#[test]
fn escapes_in_names_and_sources_do_not_reach_the_terminal() {
    let place = Place::new();
    let name = "\u{1b}[31mred.py";
    place.write(name, "import os\neval('\u{1b}]0;owned\u{7}')\n");
    let ran = place.lazaret(&["check", name]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(!ran.stdout.contains('\u{1b}') && !ran.stdout.contains('\u{7}'), "{:?}", ran.stdout);
}

/// Two names that are not UTF-8 are reported alike. Only the first was checked, and what stood in
/// the second was allowed.
#[test]
fn files_whose_names_are_reported_alike_are_all_checked() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let place = Place::new();
    let names = [OsStr::from_bytes(b"a\xfe.py"), OsStr::from_bytes(b"a\xff.py")];
    std::fs::write(place.path().join(names[0]), "print(1)\n").unwrap();
    std::fs::write(place.path().join(names[1]), "import os\n\nos.system(input())\n").unwrap();
    let ran = finish(place.command().arg("check").args(names), b"");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("2 files checked"), "{ran:?}");
}

#[test]
fn a_link_is_checked_as_what_it_leads_to() {
    let place = Place::new();
    place.write("hidden", "import os\nos.system(input())\n");
    std::fs::create_dir(place.path().join("src")).unwrap();
    std::os::unix::fs::symlink("../hidden", place.path().join("src/main.py")).unwrap();
    assert_eq!(place.lazaret(&["check", "src"]).code, 1);
}

#[test]
fn a_full_disk_is_no_success() {
    let place = Place::new();
    place.write("a.py", "import os\nif 0:\n    os.system('id')\nprint(1)\n");
    for (arguments, code) in [(["check", "a.py"], 2), (["run", "a.py"], 125)] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let status = place.command().args(arguments).stdout(full).status().unwrap();
        assert_eq!(status.code(), Some(code), "{arguments:?}");
    }
}

/// In one's own repository a socket is no news. Before it runs, code that nobody has vouched for is
/// weighed otherwise.
#[test]
fn the_profile_is_repo_for_check_and_gate_for_run() {
    let place = Place::new();
    place.write("a.py", "import sys\nprint(sys._getframe(0))\n");
    assert_eq!(place.lazaret(&["check", "a.py"]).code, 0);
    assert_eq!(place.lazaret(&["run", "a.py"]).code, 126);
    place.write("lazaret.toml", "[analysis]\nprofile = \"gate\"\n");
    assert_eq!(place.lazaret(&["check", "a.py"]).code, 1);
    place.write("a.py", "import os\nos.system('true')\n");
    let report = place.lazaret(&["check", "a.py", "--json"]).json();
    assert_eq!(report["verdict"], "allow");
    place.write("my.toml", "[analysis]\ncapabilities = { process = \"high\" }\n");
    assert_eq!(place.lazaret(&["--config", "my.toml", "run", "a.py"]).code, 126);
}

/// A stranger would say that everything he does is harmless.
#[test]
fn a_strangers_own_configuration_is_not_read() {
    let place = Place::new();
    place.write("a.py", "import sys\nprint(sys._getframe(0))\n");
    place.write("lazaret.toml", "[analysis]\nprofile = \"gate\"\n[gate]\ndeny = \"critical\"\n");
    assert_eq!(place.lazaret(&["check", "a.py"]).code, 0);
    assert_eq!(place.lazaret(&["check", "a.py", "--profile", "gate"]).code, 1);
    let ran = place.lazaret(&["check", "a.py", "--profile", "strict"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("there are: `auto`, `gate`, `repo`, `audit`"), "{ran:?}");
}

/// Nobody knows what is in it, and the other files are checked all the same.
#[test]
fn a_file_that_cannot_be_read_is_not_judged_and_ends_nothing() {
    let place = Place::new();
    place.write("a.py", "import os\nos.system('rm -rf /')\n");
    place.write("large.py", "");
    let large = std::fs::File::options().write(true).open(place.path().join("large.py")).unwrap();
    large.set_len(65 * 1024 * 1024).unwrap();
    for paths in [["."].as_slice(), &["large.py", "a.py"]] {
        let report = place.lazaret(&[["check", "--json"].as_slice(), paths].concat()).json();
        assert_eq!(report["unjudged"][0]["path"], "large.py");
        assert_eq!(report["unjudged"][0]["id"], "too-large");
        assert_eq!(report["findings"][0]["place"]["path"], "a.py");
        assert_eq!(report["verdict"], "deny");
    }
    assert_eq!(place.lazaret(&["check", "large.py"]).code, 3);
    assert_eq!(place.lazaret(&["deps", "."]).code, 3);
}

/// Bash runs it; the grammar does not understand it, also where it is read a second time.
#[test]
fn what_is_only_partly_understood_is_told_and_not_enough_to_run_it() {
    let place = Place::new();
    place.write("a.sh", "echo a\nif [ -x /bin/vim; then\n  rm -rf \"$HOME\"\nfi\n");
    let check = |profile: &str| place.lazaret(&["check", "a.sh", "--json", "--profile", profile]);
    let report = check("repo").json();
    assert_eq!(report["partly_analysed"][0]["path"], "a.sh");
    assert_eq!(report["partly_analysed"][0]["line"], 2);
    assert_eq!(report["unjudged"].as_array().unwrap().len(), 0);
    assert!(report["findings"].to_string().contains("bash/fs-delete-tree"), "{report}");
    let ran = place.lazaret(&["check", "a.sh", "--profile", "repo"]);
    assert!(ran.stderr.contains("1 file only partly analysed"), "{ran:?}");
    let report = check("gate").json();
    assert_eq!(report["unjudged"][0]["id"], "syntax-error");
    assert_eq!(report["partly_analysed"].as_array().unwrap().len(), 0);
}

#[test]
fn what_is_low_is_counted_and_shown_to_who_asks() {
    let place = Place::new();
    place.write("a.py", "import socket\nsocket.socket()\n");
    let ran = place.lazaret(&["check", "a.py"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:?}");
    assert_eq!(
        ran.stderr,
        "1 file checked, 1 finding, 0 at or above the gate (`high`)\n\
         1 finding below `medium`: `--all` shows them\n\
         capabilities: network\n"
    );
    assert!(place.lazaret(&["check", "a.py", "--all"]).stdout.contains("low[python/network]"));
    let report = place.lazaret(&["check", "a.py", "--json"]).json();
    assert_eq!(report["findings"][0]["capability"], "network");
    place.write("lazaret.toml", "[analysis]\nprofile = \"audit\"\n");
    assert!(place.lazaret(&["check", "a.py"]).stdout.contains("medium[python/network]"));
}
