//! What was found in a policy's fixtures, and what was expected.

pub(crate) mod human;

use lazaret_wasm::fixture::{Fixture, FixtureError, Judged};

/// A fixture, and what became of it.
pub(crate) struct Tested {
    /// The fixture.
    pub(crate) fixture: Fixture,
    /// Whether its comments were written just now.
    pub(crate) is_blessed: bool,
    /// What the policy said; or why nobody knows.
    pub(crate) judged: Result<Judged, FixtureError>,
}

impl Tested {
    /// Whether it is known what is found, and that is what is expected.
    pub(crate) fn is_right(&self) -> bool {
        self.judged.as_ref().is_ok_and(|judged| self.fixture.is_right(judged))
    }
}
