//! The file that is judged.

use lazaret_analysis::{Fact, Language};
use tree_sitter::Tree;

/// The file that is judged, and what the analysis established about it.
#[derive(Clone, Copy, Debug)]
pub struct Unit<'a> {
    /// The name it is reported under.
    pub path: &'a str,
    /// What it is written in.
    pub language: Language,
    /// What is in it.
    pub text: &'a str,
    /// What it parses to. Without it a policy sees no tree.
    pub tree: Option<&'a Tree>,
    /// What was established about it.
    pub facts: &'a [Fact],
}

/// What a policy may look at while it runs: a copy, because a store owns what it holds.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) text: String,
    pub(crate) tree: Option<Tree>,
}

impl Subject {
    pub(crate) fn of(unit: &Unit<'_>) -> Self {
        Self { text: unit.text.to_owned(), tree: unit.tree.cloned() }
    }
}
