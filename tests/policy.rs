//! The tools for those who write policies.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::schema::{assert_kept, assert_published};
use crate::support::{Place, Ran, finish};

const SCHEMA: &str = "policy.v1.json";

/// The bundled policy, as the file that the compiler made of it.
fn shell_injection(place: &Place) -> PathBuf {
    let [policy] = lazaret_bundle::policies() else { panic!("there are others now") };
    place.write("shell-injection.wasm", policy.wasm)
}

/// What rustc makes of `source` for `target`.
fn compiled(place: &Place, target: &str, source: &str) -> PathBuf {
    let (from, to) = (place.write("lib.rs", source), place.path().join("compiled.wasm"));
    let mut rustc = Command::new("rustc");
    rustc.args(["--edition=2024", "--crate-type=cdylib", "--target", target, "-o"]);
    let ran = finish(rustc.arg(&to).arg(&from), b"");
    let help = format!("`rustup target add {target}` installs what may be missing");
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
    let file = compiled(&place, "wasm32-unknown-unknown", source);
    let ran = inspect(&place, &file, &[]);
    let cause = "it is a core module without the section `component-type`";
    assert_refused(&ran, &file, cause, "build it with the crate `lazaret-policy`");
}

#[test]
fn a_component_that_imports_wasi_is_refused_with_what_to_do() {
    let place = Place::new();
    let source = "#[unsafe(no_mangle)] pub extern \"C\" fn check() { println!(\"hello\") }";
    let file = compiled(&place, "wasm32-wasip2", source);
    let ran = inspect(&place, &file, &[]);
    assert_refused(&ran, &file, "it imports `wasi:", "build a Rust policy for");
}

#[test]
fn a_file_that_is_not_there_is_refused_with_what_to_do() {
    let place = Place::new();
    let file = Path::new("nowhere.wasm");
    assert_refused(&inspect(&place, file, &[]), file, "cannot read it\n", "check the path");
}
