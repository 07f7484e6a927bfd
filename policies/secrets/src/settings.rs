//! What the settings say.

use lazaret_policy::{pattern, settings};

use crate::Secrets;

/// A token that the settings tell of.
#[settings]
pub(crate) struct OwnToken {
    /// What it is, as findings call it.
    pub(crate) name: String,
    /// What it begins with.
    #[schemars(length(min = 2))]
    pub(crate) prefix: String,
    /// How many letters, digits, `_` and `-` follow.
    #[schemars(range(min = 8, max = 1000))]
    pub(crate) length: usize,
}

impl Secrets {
    /// Whether this value is meant to be there.
    pub(crate) fn allows(&self, value: &str) -> bool {
        self.allow.iter().any(|allowed| pattern::matches(allowed, value))
    }
}
