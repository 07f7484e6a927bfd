//! Whether programs can run here, and as what: all runners are examined, used or not, because the
//! one that is not may be the one to use. Whether packages can be installed is tried where programs would run.

use futures_util::future::join_all;
use lazaret_sandbox::{Diagnosis, Examination, Isolation};
use serde::Serialize;

use crate::app::{AUTO, App};
use crate::config::{Config, ConfigError};
use crate::stage::StageConfig;
use crate::stages::dependencies::{DependenciesConfig, Examiner};
use crate::stages::execution::ExecutionConfig;

/// What was found, and what is printed as JSON, version 1.
#[derive(Debug, Serialize)]
pub(crate) struct Findings {
    version: u32,
    /// Whether a chosen runner gives at least what is demanded.
    pub(crate) ready: bool,
    /// The weakest sandbox that the configuration accepts.
    pub(crate) demanded: &'static str,
    /// The strongest that there is; null where there is none.
    pub(crate) offered: Option<&'static str>,
    pub(crate) runners: Vec<Examined>,
    /// What installing packages depends on, whatever runs it; empty where `pipeline` does not name it.
    pub(crate) packages: Vec<Part>,
}

/// A runner, and what was found.
#[derive(Debug, Serialize)]
pub(crate) struct Examined {
    pub(crate) name: &'static str,
    /// Whether the configuration would run programs with it.
    pub(crate) chosen: bool,
    /// What it gives; null where it could run nothing.
    pub(crate) isolation: Option<&'static str>,
    pub(crate) parts: Vec<Part>,
}

/// One thing that a runner depends on.
#[derive(Debug, Serialize)]
pub(crate) struct Part {
    pub(crate) name: String,
    /// `ok`, `warn` or `fail`.
    pub(crate) health: &'static str,
    pub(crate) found: String,
    pub(crate) help: Option<String>,
}

/// Examines everything that the configuration describes.
pub(crate) async fn examine(app: &App, config: &Config) -> Result<Findings, ConfigError> {
    // Mistakes in any table are told first, as everywhere.
    app.pipeline(config)?;
    let runners = app.build_runners(config)?;
    let execution: ExecutionConfig = config.table(ExecutionConfig::NAME)?;
    let wanted = config.top().runner.as_str();
    let demanded = execution.isolation();
    let packages = examiner(config, demanded)?;
    let examined = runners.iter().map(async |(name, runner)| {
        let chosen = wanted == AUTO || wanted == *name;
        let mut examination = runner.diagnose().await;
        if let Some(packages) =
            packages.as_ref().filter(|_| chosen && examination.isolation >= Some(demanded))
        {
            examination.diagnoses.extend(packages.trials(name, &**runner).await);
            // What a trial has made is removed behind it.
            runner.close().await;
        }
        (*name, chosen, examination)
    });
    let mut findings = Findings::of(demanded, join_all(examined).await);
    findings.packages.extend(packages.map(|packages| packages.cache().into()));
    Ok(findings)
}

/// Looks at packages, where programs get any.
fn examiner(config: &Config, demanded: Isolation) -> Result<Option<Examiner>, ConfigError> {
    const NAME: &str = DependenciesConfig::NAME;
    if !config.top().pipeline.iter().any(|stage| stage == NAME) {
        return Ok(None);
    }
    let examiner = Examiner::new(config.table(NAME)?, demanded);
    examiner.map(Some).map_err(|error| config.refuse(NAME, error))
}

impl Findings {
    fn of(demanded: Isolation, examined: Vec<(&'static str, bool, Examination)>) -> Self {
        let chosen = examined.iter().filter(|(_, chosen, _)| *chosen);
        let offered = chosen.filter_map(|(_, _, examination)| examination.isolation).max();
        Self {
            version: 1,
            ready: offered >= Some(demanded),
            demanded: demanded.name(),
            offered: offered.map(Isolation::name),
            packages: Vec::new(),
            runners: examined
                .into_iter()
                .map(|(name, chosen, examination)| Examined {
                    name,
                    chosen,
                    isolation: examination.isolation.map(Isolation::name),
                    parts: examination.diagnoses.into_iter().map(Part::from).collect(),
                })
                .collect(),
        }
    }
}

impl From<Diagnosis> for Part {
    fn from(diagnosis: Diagnosis) -> Self {
        Self {
            name: diagnosis.name,
            health: diagnosis.health.name(),
            found: diagnosis.found,
            help: diagnosis.help,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examination(isolation: Option<Isolation>) -> Examination {
        Examination { isolation, diagnoses: Vec::new() }
    }

    #[test]
    fn a_strong_runner_that_is_not_chosen_does_not_count() {
        let examined = vec![
            ("docker", false, examination(Some(Isolation::Gvisor))),
            ("process", true, examination(Some(Isolation::Process))),
        ];
        let findings = Findings::of(Isolation::Gvisor, examined);
        assert_eq!((findings.ready, findings.offered), (false, Some("process")));
    }

    #[test]
    fn what_can_run_nothing_is_not_ready_for_the_least() {
        let examined = vec![("process", true, examination(None))];
        assert!(!Findings::of(Isolation::Process, examined).ready);
    }
}
