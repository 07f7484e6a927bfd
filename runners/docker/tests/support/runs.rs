//! Runs that something may happen to.

use std::time::Duration;

use lazaret_docker::DockerRunner;
use lazaret_sandbox::conformance::program::{Program, bash};
use lazaret_sandbox::{Events, Outcome, Runner, RunnerError};
use tokio::time::timeout;

/// Longer than a run takes that nothing ends.
const PATIENCE: Duration = Duration::from_mins(1);

/// Runs a program to its end, or to an error.
pub(crate) async fn run(runner: &DockerRunner, program: Program) -> Result<Outcome, RunnerError> {
    timeout(PATIENCE, runner.run(program.job, Events::none())).await.expect("nothing hangs")
}

/// A program that would end by itself much later, and what happens while it runs.
pub(crate) async fn while_it_runs(
    runner: &DockerRunner,
    happens: impl FnOnce(),
) -> Result<Outcome, RunnerError> {
    while_it_runs_for(Duration::from_mins(2), runner, happens).await
}

/// The same of a program that has a second.
pub(crate) async fn with_a_second(
    runner: &DockerRunner,
    happens: impl FnOnce(),
) -> Result<Outcome, RunnerError> {
    while_it_runs_for(Duration::from_secs(1), runner, happens).await
}

async fn while_it_runs_for(
    wall: Duration,
    runner: &DockerRunner,
    happens: impl FnOnce(),
) -> Result<Outcome, RunnerError> {
    let (events, mut heard) = Events::channel(4);
    let program = bash("echo begun; sleep 1000").limit(|limits| limits.wall = wall);
    let running = runner.run(program.job, events);
    let happening = async {
        heard.recv().await.expect("it has begun");
        happens();
    };
    let both = async { tokio::join!(running, happening).0 };
    timeout(PATIENCE, both).await.expect("nothing hangs")
}
