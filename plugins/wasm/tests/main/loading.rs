//! What is no policy, and what the error says about it.

use lazaret_wasm::{HostOptions, LoadError, Policies, PolicySource, Refusal};
use serde_json::json;

use crate::hostile::Hostile;

fn refuse(bytes: impl Into<Vec<u8>>) -> LoadError {
    let source = PolicySource::new("bad.wasm", bytes.into());
    let mut errors = Policies::load(vec![source], &HostOptions::default()).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].to_string(), "cannot load policy `bad.wasm`");
    errors.remove(0)
}

fn refuse_text(text: &str) -> LoadError {
    refuse(wat::parse_str(text).unwrap())
}

fn manifest_error(policy: Hostile) -> String {
    match refuse(policy.build()).reason {
        Refusal::Manifest(reason) => reason,
        other => panic!("{other:?}"),
    }
}

/// Opening a named pipe waits for somebody to write to it.
#[test]
fn a_named_pipe_is_refused_and_not_waited_for() {
    let place = tempfile::tempdir().unwrap();
    let pipe = place.path().join("pipe.wasm");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let error = PolicySource::from_file(&pipe).unwrap_err();
    assert!(matches!(error.reason, Refusal::Unreadable(_)), "{error:?}");
}

#[test]
fn what_is_no_wasm_is_refused() {
    assert!(matches!(refuse("hello").reason, Refusal::NotWasm));
    assert!(matches!(refuse("(component)").reason, Refusal::NotWasm));
    assert!(matches!(refuse("").reason, Refusal::NotWasm));
}

