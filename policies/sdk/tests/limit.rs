//! What becomes of more than the host takes.

use lazaret_policy::prelude::*;
use lazaret_policy::testing::{Fact, judge, unit};

/// A policy that says something of every call.
#[policy]
struct EveryCall;

impl Policy for EveryCall {
    fn manifest() -> Manifest {
        Manifest::new("every-call", "1.0.0")
            .calls(["*"])
            .rule(Rule::new("call", Severity::Low, "something is called"))
            .rule(Rule::new("exec", Severity::High, "code is run"))
    }

    fn check(&self, cx: &mut Context) {
        for call in cx.calls("*") {
            cx.report(if call.name() == "exec" { "exec" } else { "call" }, call);
        }
    }
}

#[test]
fn as_many_findings_as_the_host_takes_are_left_as_they_are() {
    let findings = judge::<EveryCall>(unit("python", vec![Fact::call("f"); 1_000]));
    assert_eq!(findings.len(), 1_000);
    assert!(findings.iter().all(|finding| finding.message.is_empty()));
}

#[test]
fn of_more_the_worst_are_kept_and_the_last_says_how_many_there_are() {
    let mut calls = vec![Fact::call("f"); 1_234];
    calls.push(Fact::call("exec"));
    let findings = judge::<EveryCall>(unit("python", calls));
    assert_eq!(findings.len(), 1_000);
    let last = findings.last().unwrap();
    assert_eq!(last.rule, "exec", "it is the worst, and the last in the file");
    assert_eq!(last.message, "code is run; findings of this file that are left out: 235");
    assert_eq!(findings[998].span.start.line, 999, "the others are the first");
}

/// A policy that repeats what it has found.
#[policy]
struct EveryText;

impl Policy for EveryText {
    fn manifest() -> Manifest {
        let rule = Rule::new("text", Severity::Low, "there is a text");
        Manifest::new("every-text", "1.0.0").strings(["*"]).rule(rule)
    }

    fn check(&self, cx: &mut Context) {
        for text in cx.strings("*") {
            cx.report("text", text).message(&text.name);
        }
    }
}

#[test]
fn a_message_is_no_longer_than_the_host_takes() {
    let message =
        |text: &str| judge::<EveryText>(unit("python", [Fact::string(text)])).remove(0).message;
    assert_eq!(message(&"a".repeat(1_000)), "a".repeat(1_000));
    assert_eq!(message(&"é".repeat(5_000)), "é".repeat(500) + "…");
}
