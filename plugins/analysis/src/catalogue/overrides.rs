//! What the configuration says about how much rules weigh.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Entry, Profile};
use crate::{Capability, Severity};

/// How bad a rule's findings are, or that there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The rule is not applied.
    Off,
    /// See [`Severity::Low`].
    Low,
    /// See [`Severity::Medium`].
    Medium,
    /// See [`Severity::High`].
    High,
    /// See [`Severity::Critical`].
    Critical,
}

/// How much rules weigh: by the profile, unless their capability has a level, unless they have
/// one themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Whose code it is.
    pub profile: Profile,
    /// Levels for all rules of a capability.
    pub capabilities: BTreeMap<Capability, Level>,
    /// Levels for rules, by their ids.
    pub rules: BTreeMap<String, Level>,
}

/// Why overrides cannot be applied.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum OverrideError {
    /// There is no such rule.
    #[error("cannot find the rule `{id}`")]
    UnknownRule {
        /// The id, as given.
        id: String,
        /// The id that is written most like it.
        nearest: Option<String>,
    },
    /// A capability would weigh less that only rules by their names may.
    #[error("cannot lower `{}`: code that has something to hide would pass unseen", capability.name())]
    Guarded {
        /// The capability.
        capability: Capability,
    },
}

impl Level {
    /// The severity, unless the rule is off.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Low => Some(Severity::Low),
            Self::Medium => Some(Severity::Medium),
            Self::High => Some(Severity::High),
            Self::Critical => Some(Severity::Critical),
        }
    }
}

impl From<Profile> for Overrides {
    fn from(profile: Profile) -> Self {
        Self { profile, ..Self::default() }
    }
}

impl Overrides {
    /// Fails on a rule that is not among `known`, and on capabilities that may not be lowered.
    pub(crate) fn check<'a>(
        &self,
        known: impl Iterator<Item = &'a str> + Clone,
    ) -> Result<(), OverrideError> {
        let lowered =
            self.capabilities.iter().find(|(one, level)| one.is_guarded() && **level < Level::High);
        if let Some((capability, _)) = lowered {
            return Err(OverrideError::Guarded { capability: *capability });
        }
        match self.rules.keys().find(|id| !known.clone().any(|known| known == *id)) {
            Some(id) => {
                Err(OverrideError::UnknownRule { id: id.clone(), nearest: nearest(id, known) })
            }
            None => Ok(()),
        }
    }

    /// The severity that a rule has with these overrides; nothing if it is off.
    pub(crate) fn severity(&self, entry: &Entry) -> Option<Severity> {
        if let Some(level) = self.rules.get(&entry.id) {
            return level.severity();
        }
        let weighed = self.profile.severity(entry.capability, entry.severity);
        match self.capabilities.get(&entry.capability) {
            // What is guarded is raised, and not lowered from critical.
            Some(level) if entry.capability.is_guarded() => level.severity().max(Some(weighed)),
            Some(level) => level.severity(),
            None => Some(weighed),
        }
    }

    /// The same, of a finding whose line says all that it does.
    pub(crate) fn everyday(&self, entry: &Entry, severity: Severity) -> Severity {
        if self.is_told(entry) { severity } else { self.profile.everyday(severity) }
    }

    /// The same, of a finding about something that nothing can come of.
    pub(crate) fn harmless(&self, entry: &Entry, severity: Severity) -> Severity {
        if self.is_told(entry) { severity } else { severity.min(Severity::Low) }
    }

    /// Whether somebody has said what its findings weigh.
    fn is_told(&self, entry: &Entry) -> bool {
        self.rules.contains_key(&entry.id) || self.capabilities.contains_key(&entry.capability)
    }
}

/// The known id that is most like `id`, if any is somewhat like it.
pub(super) fn nearest<'a>(id: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    /// Two ids of one language share half of their letters by chance.
    const SOMEWHAT: f64 = 0.7;
    known
        .map(|known| (strsim::jaro_winkler(id, known), known))
        .filter(|(likeness, _)| *likeness >= SOMEWHAT)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, known)| known.to_owned())
}
