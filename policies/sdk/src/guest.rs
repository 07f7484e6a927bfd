//! Between the generated exports and an author's [`Policy`].

use crate::bindings::exports::lazaret::policy::policy::{Finding, Manifest, SettingsError, Unit};
use crate::bindings::submission::exports::lazaret::policy::submission_policy::Located;
use crate::submission::Dependency;
use crate::{Context, Policy, Submission, SubmissionPolicy, limit, log};

/// Makes a component of a type that implements [`Policy`], as [`crate::policy`] does.
///
/// On another target than `wasm32` it does nothing, so that the policy can be tested natively.
#[doc(hidden)]
#[macro_export]
macro_rules! export_policy {
    ($policy:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            struct Component;

            impl $crate::bindings::exports::lazaret::policy::policy::Guest for Component {
                fn describe() -> $crate::types::Manifest {
                    $crate::guest::describe::<$policy>()
                }

                fn validate_settings(
                    settings: ::std::string::String,
                ) -> ::std::vec::Vec<$crate::SettingsError> {
                    $crate::guest::validate_settings::<$policy>(&settings)
                }

                fn check(
                    settings: ::std::string::String,
                    unit: $crate::types::Unit,
                ) -> ::std::result::Result<
                    ::std::vec::Vec<$crate::types::Finding>,
                    ::std::string::String,
                > {
                    $crate::guest::check::<$policy>(&settings, unit)
                }
            }

    $crate::bindings::export!(Component with_types_in $crate::bindings);
        };
    };
}

/// Exports what a type that implements [`SubmissionPolicy`] judges submissions by, too.
#[doc(hidden)]
#[macro_export]
macro_rules! export_submission_policy {
    ($policy:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use $crate::bindings::submission::exports::lazaret::policy::submission_policy as exported;

            struct Component;

            impl exported::Guest for Component {
                fn check_submission(
                    settings: ::std::string::String,
                    units: ::std::vec::Vec<$crate::types::Unit>,
                    dependencies: ::std::vec::Vec<exported::Dependency>,
                ) -> ::std::result::Result<
                    ::std::vec::Vec<exported::Located>,
                    ::std::string::String,
                > {
                    $crate::guest::check_submission::<$policy>(&settings, units, dependencies)
                }
            }

            $crate::bindings::submission::export_submission_policy_interface!(
                Component with_types_in $crate::bindings::submission
            );
        };
    };
}

/// What the policy is.
pub fn describe<P: Policy>() -> Manifest {
    report_panics();
    Manifest { settings_schema: P::schema(), ..P::manifest().into_contract() }
}

/// What is wrong with the settings; that they cannot be read, first of all.
pub fn validate_settings<P: Policy>(settings: &str) -> Vec<SettingsError> {
    report_panics();
    match P::read(settings) {
        Ok(policy) => policy.validate(),
        Err(message) => vec![SettingsError { pointer: String::new(), message }],
    }
}

/// Judges a file.
pub fn check<P: Policy>(settings: &str, unit: Unit) -> Result<Vec<Finding>, String> {
    report_panics();
    let has_matches = !unit.matches.is_empty();
    let queries = if has_matches { P::manifest().into_contract().queries } else { Vec::new() };
    let policy = P::read(settings)?;
    let mut context = Context::new(unit, queries);
    policy.check(&mut context);
    Ok(limit::limited(context.into_findings(), || P::manifest().into_contract()))
}

/// Judges a submission.
pub fn check_submission<P: SubmissionPolicy>(
    settings: &str,
    units: Vec<Unit>,
    dependencies: Vec<Dependency>,
) -> Result<Vec<Located>, String> {
    report_panics();
    let policy = P::read(settings)?;
    let mut submission = Submission::new(units, dependencies);
    policy.check_submission(&mut submission);
    Ok(limit::limited(submission.into_findings(), || P::manifest().into_contract()))
}

/// Has a panic say what it is before it traps: of a trap alone the host can tell nothing.
fn report_panics() {
    if cfg!(target_arch = "wasm32") {
        std::panic::set_hook(Box::new(|panic| log::warn(panic.to_string())));
    }
}
