//! What policies say of the packages that code needs, and of all files together.

use crate::policy::{built, bundled};
use crate::support::{Place, Ran};

/// A project whose manifest has a name that looks like another, and a package that is denied.
fn project() -> Place {
    let place = Place::new();
    place.write("src/a.py", "import numpy\nprint(numpy.zeros(3))\n");
    place.write("requirements.txt", "# what it needs\nnumpy>=2\nreqeusts==2.0\nEvil_Tool[x]\n");
    place.write("web/package.json", "{\n  \"dependencies\": {\"expresss\": \"^4\"}\n}\n");
    place.write("lazaret.toml", table("settings = { deny = [\"pypi:evil-*\"] }"));
    place
}

fn table(keys: &str) -> String {
    format!("[policies.dependencies]\n{keys}\n")
}

/// Rule and place of each finding, of a list in a report.
fn found(ran: &Ran, list: &str) -> Vec<String> {
    let report = ran.json();
    let findings = report[list].as_array().unwrap().iter();
    let told = findings.filter(|one| one["rule"].as_str().unwrap().starts_with("dependencies/"));
    let told = told.map(|one| {
        let (rule, place) = (one["rule"].as_str().unwrap(), &one["place"]);
        let [path, line, column] = ["path", "start_line", "start_column"].map(|key| &place[key]);
        format!("{rule} {}:{line}:{column}", path.as_str().unwrap())
    });
    told.collect()
}

const SQUATTED: &str = "dependencies/typosquat requirements.txt:3:1";
const DENIED: &str = "dependencies/denied requirements.txt:4:1";
const IN_WEB: &str = "dependencies/typosquat web/package.json:2:21";

#[test]
fn what_a_manifest_asks_for_is_judged_where_it_is_written() {
    let place = project();
    let ran = place.lazaret(&["check", "."]);
    assert_eq!(ran.code, 1, "{ran:?}");
    for part in [
        "high[dependencies/typosquat]: `reqeusts` looks like `requests`, which is much used",
        "--> requirements.txt:3:1",
        "3 | reqeusts==2.0",
        "high[dependencies/denied]: the settings deny the package `evil-tool`",
        "4 | Evil_Tool[x]",
        "`expresss` looks like `express`",
    ] {
        assert!(ran.stdout.contains(part), "{part}\nis not in\n{}", ran.stdout);
    }
    assert!(ran.stderr.starts_with("1 file and 2 manifests checked, 3 findings"), "{ran:?}");
    let ran = place.lazaret(&["check", ".", "--json"]);
    assert_eq!(found(&ran, "findings"), [SQUATTED, DENIED, IN_WEB]);
}

