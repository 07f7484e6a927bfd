//! The tools for those who write policies.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::support::schema::{assert_kept, assert_published};
use crate::support::{Place, Ran, finish, root};

const SCHEMA: &str = "policy.v1.json";
const TARGET: &str = "wasm32-unknown-unknown";

/// The bundled policy of this name, as the compiler made it.
pub(crate) fn bundled(name: &str) -> &'static [u8] {
    lazaret_bundle::policy(name).unwrap().wasm
}

fn shell_injection(place: &Place) -> PathBuf {
    place.write("shell-injection.wasm", bundled("shell-injection"))
}

/// What rustc makes of `source`, which is no policy.
fn compiled(place: &Place, source: &str) -> PathBuf {
    let (from, to) = (place.write("lib.rs", source), place.path().join("compiled.wasm"));
    let mut rustc = Command::new("rustc");
    rustc.args(["--edition=2024", "--crate-type=cdylib", "--target", TARGET, "-o"]);
    let ran = finish(rustc.arg(&to).arg(&from), b"");
    let help = format!("`rustup target add {TARGET}` installs what may be missing");
    assert_eq!(ran.code, 0, "{help}: {ran:?}");
    to
}

fn inspect(place: &Place, file: &Path, more: &[&str]) -> Ran {
    let arguments = ["policy", "inspect", file.to_str().unwrap()];
    place.lazaret(&[arguments.as_slice(), more].concat())
}

#[test]
fn inspect_tells_what_a_policy_looks_for_and_can_reach() {
    let place = Place::new();
    let file = shell_injection(&place);
    let ran = inspect(&place, &file, &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for part in [
        "shell-injection 0.1.0: commands that go through a shell\n",
        "shell-injection/computed-command  high      a computed command goes through a shell\n",
        "languages  python, javascript, typescript, tsx\n",
        "woken by   call os.system\n           call os.popen\n",
        "settings   none\n",
        "imports    lazaret:policy/log@0.1.0\n",
        "file       a core module of ",
    ] {
        assert!(ran.stdout.contains(part), "{part}\nis not in\n{}", ran.stdout);
    }
    let sum = finish(Command::new("sha256sum").arg(&file), b"").stdout;
    let digest = sum.split_whitespace().next().unwrap();
    assert!(ran.stdout.contains(&format!("sha256     {digest}\n")), "{}", ran.stdout);
}

#[test]
fn inspect_tells_what_comes_with_lazaret_by_name_and_its_settings() {
    let place = Place::new();
    let ran = inspect(&place, Path::new("builtin:obfuscation"), &[]);
    let settings =
        "settings   entropy  number from 0 to 8; without it 3.5\n                    How many bits";
    assert!(ran.stdout.contains(settings), "{ran:?}");
    assert_eq!(ran.code, 0);

    let ran = inspect(&place, Path::new("builtin:obfuscate"), &[]);
    let told =
        "error: no policy `obfuscate` comes with Lazaret\n  help: did you mean `obfuscation`?\n";
    assert_eq!((ran.code, &*ran.stderr), (2, told));
}

#[test]
fn what_inspect_prints_as_json_keeps_to_the_published_schema() {
    assert_published(SCHEMA, &lazaret::report::policy::schema());
    let place = Place::new();
    let policy = inspect(&place, &shell_injection(&place), &["--json"]).json();
    assert_kept(SCHEMA, &policy);
    assert_eq!(policy["id"], "shell-injection");
    assert_eq!(policy["rules"][0]["cwe"], 78);
    assert_eq!(policy["imports"].as_array().unwrap().len(), 1);
    assert!(policy["settings_schema"].is_null());
}

#[track_caller]
fn assert_refused(ran: &Ran, file: &Path, causes: &str, help: &str) {
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran:?}");
    let begins = format!("error: cannot load policy `{}`\n", file.display());
    assert!(ran.stderr.starts_with(&begins), "{}", ran.stderr);
    for part in [format!("caused by: {causes}"), format!("help: {help}")] {
        assert!(ran.stderr.contains(&part), "{part}\nis not in\n{}", ran.stderr);
    }
}

#[test]
fn a_file_that_is_cut_off_is_refused_with_what_to_do() {
    let place = Place::new();
    let whole = std::fs::read(shell_injection(&place)).unwrap();
    let file = place.write("half.wasm", &whole[..whole.len() / 2]);
    let ran = inspect(&place, &file, &[]);
    assert_refused(&ran, &file, "its WebAssembly cannot be read\n", "the file may be cut off");
}

