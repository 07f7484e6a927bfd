//! What a query matched in the file at hand.

use crate::types::{Capture, QueryMatch};

/// What a query matched in the file at hand.
#[derive(Clone, Copy, Debug)]
pub struct Match<'a>(&'a QueryMatch);

impl<'a> Match<'a> {
    pub(crate) fn new(found: &'a QueryMatch) -> Self {
        Self(found)
    }

    /// The query's row in the manifest.
    pub(crate) fn row(found: &QueryMatch) -> u32 {
        found.query
    }

    /// The node that the pattern calls `@name`; nothing, where the pattern matches without it.
    pub fn capture(self, name: &str) -> Option<&'a Capture> {
        self.0.captures.iter().find(|capture| capture.name == name)
    }

    /// All nodes that it has a name for, in the order of the file.
    pub fn captures(self) -> impl Iterator<Item = &'a Capture> {
        self.0.captures.iter()
    }
}
