//! A Lazaret with a stage and a runner of its own.
//!
//! The stage refuses code that is too long to review; the runner runs nothing, and says what it
//! would have run.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use async_trait::async_trait;
use lazaret::App;
use lazaret::app::{BuildError, Parts, RunnerConfig};
use lazaret::stage::{Phase, Run, Stage, StageConfig, StageError};
use lazaret_sandbox::{Event, Events, Isolation, Job, Outcome, Runner, RunnerError};
use schemars::JsonSchema;
use serde::Deserialize;

fn main() -> ExitCode {
    App::builtin().stage::<Length>().runner::<Rehearsal>().main()
}

/// The table `[length]`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Length {
    /// Lines of one file at most.
    #[serde(default = "hundred")]
    lines: usize,
}

fn hundred() -> usize {
    100
}

impl StageConfig for Length {
    const NAME: &'static str = "length";
    const PHASE: Phase = Phase::Check;

    fn build(self, _: &Parts) -> Result<Box<dyn Stage>, BuildError> {
        Ok(Box::new(self))
    }
}

#[async_trait]
impl Stage for Length {
    async fn apply(&self, run: &mut Run) -> Result<(), StageError> {
        let lines = |contents: &[u8]| String::from_utf8_lossy(contents).lines().count();
        match run.submission.code.iter().find(|file| lines(&file.contents) > self.lines) {
            Some(long) => {
                Err(StageError::new(format!("nobody reviews `{}`: it is too long", long.path)))
            }
            None => Ok(()),
        }
    }
}

/// The table `[rehearsal]`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Rehearsal {}

impl RunnerConfig for Rehearsal {
    const NAME: &'static str = "rehearsal";

    fn build(self, _: Option<&Path>) -> Result<Arc<dyn Runner>, BuildError> {
        Ok(Arc::new(self))
    }
}

#[async_trait]
impl Runner for Rehearsal {
    async fn run(&self, job: Job, events: Events) -> Result<Outcome, RunnerError> {
        let text = format!("would run {} with {}\n", job.entry.path, job.interpreter.name());
        events.send(Event::Stdout(text.into_bytes())).await;
        Ok(Outcome::success(Isolation::Process))
    }

    async fn ready(&self) -> Result<Isolation, RunnerError> {
        Ok(Isolation::Process)
    }
}
