//! Whatever is given: one clear error, a `help:` line, the documented code; no panic, no hang.

use crate::support::{Place, Ran};

/// An error as it is promised: said once, with help, and no panic.
#[track_caller]
fn assert_error(ran: &Ran, code: i32, says: &str) {
    assert_eq!(ran.code, code, "{ran:?}");
    let all = format!("{}{}", ran.stdout, ran.stderr);
    assert!(all.contains(says), "`{says}` is missing in {all}");
    assert!(!all.contains("panicked"), "{all}");
}

#[track_caller]
fn assert_helpful_error(ran: &Ran, code: i32, says: &str) {
    assert_error(ran, code, says);
    assert!(ran.stderr.contains("help: "), "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("error: ").count(), 1, "{}", ran.stderr);
}

#[test]
fn a_missing_file_is_named() {
    let place = Place::new();
    assert_helpful_error(&place.lazaret(&["check", "none.py"]), 2, "cannot read `none.py`");
    assert_helpful_error(&place.lazaret(&["run", "none.py"]), 125, "cannot read `none.py`");
}

#[test]
fn a_directory_cannot_be_run() {
    let place = Place::new();
    assert_helpful_error(&place.lazaret(&["run", "."]), 125, "it is a directory");
}

#[test]
fn a_device_is_not_read() {
    let place = Place::new();
    let ran = place.lazaret(&["check", "--language", "python", "/dev/zero"]);
    assert_helpful_error(&ran, 2, "not a regular file");
}

#[test]
fn a_file_in_an_unknown_language_is_refused() {
    let place = Place::new();
    place.write("a.rb", "puts 1\n");
    assert_helpful_error(
        &place.lazaret(&["check", "a.rb"]),
        2,
        "cannot tell the language of `a.rb`",
    );
    assert_helpful_error(
        &place.lazaret(&["run", "a.rb"]),
        125,
        "cannot tell the language of `a.rb`",
    );
    let ran = place.lazaret(&["check", "--language", "ruby", "a.rb"]);
    assert_error(&ran, 2, "ruby");
    assert_error(&place.lazaret(&["run", "--language", "ruby", "a.rb"]), 125, "ruby");
}

#[test]
fn bytes_that_are_not_utf_8_are_not_allowed_and_not_run() {
    let place = Place::new();
    place.write("a.py", b"print('\xff')\n");
    let ran = place.lazaret(&["check", "a.py"]);
    assert_error(&ran, 3, "not UTF-8");
    assert_error(&place.lazaret(&["run", "a.py"]), 125, "not UTF-8");
}

#[test]
fn a_file_that_is_too_large_is_not_judged() {
    let place = Place::new();
    place.write("a.py", vec![b'#'; 100 * 1024 * 1024]);
    assert_error(&place.lazaret(&["check", "a.py"]), 3, "larger than");
    assert_helpful_error(&place.lazaret(&["run", "a.py"]), 125, "larger than");
    place.write("b.py", vec![b'#'; 5 * 1024 * 1024]);
    assert_error(&place.lazaret(&["check", "b.py"]), 3, "are analysed");
}

#[test]
fn a_file_nested_ten_thousand_levels_deep_breaks_nothing() {
    let place = Place::new();
    place.write("a.py", format!("x = {}{}\n", "(".repeat(10_000), ")".repeat(10_000)));
    place.write("a.js", format!("x = {}{}\n", "[".repeat(10_000), "]".repeat(10_000)));
    place.write("a.sh", format!("{}true{}\n", "(".repeat(10_000), ")".repeat(10_000)));
    for name in ["a.py", "a.js", "a.sh"] {
        let ran = place.lazaret(&["check", name]);
        assert!((0..=3).contains(&ran.code), "{name}: {} {}", ran.code, ran.stderr);
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    }
}

#[test]
fn a_syntax_error_is_refused_before_it_runs() {
    let place = Place::new();
    place.write("a.py", "print('started')\ndef broken(:\n");
    let ran = place.lazaret(&["run", "a.py"]);
    assert_error(&ran, 126, "syntax-error");
    assert!(ran.stderr.contains("a.py:2:"), "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
}

#[test]
fn a_limit_of_zero_or_nonsense_is_refused() {
    let place = Place::new();
    place.write("a.py", "print(1)\n");
    for wrong in ["0", "-1", "soon", "0s", "NaN", ""] {
        let ran = place.lazaret(&["run", "a.py", &format!("--timeout={wrong}")]);
        assert_error(&ran, 125, "`execution.timeout` of the command line");
        assert_eq!(ran.stdout, "");
        let ran = place.lazaret(&["run", "a.py", &format!("--memory={wrong}")]);
        assert_error(&ran, 125, "`execution.memory` of the command line");
    }
    assert_error(&place.lazaret(&["run", "a.py", "--memory", "1KiB"]), 125, "8 MiB");
}

#[test]
fn a_missing_interpreter_is_named() {
    let place = Place::new();
    let empty = place.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    for (name, interpreter) in [("a.py", "python"), ("a.js", "node"), ("a.sh", "bash")] {
        place.write(name, "\n");
        let ran =
            crate::support::finish(place.command().args(["run", name]).env("PATH", &empty), b"");
        assert_helpful_error(&ran, 125, interpreter);
    }
}

#[test]
fn wrong_usage_is_explained() {
    let place = Place::new();
    place.write("a.py", "");
    assert_error(&place.lazaret(&["check"]), 2, "PATH");
    assert_error(&place.lazaret(&["run"]), 125, "PROGRAM");
    assert_error(&place.lazaret(&["frobnicate"]), 2, "frobnicate");
    assert_helpful_error(&place.lazaret(&["run", "a.py", "--arg", "n"]), 125, "--arg NAME=VALUE");
    assert_helpful_error(&place.lazaret(&["run", "a.py", "--main", "--", "word"]), 125, "words");
    assert_helpful_error(&place.lazaret(&["run", "a.py", "--file", "a.py"]), 125, "two files");
    assert_error(&place.lazaret(&["run", "a.py", "--isolation", "gvisor"]), 125, "docker.images");
}

#[test]
fn an_argument_that_is_not_an_identifier_is_refused() {
    let place = Place::new();
    place.write("a.py", "def main(**arguments): return arguments\n");
    let ran = place.lazaret(&["run", "a.py", "--arg", "a b=1"]);
    assert_error(&ran, 125, "a b");
}

#[test]
fn a_broken_arguments_file_is_named() {
    let place = Place::new();
    place.write("a.py", "def main(): pass\n");
    place.write("args.json", "[1, 2]");
    assert_helpful_error(&place.lazaret(&["run", "a.py", "--args", "args.json"]), 125, "args.json");
}

#[test]
fn an_artifact_that_cannot_be_written_is_an_error() {
    let place = Place::new();
    place.write(
        "a.py",
        "import os\nos.mkdir('artifacts')\nopen('artifacts/a.txt', 'w').write('x' * 100)\n",
    );
    let ran = place.lazaret(&["run", "a.py", "--artifacts", "/dev/full"]);
    assert_helpful_error(&ran, 125, "cannot write the artifact");
}
