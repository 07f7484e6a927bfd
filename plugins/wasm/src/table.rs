//! The syntax tree as a table: a node's id is its row, in pre-order.
//!
//! tree-sitter finds a node from the root, child by child, and in a file of many statements that
//! takes long for each. A table costs one walk, and then any node takes no time at all.

use lazaret_analysis::Span;
use lazaret_analysis::tree_sitter::{Tree, TreeCursor};

use crate::bindings::tree::{Columns, Node};

/// Stands for "no such node".
pub(crate) const NONE: u32 = u32::MAX;

/// The syntax tree of a file.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Columns,
    /// The rows of all nodes that have bytes. Of those that begin at one byte, each is inside the one
    /// before; one without bytes (something that is missing) can stand between them.
    wide: Vec<u32>,
}

impl Table {
    pub(crate) fn of(tree: &Tree) -> Self {
        let count = tree.root_node().descendant_count();
        let mut table = Self { columns: empty(count), wide: Vec::with_capacity(count) };
        table.fill(&mut tree.walk());
        table
    }

    /// The node of this id, where there is one.
    pub(crate) fn get(&self, id: u32) -> Option<Node> {
        let row = id as usize;
        let below = self.columns.parent.get(row + 1) == Some(&id);
        Some(Node {
            kind: *self.columns.kind.get(row)?,
            field: self.columns.field[row],
            parent: self.columns.parent[row],
            next_sibling: self.columns.next_sibling[row],
            first_child: if below { id + 1 } else { NONE },
            start_byte: self.columns.start_byte[row],
            end_byte: self.columns.end_byte[row],
        })
    }

    /// How many nodes there are at and below this one.
    pub(crate) fn size(&self, root: u32) -> usize {
        let Some(rows) = self.columns.parent.get(root as usize..).filter(|rows| !rows.is_empty())
        else {
            return 0;
        };
        // In pre-order what is below follows at once, and its parents are not before the root.
        let below = rows[1..].iter().take_while(|parent| **parent >= root && **parent != NONE);
        1 + below.count()
    }

    /// The node and all below it.
    pub(crate) fn below(&self, root: u32) -> Columns {
        let rows = root as usize..root as usize + self.size(root);
        // There is no such node where there are no rows, and the range may be outside.
        let rows = if rows.is_empty() { 0..0 } else { rows };
        Columns {
            kind: self.columns.kind[rows.clone()].to_vec(),
            field: self.columns.field[rows.clone()].to_vec(),
            parent: self.columns.parent[rows.clone()].to_vec(),
            next_sibling: self.columns.next_sibling[rows.clone()].to_vec(),
            start_byte: self.columns.start_byte[rows.clone()].to_vec(),
            end_byte: self.columns.end_byte[rows].to_vec(),
        }
    }

    /// The smallest node that covers `span`; of several with the same place, the innermost.
    pub(crate) fn at(&self, span: Span) -> u32 {
        let (start, end) = (narrow(span.start), narrow(span.end));
        let (ends, first) = (&self.columns.end_byte, self.first_at(start));
        let covering = self.wide[first..self.first_at(start.saturating_add(1))]
            .partition_point(|row| ends[*row as usize] >= end);
        let row = self.wide.get((first + covering).saturating_sub(1));
        let mut row = row.map_or(0, |row| *row as usize);
        while ends[row] < end && self.columns.parent[row] != NONE {
            row = self.columns.parent[row] as usize;
        }
        narrow(row)
    }

    /// The outermost node of this kind at exactly this place.
    pub(crate) fn row(&self, kind: u16, start: usize, end: usize) -> u32 {
        let Columns { kind: kinds, start_byte: starts, end_byte: ends, .. } = &self.columns;
        let (start, end) = (narrow(start), narrow(end));
        let is_it = |row: &usize| (kinds[*row], ends[*row]) == (kind, end);
        let row = if start == end {
            let first = starts.partition_point(|byte| *byte < start);
            (first..starts.len()).take_while(|row| starts[*row] == start).find(is_it)
        } else {
            let rows = &self.wide[self.first_at(start)..self.first_at(start.saturating_add(1))];
            let larger = rows.partition_point(|row| ends[*row as usize] > end);
            let rows = rows[larger..].iter().map(|row| *row as usize);
            rows.take_while(|row| ends[*row] == end).find(is_it)
        };
        row.map_or(NONE, narrow)
    }

