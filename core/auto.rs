//! `runner = "auto"`: the strongest runner that is ready.

use async_trait::async_trait;
use futures_util::future::join_all;
use lazaret_sandbox::{
    Events, Interpreter, Isolation, Job, Limits, Outcome, PoolState, Runner, RunnerError,
};

use crate::app::NamedRunners;

/// Takes, for each job, the first runner that is ready and isolates as demanded. The report tells
/// which isolation it gave.
pub(crate) struct Auto {
    /// The strongest first.
    runners: NamedRunners,
}

impl Auto {
    pub(crate) fn new(runners: NamedRunners) -> Self {
        Self { runners }
    }
}

#[async_trait]
impl Runner for Auto {
    async fn run(&self, job: Job, events: Events) -> Result<Outcome, RunnerError> {
        let Some((last, stronger)) = self.runners.split_last() else {
            return Err(no_runner());
        };
        let mut refusal = None;
        for (name, runner) in stronger {
            if !is_for(&job, &**runner).await {
                continue;
            }
            match runner.ready_for(job.interpreter).await {
                Ok(isolation) if isolation >= job.isolation => {
                    return runner.run(job, events).await;
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::info!(
                        runner = name,
                        error = lazaret_sandbox::causes(&error),
                        "not ready"
                    );
                    refusal = refusal.or(Some(error));
                }
            }
        }
        if !is_for(&job, &*last.1).await {
            return Err(refusal.unwrap_or_else(|| {
                RunnerError::Job(
                    "its packages were installed for a runner that is not there".into(),
                )
            }));
        }
        // Nothing is left to choose from, so the last is not asked first: that costs a sandbox.
        match (last.1.run(job, events).await, refusal) {
            // A stronger one might have done it: what keeps it from being ready says more.
            (Err(RunnerError::Isolation { .. }), Some(refusal)) => Err(refusal),
            (outcome, _) => outcome,
        }
    }

    async fn ready(&self) -> Result<Isolation, RunnerError> {
        let mut answer = Err(no_runner());
        for (_, runner) in &self.runners {
            answer = runner.ready().await;
            if answer.is_ok() {
                break;
            }
        }
        answer
    }

    /// That of the runner that a job would run on now.
    async fn platform(&self, interpreter: Interpreter) -> Result<String, RunnerError> {
        let mut answer = Err(no_runner());
        for (_, runner) in &self.runners {
            answer = match runner.ready_for(interpreter).await {
                Ok(_) => runner.platform(interpreter).await,
                Err(error) => Err(error),
            };
            if answer.is_ok() {
                break;
            }
        }
        answer
    }

    async fn warm(&self, limits: &Limits) {
        join_all(self.runners.iter().map(|(_, runner)| runner.warm(limits))).await;
    }

    async fn close(&self) {
        join_all(self.runners.iter().map(|(_, runner)| runner.close())).await;
    }

    /// No more than the runner with the fewest has: a job may go to any of them.
    fn places(&self) -> Option<u32> {
        self.runners.iter().filter_map(|(_, runner)| runner.places()).min()
    }

    fn pools(&self) -> Vec<PoolState> {
        self.runners.iter().flat_map(|(_, runner)| runner.pools()).collect()
    }
}

/// Whether a runner can run a job with the packages that were installed for it.
async fn is_for(job: &Job, runner: &dyn Runner) -> bool {
    let Some(packages) = &job.packages else { return true };
    runner.platform(job.interpreter).await.is_ok_and(|platform| platform == packages.platform)
}

fn no_runner() -> RunnerError {
    RunnerError::Job("no runner is built in".into())
}
