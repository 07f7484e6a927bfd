//! What a policy said, checked before anybody believes it.

use lazaret_analysis::{Applicability, Edit, Finding, Fix, Label, Span, printable};

use crate::bindings::types;
use crate::convert::severity;
use crate::{Failure, Limits, Manifest};

/// What a label takes besides its message, and an edit besides its text.
const PLACE_SIZE: usize = 16;

/// The file that a finding is in.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) path: &'a str,
    pub(crate) text: &'a str,
}

/// The findings of a policy, as everybody else has them.
pub(crate) fn findings<'a>(
    raw: impl ExactSizeIterator<Item = Result<(types::Finding, Place<'a>), Failure>>,
    manifest: &Manifest,
    limits: &Limits,
) -> Result<Vec<Finding>, Failure> {
    if raw.len() > limits.findings {
        return Err(Failure::Findings { count: raw.len(), limit: limits.findings });
    }
    let checked = raw.map(|raw| {
        let (raw, place) = raw?;
        finding(raw, manifest, place, limits.finding_size)
    });
    checked.collect()
}

fn finding(
    raw: types::Finding,
    manifest: &Manifest,
    Place { path, text }: Place<'_>,
    limit: usize,
) -> Result<Finding, Failure> {
    let Some(rule) = manifest.rule(&raw.rule) else {
        return Err(Failure::Rule { rule: printable(&raw.rule) });
    };
    let size = size(&raw);
    if size > limit {
        return Err(Failure::FindingSize { rule: rule.id.clone(), size, limit });
    }
    let label = |label: types::Label| {
        Ok(Label { span: span(label.span, &rule.id, text)?, message: printable(&label.message) })
    };
    Ok(Finding {
        rule: format!("{}/{}", manifest.id, rule.id),
        capability: None,
        severity: raw.severity.map_or(rule.severity, severity),
        message: if raw.message.is_empty() { rule.title.clone() } else { printable(&raw.message) },
        path: path.to_owned(),
        span: span(raw.span, &rule.id, text)?,
        labels: raw.labels.into_iter().map(label).collect::<Result<_, _>>()?,
        help: rule.help.clone(),
        cwe: rule.cwe,
        fix: raw.fix.map(|raw| fix(raw, &rule.id, text)).transpose()?,
    })
}

/// A fix whose edits can all be made, in any order: whoever makes them need not look again.
fn fix(raw: types::Fix, rule: &str, text: &str) -> Result<Fix, Failure> {
    let edit = |edit: types::Edit| {
        let span = bytes(edit.start_byte, edit.end_byte, rule, text)?;
        Ok(Edit { span, replacement: edit.replacement })
    };
    let mut edits = raw.edits.into_iter().map(edit).collect::<Result<Vec<_>, _>>()?;
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let follow = |pair: &[Edit]| {
        let [one, other] = [pair[0].span, pair[1].span];
        one.end <= other.start && one != other
    };
    if edits.is_empty() || !edits.windows(2).all(follow) {
        return Err(Failure::Fix { rule: rule.to_owned() });
    }
    let applicability = match raw.applicability {
        types::Applicability::Safe => Applicability::Safe,
        types::Applicability::Review => Applicability::Review,
        types::Applicability::DisplayOnly => Applicability::DisplayOnly,
    };
    Ok(Fix { title: printable(&raw.title), applicability, edits })
}

fn size(finding: &types::Finding) -> usize {
    let labels = finding.labels.iter().map(|label| label.message.len() + PLACE_SIZE);
    let fix = finding.fix.as_ref().map_or(0, |fix| {
        let edits = fix.edits.iter().map(|edit| edit.replacement.len() + PLACE_SIZE);
        fix.title.len() + edits.sum::<usize>()
    });
    finding.message.len() + labels.sum::<usize>() + fix
}

/// A place that the file has, between characters: whoever shows it cuts the text there.
fn span(span: types::Span, rule: &str, text: &str) -> Result<Span, Failure> {
    bytes(span.start_byte, span.end_byte, rule, text)
}

fn bytes(start: u32, end: u32, rule: &str, text: &str) -> Result<Span, Failure> {
    let range = start as usize..end as usize;
    if text.get(range.clone()).is_none() {
        return Err(Failure::Span { rule: rule.to_owned(), start, end, size: text.len() });
    }
    Ok(Span { start: range.start, end: range.end })
}