#[test]
fn a_core_module_that_is_no_policy_is_refused_with_what_to_do() {
    let place = Place::new();
    let source = "#[unsafe(no_mangle)] pub extern \"C\" fn check() -> i32 { 1 }";
    let file = compiled(&place, source);
    let ran = inspect(&place, &file, &[]);
    let cause = "it is a core module without the section `component-type`";
    assert_refused(&ran, &file, cause, "build it with the crate `lazaret-policy`");
}

#[test]
fn a_file_that_is_not_there_is_refused_with_what_to_do() {
    let place = Place::new();
    let file = Path::new("nowhere.wasm");
    assert_refused(&inspect(&place, file, &[]), file, "cannot read it\n", "check the path");
}

/// Of a policy that nobody knows yet the compiler may take everything, or die. It is a process of its own
/// for that, which a test can end.
#[test]
fn a_policy_that_the_compiler_dies_of_is_refused_with_what_to_do() {
    let place = Place::new();
    let file = shell_injection(&place);
    // Where this test gets no processor, the compiler may be done before it is found.
    let mut tries = (0..20).map(|_| inspect_without_compiler(&place, &file));
    let ran = tries.find(|ran| ran.code != 0).unwrap();
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("or the compiler fails on it\n"), "{ran:?}");
    assert!(ran.stderr.contains("help: no policy that somebody needs takes so much"), "{ran:?}");
}

/// Inspects a policy, and kills what Lazaret starts meanwhile.
fn inspect_without_compiler(place: &Place, file: &Path) -> Ran {
    let mut command = place.command();
    command.args(["policy", "inspect"]).arg(file).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let children = format!("/proc/{0}/task/{0}/children", child.id());
    while child.try_wait().unwrap().is_none() {
        for compiler in std::fs::read_to_string(&children).unwrap_or_default().split_whitespace() {
            let _ = Command::new("kill").args(["-KILL", compiler]).stderr(Stdio::null()).status();
        }
    }
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    Ran {
        code: status.code().unwrap(),
        stdout: String::from_utf8(stdout).unwrap(),
        stderr: String::from_utf8(stderr).unwrap(),
    }
}

/// A policy in Rust, compiled.
pub(crate) fn built(place: &Place, name: &str, source: &str) {
    place.lazaret(&["policy", "new", name]);
    let folder = place.path().join(name);
    std::fs::write(folder.join("src/lib.rs"), source).unwrap();
    let ran = policy(place, &folder, &["build"]);
    assert_eq!(ran.code, 0, "{ran:?}");
}

/// A program in `folder` that builds with what this repository is built with, and asks no registry.
fn offline(mut command: Command, folder: &Path) -> Ran {
    std::fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    command.current_dir(folder).env("CARGO_NET_OFFLINE", "true");
    // One for all tests: what policies depend on is compiled once.
    finish(command.env("CARGO_TARGET_DIR", root().join("target/tests/policies")), b"")
}

fn policy(place: &Place, folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = place.command();
    command.arg("policy").args(arguments);
    offline(command, folder)
}