    /// How many of the wide begin before this byte.
    fn first_at(&self, start: u32) -> usize {
        self.wide.partition_point(|row| self.columns.start_byte[*row as usize] < start)
    }

    fn fill(&mut self, cursor: &mut TreeCursor<'_>) {
        let mut ancestors = Vec::new();
        let mut row = self.push(cursor, NONE);
        loop {
            if cursor.goto_first_child() {
                ancestors.push(row);
            } else {
                while !cursor.goto_next_sibling() {
                    let Some(parent) = ancestors.pop() else { return };
                    row = parent;
                    cursor.goto_parent();
                }
                self.columns.next_sibling[row as usize] = narrow(self.columns.kind.len());
            }
            row = self.push(cursor, ancestors.last().copied().unwrap_or(NONE));
        }
    }

    fn push(&mut self, cursor: &TreeCursor<'_>, parent: u32) -> u32 {
        let node = cursor.node();
        self.columns.kind.push(node.kind_id());
        self.columns.field.push(cursor.field_id().map_or(0, std::num::NonZero::get));
        self.columns.parent.push(parent);
        self.columns.next_sibling.push(NONE);
        self.columns.start_byte.push(narrow(node.start_byte()));
        self.columns.end_byte.push(narrow(node.end_byte()));
        let row = narrow(self.columns.kind.len() - 1);
        if !node.byte_range().is_empty() {
            self.wide.push(row);
        }
        row
    }
}

/// No nodes, and room for so many.
pub(crate) fn empty(room: usize) -> Columns {
    Columns {
        kind: Vec::with_capacity(room),
        field: Vec::with_capacity(room),
        parent: Vec::with_capacity(room),
        next_sibling: Vec::with_capacity(room),
        start_byte: Vec::with_capacity(room),
        end_byte: Vec::with_capacity(room),
    }
}

/// Trees are of files that the contract can count.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(NONE)
}

#[cfg(test)]
mod tests {
    use lazaret_analysis::Language;
    use lazaret_analysis::tree_sitter::{Parser, Tree};

    use super::*;

    fn parse(language: Language, text: &str) -> Tree {
        let mut parser = Parser::new();
        parser.set_language(&language.grammar()).unwrap();
        parser.parse(text, None).unwrap()
    }

    /// All nodes, with what is missing among them, are found at their places.
    #[test]
    fn every_node_is_found_where_it_is() {
        let texts = [
            (Language::Python, "x = f(a, b)\ndef g(:\n  pass\nfor in y: z.a.b.c(\n"),
            (Language::JavaScript, "if ( { a.b.c(1,, }; let = ; for (;;) x?.y`${`z`}`\n"),
            (Language::Bash, "if a; then fi; $(b | ) && for x in; do done\n"),
            (Language::Python, ""),
        ];
        for (language, text) in texts {
            let tree = parse(language, text);
            let table = Table::of(&tree);
            let (kinds, starts, ends) =
                (&table.columns.kind, &table.columns.start_byte, &table.columns.end_byte);
            for row in 0..kinds.len() {
                let (start, end) = (starts[row], ends[row]);
                let found = table.row(kinds[row], start as usize, end as usize) as usize;
                let place = (kinds[found], starts[found], ends[found]);
                assert_eq!(place, (kinds[row], start, end), "{text:?}, row {row}");
                let span = Span { start: start as usize, end: end as usize };
                let at = table.at(span) as usize;
                assert!(starts[at] <= start && ends[at] >= end, "{text:?}, row {row}");
                // Nothing that has bytes is smaller and covers it, too.
                let smaller = (0..kinds.len()).any(|other| {
                    let width = |row: usize| ends[row] - starts[row];
                    starts[other] <= start
                        && ends[other] >= end
                        && start < end
                        && width(other) < width(at)
                });
                assert!(!smaller, "{text:?}, row {row}");
            }
        }
    }
}
