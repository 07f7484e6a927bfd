//! The policies that come with Lazaret, loaded and run as they are embedded.

use lazaret_analysis::{Argument, Fact, FactKind, Language, Resolution, Severity, Span};
use lazaret_wasm::{HostOptions, Policies, PolicySource, Unit};

fn bundled() -> Vec<PolicySource> {
    lazaret_bundle::policies().iter().map(|one| PolicySource::new(one.name, one.wasm)).collect()
}

const TEXT: &str = "import os\nos.system(command)\n";

fn system() -> Fact {
    Fact {
        kind: FactKind::Call,
        name: "os.system".to_owned(),
        resolution: Resolution::Exact,
        arguments: vec![Argument {
            name: None,
            literal: None,
            text: "command".to_owned(),
            span: Span { start: 20, end: 27 },
        }],
        span: Span { start: 10, end: 28 },
    }
}

#[test]
fn the_bundled_policies_judge() {
    let policies = Policies::load(bundled(), &HostOptions::default()).unwrap();
    let unit = Unit {
        path: "test.py",
        language: Language::Python,
        text: TEXT,
        tree: None,
        facts: &[system()],
    };
    let judgement = policies.judge(unit).unwrap();
    let [finding] = judgement.findings.as_slice() else { panic!("{judgement:?}") };
    assert_eq!(finding.rule, "shell-injection/computed-command");
    assert_eq!(finding.severity, Severity::High);
    assert_eq!(finding.span, Span { start: 10, end: 28 });
    assert_eq!(finding.cwe, Some(78));
}
