//! Policies as a configuration has them: what counts, where, and until when.

use crate::policy::{built, bundled};
use crate::support::{Place, Ran, finish};

const FOUND: &str = "low[shell-injection/constant-command]";

/// Checks a command that is constant and goes through a shell, which is `low`, with this table.
fn check(table: &str) -> Ran {
    let place = Place::new();
    check_in(&place, "src/a.py", table)
}

fn check_in(place: &Place, file: &str, table: &str) -> Ran {
    place.write(file, "import subprocess\nsubprocess.run('ls', shell=True)\n");
    let rest = "[analysis.capabilities]\nprocess = \"low\"\n[gate]\ndeny = \"medium\"\n";
    place.write("lazaret.toml", format!("{rest}[policies.shell-injection]\n{table}\n"));
    place.lazaret(&["check", "--all", file])
}

#[test]
fn a_policy_that_is_off_finds_nothing() {
    assert!(check("mode = \"enforce\"").stdout.contains(FOUND));
    assert!(!check("mode = \"off\"").stdout.contains("shell-injection"));
}

#[test]
fn a_rule_has_the_severity_that_the_table_says() {
    let table = "rules = { constant-command = { severity = \"critical\" } }";
    let ran = check(table);
    assert!(ran.code == 1 && ran.stdout.contains("critical[shell-injection/constant-command]"));
}

#[test]
fn what_is_monitored_is_in_reports_and_stops_nothing() {
    let place = Place::new();
    let severe = "constant-command = { severity = \"critical\" }";
    let ran = check_in(&place, "a.py", &format!("mode = \"monitor\"\nrules = {{ {severe} }}"));
    assert_eq!(ran.code, 0, "{ran:?}");
    let title = "monitored, critical[shell-injection/constant-command]: ";
    assert!(ran.stdout.contains(title), "{ran:?}");
    assert!(ran.stderr.contains("0 at or above the gate (`medium`), 1 only monitored"), "{ran:?}");
    let report = place.lazaret(&["check", "a.py", "--json"]).json();
    let monitored = &report["monitored"][0];
    assert_eq!(monitored["rule"], "shell-injection/constant-command");
    assert_eq!((&monitored["denies"], &report["verdict"]), (&false.into(), &"allow".into()));
    let ran = check_in(&place, "a.py", "mode = \"monitor\"");
    assert!(ran.stdout.contains("monitored, low["), "{ran:?}");
    let ran = place.lazaret(&["check", "a.py"]);
    // Three are what the analysis itself says of the command.
    let hint = "4 findings below `medium`: `--all` shows them\n";
    assert!(ran.stdout.is_empty() && ran.stderr.contains(hint), "{ran:?}");
    let severe = "constant-command = { severity = \"critical\", mode = \"enforce\" }";
    let ran = check(&format!("mode = \"monitor\"\nrules = {{ {severe} }}"));
    assert_eq!(ran.code, 1, "a rule can have a mode of its own: {ran:?}");
}

#[test]
fn an_exception_holds_until_its_day_and_then_says_that_it_ran_out() {
    let rule =
        |until| format!("rules.constant-command = {{ mode = \"off\", until = \"{until}\" }}");
    assert!(!check(&rule("2999-12-31")).stdout.contains("shell-injection"));
    let ran = check(&rule("2020-02-29"));
    assert!(ran.stdout.contains(FOUND), "{ran:?}");
    assert!(ran.stdout.contains("(its exception ran out on 2020-02-29)"), "{ran:?}");
}

/// What a rule was raised to until a day is no exception, and what changed nothing is not told.
#[test]
fn what_ran_out_is_told_as_what_it_was() {
    let check = |table: &str, rule: &str| {
        let rule = format!("rules.constant-command = {{ {rule}, until = \"2020-02-29\" }}");
        check(&format!("{table}\n{rule}")).stdout
    };
    let (exception, raised) =
        ("(its exception ran out on 2020-02-29)", "(it weighed more until 2020-02-29)");
    for (table, rule, told) in [
        ("", "severity = \"critical\"", Some(raised)),
        ("mode = \"monitor\"", "mode = \"enforce\"", Some(raised)),
        ("", "mode = \"monitor\", severity = \"critical\"", Some(exception)),
        ("", "mode = \"enforce\", severity = \"low\"", None),
    ] {
        let stdout = check(table, rule);
        for text in [exception, raised] {
            assert_eq!(stdout.contains(text), told == Some(text), "{table} {rule}: {stdout}");
        }
    }
}