/// What a new author does, in this order.
#[test]
fn a_new_policy_builds_passes_its_tests_and_stops_a_file() {
    let place = Place::new();
    let ran = place.lazaret(&["policy", "new", "no-telnet"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let folder = place.path().join("no-telnet");
    let mut cargo = Command::new("cargo");
    cargo.arg("test");
    let ran = offline(cargo, &folder);
    assert!(ran.code == 0 && ran.stdout.contains("3 passed"), "{ran:?}");
    let ran = policy(&place, &folder, &["test"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let right = "right    fixtures/bad.py\nright    fixtures/good.py\n2 fixtures and ";
    assert!(ran.stdout.starts_with(right) && ran.stdout.ends_with(", all right\n"), "{ran:?}");
    assert!(!folder.join("no-telnet.wasm").exists(), "that is what `build` is for");
    let ran = policy(&place, &folder, &["build"]);
    let begins = "built `no-telnet.wasm`: no-telnet 0.1.0, 1 rule, ";
    assert!(ran.code == 0 && ran.stdout.starts_with(begins), "{ran:?}");
    let wasm = std::fs::read(folder.join("no-telnet.wasm")).unwrap();
    let home = std::env::var("HOME").unwrap();
    let names_home = wasm.windows(home.len()).any(|window| window == home.as_bytes());
    assert!(!names_home, "the file names {home}");
    place.write("lazaret.toml", "[policies.no-telnet]\nsource = \"no-telnet/no-telnet.wasm\"\n");
    place.write("a.py", "from telnetlib import Telnet as t\nt('example.org')\n");
    let ran = place.lazaret(&["check", "a.py"]);
    assert!(ran.code == 1 && ran.stdout.contains("high[no-telnet/plain-login]"), "{ran:?}");
    settings_are_held_against_the_schema(&place);
}

/// Of the policy that was made just now.
fn settings_are_held_against_the_schema(place: &Place) {
    let check = |settings: &str| {
        let table = "[policies.no-telnet]\nsource = \"no-telnet/no-telnet.wasm\"\n";
        place.write("lazaret.toml", format!("{table}settings = {settings}\n"));
        place.lazaret(&["check", "a.py"])
    };
    assert_eq!(check("{ hosts = [\"example.org\"] }").code, 0);
    assert_eq!(check("{ hosts = [\"localhost\"] }").code, 1);
    let ran = check("{ host = [], hosts = [\"a\", 1] }");
    assert_eq!(ran.code, 2, "{ran:?}");
    for told in [
        "`: there is no such setting (at `/host`)\n  help: did you mean `hosts`?\n",
        "`: 1 is not of type \"string\" (at `/hosts/1`)\n",
    ] {
        assert!(ran.stderr.contains(told), "{told}\nis not in\n{}", ran.stderr);
    }
    let key = "error: cannot use `policies.no-telnet.settings` of ";
    assert_eq!(ran.stderr.matches(key).count(), 2, "{}", ran.stderr);
}

/// Whoever has the source can tell what a file was made of.
#[test]
fn a_policy_is_the_same_file_whatever_folder_it_is_built_in() {
    let place = Place::new();
    let [one, other] = ["one/no-telnet", "another/below/no-telnet"].map(|name| {
        std::fs::create_dir_all(place.path().join(name).parent().unwrap()).unwrap();
        place.lazaret(&["policy", "new", name]);
        let folder = place.path().join(name);
        assert_eq!(policy(&place, &folder, &["build"]).code, 0);
        std::fs::read(folder.join("no-telnet.wasm")).unwrap()
    });
    assert!(one == other);
}

/// A policy of one query, for loops.
fn loops(pattern: &str) -> String {
    format!(
        "//! Loops.\n\
         use lazaret_policy::prelude::*;\n\
         #[policy]\n\
         pub struct Loops;\n\
         impl Policy for Loops {{\n\
             fn manifest() -> Manifest {{\n\
                 Manifest::new(\"loops\", \"1.0.0\")\n\
                     .query(\"loop\", \"python\", {pattern:?})\n\
                     .rule(Rule::new(\"endless\", Severity::High, \"it goes on for ever\"))\n\
             }}\n\
             fn check(&self, cx: &mut Context) {{\n\
                 for found in cx.matches(\"loop\") {{\n\
                     cx.report(\"endless\", found.capture(\"loop\").unwrap());\n\
                 }}\n\
             }}\n\
         }}\n"
    )
}

#[test]
fn diff_tells_what_another_version_finds_and_what_no_more() {
    let place = Place::new();
    built(&place, "loops", &loops("(while_statement condition: (true)) @loop"));
    let folder = place.path().join("loops");
    std::fs::rename(folder.join("loops.wasm"), place.path().join("old.wasm")).unwrap();
    let woken = "woken by   query loop in python: (while_statement condition: (true)) @loop\n";
    let ran = inspect(&place, Path::new("old.wasm"), &[]);
    assert!(ran.stdout.contains(woken), "{}", ran.stdout);
    std::fs::write(folder.join("src/lib.rs"), loops("((for_statement) @loop)")).unwrap();
    assert_eq!(policy(&place, &folder, &["build"]).code, 0);
    place.write("src/a.py", "x = 1\nwhile True:\n    x = 2\nfor y in z: pass\n");
    place.write("src/b.py", "while x: pass\n");
    let diff = |new: &str| place.lazaret(&["policy", "diff", "old.wasm", new, "src"]);
    let ran = diff("loops/loops.wasm");
    let expected = "- src/a.py:2:1  high [loops/endless] it goes on for ever\n\
                    + src/a.py:4:1  high [loops/endless] it goes on for ever\n";
    assert_eq!((ran.code, ran.stdout.as_str()), (1, expected), "{ran:?}");
    let ran = diff("old.wasm");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "Both find the same.\n"), "{ran:?}");
    assert_eq!(diff("src/a.py").code, 2);
    place.write("lazaret.toml", "[policies.loops]\nsource = \"old.wasm\"\n");
    let explain = |line: &str| place.lazaret(&["policy", "explain", line]).stdout;
    let here = "loops was woken by query `loop` here\n    high[loops/endless], it counts";
    assert!(explain("src/a.py:2").contains(here), "{}", explain("src/a.py:2"));
    let asked = "loops slept: nothing that it asks for is in the file: query `loop`\n";
    assert!(explain("src/b.py:1").contains(asked), "{}", explain("src/b.py:1"));
}

#[test]
fn a_policy_that_does_not_compile_is_not_built() {
    let place = Place::new();
    place.lazaret(&["policy", "new", "broken"]);
    let folder = place.path().join("broken");
    place.write("broken/src/lib.rs", "fn");
    let ran = policy(&place, &folder, &["build"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    let ends = "error: cannot compile the policy in `.`\n  help: cargo's own words are above\n";
    assert!(ran.stderr.ends_with(ends), "{ran:?}");
    assert!(!folder.join("broken.wasm").exists());
}

#[test]
fn test_says_which_rule_was_expected_where_and_what_was_found_instead() {
    let place = Place::new();
    shell_injection(&place);
    let text = "import os\nos.system(input())\nprint(1)  # expect: computed-command\n\
                os.system('ls')  # expect: constant-comand\n";
    place.write("fixtures/bad.py", text);
    place.write("fixtures/good.js", "require('child_process').exec(name);\n");
    let ran = place.lazaret(&["policy", "test", "shell-injection.wasm"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let expected = "\
wrong    fixtures/bad.py
    line 2: found `computed-command`, which is not expected
        os.system(input())
    line 3: expected `computed-command`, which is not found
        print(1)  # expect: computed-command
    line 4: expected `constant-comand`, found `constant-command`
        os.system('ls')  # expect: constant-comand
        help: the policy has no rule `constant-comand`; did you mean `constant-command`?
wrong    fixtures/good.js
    line 1: found `computed-command`, which is not expected
        require('child_process').exec(name);
note: no fixture expects `uncertain-shell`
note: no fixture expects `constant-command`
2 fixtures and ";
    assert!(ran.stdout.starts_with(expected), "{ran:?}");
    assert!(ran.stdout.ends_with(" further runs of them, 2 wrong\n"), "{ran:?}");
}

/// Nothing would tell that it does nothing at all.
#[test]
fn a_policy_that_finds_nothing_in_any_fixture_does_not_pass() {
    let place = Place::new();
    shell_injection(&place);
    place.write("fixtures/good.py", "print(1)\n");
    let ran = place.lazaret(&["policy", "test", "shell-injection.wasm"]);
    let end = "1 fixture, and nothing is found in any: write one in which the policy finds something, \
               with `expect: RULE` in a comment\n";
    assert!(ran.code == 1 && ran.stdout.ends_with(end), "{ran:?}");
    assert!(ran.stdout.contains("note: no fixture expects `computed-command`\n"), "{ran:?}");
}

#[test]
fn a_fixture_says_the_settings_that_the_policy_has_in_it() {
    let place = Place::new();
    place.write("network-reach.wasm", bundled("network-reach"));
    let test = |settings: &str| {
        let text = "u = 'http://example.org/'  # expect: foreign-host\n";
        place.write("fixtures/bad.py", format!("# settings: {settings}\n{text}"));
        place.lazaret(&["policy", "test", "network-reach.wasm"])
    };
    assert_eq!(test("{\"hosts\": []}").code, 0);
    for (settings, told) in [
        ("{\"hosts\": [\"example.org\"]}", "expected `foreign-host`, which is not found\n"),
        ("{\"host\": []}", "no such setting (at `/host`)\n    help: did you mean `hosts`?\n"),
        ("[]", "the settings in line 1 are no object of JSON: invalid type: sequence"),
    ] {
        let ran = test(settings);
        assert!(ran.code == 1 && ran.stdout.contains(told), "{told}\nis not in\n{ran:?}");
    }
}

/// It takes for granted what every file has that its author has seen.
const CARELESS: &str = "use lazaret_policy::prelude::*;
#[policy]
pub struct Careless;
impl Policy for Careless {
    fn manifest() -> Manifest {
        Manifest::new(\"careless\", \"1.0.0\")
            .calls([\"eval\"])
            .always()
            .wants_source()
            .rule(Rule::new(\"eval\", Severity::High, \"it is evil\"))
    }
    fn check(&self, cx: &mut Context) {
        let text = cx.source().unwrap();
        let first = text.lines().next().expect(\"a line\");
        for call in cx.calls(\"eval\") {
            if !text.ends_with(\"\\r\\n\") && first.len() < 100 {
                cx.report(\"eval\", call);
            }
        }
    }
}
";

/// Windows, an editor's mark, another script, an upload that broke off: somebody has each.
#[test]
fn test_tries_what_the_author_did_not_think_of() {
    let place = Place::new();
    built(&place, "careless", CARELESS);
    std::fs::remove_dir_all(place.path().join("careless/fixtures")).unwrap();
    place.write("careless/fixtures/bad.js", "eval(a)  // expect: eval\n");
    let ran = place.lazaret(&["policy", "test", "careless/careless.wasm"]);
    let different = "\n        line 1: expected `eval`, which is not found\n";
    for told in [
        "wrong    careless/fixtures/bad.js\n",
        &format!("    with line ends of Windows:{different}"),
        &format!("    with a line of 120,000 bytes before it:{different}"),
        "    without anything in it: it stopped on an error of its own; it said last: ",
    ] {
        assert!(ran.code == 1 && ran.stdout.contains(told), "{told}\nis not in\n{ran:?}");
    }
}

/// What may not be found is never written down as found.
#[test]
fn bless_writes_what_is_found_except_into_good_files() {
    let place = Place::new();
    shell_injection(&place);
    let bad = place.write("fixtures/bad.py", "import os\nos.system(input())\n");
    let good = place.write("fixtures/good.py", "import os\nos.system(input())\n");
    let bless = || place.lazaret(&["policy", "test", "shell-injection.wasm", "--bless"]);
    let ran = bless();
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.stdout.contains("blessed  fixtures/bad.py\nwrong    fixtures/good.py\n"),
        "{ran:?}"
    );
    let blessed = "import os\nos.system(input())  # expect: computed-command\n";
    assert_eq!(std::fs::read_to_string(bad).unwrap(), blessed);
    assert_eq!(std::fs::read_to_string(&good).unwrap(), "import os\nos.system(input())\n");
    std::fs::remove_file(good).unwrap();
    assert_eq!(bless().code, 0);
}

/// A comment inside a text is part of the text, and says nothing.
#[test]
fn bless_leaves_a_line_that_cannot_have_a_comment() {
    let place = Place::new();
    shell_injection(&place);
    let text = "import os\nos.system(\"\"\"a\n\"\"\" + input()); x = 1; os.system(\\\n  input())\n";
    let bad = place.write("fixtures/bad.py", text);
    let ran = place.lazaret(&["policy", "test", "shell-injection.wasm", "--bless"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(std::fs::read_to_string(bad).unwrap(), text);
}

/// Somebody may have linked the file that a project judges by.
#[test]
fn what_is_built_takes_the_place_of_a_link() {
    let place = Place::new();
    place.lazaret(&["policy", "new", "mine", "--lang", "toml"]);
    let other = place.write("other.wasm", "other");
    std::os::unix::fs::symlink(&other, place.path().join("mine/mine.wasm")).unwrap();
    let ran = place.lazaret(&["policy", "build", "mine"]);
    assert!(ran.code == 0 && std::fs::read(other).unwrap() == b"other", "{ran:?}");
    assert!(!place.path().join("mine/mine.wasm").is_symlink());
}

#[test]
fn mistakes_with_policies_say_what_to_do() {
    let place = Place::new();
    shell_injection(&place);
    place.write("there/a", "");
    place.write("crate/Cargo.toml", "[package]\nname = \"crate\"\n");
    for (arguments, error, help) in [
        (["new", "No_Telnet"], "cannot call a policy `No_Telnet`", "use lower-case words with"),
        (["new", "there"], "cannot make `there`: it is there already", "choose another name"),
        (
            ["build", "there"],
            "cannot build `there`: none of Cargo.toml, policy.c",
            "`lazaret policy new",
        ),
        (["test", "crate"], "cannot find a .wasm file that `crate/Cargo.toml` makes", "cdylib"),
        (
            ["test", "shell-injection.wasm"],
            "cannot test: cannot read the fixtures",
            "put files there",
        ),
    ] {
        let ran = place.lazaret(&["policy", arguments[0], arguments[1]]);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.stderr.starts_with(&format!("error: {error}")), "{ran:?}");
        assert!(ran.stderr.contains("help: ") && ran.stderr.contains(help), "{ran:?}");
    }
}
