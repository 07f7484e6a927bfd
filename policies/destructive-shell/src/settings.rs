//! What the policy is told. `settings.json` is the schema that it publishes, and says what it means.

use lazaret_policy::prelude::*;
use lazaret_policy::serde_json;
use serde::Deserialize;

/// The schema.
pub(crate) const SCHEMA: &str = include_str!("../settings.json");

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    pub(crate) matters: Vec<String>,
    pub(crate) allow: Vec<String>,
}

impl Settings {
    pub(crate) fn of(cx: &Context) -> Self {
        let settings = serde_json::from_value(cx.settings().clone());
        settings.expect("the host holds settings against the schema")
    }
}