#[test]
fn a_policy_judges_the_files_and_languages_that_its_table_names() {
    for (table, is_found) in [
        ("paths = [\"src/\"]", true),
        ("paths = [\"*.py\"]", true),
        ("paths = [\"*.py\", \"!src/*.py\"]", false),
        ("paths = [\"lib/\"]", false),
        ("languages = [\"python\"]", true),
        ("languages = [\"javascript\"]", false),
    ] {
        let ran = check(table);
        assert_eq!(ran.stdout.contains(FOUND), is_found, "{table}: {ran:?}");
    }
}

/// A project's file means the same in whatever of its directories somebody works.
#[test]
fn paths_start_at_the_file_that_says_them() {
    let place = Place::new();
    place.write("ours/shell.wasm", bundled("shell-injection"));
    let code = "import subprocess\nsubprocess.run('ls', shell=True)\n";
    let [src, lib] = ["src/a.py", "lib/a.py"].map(|file| place.write(file, code));
    place.write("ours/rules.toml", "rule = []\n");
    let table = "[analysis]\ncatalogues = [\"ours/rules.toml\"]\n\
                 [policies.shell-injection]\nsource = \"ours/shell.wasm\"\npaths = [\"/src/\"]\n";
    place.write("lazaret.toml", table);
    std::os::unix::fs::symlink("src", place.path().join("link")).unwrap();
    let check = |here: &str, arguments: &[&str]| {
        let mut command = place.command();
        command.args(arguments).args(["check", "--all"]).current_dir(place.path().join(here));
        finish(command.args([&src, &lib]), b"").stdout.matches(FOUND).count()
    };
    for here in ["", "src", "lib", "link"] {
        assert_eq!(check(here, &[]), 1, "in `{here}`");
    }
    assert_eq!(check("lib", &["--config", "../lazaret.toml"]), 1);
    let relative = |here: &str, files: &[&str]| {
        let mut command = place.command();
        command.args(["check", "--all"]).args(files).current_dir(place.path().join(here));
        finish(&mut command, b"").stdout.matches(FOUND).count()
    };
    assert_eq!(relative("src", &["a.py", "../lib/a.py", "../lib/../src/./a.py"]), 2);
    // One for many projects stands elsewhere, and knows none of their directories.
    place.write("all/lazaret.toml", table.replace("ours/", "../ours/"));
    assert_eq!(check("", &["--config", "all/lazaret.toml"]), 1);
    assert_eq!(check("src", &["--config", "../all/lazaret.toml"]), 0);
}

/// A stranger calls a file what gets it past.
#[test]
fn what_a_stranger_has_named_is_judged_whatever_its_name() {
    let place = Place::new();
    place.write("a.py", "import subprocess\nsubprocess.run('ls', shell=True)\n");
    let table = "[gate]\ndeny = \"low\"\n[policies.shell-injection]\npaths = [\"src/\"]\n";
    let config = "runner = \"process\"\n[analysis.capabilities]\nprocess = \"off\"\n";
    place.write("my.toml", format!("{config}{table}"));
    assert_eq!(place.lazaret(&["--config", "my.toml", "check", "a.py"]).code, 0);
    let ran = place.lazaret(&["--config", "my.toml", "run", "a.py"]);
    assert!(ran.code == 126 && ran.stderr.contains("shell-injection/"), "{ran:?}");
    let ran = place.lazaret(&["--config", "my.toml", "check", "--profile", "gate", "a.py"]);
    assert!(ran.code == 1 && ran.stdout.contains("shell-injection/"), "{ran:?}");
}

