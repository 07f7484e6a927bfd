//! Between the words of the analysis and those of the contract.

use std::fmt::Write as _;

use lazaret_analysis::{Argument, Fact, Resolution, Severity, Span};

use crate::bindings::types;
use crate::tree;
use crate::unit::Unit;
use crate::{Failure, Manifest};

/// The contract has one step more at the low end.
pub(crate) fn severity(severity: types::Severity) -> Severity {
    match severity {
        types::Severity::Info | types::Severity::Low => Severity::Low,
        types::Severity::Medium => Severity::Medium,
        types::Severity::High => Severity::High,
        types::Severity::Critical => Severity::Critical,
    }
}

/// The text without characters that move a terminal's cursor, hide text or turn its direction.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() || turns_direction(character) {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "{}", character.escape_default());
        } else {
            escaped.push(character);
        }
    }
    escaped
}

fn turns_direction(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The file as a policy sees it: with the facts that it asks for.
pub(crate) fn unit(unit: &Unit<'_>, manifest: &Manifest) -> Result<types::Unit, Failure> {
    let size = unit.text.len();
    let places = Places::of(unit);
    Ok(types::Unit {
        path: unit.path.to_owned(),
        language: unit.language.name().to_owned(),
        size: u32::try_from(size).map_err(|_| Failure::FileSize(size))?,
        syntax_errors: unit.tree.map_or(0, tree::errors),
        source: manifest.wants_source.then(|| unit.text.to_owned()),
        facts: unit
            .facts
            .iter()
            .filter(|fact| manifest.asks_for(fact))
            .map(|fact| places.fact(fact))
            .collect(),
        matches: Vec::new(),
        attributes: Vec::new(),
    })
}

/// Where the lines of a file begin.
struct Places<'a> {
    unit: &'a Unit<'a>,
    lines: Vec<usize>,
}

impl<'a> Places<'a> {
    fn of(unit: &'a Unit<'a>) -> Self {
        let after = unit.text.match_indices('\n').map(|(at, _)| at + 1);
        Self { unit, lines: std::iter::once(0).chain(after).collect() }
    }

    fn fact(&self, fact: &Fact) -> types::Fact {
        types::Fact {
            kind: fact.kind.name().to_owned(),
            name: fact.name.clone(),
            resolution: match fact.resolution {
                Resolution::Exact => types::Resolution::Exact,
                Resolution::Likely => types::Resolution::Likely,
                Resolution::Unknown => types::Resolution::Unknown,
            },
            arguments: fact.arguments.iter().map(|argument| self.argument(argument)).collect(),
            span: self.span(fact.span),
            node: self.node(fact.span),
            attributes: Vec::new(),
        }
    }

    fn argument(&self, argument: &Argument) -> types::Argument {
        types::Argument {
            name: argument.name.clone(),
            literal: argument.literal.clone(),
            text: argument.text.clone(),
            node: self.node(argument.span),
        }
    }

    fn node(&self, span: Span) -> u32 {
        self.unit.tree.map_or(tree::NONE, |tree| tree::node_at(tree, span))
    }

    fn span(&self, span: Span) -> types::Span {
        types::Span {
            start_byte: narrow(span.start),
            end_byte: narrow(span.end),
            start: self.point(span.start),
            end: self.point(span.end),
        }
    }

    fn point(&self, offset: usize) -> types::Point {
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines[line - 1];
        let before = self.unit.text.get(start..offset).unwrap_or_default();
        types::Point { line: narrow(line), column: narrow(before.chars().count() + 1) }
    }
}

/// The size of the file was checked to be countable, and this is not more.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_moves_a_cursor_or_turns_text_is_escaped() {
        assert_eq!(escaped("red \u{1b}[31m\r\n"), "red \\u{1b}[31m\\r\\n");
        assert_eq!(escaped("\u{202e}txt.exe"), "\\u{202e}txt.exe");
        assert_eq!(escaped("größer `a`"), "größer `a`");
    }
}
