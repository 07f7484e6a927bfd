//! Severities that the configuration sets.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Severity;

/// How bad a rule's findings are, or that there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

/// Rules by their ids, with the level that each is given instead of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Overrides {
    /// The levels.
    pub levels: BTreeMap<String, Level>,
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
    /// There is no such level.
    #[error("cannot read the level `{level}`: it is none of off, low, medium, high, critical")]
    UnknownLevel {
        /// The level, as given.
        level: String,
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

impl FromStr for Level {
    type Err = OverrideError;

    fn from_str(level: &str) -> Result<Self, Self::Err> {
        match level {
            "off" => Ok(Self::Off),
            "low" => Ok(Self::Low),
            "medium" => Ok(Self::Medium),
            "high" => Ok(Self::High),
            "critical" => Ok(Self::Critical),
            _ => Err(OverrideError::UnknownLevel { level: level.to_owned() }),
        }
    }
}

impl FromIterator<(String, Level)> for Overrides {
    fn from_iter<I: IntoIterator<Item = (String, Level)>>(levels: I) -> Self {
        Self { levels: levels.into_iter().collect() }
    }
}

impl Overrides {
    /// Fails on a rule that is not among `known`.
    pub(crate) fn check<'a>(
        &self,
        known: impl Iterator<Item = &'a str> + Clone,
    ) -> Result<(), OverrideError> {
        match self.levels.keys().find(|id| !known.clone().any(|known| known == *id)) {
            Some(id) => {
                Err(OverrideError::UnknownRule { id: id.clone(), nearest: nearest(id, known) })
            }
            None => Ok(()),
        }
    }

    /// The severity that a rule has with these overrides; nothing if it is off.
    pub(crate) fn severity(&self, id: &str, own: Severity) -> Option<Severity> {
        self.levels.get(id).map_or(Some(own), |level| level.severity())
    }
}

/// The known id that is most like `id`, if any is somewhat like it.
fn nearest<'a>(id: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    /// Two ids of one language share half of their letters by chance.
    const SOMEWHAT: f64 = 0.7;
    known
        .map(|known| (strsim::jaro_winkler(id, known), known))
        .filter(|(likeness, _)| *likeness >= SOMEWHAT)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, known)| known.to_owned())
}
