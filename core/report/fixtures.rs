//! What was found in a policy's fixtures, and what was expected.

pub(crate) mod human;

use lazaret_wasm::fixture::trial::Trials;
use lazaret_wasm::fixture::{Fixture, FixtureError, Judged};

/// A fixture, and what became of it.
pub(crate) struct Tested {
    /// The fixture.
    pub(crate) fixture: Fixture,
    /// Whether its comments were written just now.
    pub(crate) is_blessed: bool,
    /// What the policy said, and what came of further runs; or why nobody knows.
    pub(crate) judged: Result<(Judged, Trials), FixtureError>,
}

impl Tested {
    /// Whether it is known what is found, that is what is expected, and no further run went wrong.
    pub(crate) fn is_right(&self) -> bool {
        self.judged.as_ref().is_ok_and(|(judged, trials)| {
            self.fixture.is_right(judged) && trials.problems.is_empty()
        })
    }

    fn finds_something(&self) -> bool {
        self.judged.as_ref().is_ok_and(|(judged, _)| !judged.found.is_empty())
    }
}

/// Whether all are right. Where nothing is found in any, nobody knows whether the policy ever finds
/// anything.
pub(crate) fn are_right(tested: &[Tested]) -> bool {
    tested.iter().all(Tested::is_right) && tested.iter().any(Tested::finds_something)
}
