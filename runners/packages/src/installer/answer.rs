//! What an installer answers, and what an end without an answer means.

use lazaret_sandbox::{Outcome, Status};
use serde::Deserialize;

use super::job::Order;
use super::secrets::Secrets;
use super::{Reason, Settings};
use crate::{InstallError, Installed, Pinned, Words};

/// What an installer answers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, untagged)]
enum Answer {
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
struct Failure {
    words: String,
}

/// What an installation came to, by its outcome. What an installer prints is no answer.
pub(super) fn of(
    order: &Order<'_>,
    settings: &Settings,
    outcome: &Outcome,
) -> Result<Installed, InstallError> {
    read(order, settings, outcome)?.installed(order, settings)
}

fn read(order: &Order<'_>, settings: &Settings, outcome: &Outcome) -> Result<Answer, InstallError> {
    let what = order.names();
    match (outcome.status, &outcome.result) {
        (Status::Success, Some(result)) => {
            let answer = serde_json::from_value(result.clone());
            answer.map_err(|error| {
                let end = "no answer that is understood".into();
                InstallError::Broken { what, end, words: Words(error.to_string()) }
            })
        }
        (Status::TimeLimit, _) => Err(InstallError::TooSlow { what, limit: settings.limits.wall }),
        (status, _) => {
            let words = String::from_utf8_lossy(&outcome.stderr.bytes);
            let words = Words(last_words(&words, &Secrets::of(order.sources, settings)));
            Err(InstallError::Broken { what, end: status.name().into(), words })
        }
    }
}

impl Answer {
    fn installed(self, order: &Order<'_>, settings: &Settings) -> Result<Installed, InstallError> {
        match self {
            Self::Installed { platform, packages } => {
                // For people, who list what is in the cache.
                let platform =
                    if settings.builds { format!("{platform}, built") } else { platform };
                Ok(Installed::New { platform, packages })
            }
            Self::Unchanged { .. } => Ok(Installed::Unchanged),
            Self::Failed { failure } => {
                let words = last_words(&failure.words, &Secrets::of(order.sources, settings));
                let reason = Reason::of(&words);
                Err(InstallError::Refused { what: order.names(), reason, words: Words(words) })
            }
        }
    }
}

/// More of them would hide what matters.
const LAST_WORDS: usize = 4000;

fn last_words(words: &str, secrets: &Secrets) -> String {
    let words = secrets.hidden(words.trim());
    let from = words.floor_char_boundary(words.len().saturating_sub(LAST_WORDS));
    words[from..].to_owned()
}
