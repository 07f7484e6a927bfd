//! `runner = "auto"`: the strongest runner that is ready.

use async_trait::async_trait;
use futures_util::future::join_all;
use lazaret_sandbox::{Events, Isolation, Job, Limits, Outcome, PoolState, Runner, RunnerError};

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
        let Some(((_, last), stronger)) = self.runners.split_last() else {
            return Err(no_runner());
        };
        let mut refusal = None;
        for (name, runner) in stronger {
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
        // Nothing is left to choose from, so the last is not asked first: that costs a sandbox.
        match (last.run(job, events).await, refusal) {
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

fn no_runner() -> RunnerError {
    RunnerError::Job("no runner is built in".into())
}
