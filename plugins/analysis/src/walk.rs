//! The one way through a tree: a single walk, from the leaves upwards.
//!
//! The stack is a vector and not the machine's, because whoever writes the file chooses how
//! deep it nests. A front end is told of every node before its children and again after them,
//! then with what it made of each child.

use tree_sitter::{Tree, TreeCursor};

use crate::Span;
use crate::clock::{Clock, TooLate};
use crate::kind::{Field, Named, Vocabulary};
use crate::program::Operator;

/// A node as a front end sees it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Visit<K> {
    /// What it is.
    pub(crate) kind: K,
    /// Which field of its parent it is.
    pub(crate) field: Field,
    /// What it means between values, if it is such a token.
    pub(crate) operator: Option<Operator>,
    /// Where it is.
    pub(crate) span: Span,
    /// Whether it is more than a token.
    pub(crate) named: bool,
}

/// A child, and what the front end made of it.
#[derive(Clone, Debug)]
pub(crate) struct Child<K, V> {
    /// The node.
    pub(crate) visit: Visit<K>,
    /// What was made of it; of a token, nothing.
    pub(crate) value: V,
}

/// The child in this field.
pub(crate) fn field<K, V>(children: &[Child<K, V>], wanted: Field) -> Option<&Child<K, V>> {
    children.iter().find(|child| child.visit.field == wanted)
}

/// What the child in this field became.
pub(crate) fn value<K, V: Copy + Default>(children: &[Child<K, V>], wanted: Field) -> V {
    field(children, wanted).map_or_else(V::default, |child| child.value)
}

/// Whether a node's children are of interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Descend {
    /// They are.
    Into,
    /// They are not, such as those of types in TypeScript.
    Over,
}

/// Turns one language's tree into something else.
pub(crate) trait FrontEnd {
    /// The grammar's nodes.
    type Kind: Named;
    /// What becomes of a node.
    type Value: Clone + Default;

    /// Comes to a named node; `before` are those of its siblings that are done.
    fn enter(
        &mut self,
        visit: Visit<Self::Kind>,
        parent: Visit<Self::Kind>,
        before: &[Child<Self::Kind, Self::Value>],
    ) -> Descend;

    /// Is done with the children of a named node, and makes something of it.
    fn leave(
        &mut self,
        visit: Visit<Self::Kind>,
        parent: Visit<Self::Kind>,
        children: &[Child<Self::Kind, Self::Value>],
    ) -> Self::Value;
}

/// A node whose children are being walked.
struct Open<K> {
    visit: Visit<K>,
    /// Where its children begin among all that wait for their parent.
    first: usize,
}

/// Walks the whole tree, errors included.
pub(crate) fn walk<F: FrontEnd>(
    tree: &Tree,
    vocabulary: &Vocabulary<F::Kind>,
    clock: &Clock,
    front_end: &mut F,
) -> Result<(), TooLate> {
    let mut cursor = tree.walk();
    let mut open: Vec<Open<F::Kind>> = Vec::new();
    let mut done: Vec<Child<F::Kind, F::Value>> = Vec::new();
    loop {
        clock.tick()?;
        let visit = visit(&cursor, vocabulary);
        let (parent, first) = parent_of(&open);
        if visit.named {
            let descend = front_end.enter(visit, parent, &done[first..]);
            if descend == Descend::Into && cursor.goto_first_child() {
                open.push(Open { visit, first: done.len() });
                continue;
            }
        }
        let leaf = visit.named.then(|| front_end.leave(visit, parent, &[]));
        done.push(Child { visit, value: leaf.unwrap_or_default() });
        while !cursor.goto_next_sibling() {
            let Some(Open { visit, first }) = open.pop() else { return Ok(()) };
            cursor.goto_parent();
            let value = front_end.leave(visit, parent_of(&open).0, &done[first..]);
            done.truncate(first);
            done.push(Child { visit, value });
        }
    }
}

/// The innermost node that is open, and where its children begin.
fn parent_of<K: Named>(open: &[Open<K>]) -> (Visit<K>, usize) {
    open.last().map_or((Visit::default(), 0), |open| (open.visit, open.first))
}

/// The node that the cursor is at.
fn visit<K: Named>(cursor: &tree_sitter::TreeCursor<'_>, vocabulary: &Vocabulary<K>) -> Visit<K> {
    let node = cursor.node();
    Visit {
        kind: vocabulary.kind(node.kind_id()),
        operator: vocabulary.operator(node.kind_id()),
        field: vocabulary.field(cursor.field_id()),
        span: Span { start: node.start_byte(), end: node.end_byte() },
        named: node.is_named(),
    }
}

/// Looks at every node of a tree, each before what is in it, as long as it is told to go on.
pub(crate) fn each_node<E: From<TooLate>>(
    tree: &Tree,
    clock: &Clock,
    mut goes_on: impl FnMut(&TreeCursor<'_>) -> Result<bool, E>,
) -> Result<(), E> {
    let mut cursor = tree.walk();
    loop {
        clock.tick()?;
        if !goes_on(&cursor)? {
            return Ok(());
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return Ok(());
            }
        }
    }
}
