//! Where in its line a requirement is: what a finding about it points at.
//!
//! The formats of manifests have readers that tell lines at best, and one name is the same in all of
//! them. So it is looked for in its line.

use std::ops::Range;

use super::Manifest;
use crate::dependency::normal;
use crate::{Ecosystem, Span};

/// In longer lines nobody looks for a name; each requirement would be looked for in the same line.
const LONGEST: usize = 1024;

/// Tells of all that `manifest` asks for where it is in its text.
pub(super) fn find(manifest: &mut Manifest, text: &str) {
    let lines = lines(text);
    let line = |number: usize| {
        let known = number.checked_sub(1).and_then(|row| lines.get(row));
        known.cloned().unwrap_or_default()
    };
    let ecosystem = manifest.ecosystem();
    for one in &mut manifest.requirements {
        one.span = span(text, line(one.line), Some(&one.name), ecosystem);
    }
    for one in &mut manifest.refused {
        one.span = span(text, line(one.line), one.name.as_deref(), ecosystem);
    }
}

/// The bytes of each line, without its end.
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    let line = |line: &str| {
        let begin = start;
        start += line.len();
        begin..begin + line.trim_end_matches(['\r', '\n']).len()
    };
    text.split_inclusive('\n').map(line).collect()
}

/// The first place of the name in the line; else the line.
fn span(text: &str, line: Range<usize>, name: Option<&str>, ecosystem: Ecosystem) -> Span {
    let written = &text[line.clone()];
    let is_it = |word: &Range<usize>| {
        let word = &written[word.clone()];
        name.is_some_and(|name| {
            word == name || ecosystem == Ecosystem::PyPi && normal(word) == name
        })
    };
    let begins = written.len() - written.trim_start().len();
    let whole = begins..written.trim_end().len().max(begins);
    let found = (written.len() <= LONGEST).then(|| words(written, ecosystem).find(is_it));
    let found = found.flatten().unwrap_or(whole);
    Span { start: line.start + found.start, end: line.start + found.end }
}

/// What can be names in a line.
fn words(line: &str, ecosystem: Ecosystem) -> impl Iterator<Item = Range<usize>> {
    let is_part = move |c: char| {
        c.is_ascii_alphanumeric()
            || "-_.".contains(c)
            || ecosystem != Ecosystem::PyPi && "@/~".contains(c)
    };
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + line[at..].find(is_part)?;
        let length = line[start..].find(|c| !is_part(c)).unwrap_or(line.len() - start);
        at = start + length;
        Some(start..at)
    })
}
