//! A call in the file at hand.

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
}

/// What a call is given; or that it is not given.
#[derive(Clone, Copy, Debug)]
pub struct Argument<'a>(Option<&'a types::Argument>);

impl<'a> Argument<'a> {
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
