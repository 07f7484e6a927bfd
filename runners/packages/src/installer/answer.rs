//! What an installer answers, and what an end without an answer means.

use lazaret_sandbox::{Outcome, Printed, Status};
use serde::Deserialize;

use super::Settings;
use super::job::Order;
use crate::{InstallError, Installed, Pinned};

/// What an installer answers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, untagged)]
pub(super) enum Answer {
    /// These packages are there, for programs on this platform.
    Installed { platform: String, packages: Vec<Pinned> },
    /// The requirements mean what they did.
    Unchanged {
        #[serde(rename = "unchanged")]
        _unchanged: bool,
    },
    /// It could not, and why.
    Failed { failure: Failure },
}

/// Why an installer could not.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Failure {
    words: String,
}

/// The answer in an outcome. What an installer prints is no answer.
pub(super) fn of(
    order: &Order<'_>,
    settings: &Settings,
    outcome: &Outcome,
) -> Result<Answer, InstallError> {
    let what = order.names();
    match (outcome.status, &outcome.result) {
        (Status::Success, Some(result)) => {
            let answer = serde_json::from_value(result.clone());
            answer.map_err(|error| InstallError::Broken { what, words: error.to_string() })
        }
        (Status::TimeLimit, _) => Err(InstallError::TooSlow { what, limit: settings.limits.wall }),
        (status, _) => {
            let words = format!("it ended with {}: {}", status.name(), last_words(&outcome.stderr));
            Err(InstallError::Broken { what, words })
        }
    }
}

impl Answer {
    /// For the cache.
    pub(super) fn installed(self, order: &Order<'_>) -> Result<Installed, InstallError> {
        match self {
            Self::Installed { platform, packages } => Ok(Installed::New { platform, packages }),
            Self::Unchanged { .. } => Ok(Installed::Unchanged),
            Self::Failed { failure } => Err(refused(order, failure.words)),
        }
    }
}

/// What the most frequent words of installers mean.
fn refused(order: &Order<'_>, words: String) -> InstallError {
    InstallError::Refused { what: order.names(), words }
}

/// More of them would hide what matters.
const LAST_WORDS: usize = 2000;

fn last_words(printed: &Printed) -> String {
    let bytes = &printed.bytes[printed.bytes.len().saturating_sub(LAST_WORDS)..];
    String::from_utf8_lossy(bytes).trim().to_owned()
}
