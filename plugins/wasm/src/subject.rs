//! The file that a policy looks at.

use lazaret_analysis::Analysis;
use lazaret_analysis::tree_sitter::Tree;

/// What a policy may look at while it runs: a copy, because a store owns what it holds.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) text: String,
    pub(crate) tree: Tree,
}

impl Subject {
    pub(crate) fn of(analysis: &Analysis) -> Self {
        Self { text: analysis.text().to_owned(), tree: analysis.tree().clone() }
    }
}
