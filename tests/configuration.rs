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

const RULE: &str = "[[rule]]\nid = \"acme/deploy\"\nlanguages = [\"python\"]\ncapability = \"process\"\n\
                    names = [\"acme.deploy\"]\nseverity = \"high\"\nmessage = \"`{name}` is for pipelines\"\n\
                    help = \"commit it\"\nexample = \"import acme\\nacme.deploy()\\n\"\n";

#[test]
fn rules_of_ones_own_are_files_and_nothing_is_compiled() {
    let place = Place::new();
    place.write("rules.toml", RULE);
    place.write("lazaret.toml", "[analysis]\ncatalogues = [\"rules.toml\"]\n");
    place.write("a.py", "from acme import deploy as d\nd()\n");
    let ran = place.lazaret(&["check", "a.py"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stdout.contains("high[acme/deploy]: `acme.deploy` is for pipelines"), "{ran:?}");
    // A project's file counts where its author is trusted.
    let ran = place.lazaret(&["run", "a.py"]);
    assert!(!ran.stderr.contains("acme/deploy"), "{ran:?}");
    place.write(
        "my.toml",
        "[analysis]\ncatalogues = [\"rules.toml\"]\nrules = { \"acme/deploy\" = \"off\" }\n",
    );
    assert_eq!(place.lazaret(&["--config", "my.toml", "check", "a.py"]).code, 0);
}

#[test]
fn a_mistake_in_a_rule_names_the_file_the_key_and_the_nearest_right_name() {
    let place = Place::new();
    place.write("a.py", "");
    place.write("my.toml", "[analysis]\ncatalogues = [\"rules.toml\"]\n");
    for (right, wrong, says) in [
        (
            "\"process\"",
            "\"proces\"",
            "cannot use `rule.0.capability` of `rules.toml`: there is no `proces`\n  help: did you mean `process`?",
        ),
        ("[\"python\"]", "[\"pyhton\"]", "there is no `pyhton`\n  help: did you mean `python`?"),
        (
            "message",
            "mesage",
            "cannot use `rule.0.mesage` of `rules.toml`: there is no such key\n  help: did you mean `message`?",
        ),
        (
            "acme/deploy",
            "python/process-spawn",
            "`rules.toml`: cannot use the id `python/process-spawn` twice",
        ),
        (
            "acme.deploy\"",
            "posix.system\"",
            "`rules.toml`: cannot use the name `posix.system` of `acme/deploy`: it is known as `os.system`; write that",
        ),
        (
            "nacme.deploy()",
            "nacme.plan()",
            "`rules.toml`: cannot use `acme/deploy`: its `example` does not set it off in python",
        ),
    ] {
        place.write("rules.toml", RULE.replacen(right, wrong, 1));
        let ran = place.lazaret(&["--config", "my.toml", "check", "a.py"]);
        let begins = "error: cannot use `analysis.catalogues` of `my.toml`: ";
        assert!(ran.code == 2 && ran.stderr.starts_with(begins), "{ran:?}");
        assert!(ran.stderr.contains(says), "{says}\nand not\n{}", ran.stderr);
    }
}

/// Passwords of indexes and proxies come to the installers, and to nobody who looks at a screen or a log.
#[test]
fn passwords_in_addresses_are_not_shown() {
    let place = Place::new();
    let table = "[dependencies]\nproxy = \"http://me:PASS@proxy:3128\"\n[dependencies.python]\n\
                 index = \"https://me:PASS@example.org/simple\"\n\
                 extra_indexes = [\"https://PASS@example.org/more\", \"https://me:PASS@example.com\"]\n\
                 [dependencies.node]\nindex = \"https://me:PA/PASS@example.org/npm\"\n";
    place.write("my.toml", table);
    let ran = place.lazaret(&["--config", "my.toml", "config", "show"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for line in [
        "dependencies.proxy = \"http://***@proxy:3128\"",
        "dependencies.python.index = \"https://***@example.org/simple\"",
        "dependencies.python.extra_indexes = [\"https://***@example.org/more\", \"https://***@example.com\"]",
        "dependencies.node.index = \"https://***@example.org/npm\"",
    ] {
        assert!(ran.stdout.contains(line), "{line} is not in {}", ran.stdout);
    }
    assert!(!ran.stdout.contains("PASS"), "{}", ran.stdout);
    for (mistake, told) in [
        ("[dependencies]\nproxy = [\"https://me:PASS@a\"]", "found a list"),
        ("[dependencies]\ndetect = \"https://me:PASS@a\"", "found the text \"https://***@a\""),
        ("[dependencies]\ntimeout = \"https://me:PASS@a\"", "https://***@a"),
        ("[dependencies.python]\nindex = \"https://me:PASS@a", "https://***@a"),
        ("[dependencies.python]\nindex = https://me:PASS@a\n", "https://***@a"),
        ("[dependencies.python]\nindex = \"https://me:PA\"SS@a\"", "https://***@a"),
        ("[dependencies]\ncache_size = \"https://me:PASS@a\"", "https://***@a"),
        ("[gate]\ndeny = \"https://me:PASS@a\"", "https://***@a"),
        ("runner = \"https://me:PASS@a\"", "https://***@a"),
        ("pipeline = [\"https://me:PASS@a\"]", "https://***@a"),
    ] {
        place.write("my.toml", mistake);
        for command in [&["config", "show"][..], &["cache", "list"], &["run", "my.toml"]] {
            let ran = place.lazaret(&[&["--config", "my.toml"], command].concat());
            let said = format!("{}{}", ran.stdout, ran.stderr);
            assert!(!said.contains("PASS") && !said.contains("SS@"), "{mistake}: {said}");
            assert!(command[0] != "config" || said.contains(told), "{mistake}: {said}");
        }
    }
}
