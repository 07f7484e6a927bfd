//! The encoding that a Python file declares, by the rule of PEP 263.

use super::BYTE_ORDER_MARK;

/// Encodings that Python may be told to read: those in which the text means what UTF-8 says.
/// A latin-1 file whose text goes beyond ASCII is not UTF-8, and refused for that.
const ENCODINGS: [&str; 15] = [
    "utf-8",
    "utf8",
    "u8",
    "utf",
    "utf-8-sig",
    "utf8-ucs2",
    "utf8-ucs4",
    "ascii",
    "us-ascii",
    "latin-1",
    "latin1",
    "l1",
    "iso-8859-1",
    "iso8859-1",
    "iso-latin-1",
];

/// Of these names Python reads the beginning alone: editors write `utf-8-unix`.
const BEGINNINGS: [&str; 4] = ["utf-8-", "latin-1-", "iso-8859-1-", "iso-latin-1-"];

/// The encoding that one of the first two lines declares; the second counts only after an empty
/// line or a comment.
pub(super) fn declared(text: &str) -> Option<&str> {
    for line in text.lines().take(2) {
        let line = line.trim_start_matches([BYTE_ORDER_MARK, ' ', '\t', '\u{c}']);
        match line.strip_prefix('#') {
            Some(comment) => {
                if let Some(name) = named(comment) {
                    return Some(name);
                }
            }
            None if line.is_empty() => {}
            None => return None,
        }
    }
    None
}

/// The name after the first `coding:` or `coding=` that is followed by one.
fn named(comment: &str) -> Option<&str> {
    comment.match_indices("coding").find_map(|(at, word)| {
        let rest = comment[at + word.len()..].strip_prefix([':', '='])?;
        let name = rest.trim_start_matches([' ', '\t']);
        let end = name.find(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c));
        let name = &name[..end.unwrap_or(name.len())];
        (!name.is_empty()).then_some(name)
    })
}

/// Python takes case and underscores for nothing.
pub(super) fn is_read(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "-");
    ENCODINGS.contains(&name.as_str()) || BEGINNINGS.iter().any(|known| name.starts_with(known))
}
