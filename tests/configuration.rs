//! The configuration: where values come from, and what every mistake is answered with.

use crate::support::{Place, root};

/// Mistakes, each with the whole answer to it.
fn mistakes() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(root().join("tests/fixtures/mistakes.txt")).unwrap();
    let pair = |case: &str| {
        let (configuration, answer) = case.split_once("-----\n").expect("a case has an answer");
        (configuration.to_owned(), answer.to_owned())
    };
    text.split("=====\n").map(pair).collect()
}

#[test]
fn every_mistake_names_the_file_the_key_the_reason_and_the_nearest_right_name() {
    let mistakes = mistakes();
    assert!(mistakes.len() >= 15);
    let place = Place::new();
    place.write("a.py", "print(1)\n");
    for (configuration, expected) in mistakes {
        place.write("my.toml", &configuration);
        let ran = place.lazaret(&["--config", "my.toml", "check", "a.py"]);
        assert_eq!((ran.code, &ran.stderr), (2, &expected), "{configuration}");
        let ran = place.lazaret(&["--config", "my.toml", "run", "a.py"]);
        assert_eq!((ran.code, &ran.stderr), (125, &expected), "{configuration}");
        assert_eq!(ran.stdout, "", "nothing ran");
    }
}

#[test]
fn later_layers_win_key_by_key_and_show_tells_which() {
    let place = Place::new();
    place.write("my.toml", "[execution]\ntimeout = \"7s\"\nmemory = \"128MiB\"\n");
    let mut command = place.command();
    command
        .args(["--config", "my.toml", "config", "show"])
        .env("LAZARET_EXECUTION__MEMORY", "64MiB");
    let ran = crate::support::finish(&mut command, b"");
    assert_eq!(ran.code, 0, "{ran:?}");
    let line = |key: &str| {
        let line = ran.stdout.lines().find(|line| line.starts_with(key));
        line.unwrap_or_else(|| panic!("no {key} in {}", ran.stdout))
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(line("execution.timeout"), "execution.timeout = \"7s\" # `my.toml`");
    let memory = "execution.memory = \"64MiB\" # the variable `LAZARET_EXECUTION__MEMORY`";
    assert_eq!(line("execution.memory"), memory);
    assert_eq!(line("execution.cpu"), "execution.cpu = \"10s\" # the defaults");
}

#[test]
fn the_projects_file_is_read_where_the_author_is_trusted() {
    let place = Place::new();
    place.write("lazaret.toml", "[gate]\ndeny = \"critical\"\n");
    place.write("sub/a.py", "import os\nos.system('id')\n");
    assert_eq!(place.lazaret(&["check", "sub/a.py"]).code, 0);
}

#[test]
fn a_projects_file_cannot_name_programs_to_run() {
    let place = Place::new();
    place.write("lazaret.toml", "[stages.mine]\ncommand = [\"touch\", \"owned\"]\n");
    place.write("a.py", "print(1)\n");
    let ran = place.lazaret(&["check", "a.py"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("`stages`") && ran.stderr.contains("help: "), "{}", ran.stderr);
    assert!(!place.path().join("owned").exists());
}

#[test]
fn the_defaults_are_the_manual_and_keep_to_the_schema() {
    let place = Place::new();
    let schema = place.lazaret(&["config", "schema"]);
    let schema: serde_json::Value = serde_json::from_str(&schema.stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let defaults = place.lazaret(&["config", "default"]).stdout;
    assert_eq!(defaults, std::fs::read_to_string(root().join("core/config/lazaret.toml")).unwrap());
    let read =
        |text: &str| serde_json::to_value(toml::from_str::<toml::Value>(text).unwrap()).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&read(&defaults)).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    for wrong in
        ["pipelin = []", "[execution]\ntimeuot = \"1s\"", "[gate]\ndeny = \"bad\"", "runner = 1"]
    {
        assert!(!validator.is_valid(&read(wrong)), "{wrong}");
    }
}