/// A hook names what a commit changes: code, whose manifests are beside it or above, or a manifest.
#[test]
fn a_file_is_checked_with_its_manifests_and_a_manifest_alone() {
    let place = project();
    let check = |path| found(&place.lazaret(&["check", "--json", path]), "findings");
    assert_eq!(check("src/a.py"), [SQUATTED, DENIED]);
    assert_eq!(check("web/package.json"), [IN_WEB]);
    let ran = place.lazaret(&["check", "requirements.txt"]);
    assert!(ran.code == 1 && ran.stderr.starts_with("1 manifest checked, 2 findings"), "{ran:?}");
    place.write("requirements.txt", "requests==2.32.0\n");
    let ran = place.lazaret(&["check", "requirements.txt"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:?}");
    place.write("notes.txt", "reqeusts\n");
    assert_eq!(place.lazaret(&["check", "notes.txt"]).code, 2);
}

#[test]
fn a_program_that_imports_a_denied_package_does_not_run() {
    let place = Place::new();
    place.write(
        "a.py",
        "print('it ran')\ntry:\n    import evil_tool\nexcept ImportError:\n    pass\n",
    );
    let run = |keys: &str, more: &[&str]| {
        place.write("my.toml", format!("runner = \"process\"\n{}", table(keys)));
        place.lazaret(&[&["--config", "my.toml", "run", "a.py"], more].concat())
    };
    let ran = run("", &[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "it ran\n"), "{ran:?}");
    for settings in ["deny = [\"evil-tool\"]", "only = [\"requests\"]"] {
        let ran = run(&format!("settings = {{ {settings} }}"), &[]);
        assert!(ran.code == 126 && ran.stderr.contains("a.py:3:12"), "{ran:?}");
        assert!(!ran.stdout.contains("it ran"), "{ran:?}");
    }
    // What comes along as a manifest says what it needs, too.
    place.write("requirements.txt", "reqeusts\n");
    let ran = run("", &["--file", "requirements.txt"]);
    assert!(ran.code == 126 && ran.stderr.contains("requirements.txt:1:1"), "{ran:?}");
}

#[test]
fn the_terms_of_a_table_hold_for_manifests_too() {
    let place = project();
    let check = |keys: &str| {
        place.write("lazaret.toml", table(&format!("{keys}\nsettings.deny = [\"evil-*\"]")));
        place.lazaret(&["check", ".", "--json"])
    };
    let counted = |keys: &str| found(&check(keys), "findings");
    assert_eq!(counted(""), [SQUATTED, DENIED, IN_WEB]);
    assert_eq!(counted("languages = [\"python\"]"), [SQUATTED, DENIED]);
    assert_eq!(counted("languages = [\"typescript\"]"), [IN_WEB]);
    assert_eq!(counted("paths = [\"*\", \"!requirements.txt\"]"), [IN_WEB]);
    assert_eq!(counted("rules.denied.mode = \"off\""), [SQUATTED, IN_WEB]);
    let old = "rules.denied = { mode = \"off\", until = \"2020-01-01\" }";
    assert_eq!(counted(old), [SQUATTED, DENIED, IN_WEB], "it ran out");
    let ran = check("mode = \"monitor\"");
    assert_eq!((ran.code, found(&ran, "monitored").len()), (0, 3), "{ran:?}");
    let ran =
        check("rules = { typosquat = { severity = \"low\" }, denied = { severity = \"low\" } }");
    assert_eq!((ran.code, found(&ran, "findings").len()), (0, 3), "{ran:?}");
}

#[test]
fn nobody_is_bothered_by_what_most_projects_do() {
    let place = Place::new();
    let manifest = "requests\nnumpy>=2\n-r other.txt\na==1 --hash=sha256:00\n./local\n";
    place.write("requirements.txt", manifest);
    place.write("a.py", "import numpy, requests, nobody_knows\n");
    let ran = place.lazaret(&["check", "--all", "a.py"]);
    assert!(ran.code == 0 && !ran.stdout.contains("dependencies/"), "{ran:?}");
    place.write("lazaret.toml", table("settings = { pinned = true }"));
    let ran = place.lazaret(&["check", "--all", "a.py"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.stdout.matches("low[dependencies/unpinned]").count(), 2, "{ran:?}");
}

#[test]
fn mistakes_in_its_settings_are_told_with_their_places() {
    let place = Place::new();
    place.write("a.py", "print(1)\n");
    for (settings, told) in [
        ("deny = [\"pip:evil\"]", "there is no ecosystem `pip`; there are `pypi`, `npm`, `jsr`"),
        ("denied = [\"evil\"]", "deny"),
        ("pinned = \"yes\"", "/pinned"),
    ] {
        place.write("lazaret.toml", table(&format!("settings = {{ {settings} }}")));
        let ran = place.lazaret(&["check", "a.py"]);
        assert!(ran.code == 2 && ran.stderr.contains(told), "{settings}: {ran:?}");
    }
}

/// pip reads UTF-16, too, and what is in it was allowed.
#[test]
fn a_manifest_that_cannot_be_read_is_told_and_stops_where_packages_are_denied() {
    let place = Place::new();
    for (path, contents) in [
        ("requirements.txt", &b"\xff\xfee\0v\0i\0l\0"[..]),
        ("pyproject.toml", b"[project"),
        ("package.json", b"{"),
    ] {
        place.write(path, contents);
        place.write("lazaret.toml", "");
        let ran = place.lazaret(&["check", path]);
        let told = "medium[dependencies/unreadable-manifest]: nobody can tell what this manifest";
        assert!(ran.code == 0 && ran.stdout.contains(told), "{ran:?}");
        assert!(ran.stdout.contains(&format!("--> {path}:1:")), "{ran:?}");
        place.write("lazaret.toml", table("settings = { deny = [\"evil\"] }"));
        assert_eq!(place.lazaret(&["check", path]).code, 1, "{path}");
    }
}

const TOGETHER: &str = "use lazaret_policy::prelude::*;
#[policy(submission)]
#[derive(Default)]
pub struct Together {
    /// Whether it fails.
    broken: bool,
}
impl Policy for Together {
    fn manifest() -> Manifest {
        Manifest::new(\"together\", \"1.0.0\")
            .calls([\"print\"])
            .rule(Rule::new(\"prints\", Severity::High, \"both print\"))
            .rule(Rule::new(\"count\", Severity::Low, \"there are files\"))
    }
    fn check(&self, _: &mut Context) {}
}
impl SubmissionPolicy for Together {
    fn check_submission(&self, cx: &mut Submission) {
        assert!(!self.broken, \"it is broken\");
        let printing: Vec<&Context> =
            cx.files().filter(|file| file.calls(\"print\").next().is_some()).collect();
        if let [first, second] = printing[..] {
            let call = second.calls(\"print\").next().unwrap();
            second.report(\"prints\", call).message(format!(\"`{}` prints, too\", first.path()));
        }
        cx.report_nowhere(\"count\").message(format!(\"there are {}\", cx.files().count()));
    }
}
";

#[test]
fn a_policy_of_ones_own_judges_files_together_and_blocks_where_it_fails() {
    let place = Place::new();
    built(&place, "together", TOGETHER);
    place.write("a.py", "print(1)\n");
    place.write("b.py", "x = 1\nprint(x)\n");
    place.write("c.py", "x = 1\n");
    let check = |keys: &str, files: &[&str]| {
        let source = "source = \"together/together.wasm\"";
        place.write("lazaret.toml", format!("[policies.together]\n{source}\n{keys}\n"));
        place.lazaret(&[&["check", "--all"], files].concat())
    };
    let ran = check("", &["a.py", "b.py", "c.py"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.stdout.contains("high[together/prints]: `a.py` prints, too\n --> b.py:2:1"),
        "{ran:?}"
    );
    assert!(ran.stdout.contains("low[together/count]: there are 3\n\n"), "{ran:?}");
    let ran = check("", &["c.py"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "nothing woke it: {ran:?}");
    let broken = "settings = { broken = true }";
    let ran = check(broken, &["a.py"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    for part in ["cannot judge the files together by policy `together`", "it is broken"] {
        assert!(ran.stderr.contains(part), "{ran:?}");
    }
    let ran = check(&format!("{broken}\non-error = \"monitor\""), &["a.py"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("monitored, high[together/failed]: cannot judge"), "{ran:?}");
    place.write("my.toml", format!("runner = \"process\"\n[policies.together]\nsource = \"together/together.wasm\"\n{broken}\n"));
    let ran = place.lazaret(&["--config", "my.toml", "run", "a.py"]);
    assert!(
        ran.code != 0 && ran.stdout.is_empty() && ran.stderr.contains("it is broken"),
        "{ran:?}"
    );
}

/// A policy that judges files together alone is measured and compared by what it judges.
#[test]
fn bench_and_diff_judge_all_files_together_too() {
    let place = project();
    let ran = place.lazaret(&["policy", "bench", ".", "--rounds", "1"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let row = |name: &str| -> Vec<String> {
        let line = ran.stdout.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.split_whitespace().map(str::to_owned).collect()
    };
    assert_eq!(row("dependencies, of all files")[..2], ["1", "0"], "{ran:?}");
    assert_eq!(row("dependencies  ")[..3], ["0", "1", "0"], "{ran:?}");
    place.write("old.wasm", bundled("shell-injection"));
    place.write("new.wasm", bundled("dependencies"));
    let ran = place.lazaret(&["policy", "diff", "old.wasm", "new.wasm", "."]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let typosquat = "high [dependencies/typosquat]";
    for at in ["requirements.txt:3:1", "web/package.json:2:21"] {
        assert!(ran.stdout.contains(&format!("+ {at}  {typosquat}")), "{ran:?}");
    }
    let arguments = ["policy", "bench", "--compare", "new.wasm", "new.wasm", "--rounds", "1", "."];
    let ran = place.lazaret(&arguments);
    let findings = ran.stdout.lines().find(|line| line.starts_with("findings")).unwrap();
    assert_eq!(findings.split_whitespace().collect::<Vec<_>>(), ["findings", "2", "2", "1.00"]);
}
