//! The last stage: the program runs, in a sandbox that nobody else has used.

use std::sync::Arc;

use async_trait::async_trait;
use lazaret_analysis::Language;
use lazaret_sandbox::{Entry, InputFile, Interpreter, Isolation, Job, Limits, Runner};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::app::{BuildError, Parts};
use crate::config::{Size, Time};
use crate::stage::{Phase, Run, Stage, StageConfig, StageError};
use crate::submission::{Program, RequestedLimits};

/// The table `[execution]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExecutionConfig {
    /// The weakest sandbox that is accepted.
    isolation: IsolationName,
    /// Time on the wall clock.
    timeout: Time,
    /// Time on processors.
    cpu: Time,
    /// Memory of all processes together.
    memory: Size,
    /// Processes and threads at one time.
    processes: u32,
    /// Bytes printed.
    output: Size,
    /// The scratch space.
    disk: Size,
    /// Files collected at most.
    artifacts: u32,
    /// The size of one of them, and of a result.
    artifact_size: Size,
}

/// How strong a sandbox is.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum IsolationName {
    Process,
    Container,
    Gvisor,
}

impl StageConfig for ExecutionConfig {
    const NAME: &'static str = "execution";
    const PHASE: Phase = Phase::Execute;

    fn build(self, parts: &Parts) -> Result<Box<dyn Stage>, BuildError> {
        let limits = self.limits();
        limits.validate().map_err(|error| BuildError {
            key: if error.name == "wall" { "timeout".into() } else { error.name.into() },
            reason: error.to_string(),
            ..BuildError::default()
        })?;
        let isolation = self.isolation();
        Ok(Box::new(ExecutionStage { runner: Arc::clone(&parts.runner), limits, isolation }))
    }
}

impl ExecutionConfig {
    /// The weakest sandbox that is accepted.
    pub(crate) fn isolation(&self) -> Isolation {
        match self.isolation {
            IsolationName::Process => Isolation::Process,
            IsolationName::Container => Isolation::Container,
            IsolationName::Gvisor => Isolation::Gvisor,
        }
    }

    /// What a program may use that asks for nothing less.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            wall: self.timeout.0,
            cpu: self.cpu.0,
            memory: self.memory.0,
            processes: self.processes,
            output: self.output.0,
            disk: self.disk.0,
            artifacts: self.artifacts,
            artifact_size: self.artifact_size.0,
        }
    }
}

struct ExecutionStage {
    runner: Arc<dyn Runner>,
    limits: Limits,
    isolation: Isolation,
}

#[async_trait]
impl Stage for ExecutionStage {
    async fn apply(&self, run: &mut Run) -> Result<(), StageError> {
        let Some(program) = &run.submission.program else {
            return Err(StageError::new(
                "cannot run the submission: it does not say where to start",
            ));
        };
        if let (Some(asked), None) = (run.submission.dependencies.first(), &run.prepared) {
            return Err(StageError {
                help: Some("add `dependencies` to `pipeline` in the configuration".into()),
                ..StageError::new(format!("cannot run the program: no stage installs `{asked}`"))
            });
        }
        let job = self.job(program, run);
        let outcome =
            self.runner.run(job, run.events.clone()).await.map_err(|error| StageError {
                message: "cannot run the program".into(),
                help: error.help().map(str::to_owned),
                source: Some(error.into()),
            })?;
        run.outcome = Some(outcome);
        Ok(())
    }
}

impl ExecutionStage {
    fn job(&self, program: &Program, run: &Run) -> Job {
        let submission = &run.submission;
        let code = submission
            .code
            .iter()
            .map(|file| InputFile { path: file.path.clone(), contents: file.contents.clone() });
        Job {
            interpreter: interpreter(program.language),
            files: code.chain(submission.data.iter().cloned()).collect(),
            entry: Entry { path: program.entry.clone(), form: program.form.clone() },
            environment: program.environment.clone(),
            packages: run.prepared.as_ref().map(|prepared| prepared.found.packages.clone()),
            installation: None,
            stdin: program.stdin.clone(),
            limits: lowered(&self.limits, program.limits),
            isolation: self.isolation,
            tenant: submission.tenant.clone(),
        }
    }
}

/// What a submission may use: what it asks for, and never more than the configuration grants.
fn lowered(granted: &Limits, requested: RequestedLimits) -> Limits {
    let mut limits = granted.clone();
    limits.wall = requested.timeout.map_or(limits.wall, |asked| asked.min(limits.wall));
    limits.memory = requested.memory.map_or(limits.memory, |asked| asked.min(limits.memory));
    limits
}

/// What runs programs in a language.
pub(crate) fn interpreter(language: Language) -> Interpreter {
    match language {
        Language::Python => Interpreter::Python,
        Language::JavaScript | Language::TypeScript | Language::Tsx => Interpreter::Node,
        Language::Bash => Interpreter::Bash,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_submission_gets_less_than_granted_and_never_more() {
        let granted = Limits::default();
        let requested = RequestedLimits {
            timeout: Some(Duration::from_secs(1)),
            memory: Some(granted.memory * 2),
        };
        let limits = lowered(&granted, requested);
        assert_eq!(limits.wall, Duration::from_secs(1));
        assert_eq!(limits.memory, granted.memory);
    }
}
