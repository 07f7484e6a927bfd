//! What the policy is told. `settings.json` is the schema that it publishes, and says what each means.

use lazaret_policy::pattern;
use lazaret_policy::prelude::*;
use lazaret_policy::serde_json;
use serde::Deserialize;

/// The schema.
pub(crate) const SCHEMA: &str = include_str!("../settings.json");

#[derive(Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    allow: Vec<String>,
    pub(crate) names: Vec<String>,
    pub(crate) entropy: f64,
    pub(crate) tokens: Vec<OwnToken>,
}

/// A token that the settings tell of.
#[derive(Deserialize)]
pub(crate) struct OwnToken {
    pub(crate) name: String,
    pub(crate) prefix: String,
    pub(crate) length: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { allow: Vec::new(), names: Vec::new(), entropy: 2.5, tokens: Vec::new() }
    }
}

impl Settings {
    pub(crate) fn of(cx: &Context) -> Self {
        let settings = serde_json::from_value(cx.settings().clone());
        settings.expect("the host holds settings against the schema")
    }

    /// Whether this value is meant to be there.
    pub(crate) fn allows(&self, value: &str) -> bool {
        self.allow.iter().any(|allowed| pattern::matches(allowed, value))
    }
}
