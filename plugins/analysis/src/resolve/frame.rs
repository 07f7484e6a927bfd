//! What is known within one call of a function, or for one item of a comprehension.

use std::collections::HashMap;
use std::rc::Rc;

use crate::program::{Id, Region};
use crate::resolve::{Meaning, Resolver};

/// One call.
pub(super) struct Frame {
    region: Region,
    known: HashMap<Id, Rc<Meaning>>,
}

impl Frame {
    /// A call of what is in this region, where some expressions are known already: what it is given.
    pub(super) fn new(region: Region, known: HashMap<Id, Rc<Meaning>>) -> Self {
        Self { region, known }
    }
}

impl Resolver<'_> {
    /// The innermost call that an expression belongs to.
    fn frame_of(&mut self, id: Id) -> Option<&mut Frame> {
        self.frames.iter_mut().rev().find(|frame| frame.region.contains(&id.0))
    }

    /// What an expression is known to be.
    pub(super) fn found(&mut self, id: Id) -> Option<Rc<Meaning>> {
        match self.frame_of(id) {
            Some(frame) => frame.known.get(&id).cloned(),
            None => self.known[id.index()].clone(),
        }
    }

    /// Keeps what an expression is, or forgets it.
    pub(super) fn keep(&mut self, id: Id, meaning: Option<Rc<Meaning>>) {
        match (self.frame_of(id), meaning) {
            (Some(frame), Some(meaning)) => drop(frame.known.insert(id, meaning)),
            (Some(frame), None) => drop(frame.known.remove(&id)),
            (None, meaning) => self.known[id.index()] = meaning,
        }
    }
}
