//! What collections consist of.
//!
//! Statements build collections out of collections, each higher than the last, without a bracket
//! too many anywhere. What is compared, called or dropped goes down to the ground again, so nothing
//! is built higher than [`HEIGHT`]: a part that is too high is unknown.

use std::ops::Deref;
use std::rc::Rc;

use crate::resolve::Meaning;

/// Collections within each other. People write three.
pub(super) const HEIGHT: u8 = 32;

/// The items of a sequence.
pub(crate) type Items = Parts<Rc<Meaning>>;

/// Keys with their values.
pub(crate) type Pairs = Parts<(Rc<Meaning>, Rc<Meaning>)>;

/// Something that a collection has many of.
pub(crate) trait Part: Clone {
    /// How many collections are within each other here.
    fn height(&self) -> u8;

    /// The same place, where nothing is known of what it has.
    fn unknown() -> Self;
}

impl Part for Rc<Meaning> {
    fn height(&self) -> u8 {
        Meaning::height(self)
    }

    fn unknown() -> Self {
        Self::new(Meaning { values: Vec::new(), open: true })
    }
}

impl Part for (Rc<Meaning>, Rc<Meaning>) {
    fn height(&self) -> u8 {
        self.0.height().max(self.1.height())
    }

    fn unknown() -> Self {
        (Part::unknown(), Part::unknown())
    }
}

/// What a collection consists of, in order.
#[derive(Clone, Debug)]
pub(crate) struct Parts<T> {
    parts: Rc<[T]>,
    height: u8,
}

impl<T> Parts<T> {
    /// How many collections are within each other here, this one counted.
    pub(super) fn height(&self) -> u8 {
        self.height
    }

    /// Whether nothing else has these parts, for they were made just now.
    pub(super) fn is_new(&self) -> bool {
        Rc::strong_count(&self.parts) == 1
    }

    /// Whether it is the very same collection.
    pub(super) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.parts, &other.parts)
    }
}

impl<T> Deref for Parts<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.parts
    }
}

impl<T: Part> FromIterator<T> for Parts<T> {
    fn from_iter<I: IntoIterator<Item = T>>(parts: I) -> Self {
        let mut height = 1;
        let low = |part: T| {
            let part = if part.height() < HEIGHT { part } else { T::unknown() };
            height = height.max(part.height() + 1);
            part
        };
        let parts = parts.into_iter().map(low).collect();
        Self { parts, height }
    }
}

impl<T: Part> From<Vec<T>> for Parts<T> {
    fn from(parts: Vec<T>) -> Self {
        parts.into_iter().collect()
    }
}

impl<T: Part, const N: usize> From<[T; N]> for Parts<T> {
    fn from(parts: [T; N]) -> Self {
        parts.into_iter().collect()
    }
}
