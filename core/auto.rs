//! `runner = "auto"`: the strongest runner that is ready.

use std::sync::Arc;

use async_trait::async_trait;
use lazaret_sandbox::{Events, Isolation, Job, Outcome, Runner, RunnerError};

/// Takes, for each job, the first runner that is ready. The report tells which isolation it gave.
pub(crate) struct Auto {
    /// The strongest first.
    runners: Vec<(&'static str, Arc<dyn Runner>)>,
}

impl Auto {
    pub(crate) fn new(runners: Vec<(&'static str, Arc<dyn Runner>)>) -> Self {
        Self { runners }
    }

    /// The first that is ready, or why the last is not.
    async fn first_ready(&self) -> Result<(&Arc<dyn Runner>, Isolation), RunnerError> {
        let mut refusal = RunnerError::Job("no runner is built in".into());
        for (name, runner) in &self.runners {
            match runner.ready().await {
                Ok(isolation) => return Ok((runner, isolation)),
                Err(error) => {
                    tracing::info!(runner = name, error = crate::causes(&error), "not ready");
                    refusal = error;
                }
            }
        }
        Err(refusal)
    }
}

#[async_trait]
impl Runner for Auto {
    async fn run(&self, job: Job, events: Events) -> Result<Outcome, RunnerError> {
        // With one runner there is nothing to choose, and its own error is the best there is.
        if let [(_, only)] = self.runners.as_slice() {
            return only.run(job, events).await;
        }
        self.first_ready().await?.0.run(job, events).await
    }

    async fn ready(&self) -> Result<Isolation, RunnerError> {
        self.first_ready().await.map(|(_, isolation)| isolation)
    }
}
