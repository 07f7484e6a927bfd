//! The parts that a configuration can name, and the program made of them.
//!
//! The built-in parts are a visible list, and so are those that somebody adds:
//!
//! ```no_run
//! # fn main() -> std::process::ExitCode {
//! lazaret::App::builtin().main()
//! # }
//! ```

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use lazaret_docker::{DockerConfig, DockerRunner};
use lazaret_packages::Cache;
use lazaret_process::{ProcessConfig, ProcessRunner};
use lazaret_sandbox::{Isolation, Runner};
use lazaret_wasm::Compiler;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;

use crate::auto::Auto;
use crate::config::{Config, ConfigError};
use crate::pipeline::{NamedStage, Pipeline};
use crate::stage::{Phase, Stage, StageConfig};
use crate::stages;
use crate::stages::dependencies::DependenciesConfig;
use crate::stages::execution::ExecutionConfig;
use crate::verdict::Gate;

/// The parts that a configuration can name.
#[derive(Default)]
pub struct App {
    pub(crate) stages: Vec<StagePart>,
    pub(crate) runners: Vec<RunnerPart>,
    compiler: Option<Compiler>,
}

/// The table that configures a runner, and builds it. Building does no I/O.
pub trait RunnerConfig: DeserializeOwned + JsonSchema + 'static {
    /// The runner's name in `runner = …`, and its table's.
    const NAME: &'static str;

    /// Makes the runner. `packages` is the directory of this machine in which each job's packages are a
    /// directory; it may not be there yet. Without one, no job has any.
    fn build(self, packages: Option<&Path>) -> Result<Arc<dyn Runner>, BuildError>;
}

/// What a stage may be built with.
pub struct Parts {
    /// Runs programs.
    pub runner: Arc<dyn Runner>,
    /// The weakest sandbox that is accepted, for programs and for what is installed for them.
    pub isolation: Isolation,
    /// A directory of this user's own for what can be made again; `None` where there is none.
    pub cache: Option<PathBuf>,
    /// Compiles policies in a process of its own; without one, this process does it, without limits.
    pub compiler: Option<Compiler>,
    /// Whether the author of the code is trusted: in `check`, and not in `run` and `serve`.
    pub trusted: bool,
}

/// A setting that a part cannot be built with.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct BuildError {
    /// The key below the part's table; empty for the table itself.
    pub key: String,
    /// What is wrong with it.
    pub reason: String,
    /// What the user can do.
    pub help: Option<String>,
    /// Further mistakes in the same table.
    pub more: Vec<BuildError>,
}

impl BuildError {
    /// All mistakes of a table as one error; nothing, where there is none.
    pub fn all(mistakes: Vec<Self>) -> Result<(), Self> {
        let mut mistakes = mistakes.into_iter();
        match mistakes.next() {
            Some(first) => Err(Self { more: mistakes.collect(), ..first }),
            None => Ok(()),
        }
    }
}

/// The name in `runner = …` of whichever is ready.
pub(crate) const AUTO: &str = "auto";

