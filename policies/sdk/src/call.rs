//! A call in the file at hand.

use std::ops::Range;

use serde_json::Value;

use crate::types::{self, Fact, Resolution, Span};

/// A call in the file at hand.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a>(&'a Fact);

impl<'a> Call<'a> {
    pub(crate) fn new(fact: &'a Fact) -> Self {
        Self(fact)
    }

    /// The resolved name: `os.system`, also where the file has `from os import system as s`.
    pub fn name(self) -> &'a str {
        &self.0.name
    }

    /// How sure the name is.
    pub fn resolution(self) -> Resolution {
        self.0.resolution
    }

    /// Where.
    pub fn span(self) -> Span {
        self.0.span
    }

    /// What is given by keyword, as in `shell=True`.
    pub fn argument(self, name: &str) -> Argument<'a> {
        Argument(self.0.arguments.iter().find(|argument| argument.name.as_deref() == Some(name)))
    }

    /// What is given by place; the first is 0.
    pub fn positional(self, index: usize) -> Argument<'a> {
        Argument(self.0.arguments.iter().filter(|argument| argument.name.is_none()).nth(index))
    }

    /// Everything that is given, in the order of the file.
    pub fn arguments(self) -> impl Iterator<Item = Argument<'a>> {
        self.0.arguments.iter().map(|argument| Argument(Some(argument)))
    }

    /// Where the arguments stand in the file, whose text this is, in their order. None, where that is not
    /// known of all: of a long one only the beginning is.
    pub fn places(self, text: &str) -> Vec<Range<usize>> {
        let (start, mut end) = (self.span().start_byte as usize, self.span().end_byte as usize);
        let mut places = Vec::new();
        // From the last to the first, because what is called may have the same words in it.
        for argument in self.0.arguments.iter().rev() {
            let before = text.get(start..end).unwrap_or_default();
            let Some(at) = before.rfind(&argument.text) else { return Vec::new() };
            places.push(start + at..start + at + argument.text.len());
            end = start + at;
        }
        places.reverse();
        places
    }
}

/// What a call is given; or that it is not given.
#[derive(Clone, Copy, Debug)]
pub struct Argument<'a>(Option<&'a types::Argument>);

impl<'a> Argument<'a> {
    /// The keyword that it is given by.
    pub fn name(self) -> Option<&'a str> {
        self.0?.name.as_deref()
    }

    /// Whether the call is given it.
    pub fn is_present(self) -> bool {
        self.0.is_some()
    }

    /// This one, or `other` where the call is not given this one.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0.or(other.0))
    }

    /// The value, where it is a constant.
    pub fn literal(self) -> Option<Value> {
        serde_json::from_str(self.0?.literal.as_deref()?).ok()
    }

    /// Whether it is a constant.
    pub fn is_literal(self) -> bool {
        self.0.is_some_and(|argument| argument.literal.is_some())
    }

    /// Whether it is given and is no constant: only the program knows it when it runs.
    pub fn is_computed(self) -> bool {
        self.0.is_some_and(|argument| argument.literal.is_none())
    }

    /// Whether it is the constant `true`, or `True`.
    pub fn is_true(self) -> bool {
        self.literal() == Some(Value::Bool(true))
    }

    /// As written; empty where the call is not given it.
    pub fn text(self) -> &'a str {
        self.0.map_or("", |argument| &argument.text)
    }
}

#[cfg(test)]
mod tests {
    use super::Call;
    use crate::testing::{Fact, unit};

    #[test]
    fn arguments_stand_behind_what_is_called() {
        // The call is the first ten bytes.
        let places = |text: &str| {
            let unit = unit("python", [Fact::call("a").computed("a").computed_keyword("k", "ba")]);
            Call::new(&unit.facts[0]).places(text)
        };
        assert_eq!(places("a(a, k=ba)"), [2..3, 7..9]);
        assert!(places("a(a, k=b…)").is_empty());
    }
}
