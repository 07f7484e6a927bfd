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
