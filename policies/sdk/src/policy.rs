//! What an author writes.

use serde_json::Value;

use crate::{Context, Manifest, SettingsError};

/// A policy. [`crate::export_policy!`] makes a component of it.
pub trait Policy {
    /// What the policy is and asks for. It must say the same every time: the host asks once.
    fn manifest() -> Manifest;

    /// Judges a file. Nothing is kept from one file to the next.
    ///
    /// A panic is reported through [`crate::log`] and fails the check; it never lets code pass.
    fn check(cx: &mut Context);

    /// What is wrong with the settings that their schema cannot say. A policy without a schema has no
    /// settings, and refuses any.
    fn validate_settings(settings: &Value) -> Vec<SettingsError> {
        if Self::manifest().has_settings() {
            return Vec::new();
        }
        let keys = settings.as_object().into_iter().flat_map(|object| object.keys());
        keys.map(|key| SettingsError {
            pointer: format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            message: "this policy has no settings".to_owned(),
        })
        .collect()
    }
}
