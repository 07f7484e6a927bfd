//! What a value was found through.
//!
//! A name with a dozen bindings has a dozen values, and each use of it one step more for each of
//! them. So ways share what they have in common: a copy is one pointer, whatever its length.

use std::rc::Rc;

use crate::program::{BindingId, Id};

/// Steps that a finding shows on its way. People read three.
const STEPS: u8 = 16;

/// Something that a value was found through.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// A name is bound to it.
    Bound(BindingId, Rc<str>),
    /// The expression is computed, and this.
    Computed(Id, Rc<str>),
}

/// The steps to a value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Way(Option<Rc<Last>>);

/// The last step, and those before it.
#[derive(Debug)]
struct Last {
    step: Step,
    before: Way,
    length: u8,
}

impl Way {
    /// Whether there is no step on it.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether something on it is computed.
    pub(crate) fn is_roundabout(&self) -> bool {
        self.steps().any(|step| matches!(step, Step::Computed(..)))
    }

    /// One step more, unless there are enough.
    pub(super) fn add(&mut self, step: Step) {
        let length = self.0.as_ref().map_or(0, |last| last.length);
        if length < STEPS {
            let before = std::mem::take(self);
            self.0 = Some(Rc::new(Last { step, before, length: length + 1 }));
        }
    }

    /// The steps, from the first.
    pub(crate) fn steps(&self) -> impl Iterator<Item = &Step> {
        let mut steps: Vec<&Step> =
            std::iter::successors(self.0.as_deref(), |last| last.before.0.as_deref())
                .map(|last| &last.step)
                .collect();
        steps.reverse();
        steps.into_iter()
    }
}

impl<'a> FromIterator<&'a Step> for Way {
    fn from_iter<I: IntoIterator<Item = &'a Step>>(steps: I) -> Self {
        let mut way = Self::default();
        steps.into_iter().for_each(|step| way.add(step.clone()));
        way
    }
}
