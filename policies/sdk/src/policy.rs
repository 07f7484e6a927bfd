//! What an author writes.

use crate::{Context, Manifest, Settings, SettingsError};

/// A policy, which the attribute [`crate::policy`] makes a component of. Its fields are its settings.
pub trait Policy: Settings {
    /// What the policy is and asks for. It must say the same every time: the host asks once.
    fn manifest() -> Manifest;

    /// Judges a file. Nothing is kept from one file to the next.
    ///
    /// A panic is reported through [`crate::log`] and fails the check; it never lets code pass.
    fn check(&self, cx: &mut Context);

    /// What is wrong with the settings that their schema cannot say. The host has held them against
    /// it before.
    fn validate(&self) -> Vec<SettingsError> {
        Vec::new()
    }
}