const FAILS: &str = "use lazaret_policy::prelude::*;
#[policy]
pub struct Fails;
impl Policy for Fails {
    fn manifest() -> Manifest {
        Manifest::new(\"fails\", \"1.0.0\")
            .always()
            .rule(Rule::new(\"never\", Severity::High, \"nothing\"))
    }
    fn check(&self, _: &mut Context) {
        panic!(\"it is broken\");
    }
}
";

#[test]
fn a_policy_that_fails_blocks_unless_its_table_says_otherwise() {
    let place = Place::new();
    built(&place, "fails", FAILS);
    place.write("a.py", "print(1)\n");
    let check = |table: &str| {
        let source = "source = \"fails/fails.wasm\"";
        place.write("lazaret.toml", format!("[policies.fails]\n{source}\n{table}\n"));
        place.lazaret(&["check", "a.py"])
    };
    for blocks in [
        "",
        "on-error = \"block\"",
        "mode = \"monitor\"\non-error = \"block\"",
        // What a rule would have found counts.
        "mode = \"monitor\"\nrules = { never = { mode = \"enforce\" } }",
    ] {
        let ran = check(blocks);
        assert!(ran.code == 3 && ran.stderr.contains("it is broken"), "{blocks}: {ran:?}");
    }
    for monitors in ["mode = \"monitor\"", "on-error = \"monitor\""] {
        let ran = check(monitors);
        assert_eq!(ran.code, 0, "{monitors}: {ran:?}");
        assert!(ran.stdout.contains("monitored, high[fails/failed]: "), "{monitors}: {ran:?}");
        assert!(ran.stdout.contains("it is broken"), "{monitors}: {ran:?}");
    }
    let text = std::fs::read_to_string(place.path().join("lazaret.toml")).unwrap();
    place.write("lazaret.toml", format!("runner = \"process\"\n{text}"));
    let ran = place.lazaret(&["--config", "lazaret.toml", "run", "a.py"]);
    assert!(ran.code == 0 && ran.stderr.contains(", 1 only monitored"), "{ran:?}");
}

#[test]
fn a_folder_of_policies_has_one_table() {
    let place = Place::new();
    place.write("ours/shell.wasm", bundled("shell-injection"));
    place.write("ours/README.md", "");
    let ours = "[policies.ours]\nsource = \"ours\"";
    let ran = check_in(&place, "a.py", ours);
    assert!(ran.code == 2 && ran.stderr.contains("`policies.ours.source`"), "{ran:?}");
    assert!(
        ran.stderr.contains("`shell-injection` is that of `builtin:shell-injection`"),
        "{ran:?}"
    );
    let ran = check_in(&place, "a.py", &format!("mode = \"off\"\n{ours}\nmode = \"monitor\""));
    assert!(ran.stdout.contains("monitored, low[shell-injection/constant-command]"), "{ran:?}");
    let ran = check_in(&place, "a.py", &format!("mode = \"off\"\n{ours}\nsettings = {{ a = 1 }}"));
    assert!(ran.code == 2 && ran.stderr.contains("`policies.ours.settings`"), "{ran:?}");
    assert!(ran.stderr.contains("`ours` is a folder, and this is for one policy"), "{ran:?}");
    std::fs::remove_file(place.path().join("ours/shell.wasm")).unwrap();
    let ran = check_in(&place, "a.py", ours);
    assert!(ran.code == 2 && ran.stderr.contains("there is no .wasm file in `ours`"), "{ran:?}");
}

/// What is said of one is meant for it, and what is said of all for the others.
#[test]
fn a_policy_of_a_folder_can_have_a_table_of_its_own() {
    let place = Place::new();
    place.write("ours/shell.wasm", bundled("shell-injection"));
    place.write("ours/secrets.wasm", bundled("secrets"));
    let check = |own: &str| {
        let off = "[policies.secrets]\nmode = \"off\"\n";
        let all = "[policies.ours]\nsource = \"ours\"\nmode = \"monitor\"\n";
        check_in(&place, "a.py", &format!("{own}\n{off}{all}"))
    };
    let ran = check("source = \"ours/shell.wasm\"\nmode = \"enforce\"");
    assert!(ran.stdout.contains(&format!("\n{FOUND}")), "{ran:?}");
    let ran = check("source = \"ours/../ours/shell.wasm\"\nmode = \"off\"");
    assert!(ran.code == 0 && !ran.stdout.contains("shell-injection"), "{ran:?}");
    // Nobody knows which of both files is meant.
    let ran = check("");
    let help =
        "say `source = \"ours/shell.wasm\"` in `policies.shell-injection`, or take it out of";
    assert!(ran.code == 2 && ran.stderr.contains(help), "{ran:?}");
    place.write("ours/again.wasm", bundled("shell-injection"));
    let ran = check("mode = \"off\"");
    let help = "  help: take one of both files out of the folder\n";
    assert!(ran.code == 2 && ran.stderr.contains(help), "{ran:?}");
}

/// One that comes with Lazaret and is in no table would judge nothing.
#[test]
fn every_policy_that_comes_with_lazaret_has_a_table() {
    let defaults = Place::new().lazaret(&["config", "default"]).stdout;
    let defaults: toml::Table = defaults.parse().unwrap();
    for policy in lazaret_bundle::policies() {
        let source = format!("builtin:{}", policy.name);
        assert_eq!(defaults["policies"][policy.name]["source"].as_str(), Some(source.as_str()));
    }
}

/// Explains the second line of a file with this configuration.
fn explain(place: &Place, file: &str, text: &str, configuration: &str) -> Ran {
    place.write(file, text);
    place.write("lazaret.toml", configuration);
    place.lazaret(&["policy", "explain", &format!("{file}:2")])
}

#[test]
fn explain_tells_what_woke_a_policy_and_what_came_of_it() {
    let place = Place::new();
    let text =
        "import subprocess as s\ns.run('ls', shell=True)\ns.check_call(input(), shell=True)\n";
    let ran = explain(&place, "a.py", text, "[policies.shell-injection]\nmode = \"monitor\"\n");
    assert_eq!(ran.code, 0, "{ran:?}");
    let line = "\
a.py:2  s.run('ls', shell=True)
facts on it: call `subprocess.run`, command `ls`, command `ls`
";
    assert!(ran.stdout.starts_with(line), "{ran:?}");
    let expected = "
shell-injection was woken by call `subprocess.run` here; call `subprocess.check_call` on line 3, as `subprocess.check_*`
    low[shell-injection/constant-command], it is only monitored: `subprocess.run` gives a constant command to a shell
";
    assert!(ran.stdout.contains(expected), "{expected}\nis not in\n{ran:?}");
    let ran = explain(&place, "a.py", &text.replace("s.run", "s.list2cmdline"), "");
    assert!(ran.stdout.contains("    it found nothing here, and 1 elsewhere\n"), "{ran:?}");
}

#[test]
fn explain_tells_why_a_policy_slept() {
    let place = Place::new();
    let table = |key: &str| format!("[policies.shell-injection]\n{key}\n");
    let python = "import os\nos.system(input())\n";
    for (file, text, key, why) in [
        ("a.py", "\nprint(1)\n", "", "nothing that it asks for is in the file: call `os.system`, "),
        ("a.sh", "\nls\n", "", "it does not judge bash\n"),
        ("a.py", python, "paths = [\"src/\"]", "its table leaves the file out by `paths`\n"),
        ("a.py", python, "languages = [\"tsx\"]", "its table leaves the file out by `languages`\n"),
    ] {
        let ran = explain(&place, file, text, &table(key));
        let slept = format!("\nshell-injection slept: {why}");
        assert!(ran.code == 0 && ran.stdout.contains(&slept), "{slept}\nis not in\n{ran:?}");
    }
    let ran = explain(&place, "a.py", python, &table("mode = \"off\""));
    assert!(ran.stdout.ends_with("\nshell-injection is off\n"), "{ran:?}");
    for (place_in_file, help) in [("a.py:9", "name one of its 2 lines"), ("a.py", "`src/a.py:12`")]
    {
        let ran = place.lazaret(&["policy", "explain", place_in_file]);
        assert!(ran.code == 2 && ran.stderr.contains(help), "{ran:?}");
    }
}

/// Both judge as `check` does, so what `check` refuses tells nothing about it.
#[test]
fn explain_and_bench_refuse_what_check_refuses_and_a_pipeline_without_policies() {
    let place = Place::new();
    place.write("a.py", "import os\nos.system(input())\n");
    let commands = [["policy", "explain", "a.py:2"], ["policy", "bench", "a.py"]];
    for (configuration, error) in [
        ("[policeis.shell-injection]\n", "cannot use `policeis` of "),
        ("pipeline = [\"analysis\"]\n", "no policy judges here: `policies` is not in `pipeline`\n"),
    ] {
        place.write("lazaret.toml", configuration);
        for command in commands {
            let ran = place.lazaret(&command);
            assert!(ran.code == 2 && ran.stderr.starts_with(&format!("error: {error}")), "{ran:?}");
        }
    }
}

#[test]
fn bench_counts_fuel_that_is_the_same_every_time() {
    let place = Place::new();
    place.write("a.py", "import os\nos.system(input())\n");
    place.write("b.py", "print(1)\n");
    place.write("c.sh", "ls\n");
    let row = |rounds: &str| {
        let ran = place.lazaret(&["policy", "bench", ".", "--rounds", rounds]);
        assert_eq!(ran.code, 0, "{ran:?}");
        let row = ran.stdout.lines().find(|row| row.starts_with("shell-injection "));
        let cells = row.unwrap().split_whitespace().take(4).map(str::to_owned);
        cells.collect::<Vec<_>>()
    };
    let [policy, woken, slept, fuel] = row("3").try_into().unwrap();
    assert_eq!((policy.as_str(), woken.as_str(), slept.as_str()), ("shell-injection", "1", "2"));
    assert!(fuel.parse::<u64>().unwrap() > 1_000, "{fuel}");
    assert_eq!(row("1")[3], fuel);
}

#[test]
fn bench_sets_two_versions_beside_each_other_and_fails_where_it_is_asked_to() {
    let place = Place::new();
    place.write("old.wasm", bundled("shell-injection"));
    place.write("new.wasm", bundled("secrets"));
    place.write("src/a.py", "import os\nos.system(input())\n");
    place.write("src/b.py", "print('a')\n");
    let compare = |old: &str, new: &str, more: &[&str]| {
        let arguments = ["policy", "bench", "--rounds", "1", "--compare", old, new, "src"];
        place.lazaret(&[&arguments[..], more].concat())
    };
    let ran = compare("old.wasm", "new.wasm", &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let row = |name: &str| {
        let cells = ran.stdout.lines().find_map(|row| row.strip_prefix(name));
        cells.unwrap().split_whitespace().collect::<Vec<_>>()
    };
    assert_eq!(row("times it was woken"), ["1", "2", "2.00"]);
    assert_eq!(row("findings"), ["1", "0", "0.00"]);
    let ratio: f64 = row("fuel for all")[2].parse().unwrap();
    assert!(ratio > 1.0, "{ran:?}");
    let ran = compare("old.wasm", "new.wasm", &["--threshold", "1"]);
    assert!(
        ran.code == 1 && ran.stdout.ends_with(" % more fuel, and 1 % are allowed.\n"),
        "{ran:?}"
    );
    let less = compare("new.wasm", "old.wasm", &["--threshold", "0"]);
    let same = compare("old.wasm", "old.wasm", &["--threshold", "0"]);
    assert_eq!((less.code, same.code), (0, 0), "{less:?} {same:?}");
    let ran = compare("old.wasm", "none.wasm", &[]);
    assert!(ran.code == 2 && ran.stderr.contains("cannot load policy `none.wasm`"), "{ran:?}");
    let ran = place.lazaret(&["policy", "bench", "src", "--threshold", "1"]);
    assert!(ran.code == 2 && ran.stderr.contains("--compare"), "{ran:?}");
}
