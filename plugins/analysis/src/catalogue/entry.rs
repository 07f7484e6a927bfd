//! One rule, and whether it holds.

use super::Entry;
use crate::{Argument, Rule};

impl Entry {
    /// Whether its conditions hold.
    pub(crate) fn holds(&self, given: &[Argument]) -> bool {
        self.when.iter().all(|condition| condition.holds(given))
            && !self.unless.iter().any(|condition| condition.holds(given))
    }

    /// The rule as the outside sees it.
    pub(crate) fn rule(&self) -> Rule {
        Rule {
            id: self.id.clone(),
            languages: self.languages.clone(),
            capability: self.capability,
            names: self.names.clone(),
            severity: self.severity,
            message: self.message.clone(),
            help: self.help.clone(),
            cwe: self.cwe,
            example: self.example.clone(),
            counter: self.counter.clone(),
        }
    }
}
