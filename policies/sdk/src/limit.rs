//! As many findings, and as much of each, as the host takes.
//!
//! With more, the policy would fail, and of a thousand calls that go through a shell nobody would learn
//! of one. The verdict hangs on the worst, so these are kept, and the last one says that there are more.

use std::borrow::{Borrow, BorrowMut};
use std::cmp::Reverse;

use crate::bindings::submission::exports::lazaret::policy::submission_policy::Located;
use crate::types::{Finding, Manifest, Severity};

/// Findings that the host takes of one policy about one file, or about one submission, where its
/// operator says nothing else.
pub(crate) const MOST: usize = 1_000;

/// Bytes of a message. The host takes four thousand with those of all labels.
const LONGEST: usize = 1_000;

/// What has a finding.
pub(crate) trait Limited: BorrowMut<Finding> {
    /// What it is a finding of.
    const OF: &'static str;
}

impl Limited for Finding {
    const OF: &'static str = "this file";
}

impl Limited for Located {
    const OF: &'static str = "this submission";
}

impl Borrow<Finding> for Located {
    fn borrow(&self) -> &Finding {
        &self.finding
    }
}

impl BorrowMut<Finding> for Located {
    fn borrow_mut(&mut self) -> &mut Finding {
        &mut self.finding
    }
}

/// Of `findings` the worst, in the order in which they were reported.
pub(crate) fn limited<F: Limited>(
    mut findings: Vec<F>,
    manifest: impl FnOnce() -> Manifest,
) -> Vec<F> {
    let left_out = findings.len().saturating_sub(MOST);
    if left_out == 0 {
        return findings;
    }
    let manifest = manifest();
    let mut rows: Vec<usize> = (0..findings.len()).collect();
    rows.sort_by_cached_key(|row| Reverse(severity(findings[*row].borrow(), &manifest)));
    let mut is_kept = vec![false; findings.len()];
    rows.iter().take(MOST).for_each(|row| is_kept[*row] = true);
    let mut is_kept = is_kept.into_iter();
    findings.retain(|_| is_kept.next().unwrap_or_default());
    if let Some(last) = findings.last_mut() {
        let last: &mut Finding = last.borrow_mut();
        let said = if last.message.is_empty() { title(last, &manifest) } else { &last.message };
        last.message = format!("{said}; findings of {} that are left out: {left_out}", F::OF);
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
