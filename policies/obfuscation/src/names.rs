//! Names that programs have made up, so that nobody follows them.

use std::collections::BTreeSet;

use lazaret_policy::prelude::*;
use lazaret_policy::types::Capture;

/// The name of the queries.
pub(crate) const QUERY: &str = "names";

/// What wakes the policy: in JavaScript a function whose name is a number, which hands out the texts of
/// the file; in Python names of letters that look the same.
pub(crate) const QUERIES: [(&str, &str); 4] = [
    ("javascript", NUMBERED),
    ("typescript", NUMBERED),
    ("tsx", NUMBERED),
    (
        "python",
        r#"([
            (function_definition name: (identifier) @name)
            (class_definition name: (identifier) @name)
            (assignment left: (identifier) @name)
            (parameters (identifier) @name)
        ] (#match? @name "^([IlO0]{6,}|_*[Il1]{6,}|_*[oO0]{6,}|_?0x[0-9a-f]{4,})$"))"#,
    ),
];

const NUMBERED: &str = r#"((function_declaration name: (identifier) @name)
    (#match? @name "^_0x[0-9a-f]{2,}$"))"#;

/// Programs of nothing but brackets: each has every letter made of `[]` and `!`.
pub(crate) const SYMBOLS: &str = "symbols";

pub(crate) const SYMBOLS_QUERY: &str = r#"((expression_statement) @text
    (#match? @text "^[\\[\\]()!+; \\t\\r\\n]{200,}"))"#;

/// Where the first of them is, and how many different ones there are.
pub(crate) fn made_up<'a>(cx: &'a Context, text: &str) -> Option<(&'a Capture, usize)> {
    let found = || cx.matches(QUERY).filter_map(|found| found.capture("name"));
    let first = found().next()?;
    let names: BTreeSet<&str> = if cx.language() == "python" {
        found().map(|name| name.text.as_str()).collect()
    } else {
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(is_numbered).collect()
    };
    Some((first, names.len()))
}

fn is_numbered(word: &&str) -> bool {
    let number = word.strip_prefix("_0x");
    number.is_some_and(|number| number.len() > 1 && u64::from_str_radix(number, 16).is_ok())
}
