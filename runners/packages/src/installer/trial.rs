//! Whether packages could be installed: a sandbox is made as for an installation, and in it the index is
//! asked for a package. Nothing is installed.

use std::time::Duration;

use lazaret_sandbox::{Events, Form, Interpreter, Limits, Runner};
use serde_json::json;

use super::job::{self, Kind, Order};
use super::{Reason, Settings, answer};
use crate::InstallError;
use crate::staging::Staging;

/// How long a trial may take, of which the index has a part: to make a container takes a second.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a trial of an installation came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// What has answered: the host of the index; nothing, where nothing is to be downloaded.
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
        let index = settings.index(sources);
        let order = Order { kind, requirements: &[], owner: "", tenant: "", sources, platform: "" };
        let staging = Staging::new(&std::env::temp_dir())?;
        let mut job = job::of(&order, &settings, (&staging.packages(), None), None);
        job.files[0].contents = program.into();
        let arguments = [("index".to_owned(), json!(index))].into_iter().collect();
        job.entry.form = Form::Main { arguments };
        let outcome = runner.run(job, Events::none()).await?;
        answer::of(&order, &settings, &outcome).map_err(unreachable)?;
        Ok(Self { host: index.map(|index| host(index).to_owned()) })
    }
}

/// Whatever else a trial says, the index did not answer.
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
            ("http://index:3128", "index:3128"),
        ] {
            assert_eq!(host(address), told);
        }
    }
}
