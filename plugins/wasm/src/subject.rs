//! The file that a policy looks at.

use std::sync::OnceLock;

use lazaret_analysis::Analysis;
use lazaret_analysis::tree_sitter::Tree;

use crate::table::Table;

/// What policies may look at while they run: a copy, because a store owns what it holds.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) text: String,
    pub(crate) tree: Tree,
    table: OnceLock<Table>,
}

impl Subject {
    pub(crate) fn of(analysis: &Analysis) -> Self {
        let (text, tree) = (analysis.text().to_owned(), analysis.tree());
        Self { text, tree, table: OnceLock::new() }
    }

    /// The tree as a table. Made when a policy is the first to need it.
    pub(crate) fn table(&self) -> &Table {
        self.table.get_or_init(|| Table::of(&self.tree))
    }
}
