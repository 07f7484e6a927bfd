//! `requirements.txt`: a requirement on each line.
//!
//! What a line is, pip says, and not what an editor shows: a requirement behind a carriage return in a
//! comment is one that is installed.

use super::{Group, Manifest};

/// Words in the name of a file that is for whoever works on the project.
const DEVELOPMENT: [&str; 5] = ["dev", "test", "doc", "lint", "build"];

/// The encodings that a first line may name: in others, there are other letters than we read.
const ENCODINGS: [&str; 4] = ["utf-8", "utf8", "ascii", "us-ascii"];

/// What ends a line besides `\n`, to pip; and the one that it takes for a space at the ends of a line.
const ENDS: [char; 10] = [
    '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{1f}', '\u{85}', '\u{2028}',
    '\u{2029}',
];

/// Reads the lines.
pub(super) fn read(manifest: &mut Manifest, text: &str) {
    if let Some((encoding, line)) = encoding(text) {
        return manifest.unreadable(&format!("it is not UTF-8 text, but `{encoding}`"), line);
    }
    let name = manifest.path.rsplit('/').next().unwrap_or_default();
    let is_development = DEVELOPMENT.iter().any(|word| name.contains(word));
    let group = if is_development { Group::Development } else { Group::Run };
    let mut lines = lines(text);
    while let Some((whole, number)) = joined(&mut lines) {
        let whole = without_comment(&whole);
        if !whole.trim().is_empty() {
            manifest.python(whole, group, number);
        }
    }
}

/// The encoding that a comment in the first two lines names, where it is another than ours.
fn encoding(text: &str) -> Option<(&str, usize)> {
    let comments = text.split('\n').zip(1..).take(2).filter(|(line, _)| line.starts_with('#'));
    comments.into_iter().find_map(|(line, number)| {
        let named = line.match_indices("coding").find_map(|(at, word)| {
            let rest = line[at + word.len()..].strip_prefix([':', '='])?.trim_start();
            let is_part = |c: char| c.is_alphanumeric() || "_-.".contains(c);
            let name = &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())];
            (!name.is_empty()).then_some(name)
        })?;
        let is_ours = ENCODINGS.iter().any(|ours| ours.eq_ignore_ascii_case(named));
        (!is_ours).then_some((named, number))
    })
}

/// The lines as pip has them, with the numbers that they have in an editor.
fn lines(text: &str) -> impl Iterator<Item = (&str, usize)> {
    text.split('\n').zip(1..).flat_map(|(line, number)| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        line.split(ENDS).map(move |part| (part, number))
    })
}

/// A line with those in which it goes on, as it says at its end: pip puts nothing between, and a comment
/// goes on in none.
fn joined<'a>(lines: &mut impl Iterator<Item = (&'a str, usize)>) -> Option<(String, usize)> {
    let (mut line, number) = lines.next()?;
    let mut whole = String::new();
    while let Some(begun) = line.strip_suffix('\\').filter(|_| !is_comment(line)) {
        whole.push_str(begun.trim_matches('\\'));
        line = lines.next().map_or("", |(line, _)| line);
    }
    if is_comment(line) {
        whole.push(' ');
    }
    whole.push_str(line);
    Some((whole, number))
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// A comment begins the line, or follows a space.
fn without_comment(line: &str) -> &str {
    let begins = |at: usize| at == 0 || line[..at].ends_with(char::is_whitespace);
    let comment = line.match_indices('#').map(|(at, _)| at).find(|at| begins(*at));
    line[..comment.unwrap_or(line.len())].trim_end()
}
