//! What an installer answers, and what an end without an answer means.

use lazaret_sandbox::{Outcome, Printed, Status};
use serde::Deserialize;

use super::job::Order;
use super::{Reason, Settings, Sources};
use crate::{InstallError, Installed, Pinned, Words};

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
            answer.map_err(|error| {
                let end = "no answer that is understood".into();
                InstallError::Broken { what, end, words: Words(error.to_string()) }
            })
        }
        (Status::TimeLimit, _) => Err(InstallError::TooSlow { what, limit: settings.limits.wall }),
        (status, _) => {
            let words = Words(last_words(&outcome.stderr, order.sources));
            Err(InstallError::Broken { what, end: status.name().into(), words })
        }
    }
}

impl Answer {
    /// For the cache. What packages have built or set up themselves is another set.
    pub(super) fn installed(
        self,
        order: &Order<'_>,
        builds: bool,
    ) -> Result<Installed, InstallError> {
        match self {
            Self::Installed { platform, packages } => {
                let platform = if builds { format!("{platform}, built") } else { platform };
                Ok(Installed::New { platform, packages })
            }
            Self::Unchanged { .. } => Ok(Installed::Unchanged),
            Self::Failed { failure } => {
                let words = without_secrets(failure.words, order.sources);
                let reason = Reason::of(&words);
                Err(InstallError::Refused { what: order.names(), reason, words: Words(words) })
            }
        }
    }
}

/// More of them would hide what matters.
const LAST_WORDS: usize = 2000;

fn last_words(printed: &Printed, sources: &Sources) -> String {
    let bytes = &printed.bytes[printed.bytes.len().saturating_sub(LAST_WORDS)..];
    without_secrets(String::from_utf8_lossy(bytes).trim().to_owned(), sources)
}

/// Installers leave out what addresses have of names and passwords; this is for the one that forgets.
fn without_secrets(words: String, sources: &Sources) -> String {
    let secrets = sources.index.iter().chain(&sources.more).filter_map(|address| secret(address));
    secrets.fold(words, |words, secret| words.replace(secret, "***"))
}

/// The name and the password in an address.
fn secret(address: &str) -> Option<&str> {
    let place = address.split_once("://")?.1.split('/').next()?;
    Some(place.rsplit_once('@')?.0).filter(|secret| !secret.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_of_an_index_is_told() {
        let sources = Sources {
            index: Some("https://me:p%40ss@example.org/simple".into()),
            more: vec!["https://token@example.com/simple".into(), "https://example.net/a@b".into()],
            ..Sources::default()
        };
        let words = "me:p%40ss@example.org failed, token@example.com too, and a@b";
        let told = without_secrets(words.into(), &sources);
        assert_eq!(told, "***@example.org failed, ***@example.com too, and a@b");
    }
}
