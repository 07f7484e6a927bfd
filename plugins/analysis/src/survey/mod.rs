//! From a tree to facts, each with the way it was found.

mod argument;
mod program;

use tree_sitter::Tree;

use crate::clock::Clock;
use crate::program::BindingId;
use crate::text::Text;
use crate::{
    DependencyKind, Fact, Label, Language, NotAnalysable, Span, bash, catalogue, javascript, python,
};
pub(crate) use argument::{json, shortened};

/// Facts that are kept of one file: four times what the largest file of source that people
/// write has. Beyond it the file is refused, for what is not kept is not judged.
const FACTS: usize = 200_000;

/// What a file does.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    /// Facts, in the order of their places.
    pub(crate) seen: Vec<Seen>,
    /// Modules that are loaded.
    pub(crate) imports: Vec<Imported>,
}

/// A fact, and what a finding about it shows.
#[derive(Debug)]
pub(crate) struct Seen {
    /// The fact.
    pub(crate) fact: Fact,
    /// The place to point at; of a call, what is called.
    pub(crate) focus: Span,
    /// What the name was found through: bindings, and what to say of each step.
    pub(crate) way: Vec<(Option<BindingId>, Option<Label>)>,
    /// The bindings that it is the value of: judged there only if nothing is found through them.
    pub(crate) bound: Vec<BindingId>,
}

/// A module that is loaded.
#[derive(Clone, Debug)]
pub(crate) struct Imported {
    /// As written.
    pub(crate) module: String,
    /// What is taken from it.
    pub(crate) name: Option<String>,
    /// Where.
    pub(crate) span: Span,
    /// Whether it is needed to run.
    pub(crate) kind: DependencyKind,
}

/// Surveys a file.
pub(crate) fn of(
    language: Language,
    tree: &Tree,
    text: &Text,
    clock: &Clock,
) -> Result<Survey, NotAnalysable> {
    let world = &catalogue::of(language).world;
    let program = match language {
        Language::Python => python::lower(tree, text, clock)?,
        Language::JavaScript | Language::TypeScript | Language::Tsx => {
            javascript::lower(language, tree, text, clock)?
        }
        Language::Bash => return Survey::bash(bash::seen(tree, text, world, clock)?),
    };
    let mut survey = program::Surveyor::new(&program, language, world, text, clock).survey()?;
    survey.seen.sort_by_key(|seen| seen.fact.span);
    Ok(survey)
}

impl Survey {
    fn bash(mut seen: Vec<Seen>) -> Result<Self, NotAnalysable> {
        seen.sort_by_key(|seen| seen.fact.span);
        if seen.len() > FACTS { Err(too_much()) } else { Ok(Self { seen, imports: Vec::new() }) }
    }
}

fn too_much() -> NotAnalysable {
    NotAnalysable::TooMuch { limit: FACTS }
}
