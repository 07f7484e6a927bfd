//! Three ways to weigh what is found, by whose code it is.
//!
//! A profile weighs and never hides: everything that is found is in the report, whatever it
//! weighs. None lowers what is critical, and none lowers what only code does that has something to
//! hide.

use serde::{Deserialize, Serialize};

use crate::{Capability, Severity};

/// Whose code it is, and so how much what it does weighs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Nobody has vouched for it, and it is about to run in a sandbox. What looks into the
    /// interpreter, hides, destroys or cannot be judged is high; starting programs, talking to
    /// other machines and touching files is what the sandbox is for, and medium at most.
    Gate,
    /// One's own repository: what honest programs do for a living weighs less, the more so where
    /// its line says all that it does.
    Repo,
    /// Everything weighs what the catalogue says.
    #[default]
    Audit,
}

impl Profile {
    /// Every profile there is.
    pub const ALL: [Self; 3] = [Self::Gate, Self::Repo, Self::Audit];

    /// The name in configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gate => "gate",
            Self::Repo => "repo",
            Self::Audit => "audit",
        }
    }

    /// What a rule of this capability weighs whose own severity is this.
    pub(crate) fn severity(self, capability: Capability, own: Severity) -> Severity {
        match (self, own) {
            (Self::Gate, Severity::Medium) if is_sharp(capability) => Severity::High,
            (Self::Gate, Severity::High) if capability.is_plain() => Severity::Medium,
            (Self::Repo, Severity::Medium) if capability.is_plain() => Severity::Low,
            _ => own,
        }
    }

    /// What an everyday finding weighs whose line says all that it does.
    pub(crate) fn everyday(self, severity: Severity) -> Severity {
        match self {
            Self::Repo => severity.min(Severity::Medium),
            Self::Gate | Self::Audit => severity,
        }
    }
}

/// Whether code that is to run in a sandbox has no good reason for it.
fn is_sharp(capability: Capability) -> bool {
    matches!(
        capability,
        Capability::Introspection
            | Capability::Destruction
            | Capability::Evasion
            | Capability::NotAnalysable
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEVERITIES: [Severity; 4] =
        [Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

    #[test]
    fn no_profile_lowers_what_is_guarded_or_critical() {
        for profile in Profile::ALL {
            for capability in Capability::ALL {
                assert_eq!(profile.severity(capability, Severity::Critical), Severity::Critical);
                for own in SEVERITIES.into_iter().filter(|_| !capability.is_plain()) {
                    assert!(profile.severity(capability, own) >= own, "{profile:?} {capability:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_guarded_is_never_plain() {
        assert!(Capability::ALL.iter().all(|one| !(one.is_guarded() && one.is_plain())));
    }

    #[test]
    fn an_audit_weighs_as_the_catalogue_does() {
        for capability in Capability::ALL {
            for own in SEVERITIES {
                assert_eq!(Profile::Audit.severity(capability, own), own);
            }
        }
    }
}