#[test]
fn a_file_that_is_cut_off_is_refused() {
    let whole = lazaret_bundle::policies()[0].wasm;
    for length in [9, 100, whole.len() / 2, whole.len() - 1] {
        let error = refuse(&whole[..length]);
        let refused = matches!(error.reason, Refusal::Malformed(_) | Refusal::NoContract);
        assert!(refused, "{length}: {error:?}");
    }
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    let error = refuse(vec![0; (32 << 20) + 1]);
    assert_eq!(
        error.reason.to_string(),
        "it is 33554433 bytes long, and a policy may have 33554432"
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.wasm");
    std::fs::write(&path, vec![0; (32 << 20) + 1]).unwrap();
    let error = PolicySource::from_file(&path).unwrap_err();
    assert!(matches!(error.reason, Refusal::TooLarge { size: 33_554_433, .. }));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = PolicySource::from_file("nowhere/no.wasm").unwrap_err();
    assert_eq!(error.to_string(), "cannot load policy `nowhere/no.wasm`");
    assert!(matches!(error.reason, Refusal::Unreadable(_)));
    assert_eq!(error.help().as_deref(), Some("check the path"));
    let denied = Refusal::Unreadable(std::io::ErrorKind::PermissionDenied.into());
    assert_eq!(denied.help().as_deref(), Some("give this user the right to read it"));
}

#[test]
fn machine_code_is_never_taken_from_outside() {
    let engine = wasmtime::Engine::default();
    let module = wat::parse_str("(module)").unwrap();
    let error = refuse(engine.precompile_module(&module).unwrap());
    assert!(matches!(error.reason, Refusal::Precompiled));
    let component = wat::parse_str("(component)").unwrap();
    let error = refuse(engine.precompile_component(&component).unwrap());
    assert!(matches!(error.reason, Refusal::Precompiled));
}

#[test]
fn a_core_module_that_does_not_say_what_it_is_is_refused() {
    let error = refuse(Hostile::new().core_module());
    assert!(matches!(error.reason, Refusal::NoContract));
    assert!(error.help().unwrap().contains("lazaret-policy"));
}

#[test]
fn an_import_of_wasi_is_refused_by_name_with_the_fix() {
    let component = r#"(component (import "wasi:cli/environment@0.2.0" (instance)))"#;
    let error = refuse_text(component);
    assert!(matches!(&error.reason, Refusal::Import(name) if name == "wasi:cli/environment@0.2.0"));
    assert!(error.help().unwrap().contains("--stub-wasi"));
    let wasi =
        r#"(import "wasi_snapshot_preview1" "random_get" (func (param i32 i32) (result i32)))"#;
    let error = refuse(Hostile::new().more(wasi).build());
    assert!(matches!(&error.reason, Refusal::Import(name) if name == "wasi_snapshot_preview1"));
    assert!(error.help().unwrap().contains("wasm32-unknown-unknown"));
}

#[test]
fn any_other_import_is_refused_by_name() {
    let error = refuse_text(r#"(component (import "acme:files/read" (func)))"#);
    assert!(matches!(&error.reason, Refusal::Import(name) if name == "acme:files/read"));
    let error = refuse(Hostile::new().more(r#"(import "env" "now" (func))"#).build());
    assert!(matches!(&error.reason, Refusal::Import(name) if name == "env"));
}

#[test]
fn another_version_of_the_contract_is_told() {
    let error = refuse_text(r#"(component (import "lazaret:policy/tree@0.2.0" (instance)))"#);
    assert_eq!(
        error.reason.to_string(),
        "it is built for `lazaret:policy@0.2.0`, and this host speaks `lazaret:policy@0.1.0`"
    );
}

#[test]
fn a_component_for_something_else_is_refused() {
    assert!(matches!(refuse_text("(component)").reason, Refusal::MissingExport(_)));
}

/// A component with these parts, and functions that have the contract's names alone.
#[track_caller]
fn other_types_are_refused(parts: &str) {
    let error = refuse_text(&format!(
        r#"(component {parts}
            (core module $m (func (export "f") (result i32) (i32.const 1)))
            (core instance $i (instantiate $m))
            (func $f (result u32) (canon lift (core func $i "f")))
            (instance $policy (export "describe" (func $f))
                (export "validate-settings" (func $f)) (export "check" (func $f)))
            (export "lazaret:policy/policy@0.1.0" (instance $policy)))"#
    ));
    assert!(matches!(error.reason, Refusal::Types(_) | Refusal::Trial(_)), "{error:?}");
}

// Looking up the function succeeds, and only its type tells that it is not the contract's.
#[test]
fn functions_of_other_types_are_refused() {
    other_types_are_refused("");
}

/// What copies a text from one component to another has both their memories. Where a module may have
/// one only, wasmtime panicked, at a policy in JavaScript and at anybody's who wanted that.
#[test]
fn components_inside_a_policy_can_give_each_other_texts() {
    other_types_are_refused(
        r#"
            (component $reader
                (core module $m
                    (memory (export "memory") 1)
                    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
                    (func (export "read") (param i32 i32)))
                (core instance $i (instantiate $m))
                (func (export "read") (param "text" string) (canon lift (core func $i "read")
                    (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))
            (component $writer
                (import "read" (func $read (param "text" string)))
                (core module $memory (memory (export "memory") 1))
                (core instance $memory (instantiate $memory))
                (core func $lowered (canon lower (func $read) (memory (core memory $memory "memory"))))
                (core module $m (import "" "read" (func (param i32 i32))))
                (core instance $in (export "read" (func $lowered)))
                (core instance (instantiate $m (with "" (instance $in)))))
            (instance $reads (instantiate $reader))
            (instance (instantiate $writer (with "read" (func $reads "read"))))
"#,
    );
}

#[test]
fn what_is_switched_off_cannot_be_compiled() {
    let threads = Hostile::new().more("(func (atomic.fence))");
    assert!(matches!(refuse(threads.build()).reason, Refusal::Compile(_) | Refusal::Malformed(_)));
    let gc = Hostile::new().more("(type (struct (field i32)))");
    assert!(matches!(refuse(gc.build()).reason, Refusal::Compile(_) | Refusal::Malformed(_)));
}

#[test]
fn a_manifest_has_to_hold_together() {
    let error = manifest_error(Hostile::new().id("Bad Id"));
    assert_eq!(error, r#"the id "Bad Id" is not lower-case words with hyphens"#);
    assert!(manifest_error(Hostile::new().rules(&[])).contains("no rules"));
    assert!(manifest_error(Hostile::new().rules(&["a/b"])).contains("rule id"));
    assert!(manifest_error(Hostile::new().rules(&["failed"])).contains("a policy that failed"));
    assert!(manifest_error(Hostile::new().rules(&["a", "a"])).contains("two rules `a`"));
    assert!(manifest_error(Hostile::new().languages(&["pyhton"])).contains("pyhton"));
    assert!(manifest_error(Hostile::new().interest("cal", "*")).contains("`call`"));
    assert!(manifest_error(Hostile::new().interest("call", "****")).contains("stars"));
    assert!(manifest_error(Hostile::new().never_unasked()).contains("never start"));
}

#[test]
fn all_errors_of_all_policies_come_at_once() {
    let sources = vec![
        PolicySource::new("one.wasm", b"x".as_slice()),
        PolicySource::new("good.wasm", Hostile::new().build()),
        PolicySource::new("two.wasm", Hostile::new().core_module()),
    ];
    let errors = Policies::load(sources, &HostOptions::default()).unwrap_err();
    let names: Vec<_> = errors.iter().map(|error| error.policy.as_str()).collect();
    assert_eq!(names, ["one.wasm", "two.wasm"]);
}

#[test]
fn two_policies_cannot_have_one_id() {
    let source = |name: &str| PolicySource::new(name, Hostile::new().build());
    let sources = vec![source("one.wasm"), source("two.wasm")];
    let errors = Policies::load(sources, &HostOptions::default()).unwrap_err();
    assert_eq!(errors[0].policy, "two.wasm");
    assert_eq!(errors[0].reason.to_string(), "its id `hostile` is that of `one.wasm` too");
}

#[test]
fn a_policy_without_settings_takes_none() {
    let wasm = lazaret_bundle::policy("shell-injection").unwrap().wasm;
    let settings = json!({"allow/this": 1});
    let source = PolicySource { settings, ..PolicySource::new("shell-injection", wasm) };
    let error = Policies::new(&HostOptions::default()).add(source).unwrap_err();
    assert_eq!(
        error.reason.to_string(),
        "its settings are wrong: this policy has no settings (at `/allow~1this`)"
    );
}

/// A rule's words are in each of its findings: two megabytes of them were four gigabytes of a report.
#[test]
fn a_policy_that_says_too_much_about_itself_is_refused() {
    let long = "x".repeat(5000);
    assert!(
        manifest_error(Hostile::new().title(&long))
            .contains("the words of one of its rules have 5005 bytes")
    );
    let ids: Vec<String> = (0..501).map(|number| format!("rule-{number}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    assert!(manifest_error(Hostile::new().rules(&ids)).contains("501 rules, and 500 are taken"));
    let many = (0..1001)
        .fold(Hostile::new(), |policy, number| policy.interest("call", &format!("name{number}")));
    assert!(manifest_error(many).contains("1001 interests, and 1000 are taken"));
}
