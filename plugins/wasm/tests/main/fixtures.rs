//! The files beside each bundled policy, analysed and judged for real.
//!
//! In `fixtures/bad.*` a comment `expect: rule` says what is found on its line, and nothing else
//! may be; in `fixtures/good.*` nothing is found.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use lazaret_analysis::{Analysis, Language};
use lazaret_wasm::{HostOptions, Policies, PolicySource};

use crate::files::analyse;

/// A line, and the id of a rule without its policy's.
type Place = (usize, String);

#[test]
fn the_fixtures_have_the_findings_that_they_expect() {
    for policy in lazaret_bundle::policies() {
        let source = PolicySource::new(policy.name, policy.wasm);
        let policies = Policies::load(vec![source], &HostOptions::default()).unwrap();
        let fixtures = fixtures(policy.name);
        assert!(fixtures.len() >= 2, "{} has no fixtures", policy.name);
        for path in fixtures {
            let text = fs::read_to_string(&path).unwrap();
            let name = path.file_name().unwrap().to_str().unwrap();
            let analysis = analyse(name, language(&path), &text);
            assert_eq!(found(&policies, &analysis), expected(&text), "{}", path.display());
        }
    }
}

fn fixtures(policy: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies").join(policy);
    let entries = fs::read_dir(folder.join("fixtures")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn language(path: &Path) -> Language {
    match path.extension().unwrap().to_str().unwrap() {
        "py" => Language::Python,
        "js" => Language::JavaScript,
        "ts" => Language::TypeScript,
        "sh" => Language::Bash,
        other => panic!("there are no fixtures of `.{other}`"),
    }
}

fn found(policies: &Policies, analysis: &Analysis) -> BTreeSet<Place> {
    let findings = policies.judge(analysis).unwrap();
    let place = |finding: &lazaret_analysis::Finding| {
        let (_, rule) = finding.rule.split_once('/').unwrap();
        (analysis.position(finding.span.start).line, rule.to_owned())
    };
    findings.iter().map(place).collect()
}

fn expected(text: &str) -> BTreeSet<Place> {
    let rule = |(row, line): (usize, &str)| {
        let (_, rule) = line.split_once("expect: ")?;
        Some((row + 1, rule.trim().to_owned()))
    };
    text.lines().enumerate().filter_map(rule).collect()
}
