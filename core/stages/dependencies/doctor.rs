//! Whether packages can be installed: where they are kept, and for each interpreter a trial in a sandbox
//! as an installation gets.

use std::error::Error;

use futures_util::future::join_all;
use lazaret_analysis::printable;
use lazaret_packages::{Cache, CacheError, InstallError, Reason, Room, Settings, Trial};
use lazaret_sandbox::{Diagnosis, Interpreter, Isolation, Runner, Size};

use super::DependenciesConfig;
use super::config::Setup;
use crate::app::BuildError;

/// What has an installer.
const INSTALLED_FOR: [Interpreter; 2] = [Interpreter::Python, Interpreter::Node];

/// Looks whether packages can be installed.
pub(crate) struct Examiner(Setup);

impl Examiner {
    /// Of the table `[dependencies]`, where a sandbox has to be this strong.
    pub(crate) fn new(table: DependenciesConfig, isolation: Isolation) -> Result<Self, BuildError> {
        table.setup(isolation).map(Self)
    }

    /// Where packages are kept, whether nobody else can write there, and whether there is room.
    pub(crate) fn cache(&self) -> Diagnosis {
        let own = "set `dependencies.cache` to a directory of one's own";
        self.look().unwrap_or_else(|error| {
            Diagnosis::fail(CACHE, causes(&error), error.help().unwrap_or(own))
        })
    }

    fn look(&self) -> Result<Diagnosis, CacheError> {
        let (folder, limit) = (&self.0.cache, Size(self.0.cache_size));
        let cache = Cache::open_existing(folder, limit.0)?;
        let sets = cache.as_ref().map(Cache::list).transpose()?.unwrap_or_default();
        let kept = Size(sets.iter().map(|set| set.record.bytes).sum());
        let room = Room::of(folder)?;
        let (place, free) = (folder.display(), Size(room.free));
        let found = format!("{kept} of {limit} in {place}; {free} of the disk are free");
        let largest = self.0.largest();
        Ok(if !room.is_writable {
            let help = "set `dependencies.cache` to a directory that can be written to";
            Diagnosis::fail(CACHE, format!("{place} cannot be made or written to"), help)
        } else if room.free < largest {
            let help = "make room, or set `dependencies.cache` to a directory on another disk";
            let less = format!("{found}, less than an installation may take ({})", Size(largest));
            Diagnosis::warn(CACHE, less, help)
        } else {
            Diagnosis::ok(CACHE, found)
        })
    }

    /// Tries for each interpreter that the runner has whether packages could be installed.
    pub(crate) async fn trials(&self, name: &str, runner: &dyn Runner) -> Vec<Diagnosis> {
        let settings = match self.0.settings() {
            Ok(settings) => settings,
            Err(error) => {
                let help = error.help.clone().unwrap_or_default();
                return vec![Diagnosis::warn("packages", causes(&error), help)];
            }
        };
        let trials = INSTALLED_FOR.map(async |interpreter| {
            // That it is not there was told before.
            runner.platform(interpreter).await.ok()?;
            Some(trial(name, runner, interpreter, &settings).await)
        });
        join_all(trials).await.into_iter().flatten().collect()
    }
}

const CACHE: &str = "cache";

async fn trial(
    name: &str,
    runner: &dyn Runner,
    interpreter: Interpreter,
    settings: &Settings,
) -> Diagnosis {
    let part = format!("packages for {}", interpreter.name());
    match Trial::of(runner, interpreter, settings).await {
        Ok(Trial { host: Some(host) }) => {
            Diagnosis::ok(part, format!("an installation reaches {host}"))
        }
        Ok(Trial { host: None }) => {
            Diagnosis::ok(part, "an installation can be made; nothing is downloaded")
        }
        Err(InstallError::Runner(error)) => {
            let Diagnosis { found, help, .. } = Diagnosis::refused("", &error);
            Diagnosis::warn(part, found, help.unwrap_or_else(|| LOOK.to_owned()))
        }
        Err(error) => Diagnosis::warn(part, causes(&error), help(name, &error)),
    }
}

/// What there is to do where nothing better is known.
const LOOK: &str = "look at `[dependencies]`, and at what is told above";

/// What the user can do about a trial that failed.
fn help(runner: &str, error: &InstallError) -> String {
    let known = error.help().unwrap_or(LOOK);
    match error {
        InstallError::Refused { reason: Reason::Unreachable, .. } if runner == "docker" => format!(
            "gVisor's builds before August 2024 need a runtime that is registered with \
             --network=host, named by `docker.install.runtime`; else {known}"
        ),
        _ => known.to_owned(),
    }
}

/// An error and what brought it about, on one line.
fn causes(error: &dyn Error) -> String {
    let more = std::iter::successors(error.source(), |&error| error.source());
    let all = std::iter::once(error.to_string()).chain(more.map(ToString::to_string));
    printable(&all.collect::<Vec<_>>().join(": ").replace('\n', " "))
}
