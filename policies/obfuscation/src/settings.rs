//! What the policy is told. `settings.json` is the schema that it publishes, and says what it means.

use lazaret_policy::prelude::*;
use lazaret_policy::serde_json;
use serde::Deserialize;

/// The schema.
pub(crate) const SCHEMA: &str = include_str!("../settings.json");

#[derive(Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    pub(crate) length: usize,
    pub(crate) entropy: f64,
    pub(crate) names: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { length: 1000, entropy: 3.5, names: 8 }
    }
}

impl Settings {
    pub(crate) fn of(cx: &Context) -> Self {
        let settings = serde_json::from_value(cx.settings().clone());
        settings.expect("the host holds settings against the schema")
    }
}
