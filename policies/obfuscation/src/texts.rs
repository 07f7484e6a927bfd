//! Texts that are encoded: long, of few letters, and as chance has it.

use std::ops::Range;

use lazaret_policy::prelude::*;

use crate::Obfuscation;

/// What is looked for, in each language: the tree's texts that begin so. From the first letter on, so
/// that looking for it ends at once in all others. An address of data (`data:image/png;base64,…`) is none.
pub(crate) const QUERIES: [(&str, &str); 5] = [
    ("python", "(string)"),
    ("javascript", "[(string) (template_string)]"),
    ("typescript", "[(string) (template_string)]"),
    ("tsx", "[(string) (template_string)]"),
    ("bash", "[(string) (raw_string) (word) (heredoc_body)]"),
];

/// The name of the queries.
pub(crate) const QUERY: &str = "encoded";

/// The query of a language.
pub(crate) fn query(nodes: &str) -> String {
    let letters = r"[A-Za-z0-9+/=_\\n-]{512,}";
    let escapes = r"(\\\\x[0-9a-fA-F]{2}){128,}";
    format!(
        r#"({nodes} @text (#match? @text "^[bBrRuU]{{0,2}}[\"'`]{{0,3}}({letters}|{escapes})"))"#
    )
}

/// The encoded texts of a file, and how long each is.
pub(crate) fn encoded<'a>(
    cx: &'a Context,
    settings: &'a Obfuscation,
) -> impl Iterator<Item = (Range<usize>, usize)> + 'a {
    let texts = cx.matches(QUERY).filter_map(|found| found.capture("text"));
    texts.filter_map(|text| {
        let inner = text.text.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let letters: Vec<u8> = inner.bytes().filter(|byte| !b"\\\n".contains(byte)).collect();
        let is_told = inner.len() >= settings.length
            && !is_list(inner)
            && entropy(&letters) >= settings.entropy;
        let span = text.span;
        // The first line is enough to find it.
        let line = text.text.find('\n').unwrap_or(text.text.len());
        let start = span.start_byte as usize;
        is_told.then_some((start..start + line, inner.len()))
    })
}

/// Whether it is a list of words, each on a line: encoders fill their lines.
fn is_list(text: &str) -> bool {
    text.lines().nth(1).is_some_and(|line| line.len() < SHORT)
}

/// Characters of a line that is shorter than those of any encoder (64 in PEM, 76 in MIME, 60 in
/// uuencode and `xxd -p`).
const SHORT: usize = 60;

/// Bits that a letter says.
#[expect(clippy::cast_precision_loss, reason = "a text is shorter than 2^52")]
fn entropy(letters: &[u8]) -> f64 {
    let mut counts = [0_usize; 256];
    for letter in letters {
        counts[usize::from(*letter)] += 1;
    }
    let all = letters.len() as f64;
    let share = |count: usize| count as f64 / all;
    let used = counts.into_iter().filter(|count| *count > 0).map(share);
    used.map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::entropy;

    #[test]
    fn what_repeats_says_little_and_chance_says_much() {
        assert!(entropy(b"aaaaaaaaaaaaaaaa").abs() < 1e-9);
        assert!((entropy(b"0123456789abcdef") - 4.0).abs() < 1e-9);
        assert!(entropy(b"").abs() < 1e-9);
    }
}
