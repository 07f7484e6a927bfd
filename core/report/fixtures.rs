//! What was found in a policy's fixtures, and what was expected.

pub mod human;

use lazaret_wasm::fixture::{Judged, RulesByLine};

/// What became of a fixture.
#[derive(Debug)]
pub struct Judgement {
    /// The file.
    pub path: String,
    /// What was found; or why nobody knows, with all its causes.
    pub answer: Result<Answer, String>,
}

/// What was found in a fixture.
#[derive(Debug)]
pub struct Answer {
    /// What its comments say is found.
    pub expected: RulesByLine,
    /// Whether nothing may be found in it.
    pub is_good: bool,
    /// Whether its comments were written just now.
    pub is_blessed: bool,
    /// Its text.
    pub text: String,
    /// What the policy said.
    pub judged: Judged,
}

impl Judgement {
    /// Whether what is found is what is expected, and something is unless nothing may be.
    pub fn is_right(&self) -> bool {
        self.answer.as_ref().is_ok_and(Answer::is_right)
    }
}

impl Answer {
    fn is_right(&self) -> bool {
        self.expected == self.judged.found && self.is_good == self.expected.is_empty()
    }
}
