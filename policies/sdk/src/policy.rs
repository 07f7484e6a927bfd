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

    /// What is wrong with the settings that their schema cannot say. The host has held them against
    /// it before.
    fn validate_settings(_settings: &Value) -> Vec<SettingsError> {
        Vec::new()
    }
}
