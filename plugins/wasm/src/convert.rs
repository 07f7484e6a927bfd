//! Between the words of the analysis and those of the contract.

use lazaret_analysis::{Analysis, Argument, Fact, Position, Resolution, Severity, Span};

use crate::bindings::types;
use crate::query::{Capture, Match};
use crate::subject::Subject;
use crate::table::NONE;
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

/// The file as a policy sees it: with the facts that it asks for, and what its queries matched. For a
/// policy that cannot read the `tree` there is none, and nothing has a node; for one that can, it is made
/// when something is to have one.
pub(crate) fn unit(
    analysis: &Analysis,
    tree: Option<&Subject>,
    manifest: &Manifest,
    matches: &[Match],
) -> Result<types::Unit, Failure> {
    let size = analysis.text().len();
    let facts = analysis.facts.iter().filter(|fact| manifest.asks_for(fact));
    Ok(types::Unit {
        path: analysis.path().to_owned(),
        language: analysis.language().name().to_owned(),
        size: u32::try_from(size).map_err(|_| Failure::FileSize(size))?,
        syntax_errors: narrow(analysis.syntax_errors()),
        source: manifest.wants_source.then(|| analysis.text().to_owned()),
        facts: facts.map(|known| fact(known, analysis, tree)).collect(),
        matches: matches.iter().map(|found| query_match(found, analysis)).collect(),
        attributes: Vec::new(),
    })
}

fn fact(fact: &Fact, analysis: &Analysis, tree: Option<&Subject>) -> types::Fact {
    types::Fact {
        kind: fact.kind.name().to_owned(),
        name: fact.name.clone(),
        resolution: match fact.resolution {
            Resolution::Exact => types::Resolution::Exact,
            Resolution::Likely => types::Resolution::Likely,
            Resolution::Unknown => types::Resolution::Unknown,
        },
        arguments: fact.arguments.iter().map(|one| argument(one, tree)).collect(),
        span: span(fact.span, analysis),
        node: node(fact.span, tree),
        attributes: Vec::new(),
    }
}

fn node(span: Span, tree: Option<&Subject>) -> types::NodeId {
    tree.map_or(NONE, |subject| subject.table().at(span))
}

fn query_match(found: &Match, analysis: &Analysis) -> types::QueryMatch {
    let capture = |capture: &Capture| types::Capture {
        name: capture.name.clone(),
        text: analysis.text()[capture.start..capture.end].to_owned(),
        span: span(Span { start: capture.start, end: capture.end }, analysis),
        node: capture.node,
    };
    let captures = found.captures.iter().map(capture).collect();
    types::QueryMatch { query: found.query, captures }
}

fn argument(argument: &Argument, tree: Option<&Subject>) -> types::Argument {
    types::Argument {
        name: argument.name.clone(),
        literal: argument.literal.clone(),
        text: argument.text.clone(),
        node: node(argument.span, tree),
    }
}

pub(crate) fn span(span: Span, analysis: &Analysis) -> types::Span {
    placed(span, |byte| analysis.position(byte))
}

/// A span with the places for people that `position` tells.
pub(crate) fn placed(span: Span, position: impl Fn(usize) -> Position) -> types::Span {
    let point = |byte| {
        let position = position(byte);
        types::Point { line: narrow(position.line), column: narrow(position.column) }
    };
    types::Span {
        start_byte: narrow(span.start),
        end_byte: narrow(span.end),
        start: point(span.start),
        end: point(span.end),
    }
}

/// The size of the file was checked to be countable, and this is not more.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
