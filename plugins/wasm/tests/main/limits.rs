//! What a policy gets that takes too much.

use std::time::Duration;

use lazaret_wasm::{Failure, HostOptions, Limits, Policies, PolicyError, PolicySource, Refusal};

use crate::files::{harmless, python};
use crate::hostile::{FINDING, Finding, Hostile};

const LOOP: &str = "(loop (br 0))";

/// The usual limits, on a machine that may be busy: what ends a policy is not its deadline.
fn limits() -> Limits {
    Limits { deadline: Duration::from_hours(1), ..Limits::default() }
}

fn judge_with(policy: Hostile, limits: Limits) -> Result<usize, PolicyError> {
    let source = PolicySource::new("hostile.wasm", policy.build());
    let options = HostOptions { limits, ..HostOptions::default() };
    let policies = Policies::load(vec![source], &options).unwrap();
    policies.judge(&harmless()).map(|findings| findings.len())
}

fn failure(policy: Hostile) -> Failure {
    judge_with(policy, limits()).unwrap_err().reason
}

fn trial(policy: Hostile) -> Failure {
    let source = PolicySource::new("hostile.wasm", policy.build());
    let options = HostOptions { limits: limits(), ..HostOptions::default() };
    let errors = Policies::load(vec![source], &options).unwrap_err();
    match errors.into_iter().next().unwrap().reason {
        Refusal::Trial(failure) => failure,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_endless_loop_uses_up_its_fuel() {
    let limits = Limits { fuel: 1_000_000, fuel_per_byte: 0, ..limits() };
    let error = judge_with(Hostile::new().check(LOOP), limits).unwrap_err();
    assert_eq!(error.to_string(), "cannot judge `test.py` by policy `hostile`");
    assert_eq!(error.reason.to_string(), "it used up its 1000000 units of fuel");
    assert!(error.help().is_some());
}

#[test]
fn fuel_grows_with_the_file() {
    let limits = Limits { fuel: 1_000_000, fuel_per_byte: 1_000, ..limits() };
    let error = judge_with(Hostile::new().check(LOOP), limits).unwrap_err();
    let size = harmless().text().len() as u64;
    assert!(matches!(error.reason, Failure::Fuel { limit } if limit == 1_000_000 + 1_000 * size));
}

#[test]
fn a_deadline_ends_what_fuel_does_not() {
    let deadline = Duration::from_millis(50);
    let limits = Limits { fuel: u64::MAX, deadline, ..limits() };
    let error = judge_with(Hostile::new().check(LOOP), limits).unwrap_err();
    assert!(matches!(error.reason, Failure::Deadline { .. }), "{error:?}");
}

#[test]
fn memory_that_grows_without_end_is_refused() {
    let grow = "(loop (drop (memory.grow (i32.const 16))) (br 0))";
    let failure = failure(Hostile::new().check(grow));
    assert!(matches!(failure, Failure::Memory { limit } if limit == 64 << 20), "{failure:?}");
}

#[test]
fn memory_that_is_too_large_from_the_beginning_is_refused() {
    assert!(matches!(trial(Hostile::new().pages(1025)), Failure::Memory { .. }));
    assert!(judge_with(Hostile::new().pages(1024), limits()).is_ok());
}

#[test]
fn recursion_without_end_runs_over_the_stack() {
    let policy = Hostile::new().more("(func $f (call $f) (call $f))").check("(call $f)");
    assert!(matches!(failure(policy), Failure::Stack));
}

#[test]
fn a_trial_has_limits_too() {
    let failure = trial(Hostile::new().describe(LOOP));
    assert!(matches!(failure, Failure::Fuel { .. }), "{failure:?}");
}

#[test]
fn a_start_function_has_limits_too() {
    let failure = trial(Hostile::new().more("(func $begin (loop (br 0))) (start $begin)"));
    assert!(matches!(failure, Failure::Fuel { .. }), "{failure:?}");
}

#[test]
fn more_findings_than_are_taken_are_an_error() {
    assert_eq!(judge_with(Hostile::new().finds(&FINDING, 1_000), limits()).unwrap(), 1_000);
    let failure = failure(Hostile::new().finds(&FINDING, 1_001));
    assert!(matches!(failure, Failure::Findings { count: 1_001, limit: 1_000 }), "{failure:?}");
}

#[test]
fn a_finding_that_is_too_long_is_an_error() {
    let message = "x".repeat(4_097);
    let failure = failure(Hostile::new().finds(&Finding { message: &message, ..FINDING }, 1));
    assert_eq!(
        failure.to_string(),
        "a finding of its rule `found` has 4097 bytes, and 4096 are taken"
    );
}

// A policy of a few kilobytes once had the host allocate gigabytes: strings that share their bytes
// in the policy's memory do not share them in the host's.
#[test]
fn strings_that_share_their_bytes_do_not_fill_the_host() {
    let message = "x".repeat(100_000);
    let policy = Hostile::new().finds(&Finding { message: &message, ..FINDING }, 4_000);
    assert!(matches!(failure(policy), Failure::Trapped { .. }));
}

#[test]
fn a_log_without_end_is_an_error() {
    let mut policy = Hostile::new().more(LOG);
    let line = policy.text("again");
    let policy = policy.check(&format!("(loop (call $log (i32.const 1) {line}) (br 0))"));
    assert!(matches!(failure(policy), Failure::Log { limit: 65_536 }));
}

#[test]
fn reading_the_tree_without_end_is_an_error() {
    let get = r#"(import "lazaret:policy/tree@0.1.0" "get" (func $get (param i32 i32)))"#;
    let policy = Hostile::new().more(get);
    let policy = policy.check("(loop (call $get (i32.const 0) (i32.const 512)) (br 0))");
    let failure = failure(policy);
    assert!(matches!(failure, Failure::Nodes { .. }), "{failure:?}");
}

#[test]
fn copying_the_tree_without_end_is_an_error() {
    let snapshot =
        r#"(import "lazaret:policy/tree@0.1.0" "snapshot" (func $snapshot (param i32 i32)))"#;
    let policy = Hostile::new().more(snapshot).check(
        "(loop (global.set $free (i32.const 524288))
            (call $snapshot (i32.const 0) (i32.const 512)) (br 0))",
    );
    let failure = failure(policy);
    assert!(matches!(failure, Failure::Nodes { .. }), "{failure:?}");
}

#[test]
fn what_a_policy_said_before_it_trapped_is_told() {
    let mut policy = Hostile::new().more(LOG);
    let line = policy.text("panicked at src/lib.rs");
    let policy = policy.check(&format!("(call $log (i32.const 2) {line}) (unreachable)"));
    assert_eq!(
        failure(policy).to_string(),
        "it stopped on an error of its own; it said last: panicked at src/lib.rs"
    );
}

#[test]
fn nothing_is_left_from_one_file_to_the_next() {
    let counts = "(global.set $seen (i32.add (global.get $seen) (i32.const 1)))
        (if (i32.gt_u (global.get $seen) (i32.const 1)) (then (unreachable)))";
    let policy = Hostile::new().more("(global $seen (mut i32) (i32.const 0))").check(counts);
    let source = PolicySource::new("hostile.wasm", policy.build());
    let policies = Policies::load(vec![source], &HostOptions::default()).unwrap();
    for text in ["a = 1\n", "b = 2\n", "c = 3\n"] {
        assert_eq!(policies.judge(&python(text)).unwrap(), []);
    }
}

#[test]
fn policies_judge_on_many_threads_at_once() {
    let source = PolicySource::new("hostile.wasm", Hostile::new().finds(&FINDING, 3).build());
    let policies = Policies::load(vec![source], &HostOptions::default()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| assert_eq!(policies.judge(&harmless()).unwrap().len(), 3));
        }
    });
}

pub(crate) const LOG: &str =
    r#"(import "lazaret:policy/log@0.1.0" "write" (func $log (param i32 i32 i32)))"#;
