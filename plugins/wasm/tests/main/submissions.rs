//! Policies that judge all files together, good and hostile.

use std::time::Duration;

use lazaret_analysis::{Analysis, Finding, Language, Manifest, Plan, Span};
use lazaret_wasm::{
    Answer, Failure, HostOptions, Limits, Part, Policies, PolicyError, PolicySource, Refusal,
    Submission,
};

use crate::bundled::bundled;
use crate::files::{analyse, harmless, python};
use crate::hostile::{self, FINDING, Hostile};

const LOOP: &str = "(loop (br 0))";

/// The usual limits, on a machine that may be busy: what ends a policy is not its deadline.
fn limits() -> Limits {
    Limits { deadline: Duration::from_hours(1), ..Limits::default() }
}

fn load_with(policy: Hostile, limits: Limits) -> Policies {
    let source = PolicySource::new("hostile.wasm", policy.build());
    Policies::load(vec![source], &HostOptions { limits, ..HostOptions::default() }).unwrap()
}

/// Has `policies` judge some files, with a manifest of this text, and hands on their answers.
fn answers<R>(
    policies: &Policies,
    analyses: &[Analysis],
    requirements: &str,
    read: impl FnOnce(Vec<Answer<'_>>) -> R,
) -> R {
    let manifest = Manifest::read("requirements.txt", requirements.as_bytes()).unwrap();
    let plan = Plan::of(analyses, std::slice::from_ref(&manifest));
    let beside = Part::Manifest { manifest: &manifest, text: requirements };
    let parts = analyses.iter().map(Part::Code).chain([beside]).collect();
    let submission = Submission { parts, plan: &plan };
    read(policies.judge_submission(&submission, |_, _| true).collect())
}

/// What the policy says about `harmless`, whose row is 0, and a manifest of ten bytes, whose row is 1.
fn judge(policy: Hostile) -> Result<Vec<Finding>, PolicyError> {
    let policies = load_with(policy, limits());
    answers(&policies, &[harmless()], "größe==1", |answers| {
        let [answer] = <[Answer<'_>; 1]>::try_from(answers).unwrap();
        answer.said
    })
}

fn failure(policy: Hostile) -> Failure {
    judge(policy).unwrap_err().reason
}

fn finds(unit: Option<u32>, finding: &hostile::Finding<'_>) -> Hostile {
    Hostile::new().finds_together(unit, finding, 1)
}

#[test]
fn a_finding_is_in_the_file_of_its_row_or_in_none() {
    let found =
        |unit, finding: &hostile::Finding<'_>| judge(finds(unit, finding)).unwrap().remove(0);
    let in_code = found(Some(0), &FINDING);
    assert_eq!((in_code.path.as_str(), in_code.span), ("test.py", Span { start: 0, end: 5 }));
    assert_eq!((in_code.rule.as_str(), in_code.message.as_str()), ("hostile/found", "here it is"));
    let in_manifest = found(Some(1), &hostile::Finding { start: 2, end: 4, ..FINDING });
    assert_eq!(in_manifest.path, "requirements.txt");
    assert_eq!(in_manifest.span, Span { start: 2, end: 4 });
    assert_eq!(found(None, &hostile::Finding { end: 0, ..FINDING }).path, "");
}

#[test]
fn a_row_that_no_file_has_is_an_error() {
    for unit in [2, u32::MAX] {
        let failure = failure(finds(Some(unit), &FINDING));
        let told =
            format!("a finding of its rule `found` is in the file of row {unit}, and there are 2");
        assert_eq!(failure.to_string(), told);
        assert!(failure.help().is_some());
    }
}

#[test]
fn a_place_outside_its_own_file_is_an_error() {
    let size = u32::try_from(harmless().text().len()).unwrap();
    let at = |start, end| hostile::Finding { start, end, ..FINDING };
    assert!(judge(finds(Some(0), &at(0, size))).is_ok());
    for (unit, start, end) in [
        // The other file has these bytes.
        (Some(1), 0, size),
        (Some(0), 0, size + 1),
        (Some(0), 3, 2),
        // The ö of `größe` is at bytes 2 and 3.
        (Some(1), 2, 3),
        (None, 0, 1),
        (None, u32::MAX, u32::MAX),
    ] {
        let failure = failure(finds(unit, &at(start, end)));
        assert!(matches!(failure, Failure::Span { .. }), "{unit:?} {start}..{end}: {failure:?}");
    }
    let fix = hostile::Finding { end: 0, fix: Some(&[(0, 1, "")]), ..FINDING };
    assert!(matches!(failure(finds(None, &fix)), Failure::Span { .. }));
}

#[test]
fn more_findings_than_are_taken_are_an_error() {
    let many = |times| Hostile::new().finds_together(Some(0), &FINDING, times);
    assert_eq!(judge(many(1_000)).unwrap().len(), 1_000);
    assert!(matches!(failure(many(1_001)), Failure::Findings { count: 1_001, limit: 1_000 }));
    let message = "x".repeat(100_000);
    let long = hostile::Finding { message: &message, ..FINDING };
    let aliased = Hostile::new().finds_together(Some(0), &long, 4_000);
    assert!(matches!(failure(aliased), Failure::Trapped { .. }));
    let unknown = finds(Some(0), &hostile::Finding { rule: "other", ..FINDING });
    assert!(matches!(failure(unknown), Failure::Rule { .. }));
}

/// As many as its memory has room for, which are read from empty memory: the host stops to take them.
#[test]
fn findings_that_fill_its_memory_do_not_fill_the_host() {
    let list = "(i32.store (i32.const 65536) (i32.const 0))
        (i32.store (i32.const 65540) (i32.const 1048576))
        (i32.store (i32.const 65544) (i32.const 600000)) (return (i32.const 65536))";
    let failure = failure(Hostile::new().pages(1024).submission(list));
    let Failure::Trapped { trap, .. } = failure else { panic!("{failure:?}") };
    assert!(trap.to_string().contains("too much data"), "{trap:?}");
}

#[test]
fn an_endless_loop_uses_up_the_fuel_of_all_files() {
    let limits = Limits { fuel: 1_000_000, fuel_per_byte: 1_000, ..limits() };
    let policies = load_with(Hostile::new().submission(LOOP), limits);
    let files = [harmless(), python("import numpy\n")];
    let size: usize = files.iter().map(|file| file.text().len()).sum::<usize>() + "a==1".len();
    answers(&policies, &files, "a==1", |mut answers| {
        let error = answers.remove(0).said.unwrap_err();
        assert_eq!(error.to_string(), "cannot judge the files together by policy `hostile`");
        let expected = 1_000_000 + 1_000 * size as u64;
        assert!(matches!(error.reason, Failure::Fuel { limit } if limit == expected), "{error:?}");
    });
}

#[test]
fn whatever_ends_a_policy_is_an_error() {
    let grow = "(loop (drop (memory.grow (i32.const 16))) (br 0))";
    let failed = failure(Hostile::new().submission(grow));
    assert!(matches!(failed, Failure::Memory { .. }), "{failed:?}");
    let failed = failure(Hostile::new().submission("(unreachable)"));
    assert!(matches!(failed, Failure::Trapped { .. }), "{failed:?}");
    let deep = Hostile::new().more("(func $f (call $f) (call $f))").submission("(call $f)");
    assert!(matches!(failure(deep), Failure::Stack));
    let said = failure(Hostile::new().fails_together("no such thing\u{7}"));
    assert_eq!(said.to_string(), "it says: no such thing\\u{7}");
}

/// A large repository has as many packages; it was refused, because the memory was that for a file.
#[test]
fn there_is_memory_for_what_a_policy_is_given() {
    let options = HostOptions {
        limits: Limits { memory: 8 << 20, fuel: 1_000_000_000_000, ..limits() },
        ..HostOptions::default()
    };
    let policies = Policies::load(bundled(), &options).unwrap();
    let files: Vec<Analysis> = (0..10).map(imports).collect();
    answers(&policies, &files, "reqeusts", |mut answers| {
        let found = answers.remove(0).said.unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
    });
}

/// A file that imports four thousand packages that no other does.
fn imports(file: usize) -> Analysis {
    let lines: Vec<String> = (0..4000).map(|row| format!("import p{file}x{row}")).collect();
    analyse(&format!("{file}.py"), Language::Python, &lines.join("\n"))
}

/// Of no file there is a tree, and reading it has its limit all the same.
#[test]
fn there_is_no_tree() {
    let get = r#"(import "lazaret:policy/tree@0.1.0" "get" (func $get (param i32 i32)))"#;
    // The first byte tells whether there is such a node.
    let reads = "(call $get (i32.const 0) (i32.const 8192))
        (if (i32.load8_u (i32.const 8192)) (then (unreachable)))";
    assert_eq!(judge(Hostile::new().more(get).submission(reads)).unwrap(), []);
    let again = "(loop (call $get (i32.const 0) (i32.const 8192)) (br 0))";
    assert!(matches!(failure(Hostile::new().more(get).submission(again)), Failure::Nodes { .. }));
}

#[test]
fn a_policy_without_it_is_not_asked() {
    let policies = load_with(Hostile::new().check("(unreachable)"), limits());
    assert!(!policies.judge_submissions());
    answers(&policies, &[harmless()], "a==1", |answers| assert!(answers.is_empty()));
}

/// What a policy asks for wakes it, and so does a package; nothing else does.
#[test]
fn a_policy_with_nothing_to_judge_does_not_start() {
    let hostile = || Hostile::new().interest("call", "print").submission("(unreachable)");
    let woken = |policies: &Policies, files: &[Analysis], requirements: &str| {
        answers(policies, files, requirements, |answers| answers.len())
    };
    let policies = load_with(hostile(), limits());
    assert_eq!(woken(&policies, &[python("a = 1\n"), python("import os\n")], ""), 0);
    assert_eq!(woken(&policies, &[python("a = 1\n"), harmless()], ""), 1);
    assert_eq!(woken(&policies, &[python("import numpy\n")], ""), 1);
    assert_eq!(woken(&policies, &[], "numpy"), 1);
    assert_eq!(woken(&policies, &[], "-r other.txt"), 1, "nobody knows what that is");
    let policies = load_with(hostile().languages(&["javascript"]), limits());
    assert_eq!(woken(&policies, &[harmless(), python("import numpy\n")], "numpy"), 0);
    let javascript = analyse("a.js", Language::JavaScript, "import 'react';\n");
    assert_eq!(woken(&policies, &[javascript], ""), 1);
    let always = Hostile::new().submission("(unreachable)");
    let policies = load_with(always, limits());
    assert_eq!(woken(&policies, &[python("a = 1\n")], ""), 1);
    assert_eq!(woken(&policies, &[], ""), 0);
}

#[test]
fn what_is_left_out_is_not_seen() {
    let policies = load_with(Hostile::new().finds_together(Some(1), &FINDING, 1), limits());
    let analyses = [python("import numpy\n"), python("import pandas\n")];
    let plan = Plan::of(&analyses, &[]);
    let submission = Submission { parts: analyses.iter().map(Part::Code).collect(), plan: &plan };
    let first = std::cell::Cell::new(true);
    let answers = policies.judge_submission(&submission, |_, _| first.replace(false));
    let reason = answers.map(|answer| answer.said.unwrap_err().reason).next().unwrap();
    assert!(matches!(reason, Failure::Unit { unit: 1, units: 1, .. }), "{reason:?}");
    assert_eq!(policies.judge_submission(&submission, |_, _| false).count(), 0);
}

/// Code that fits another contract would read one field for another.
#[test]
fn a_record_of_another_shape_is_refused_when_the_policy_is_loaded() {
    let wit = include_str!("../../../../policies/sdk/wit/policy.wit");
    let other = wit.replace("    known-by: string,\n", "");
    assert_ne!(other, wit);
    let module = Hostile::new().finds_together(Some(0), &FINDING, 1).build_by(&other);
    let source = PolicySource::new("hostile.wasm", module);
    let errors = Policies::load(vec![source], &HostOptions::default()).unwrap_err();
    assert!(matches!(errors[0].reason, Refusal::Types(_) | Refusal::Trial(_)), "{errors:?}");
}

/// What somebody asks for who runs a program stands in no file.
#[test]
fn a_package_that_no_file_names_is_judged_too() {
    let policy = lazaret_bundle::policy("dependencies").unwrap();
    let source = PolicySource::new(policy.name, policy.wasm);
    let policies = Policies::load(vec![source], &HostOptions::default()).unwrap();
    let mut asked = Manifest::read("requirements.txt", b"numpy\nreqeusts\n").unwrap();
    asked.path.clear();
    let plan = Plan::of(&[], &[asked]);
    let submission = Submission { parts: Vec::new(), plan: &plan };
    let answer = policies.judge_submission(&submission, |_, _| true).next().unwrap();
    let findings = answer.said.unwrap();
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!((finding.rule.as_str(), finding.path.as_str()), ("dependencies/typosquat", ""));
    assert_eq!(finding.span, Span { start: 0, end: 0 });
}
