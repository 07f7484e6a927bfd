//! The policies that come with Lazaret, loaded and run as they are embedded.

use lazaret_analysis::{Language, Severity, Span};
use lazaret_wasm::{HostOptions, Inspection, Policies, PolicySource};

use crate::files::{call, harmless, python};

/// The policies that come with Lazaret.
pub(crate) fn bundled() -> Vec<PolicySource> {
    let all = lazaret_bundle::policies().iter();
    all.map(|one| PolicySource::embedded(one.name, one.wasm, one.sha256)).collect()
}

#[test]
fn the_bundled_policies_judge() {
    let policies = Policies::load(bundled(), &HostOptions::default()).unwrap();
    let mut analysis = python("import os\nos.system(command)\n");
    analysis.facts = vec![call("os.system", 10..28)];
    let findings = policies.judge(&analysis).unwrap();
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!(finding.rule, "shell-injection/computed-command");
    assert_eq!(finding.severity, Severity::High);
    assert_eq!(finding.path, "test.py");
    assert_eq!(finding.span, Span { start: 10, end: 28 });
    assert_eq!(finding.cwe, Some(78));
    assert!(finding.message.contains("`os.system`"), "{}", finding.message);
    assert!(finding.help.is_some());
}

#[test]
fn a_file_of_which_nothing_is_asked_has_no_findings() {
    let policies = Policies::load(bundled(), &HostOptions::default()).unwrap();
    assert_eq!(policies.judge(&harmless()).unwrap(), []);
}

#[test]
fn the_manifest_says_what_the_policy_is() {
    let policies = Policies::load(bundled(), &HostOptions::default()).unwrap();
    let manifest = policies.manifests().find(|one| one.id == "shell-injection").unwrap();
    assert!(manifest.languages.contains(&Language::Python));
    assert!(manifest.rules.iter().any(|rule| rule.id == "computed-command"));
    assert_eq!(manifest.rules[0].severity, Severity::High);
}

#[test]
fn a_policy_in_a_file_works_the_same_way() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shell.wasm");
    std::fs::write(&path, lazaret_bundle::policy("shell-injection").unwrap().wasm).unwrap();
    let source = PolicySource::from_file(&path).unwrap();
    let policies = Policies::load(vec![source], &HostOptions::default()).unwrap();
    let mut analysis = python("import os\nos.popen(command)\n");
    analysis.facts = vec![call("os.popen", 10..27)];
    assert_eq!(policies.judge(&analysis).unwrap().len(), 1);
}

/// What is compiled is found again by it.
#[test]
fn the_digest_of_a_bundled_policy_is_that_of_its_bytes() {
    for policy in lazaret_bundle::policies() {
        let source = PolicySource::new(policy.name, policy.wasm);
        let inspected = Inspection::of(source, &HostOptions::default()).unwrap().sha256;
        let bytes = (0..64).step_by(2).map(|at| u8::from_str_radix(&inspected[at..at + 2], 16));
        assert!(bytes.map(Result::unwrap).eq(policy.sha256), "{}", policy.name);
    }
}
