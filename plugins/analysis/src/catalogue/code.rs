//! Calls that run code, and which of their arguments is the code.

use super::Code;
use crate::Argument;

impl Code {
    /// Whether a call with these arguments runs it.
    pub(crate) fn runs(&self, given: &[Argument]) -> bool {
        self.when.iter().all(|condition| condition.holds(given))
    }

    /// Whether the other arguments are its parameters, which may have code in them: `a = f()`.
    pub(crate) fn has_parameters(&self) -> bool {
        self.argument < 0
    }

    /// Where it begins among the arguments of a Bash command, and whether it goes on to the last.
    pub(crate) fn among(&self, given: &[Argument]) -> Option<(usize, bool)> {
        let place = if self.after.is_empty() {
            let first = usize::try_from(self.argument).ok()?;
            // `trap -- code`
            first + usize::from(given.get(first).is_some_and(|one| one.word() == "--"))
        } else {
            let option = given.iter().position(|one| self.is_option(one.word()))?;
            let is_no_option = |one: &Argument| !one.word().starts_with('-');
            // `bash -c -e code`: other options may stand between.
            option + 1 + given[option + 1..].iter().position(is_no_option).unwrap_or(0)
        };
        (place < given.len()).then_some((place, self.rest))
    }

    /// Whether code follows this word: `-xc` is `-x -c`, and `-ce` is `-c -e`.
    fn is_option(&self, word: &str) -> bool {
        let letters =
            word.strip_prefix('-').filter(|letters| letters.chars().all(char::is_alphabetic));
        let has = |option: &str| {
            letters.is_some_and(|letters| option.len() == 2 && letters.contains(&option[1..]))
        };
        self.after.iter().any(|option| option == word || has(option))
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
