//! The syntax tree of the file at hand, read from the host at once.
//!
//! A policy that never reads it does not import it, and can be seen not to.

use std::ops::Range;

use crate::bindings::lazaret::policy::tree::{self, Columns};

/// The syntax tree of the file at hand.
#[derive(Debug)]
pub struct Tree {
    kinds: Vec<String>,
    columns: Columns,
}

/// A node of it.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    tree: &'a Tree,
    row: usize,
}

impl Tree {
    /// Reads the tree. Natively there is no host, and it has no nodes.
    pub fn read() -> Self {
        if cfg!(target_arch = "wasm32") {
            return Self { kinds: tree::kinds(), columns: tree::snapshot(0) };
        }
        let [parent, next_sibling, start_byte, end_byte] = [const { Vec::new() }; 4];
        let (kind, field) = (Vec::new(), Vec::new());
        let columns = Columns { kind, field, parent, next_sibling, start_byte, end_byte };
        Self { kinds: Vec::new(), columns }
    }

    /// All nodes, each before what is below it.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        (0..self.columns.kind.len()).map(|row| Node { tree: self, row })
    }
}

impl<'a> Node<'a> {
    /// What it is in the grammar: `while_statement`; empty where the text could not be parsed.
    pub fn kind(self) -> &'a str {
        let kind = usize::from(self.tree.columns.kind[self.row]);
        self.tree.kinds.get(kind).map_or("", String::as_str)
    }

    /// Its bytes in the file.
    pub fn range(self) -> Range<usize> {
        let columns = &self.tree.columns;
        columns.start_byte[self.row] as usize..columns.end_byte[self.row] as usize
    }

    /// The nodes below it, each before what is below that.
    pub fn below(self) -> impl Iterator<Item = Node<'a>> {
        let parents = self.tree.columns.parent.iter().enumerate().skip(self.row + 1);
        // In pre-order, what is below follows at once, and no parent of it is before the node.
        let below = parents.take_while(move |(_, parent)| **parent as usize >= self.row);
        below.map(move |(row, _)| Node { row, ..self })
    }

    /// The nodes that are its own.
    pub fn children(self) -> impl Iterator<Item = Node<'a>> {
        let Columns { parent, next_sibling, .. } = &self.tree.columns;
        let is_own = move |row: &usize| parent.get(*row).is_some_and(|of| *of as usize == self.row);
        // In pre-order, the first of them follows at once.
        let first = Some(self.row + 1).filter(is_own);
        let next = move |row: &usize| Some(next_sibling[*row] as usize).filter(is_own);
        std::iter::successors(first, next).map(move |row| Node { row, ..self })
    }
}
