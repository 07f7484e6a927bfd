//! The file that a policy looks at.

use std::sync::OnceLock;

use lazaret_analysis::tree_sitter::{self, Tree};
use lazaret_analysis::{Analysis, Language};

use crate::table::Table;

/// What policies may look at while they run: a copy, because a store owns what it holds.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) text: String,
    language: Language,
    tree: OnceLock<Tree>,
    table: OnceLock<Table>,
}

impl Subject {
    pub(crate) fn of(analysis: &Analysis) -> Self {
        let (text, language) = (analysis.text().to_owned(), analysis.language());
        Self { text, language, tree: OnceLock::new(), table: OnceLock::new() }
    }

    /// The grammar of the tree.
    pub(crate) fn grammar(&self) -> tree_sitter::Language {
        self.language.grammar()
    }

    /// The tree. To parse takes longer than most policies do, so it is made for who needs it.
    pub(crate) fn tree(&self) -> &Tree {
        self.tree.get_or_init(|| self.language.parse_analysed(&self.text))
    }

    /// The tree as a table.
    pub(crate) fn table(&self) -> &Table {
        self.table.get_or_init(|| Table::of(self.tree()))
    }
}
