//! Policies in other languages than Rust: each is made by `policy new`, built with the real tools of
//! its language, and finds the same as the others in the same file.

use std::fmt::Write;
use std::path::Path;

use crate::support::{Place, Ran, finish, root};

/// Where `tests/run --prepare` puts the tools.
const TOOLS: [&str; 2] =
    ["target/tests/tools/bin", "target/tests/tools/javascript/node_modules/.bin"];

/// What each of them finds in `examples/policies/fixtures/bad.py`.
const FOUND: &str = r#"[
  [10, "no-shell/shell-true", "high", 78, "a command goes through a shell"],
  [11, "no-shell/shell-true", "high", 78, "a command goes through a shell"],
  [12, "no-shell/shell-true", "high", 78, "a command goes through a shell"]
]"#;

fn with_tools(place: &Place, arguments: &[&str]) -> Ran {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let tools = TOOLS.iter().map(|tools| root().join(tools)).chain(std::env::split_paths(&path));
    let path = std::env::join_paths(tools).unwrap();
    finish(place.command().args(arguments).env("PATH", path), b"")
}

/// A new policy in this language passes its own tests, and finds what all find.
fn a_new_policy_finds_the_same(language: &str) {
    let place = Place::new();
    let ran = place.lazaret(&["policy", "new", "no-shell", "--lang", language]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let ran = with_tools(&place, &["policy", "test", "no-shell"]);
    let right = "right    no-shell/fixtures/bad.py\nright    no-shell/fixtures/good.py\n";
    assert!(ran.code == 0 && ran.stdout.starts_with(right), "{ran:?}");
    let ran = with_tools(&place, &["policy", "build", "no-shell"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    finds_the_same(&place, &place.path().join("no-shell/no-shell.wasm"));
}

fn finds_the_same(place: &Place, policy: &Path) {
    let table = format!("[policies.no-shell]\nsource = \"{}\"\n", policy.display());
    let others = "[policies.shell-injection]\nmode = \"off\"\n";
    let analysis = "[analysis.capabilities]\nprocess = \"off\"\n";
    place.write("lazaret.toml", format!("{table}{others}{analysis}"));
    let fixtures = root().join("examples/policies/fixtures");
    place.write("bad.py", std::fs::read(fixtures.join("bad.py")).unwrap());
    let ran = place.lazaret(&["check", "bad.py", "--json"]);
    let report = ran.json();
    let findings = report["findings"].as_array().unwrap().iter();
    let found: serde_json::Value = findings
        .map(|one| {
            let line = &one["place"]["start_line"];
            serde_json::json!([line, one["rule"], one["severity"], one["cwe"], one["message"]])
        })
        .collect();
    assert_eq!(found, serde_json::from_str::<serde_json::Value>(FOUND).unwrap(), "{ran:?}");
}

#[test]
fn a_policy_in_c_finds_the_same() {
    a_new_policy_finds_the_same("c");
}

#[test]
fn a_policy_in_javascript_finds_the_same() {
    a_new_policy_finds_the_same("js");
}

#[test]
fn a_policy_in_python_finds_the_same() {
    a_new_policy_finds_the_same("python");
}

#[test]
fn rules_find_the_same() {
    a_new_policy_finds_the_same("toml");
}

/// It stands in this repository, whose SDK it uses.
#[test]
fn a_policy_in_rust_finds_the_same() {
    let place = Place::new();
    let folder = root().join("examples/policies/rust");
    let mut command = place.command();
    command.args(["policy", "build"]).arg(&folder).env("CARGO_NET_OFFLINE", "true");
    command.env("CARGO_TARGET_DIR", root().join("target/tests/policies"));
    let ran = finish(&mut command, b"");
    assert_eq!(ran.code, 0, "{ran:?}");
    finds_the_same(&place, &folder.join("no-shell.wasm"));
}

/// A new policy is the example, under its own name.
#[test]
fn a_policy_has_its_name_in_all_its_files() {
    for language in ["c", "js", "python", "toml"] {
        let place = Place::new();
        place.lazaret(&["policy", "new", "no-telnet", "--lang", language]);
        let folder = place.path().join("no-telnet");
        for file in std::fs::read_dir(&folder).unwrap() {
            let path = file.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(!text.contains("no-shell"), "{}", path.display());
        }
    }
}

#[test]
fn a_missing_tool_is_told_with_what_installs_it() {
    for (language, tool, install) in [
        ("c", "python-zig", "pip install ziglang"),
        ("js", "componentize-qjs", "npm install componentize-qjs"),
        ("python", "componentize-py", "pip install componentize-py"),
    ] {
        let place = Place::new();
        place.lazaret(&["policy", "new", "mine", "--lang", language]);
        let ran = finish(place.command().args(["policy", "build", "mine"]).env("PATH", ""), b"");
        let error = format!(
            "error: cannot compile the policy: `{tool}` is missing\n  help: in `mine`, run `"
        );
        assert!(ran.code == 2 && ran.stderr.starts_with(&error), "{ran:?}");
        assert!(ran.stderr.contains(install), "{ran:?}");
    }
}

#[test]
fn what_the_compiler_says_is_told() {
    let place = Place::new();
    place.write("mine/policy.c", "int x = y;\n");
    let ran = with_tools(&place, &["policy", "build", "mine"]);
    assert!(ran.code == 2 && ran.stderr.contains("undeclared identifier 'y'"), "{ran:?}");
    assert!(!place.path().join("mine/mine.wasm").exists());
}

/// What tests a new policy in which `right` is `wrong`.
fn test_with(language: &str, file: &str, right: &str, wrong: &str) -> Ran {
    let place = Place::new();
    place.lazaret(&["policy", "new", "mine", "--lang", language]);
    let path = place.path().join("mine").join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(right), "{text}");
    std::fs::write(path, text.replace(right, wrong)).unwrap();
    with_tools(&place, &["policy", "test", "mine"])
}

#[test]
fn what_an_author_gets_wrong_is_told_with_what_to_do() {
    let (rule, wrong) = ("{.rule = text(\"shell-true\")", "{.rule = text(\"shel-true\")");
    let ran = test_with("c", "policy.c", rule, wrong);
    let told = "    it reported the rule `shel-true`, which is not in its manifest\n    \
                help: did you mean `shell-true`?\n";
    assert!(ran.code == 1 && ran.stdout.contains(told), "{ran:?}");
    let ran = test_with("js", "policy.js", "labels: [], ", "");
    let told =
        "    help: that also comes of a value that lacks a field, or has one of another type";
    assert!(ran.code == 1 && ran.stdout.contains(told), "{ran:?}");
    let ran = test_with("js", "policy.js", "export const policy", "const policy");
    let told =
        "  help: it fails before it has said what it is: in `describe`, or in what runs before";
    assert!(ran.code == 2 && ran.stderr.contains(told), "{ran:?}");
}

#[test]
fn a_folder_in_two_languages_is_refused() {
    let place = Place::new();
    place.write("mine/policy.c", "");
    place.write("mine/policy.py", "");
    let ran = place.lazaret(&["policy", "build", "mine"]);
    let error = "error: cannot build `mine`: both policy.c and policy.py are in it\n";
    assert!(ran.code == 2 && ran.stderr.starts_with(error), "{ran:?}");
}

const WRONG: &str = "id = \"No_Shell\"
version = \"1\"
languages = [\"python\", \"pyton\"]

[[rule]]
id = \"one\"
names = [\"a*b*c*d*e\"]
severity = \"hihg\"
mesage = \"x\"
when = [{ is = [\"true\"] }, { keywrd = \"shell\" }]

[[rule]]
id = \"one\"
on = \"calls\"
names = []
severity = \"low\"
message = \"y\"
";

#[test]
fn mistakes_in_rules_are_told_all_at_once_with_line_and_help() {
    let place = Place::new();
    place.write("mine/policy.toml", WRONG);
    let ran = place.lazaret(&["policy", "build", "mine"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    let mut expected = String::new();
    for (line, column, message, help) in [
        (1, 6, "`No_Shell` cannot be an id", "use lower-case words with hyphens: `no-telnet`"),
        (3, 24, "there is no language `pyton`", "did you mean `python`?"),
        (7, 10, "`a*b*c*d*e` has more than 3 stars or 200 bytes", "write several names"),
        (8, 12, "there is no severity `hihg`", "did you mean `high`?"),
        (9, 1, "there is no `mesage`", "did you mean `message`?"),
        (
            10,
            11,
            "it is not said of which argument this is asked",
            "add `argument = 0`, its place, or `keyword = \"NAME\"`",
        ),
        (10, 30, "there is no `keywrd`", "did you mean `keyword`?"),
        (
            10,
            30,
            "it is not said of which argument this is asked",
            "add `argument = 0`, its place, or `keyword = \"NAME\"`",
        ),
        (13, 6, "there is a rule `one` already", "choose another id"),
        (14, 6, "there is no kind of fact `calls`", "did you mean `call`?"),
        (15, 9, "there are no names, so nothing could set the rule off", "`\"*\"` is any name"),
    ] {
        let place = format!("line {line}, column {column}");
        let error = format!("error: cannot use `mine/policy.toml`, {place}: {message}");
        let _ = writeln!(expected, "{error}\n  help: {help}");
    }
    assert_eq!(ran.stderr, expected);
}

#[test]
fn rules_that_cannot_be_read_are_told_with_their_line() {
    let place = Place::new();
    let head = "id = \"mine\"\nversion = \"1\"\n";
    for (rest, at, message) in [
        (
            "[[rule]]\nid = \"a\"\nnames = [\"b\"]\nmessage = \"c\"\n",
            "line 3, column 1",
            "missing field `severity`",
        ),
        (
            "[[rule]]\nid = 1\nnames = [\"b\"]\n",
            "line 4, column 6",
            "invalid type: integer `1`, expected a string",
        ),
        ("[[rule]\n", "line 3, column 8", "unclosed array table"),
        ("rule = []\n", "line 3, column 8", "there is no rule, so nothing could be found"),
    ] {
        place.write("mine/policy.toml", format!("{head}{rest}"));
        let ran = place.lazaret(&["policy", "build", "mine"]);
        let error = format!("error: cannot use `mine/policy.toml`, {at}: {message}");
        assert!(ran.code == 2 && ran.stderr.starts_with(&error), "{error}\nis not\n{ran:?}");
    }
}
