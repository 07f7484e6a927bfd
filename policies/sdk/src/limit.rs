//! As many findings, and as much of each, as the host takes.
//!
//! With more, the policy would fail, and of a thousand calls that go through a shell nobody would learn
//! of one. The verdict hangs on the worst, so these are kept, and the last one says that there are more.

use std::cmp::Reverse;

use crate::types::{Finding, Manifest, Severity};

/// Findings that the host takes of one policy about one file, where its operator says nothing else.
pub(crate) const MOST: usize = 1_000;

/// Bytes of a message. The host takes four thousand with those of all labels.
const LONGEST: usize = 1_000;

/// Of `findings` the worst, in the order in which they were reported.
pub(crate) fn limited(
    mut findings: Vec<Finding>,
    manifest: impl FnOnce() -> Manifest,
) -> Vec<Finding> {
    let left_out = findings.len().saturating_sub(MOST);
    if left_out == 0 {
        return findings;
    }
    let manifest = manifest();
    let mut rows: Vec<usize> = (0..findings.len()).collect();
    rows.sort_by_cached_key(|row| Reverse(severity(&findings[*row], &manifest)));
    let mut is_kept = vec![false; findings.len()];
    rows.iter().take(MOST).for_each(|row| is_kept[*row] = true);
    let mut is_kept = is_kept.into_iter();
    findings.retain(|_| is_kept.next().unwrap_or_default());
    if let Some(last) = findings.last_mut() {
        let said = if last.message.is_empty() { title(last, &manifest) } else { &last.message };
        last.message = format!("{said}; findings of this file that are left out: {left_out}");
    }
    findings
}

/// What the finding says, or else its rule. One of no rule is the worst: the host has to see it.
fn severity(finding: &Finding, manifest: &Manifest) -> Severity {
    let rule = manifest.rules.iter().find(|rule| rule.id == finding.rule);
    rule.map_or(Severity::Critical, |rule| finding.severity.unwrap_or(rule.default_severity))
}

fn title<'a>(finding: &Finding, manifest: &'a Manifest) -> &'a str {
    let rule = manifest.rules.iter().find(|rule| rule.id == finding.rule);
    rule.map_or("", |rule| &rule.title)
}

/// As much of a message as anybody reads: it may repeat a text of the file, and that may be long.
pub(crate) fn shortened(mut message: String) -> String {
    if message.len() > LONGEST {
        message.truncate(message.floor_char_boundary(LONGEST));
        message.push('…');
    }
    message
}
