//! Calls that run code, and which of their arguments is the code.

use super::Code;
use crate::Argument;

impl Code {
    /// Whether a call with these arguments runs it.
    pub(crate) fn runs(&self, given: &[Argument]) -> bool {
        self.when.iter().all(|condition| condition.holds(given))
    }

    /// Where it begins among the arguments of a Bash command, and whether it goes on to the last.
    pub(crate) fn among(&self, given: &[Argument]) -> Option<(usize, bool)> {
        let place = if self.after.is_empty() {
            usize::try_from(self.argument).ok()?
        } else {
            let is_option = |one: &Argument| {
                let word = one.word();
                // `-xc` is `-x -c`.
                let letter = |option: &String| {
                    let is_letters = word.starts_with('-') && !word.starts_with("--");
                    option.len() == 2 && is_letters && word.ends_with(&option[1..])
                };
                self.after.iter().any(|option| option == word || letter(option))
            };
            given.iter().position(is_option)? + 1
        };
        (place < given.len()).then_some((place, self.rest))
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
