//! The stage that prepares: the packages that a program needs are installed, once, and shown to it.
//!
//! What is installed is what somebody asked for, what manifests that came along declare, and what the
//! code imports; who says more knows more. It is installed in a sandbox of its own
//! ([`lazaret_packages`]), with the network for that step alone.

mod choice;
mod config;
mod doctor;

use std::sync::Arc;

use async_trait::async_trait;
use lazaret_analysis::{DependencyKind, Ecosystem};
use lazaret_packages::{Found, InstallError, Installer, Requirement};
use lazaret_sandbox::{Interpreter, Runner, RunnerError};
use tokio::sync::OnceCell;

use self::choice::Choice;
pub use self::choice::{Origin, Wanted};
pub use self::config::DependenciesConfig;
use self::config::{Rules, Setup};
pub(crate) use self::doctor::Examiner;
use crate::stage::{Run, Stage, StageError};
use crate::stages::execution::interpreter;

/// What was installed for a program.
#[derive(Debug)]
pub struct Prepared {
    /// What was wanted, and why.
    pub wanted: Vec<Wanted>,
    /// The packages. They stay as long as this is there.
    pub found: Found,
}

/// Installs what programs need.
pub(crate) struct DependenciesStage {
    runner: Arc<dyn Runner>,
    setup: Setup,
    installer: OnceCell<Installer>,
}

#[async_trait]
impl Stage for DependenciesStage {
    async fn apply(&self, run: &mut Run) -> Result<(), StageError> {
        let Some(program) = &run.submission.program else { return Ok(()) };
        let interpreter = interpreter(program.language);
        let Some(rules) = self.rules(interpreter) else { return nothing_asked(run) };
        let choice = Choice::of(run, rules, self.setup.detect)?;
        if !choice.denied.is_empty() {
            run.findings.extend(choice.denied);
            return Ok(());
        }
        if !choice.wanted.is_empty() {
            run.prepared = Some(self.install(run, interpreter, rules, choice.wanted).await?);
        }
        Ok(())
    }
}

impl DependenciesStage {
    fn rules(&self, interpreter: Interpreter) -> Option<&Rules> {
        match interpreter {
            Interpreter::Python => Some(&self.setup.python),
            Interpreter::Node => Some(&self.setup.node),
            Interpreter::Bash => None,
        }
    }

    async fn install(
        &self,
        run: &mut Run,
        interpreter: Interpreter,
        rules: &Rules,
        wanted: Vec<Wanted>,
    ) -> Result<Prepared, StageError> {
        let installer = self.installer.get_or_try_init(async || self.setup.installer(&self.runner));
        let installer = installer.await?;
        let requirements: Vec<Requirement> =
            wanted.iter().map(|one| one.requirement.clone()).collect();
        let (tenant, events) = (&run.submission.tenant, &run.events);
        let found = installer.packages(interpreter, &requirements, tenant, events).await;
        let mut found = found.map_err(|error| failed(error, &wanted))?;
        found.packages.modules = modules(run, rules.ecosystem);
        // What a package brings along is not known before.
        let packages = found.set.record().packages.iter();
        run.findings.extend(packages.filter_map(|package| rules.denies_among_others(package)));
        Ok(Prepared { wanted, found })
    }
}

/// What the code imports of packages whenever it runs.
fn modules(run: &Run, ecosystem: Ecosystem) -> Vec<String> {
    let needed = run.dependencies.iter().filter(|one| one.kind == DependencyKind::Required);
    let needed = needed.filter(|one| one.ecosystem == ecosystem && one.marker.is_none());
    let mut modules: Vec<String> = needed.flat_map(|one| one.modules.iter().cloned()).collect();
    modules.sort();
    modules.dedup();
    modules
}

/// Programs that start others import nothing.
fn nothing_asked(run: &Run) -> Result<(), StageError> {
    match run.submission.dependencies.first() {
        None => Ok(()),
        Some(asked) => Err(StageError {
            help: Some("name packages for programs in Python, JavaScript or TypeScript".into()),
            source: Some(RunnerError::Job("a Bash program imports no packages".into()).into()),
            ..StageError::new(format!("cannot install `{}`", asked.escape_debug()))
        }),
    }
}

/// Says beside what failed who wanted it: somebody has to find the place.
fn failed(error: InstallError, wanted: &[Wanted]) -> StageError {
    let in_files = wanted.iter().filter(|one| one.origin != Origin::Asked);
    let places: Vec<String> = in_files.map(ToString::to_string).collect();
    let help = match (error.help(), places.is_empty()) {
        (help, true) => help.map(str::to_owned),
        (None, false) => Some(places.join(", ")),
        (Some(help), false) => Some(format!("{help} ({})", places.join(", "))),
    };
    StageError { message: "cannot prepare the program".into(), help, source: Some(error.into()) }
}
