//! Whether packages could be installed: a sandbox is made as for an installation, and in it the index is
//! reached. Nothing is downloaded.

use std::time::Duration;

use lazaret_sandbox::{Events, Form, Interpreter, Limits, Runner};
use serde_json::json;

use super::job::{self, Kind, Order};
use super::{Reason, Settings, Sources, answer};
use crate::InstallError;
use crate::staging::Staging;

/// How long a trial may take, of which the index has a part: to make a container takes a second.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a trial of an installation came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// What was reached: the host of the index, or of the proxy before it; nothing, where nothing is to be
    /// downloaded.
    pub host: Option<String>,
}

impl Trial {
    /// Tries what an installation for programs of `interpreter` needs.
    pub async fn of(
        runner: &dyn Runner,
        interpreter: Interpreter,
        settings: &Settings,
    ) -> Result<Self, InstallError> {
        let limits = Limits { wall: PATIENCE, ..settings.limits.clone() };
        let settings = Settings { limits, ..settings.clone() };
        let (kind, sources, program) = match interpreter {
            Interpreter::Node => (Kind::Node, &settings.node, include_str!("trial.js")),
            _ => (Kind::Python, &settings.python, include_str!("trial.py")),
        };
        let address = address(sources, &settings);
        let order = Order { kind, requirements: &[], owner: "", tenant: "", sources, platform: "" };
        let staging = Staging::new(&std::env::temp_dir())?;
        let mut job = job::of(&order, &settings, (&staging.packages(), None), None);
        job.files[0].contents = program.into();
        let arguments = [("address".to_owned(), json!(address))].into_iter().collect();
        job.entry.form = Form::Main { arguments };
        let outcome = runner.run(job, Events::none()).await?;
        let answer = answer::of(&order, &settings, &outcome)?;
        answer.installed(&order, &settings).map_err(unreachable)?;
        Ok(Self { host: address.map(|address| host(address).to_owned()) })
    }
}

/// What is to be reached: the index, or the proxy before it.
fn address<'a>(sources: &'a Sources, settings: &'a Settings) -> Option<&'a str> {
    let index = settings.index(sources)?;
    Some(settings.environment.get("HTTPS_PROXY").map_or(index, String::as_str))
}

/// A trial says no more than that, in the words of an interpreter.
fn unreachable(error: InstallError) -> InstallError {
    match error {
        InstallError::Refused { what, reason: Reason::Other, words } => {
            InstallError::Refused { what, reason: Reason::Unreachable, words }
        }
        other => other,
    }
}

/// The host in an address, with its port.
fn host(address: &str) -> &str {
    let place = address.split_once("://").map_or(address, |(_, place)| place);
    let place = place.split(['/', '?', '#']).next().unwrap_or_default();
    place.rsplit_once('@').map_or(place, |(_, host)| host)
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn a_host_is_told_without_what_stands_around_it() {
        for (address, told) in [
            ("https://pypi.org/simple", "pypi.org"),
            ("https://me:p@ss@example.org:8443/simple", "example.org:8443"),
            ("http://proxy:3128", "proxy:3128"),
        ] {
            assert_eq!(host(address), told);
        }
    }
}
