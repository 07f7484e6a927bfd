//! What an author writes.

use crate::{Context, Manifest, Settings, SettingsError, Submission};

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

/// A policy that judges all files together, too, and what they need from outside: with the attribute
/// `#[policy(submission)]`.
///
/// ```
/// use lazaret_policy::prelude::*;
///
/// #[policy(submission)]
/// pub struct NoLeftPad;
///
/// impl Policy for NoLeftPad {
///     fn manifest() -> Manifest {
///         Manifest::new("no-left-pad", "1.0.0")
///             .rule(Rule::new("left-pad", Severity::High, "the package `left-pad` is needed"))
///     }
///
///     fn check(&self, _: &mut Context) {}
/// }
///
/// impl SubmissionPolicy for NoLeftPad {
///     fn check_submission(&self, cx: &mut Submission) {
///         for dependency in cx.dependencies().filter(|one| one.name == "left-pad") {
///             cx.report("left-pad", dependency);
///         }
///     }
/// }
/// # fn main() {}
/// ```
pub trait SubmissionPolicy: Policy {
    /// Judges all files of a submission, after each was judged alone. Nothing is kept from that.
    ///
    /// It is called where the submission needs a package, or where a file has what the policy asks for.
    fn check_submission(&self, cx: &mut Submission);
}