/// Runners, each with its name.
pub(crate) type NamedRunners = Vec<(&'static str, Arc<dyn Runner>)>;

type BuildStage = fn(&Config, &Parts) -> Result<Box<dyn Stage>, ConfigError>;
type BuildRunner = fn(&Config, Option<&Path>) -> Result<Arc<dyn Runner>, ConfigError>;

/// A stage that a configuration can name.
pub(crate) struct StagePart {
    pub(crate) name: &'static str,
    pub(crate) phase: Phase,
    pub(crate) schema: fn(&mut SchemaGenerator) -> Schema,
    build: BuildStage,
    check: fn(&Config) -> Result<(), ConfigError>,
}

/// A runner that a configuration can name.
pub(crate) struct RunnerPart {
    pub(crate) name: &'static str,
    pub(crate) schema: fn(&mut SchemaGenerator) -> Schema,
    build: BuildRunner,
}

impl App {
    /// Everything that comes with Lazaret. The strongest runner stands first.
    pub fn builtin() -> Self {
        Self::default()
            .stage::<stages::analysis::AnalysisConfig>()
            .stage::<stages::policies::PoliciesConfig>()
            .stage::<DependenciesConfig>()
            .stage::<ExecutionConfig>()
            .runner::<DockerConfig>()
            .runner::<ProcessConfig>()
    }

    /// Adds a stage; a later one of the same name takes the place of an earlier.
    #[must_use]
    pub fn stage<S: StageConfig>(mut self) -> Self {
        self.stages.retain(|part| part.name != S::NAME);
        self.stages.push(StagePart {
            name: S::NAME,
            phase: S::PHASE,
            schema: S::json_schema,
            build: |config, parts| {
                let table: S = config.table(S::NAME)?;
                table.build(parts).map_err(|error| config.refuse(S::NAME, error))
            },
            check: |config| config.table::<S>(S::NAME).map(drop),
        });
        self
    }

    /// Adds a runner; a later one of the same name takes the place of an earlier.
    #[must_use]
    pub fn runner<R: RunnerConfig>(mut self) -> Self {
        self.runners.retain(|part| part.name != R::NAME);
        self.runners.push(RunnerPart {
            name: R::NAME,
            schema: R::json_schema,
            build: |config, packages| {
                let table: R = config.table(R::NAME)?;
                table.build(packages).map_err(|error| config.refuse(R::NAME, error))
            },
        });
        self
    }

    /// Compiles policies with this program, in a process of its own each. Where the command line is
    /// Lazaret's ([`App::main`]), that is set already. A program with another has to name one: itself,
    /// where it answers as [`Compiler::answer`] says, or an installed `lazaret` of this version with the
    /// arguments `policy compile`.
    #[must_use]
    pub fn compiler(mut self, compiler: Compiler) -> Self {
        self.compiler = Some(compiler);
        self
    }

    /// Reads the command line, and does what it says.
    pub fn main(self) -> ExitCode {
        crate::cli::main(&self.compiler(crate::cli::compiler()))
    }

    /// Builds what the configuration describes. Every table is read, used or not, so that a
    /// mistake is found when it is made and not when it matters.
    pub fn pipeline(&self, config: &Config) -> Result<Pipeline, ConfigError> {
        self.pipeline_on(self.build_runner(config)?, config)
    }

    /// The same, on a runner that is built already.
    pub(crate) fn pipeline_on(
        &self,
        runner: Arc<dyn Runner>,
        config: &Config,
    ) -> Result<Pipeline, ConfigError> {
        config.check_tables(self)?;
        for part in &self.stages {
            (part.check)(config)?;
        }
        let (cache, compiler) = (crate::directories::cache(), self.compiler.clone());
        let isolation = config.table::<ExecutionConfig>(ExecutionConfig::NAME)?.isolation();
        let parts = Parts { runner, isolation, cache, compiler, trusted: config.trusted };
        let names = &config.top().pipeline;
        let stages = names
            .iter()
            .map(|name| self.named_stage(name, config, &parts))
            .collect::<Result<Vec<_>, _>>()?;
        Pipeline::new(stages, Gate { deny: config.top().gate.deny })
            .map_err(|error| config.error("pipeline", error.to_string(), None))
    }

    /// The runner that the configuration names.
    pub fn build_runner(&self, config: &Config) -> Result<Arc<dyn Runner>, ConfigError> {
        let name = config.top().runner.as_str();
        let built = self.build_runners(config)?;
        if name == AUTO {
            return Ok(Arc::new(Auto::new(built)));
        }
        let known: Vec<&str> = built.iter().map(|(name, _)| *name).chain([AUTO]).collect();
        let unknown = || config.unknown_name("runner", "runner", name, &known);
        built
            .iter()
            .find(|(each, _)| *each == name)
            .map(|(_, runner)| Arc::clone(runner))
            .ok_or_else(unknown)
    }

    /// All runners that a configuration can name, the strongest first.
    pub(crate) fn build_runners(&self, config: &Config) -> Result<NamedRunners, ConfigError> {
        let packages = Self::packages(config);
        let build = |part: &RunnerPart| Ok((part.name, (part.build)(config, packages.as_deref())?));
        self.runners.iter().map(build).collect()
    }

    /// Where the packages of jobs are, if one of the stages installs some.
    fn packages(config: &Config) -> Option<PathBuf> {
        let is_installed =
            config.top().pipeline.iter().any(|name| name == DependenciesConfig::NAME);
        // A stage of somebody else's may have that name, and another table.
        let table = config.table::<DependenciesConfig>(DependenciesConfig::NAME).ok();
        table.filter(|_| is_installed)?.cache().map(|folder| Cache::sets_in(&folder))
    }

    fn named_stage(
        &self,
        name: &str,
        config: &Config,
        parts: &Parts,
    ) -> Result<NamedStage, ConfigError> {
        if let Some(part) = self.stages.iter().find(|part| part.name == name) {
            let stage = (part.build)(config, parts)?;
            return Ok(NamedStage { name: name.to_owned(), phase: part.phase, stage });
        }
        if let Some(stage) = config.build_command(name)? {
            return Ok(stage);
        }
        let commands = config.command_names();
        let known: Vec<&str> = self
            .stages
            .iter()
            .map(|part| part.name)
            .chain(commands.iter().map(String::as_str))
            .collect();
        Err(config.unknown_name("pipeline", "stage", name, &known))
    }
}

impl RunnerConfig for ProcessConfig {
    const NAME: &'static str = "process";

    fn build(self, _: Option<&Path>) -> Result<Arc<dyn Runner>, BuildError> {
        Ok(Arc::new(ProcessRunner::new(self)))
    }
}

impl RunnerConfig for DockerConfig {
    const NAME: &'static str = "docker";

    fn build(self, packages: Option<&Path>) -> Result<Arc<dyn Runner>, BuildError> {
        Ok(Arc::new(match packages {
            Some(packages) => DockerRunner::with_packages(self, packages.to_owned()),
            None => DockerRunner::new(self),
        }))
    }
}
