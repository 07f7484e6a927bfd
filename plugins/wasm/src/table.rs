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
pub(crate) struct Table(Columns);

impl Table {
    pub(crate) fn of(tree: &Tree) -> Self {
        let count = tree.root_node().descendant_count();
        let mut table = Self(empty(count));
        table.fill(&mut tree.walk());
        table
    }

    /// The node of this id, where there is one.
    pub(crate) fn get(&self, id: u32) -> Option<Node> {
        let row = id as usize;
        let below = self.0.parent.get(row + 1) == Some(&id);
        Some(Node {
            kind: *self.0.kind.get(row)?,
            field: self.0.field[row],
            parent: self.0.parent[row],
            next_sibling: self.0.next_sibling[row],
            first_child: if below { id + 1 } else { NONE },
            start_byte: self.0.start_byte[row],
            end_byte: self.0.end_byte[row],
        })
    }

    /// How many nodes there are at and below this one.
    pub(crate) fn size(&self, root: u32) -> usize {
        let Some(rows) = self.0.parent.get(root as usize..).filter(|rows| !rows.is_empty()) else {
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
            kind: self.0.kind[rows.clone()].to_vec(),
            field: self.0.field[rows.clone()].to_vec(),
            parent: self.0.parent[rows.clone()].to_vec(),
            next_sibling: self.0.next_sibling[rows.clone()].to_vec(),
            start_byte: self.0.start_byte[rows.clone()].to_vec(),
            end_byte: self.0.end_byte[rows].to_vec(),
        }
    }

    /// The smallest node that covers `span`; of several with the same place, the innermost.
    pub(crate) fn at(&self, span: Span) -> u32 {
        let (start, end) = (narrow(span.start), narrow(span.end));
        let (starts, ends) = (&self.0.start_byte, &self.0.end_byte);
        // Nodes that begin at one byte are each inside the one before.
        let first = starts.partition_point(|byte| *byte < start);
        let after = starts.partition_point(|byte| *byte <= start);
        let covering = ends[first..after].partition_point(|byte| *byte >= end);
        let mut row = (first + covering).saturating_sub(1);
        while ends[row] < end && self.0.parent[row] != NONE {
            row = self.0.parent[row] as usize;
        }
        narrow(row)
    }

    /// The outermost node of this kind at exactly this place.
    pub(crate) fn row(&self, kind: u16, start: usize, end: usize) -> u32 {
        let (start, end) = (narrow(start), narrow(end));
        let first = self.0.start_byte.partition_point(|byte| *byte < start);
        let after = self.0.start_byte.partition_point(|byte| *byte <= start);
        let covering = self.0.end_byte[first..after].partition_point(|byte| *byte > end);
        let mut rows = first + covering..after;
        rows.find(|row| self.0.kind[*row] == kind).map_or(NONE, narrow)
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
                self.0.next_sibling[row as usize] = narrow(self.0.kind.len());
            }
            row = self.push(cursor, ancestors.last().copied().unwrap_or(NONE));
        }
    }

    fn push(&mut self, cursor: &TreeCursor<'_>, parent: u32) -> u32 {
        let node = cursor.node();
        self.0.kind.push(node.kind_id());
        self.0.field.push(cursor.field_id().map_or(0, std::num::NonZero::get));
        self.0.parent.push(parent);
        self.0.next_sibling.push(NONE);
        self.0.start_byte.push(narrow(node.start_byte()));
        self.0.end_byte.push(narrow(node.end_byte()));
        narrow(self.0.kind.len() - 1)
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
