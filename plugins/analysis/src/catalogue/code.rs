//! Calls that run code, and which of their arguments is the code.

use serde::Deserialize;

use super::condition::Condition;
use crate::{Argument, Language};

/// Calls that run code that they are given as data.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    /// What is called.
    pub(super) names: Vec<String>,
    /// What the code is written in.
    pub(crate) language: Language,
    /// The place of the code among the arguments; from the end where it is negative.
    #[serde(default)]
    pub(crate) argument: isize,
    /// The name of that argument.
    pub(crate) keyword: Option<String>,
    /// It runs only if all of these hold.
    #[serde(default)]
    pub(super) when: Vec<Condition>,
    /// It is a sequence of words, which are a command.
    #[serde(default)]
    pub(crate) words: bool,
}

impl Code {
    /// Whether a call with these arguments runs it.
    pub(crate) fn runs(&self, given: &[Argument]) -> bool {
        self.when.iter().all(|condition| condition.holds(given))
    }

    /// Which of the arguments it is.
    pub(crate) fn of(&self, given: &[Argument]) -> Option<usize> {
        let named = given.iter().position(|one| one.name.is_some() && one.name == self.keyword);
        let place = if self.argument < 0 {
            given.len().checked_add_signed(self.argument)
        } else {
            usize::try_from(self.argument).ok()
        };
        named.or_else(|| place.filter(|at| given.get(*at).is_some_and(|one| one.name.is_none())))
    }
}
