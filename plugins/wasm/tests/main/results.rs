//! What a policy may say, and what it may not.

use lazaret_analysis::{Applicability, Finding, Severity};
use lazaret_wasm::{Failure, HostOptions, LogLevel, Policies, PolicyError, PolicySource};

use crate::files::{call, harmless, python};
use crate::hostile::{self, FINDING, Hostile};
use crate::limits::LOG;

fn load(policy: Hostile) -> Policies {
    let source = PolicySource::new("hostile.wasm", policy.build());
    Policies::load(vec![source], &HostOptions::default()).unwrap()
}

fn judge(policy: Hostile) -> Result<Vec<Finding>, PolicyError> {
    load(policy).judge(&harmless())
}

fn reports(finding: &hostile::Finding<'_>) -> Result<Vec<Finding>, PolicyError> {
    judge(Hostile::new().finds(finding, 1))
}

#[test]
fn a_finding_without_a_severity_has_that_of_its_rule() {
    let findings = reports(&FINDING).unwrap();
    assert_eq!(findings[0].rule, "hostile/found");
    assert_eq!(findings[0].severity, Severity::Medium);
    assert_eq!(findings[0].message, "here it is");
}

#[test]
fn a_finding_without_a_message_has_the_title_of_its_rule() {
    let findings = reports(&hostile::Finding { message: "", ..FINDING }).unwrap();
    assert_eq!(findings[0].message, "a title");
}

#[test]
fn control_characters_are_escaped() {
    let findings = reports(&hostile::Finding { message: "\u{1b}[2J\r\n", ..FINDING }).unwrap();
    assert_eq!(findings[0].message, "\\u{1b}[2J\\r\\n");
}

#[test]
fn a_place_outside_the_file_is_an_error() {
    let size = u32::try_from(harmless().text().len()).unwrap();
    assert!(reports(&hostile::Finding { start: size, end: size, ..FINDING }).is_ok());
    for (start, end) in [(0, size + 1), (u32::MAX, u32::MAX), (3, 2)] {
        let error = reports(&hostile::Finding { start, end, ..FINDING }).unwrap_err();
        assert!(matches!(error.reason, Failure::Span { .. }), "{start}..{end}: {error:?}");
    }
}

#[test]
fn a_place_inside_a_character_is_an_error() {
    // The ö of `größer` is at bytes 9 and 10.
    assert!(reports(&hostile::Finding { start: 9, end: 11, ..FINDING }).is_ok());
    let error = reports(&hostile::Finding { start: 9, end: 10, ..FINDING }).unwrap_err();
    assert!(matches!(error.reason, Failure::Span { .. }), "{error:?}");
}

#[test]
fn a_fix_is_handed_on_in_the_order_of_the_file() {
    let fix = [(9, 11, "oe"), (0, 2, ""), (11, 11, "!")];
    let findings = reports(&hostile::Finding { fix: Some(&fix), ..FINDING }).unwrap();
    let fix = findings[0].fix.as_ref().unwrap();
    assert_eq!((fix.title.as_str(), fix.applicability), ("mend\\u{7} it", Applicability::Review));
    let edits: Vec<_> = fix.edits.iter().map(|edit| edit.span.start..edit.span.end).collect();
    assert_eq!(edits, [0..2, 9..11, 11..11]);
}

/// Whoever makes the edits need not look again.
#[test]
fn a_fix_whose_edits_cannot_be_made_is_an_error() {
    let reason = |fix: &[(u32, u32, &str)]| {
        reports(&hostile::Finding { fix: Some(fix), ..FINDING }).unwrap_err().reason
    };
    let size = u32::try_from(harmless().text().len()).unwrap();
    let overlapping = [(0, 5, "a"), (4, 6, "b")];
    let twice = [(3, 3, "a"), (3, 3, "b")];
    for fix in [&[][..], &overlapping, &twice] {
        assert!(matches!(reason(fix), Failure::Fix { .. }), "{fix:?}");
    }
    for fix in [(0, size + 1, ""), (9, 10, ""), (5, 4, "")] {
        assert!(matches!(reason(&[fix]), Failure::Span { .. }), "{fix:?}");
    }
    let long = "x".repeat(5000);
    assert!(matches!(reason(&[(0, 1, &long)]), Failure::FindingSize { .. }));
}

#[test]
fn a_rule_that_is_not_in_the_manifest_is_an_error() {
    let error = reports(&hostile::Finding { rule: "other\n", ..FINDING }).unwrap_err();
    let reason = error.reason.to_string();
    assert_eq!(reason, "it reported the rule `other\\n`, which is not in its manifest");
}

#[test]
fn a_policy_can_say_that_it_failed() {
    let error = judge(Hostile::new().fails("no such thing\u{7}")).unwrap_err();
    assert_eq!(error.reason.to_string(), "it says: no such thing\\u{7}");
}

#[test]
fn a_policy_starts_only_where_what_it_asks_for_occurs() {
    let policies = load(Hostile::new().interest("call", "os.*").check("(unreachable)"));
    let mut analysis = python("import os\nos.system(command)\n");
    analysis.facts = Vec::new();
    assert_eq!(policies.judge(&analysis).unwrap(), []);
    analysis.facts = vec![call("subprocess.run", 10..28)];
    assert_eq!(policies.judge(&analysis).unwrap(), []);
    analysis.facts.push(call("os.system", 10..28));
    assert!(policies.judge(&analysis).is_err());
}

#[test]
fn a_policy_starts_only_for_its_languages() {
    let policies = load(Hostile::new().languages(&["javascript"]).check("(unreachable)"));
    assert_eq!(policies.judge(&harmless()).unwrap(), []);
}

#[test]
fn what_a_policy_logs_is_handed_on() {
    let mut policy = Hostile::new().more(LOG);
    let line = policy.text("a line\n");
    let policies = load(policy.check(&format!("(call $log (i32.const 1) {line})")));
    let mut log = Vec::new();
    assert_eq!(policies.judge_with_log(&harmless(), &mut log).unwrap(), []);
    assert_eq!(log.len(), 1);
    assert_eq!((log[0].level, log[0].message.as_str()), (LogLevel::Info, "a line\\n"));
    assert_eq!(log[0].policy, "hostile");
}
