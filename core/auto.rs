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
    let Some(wanted) = job.platform() else { return true };
    runner.platform(job.interpreter).await.is_ok_and(|platform| platform == wanted)
}

fn no_runner() -> RunnerError {
    RunnerError::Job("no runner is built in".into())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lazaret_sandbox::{Installation, Packages};

    use super::*;

    /// A runner that is ready, and says who it is instead of running anything.
    struct Named(&'static str);

    #[async_trait]
    impl Runner for Named {
        async fn run(&self, _: Job, _: Events) -> Result<Outcome, RunnerError> {
            Err(RunnerError::Job(self.0.into()))
        }

        async fn ready(&self) -> Result<Isolation, RunnerError> {
            Ok(Isolation::Process)
        }

        async fn platform(&self, _: Interpreter) -> Result<String, RunnerError> {
            Ok(self.0.into())
        }
    }

    async fn runs(change: impl FnOnce(&mut Job)) -> String {
        let named = |name| (name, Arc::new(Named(name)) as Arc<dyn Runner>);
        let auto = Auto::new(vec![named("first"), named("second")]);
        let mut job = Job::script(Interpreter::Python, "main.py", "");
        change(&mut job);
        auto.run(job, Events::none()).await.unwrap_err().to_string()
    }

    /// Another runner may be ready by then than was when somebody asked.
    #[tokio::test]
    async fn packages_are_installed_and_run_where_they_are_for() {
        assert_eq!(runs(|_| {}).await, "cannot run the job: first");
        let (directory, modules) = ("/packages".into(), Vec::new());
        let packages = Packages { directory, platform: "second".into(), modules };
        assert_eq!(runs(|job| job.packages = Some(packages)).await, "cannot run the job: second");
        let installation = |platform: &str| Installation {
            into: "/into".into(),
            sources: Vec::new(),
            platform: platform.into(),
            network: true,
        };
        let ran = runs(|job| job.installation = Some(installation("second"))).await;
        assert_eq!(ran, "cannot run the job: second");
        let ran = runs(|job| job.installation = Some(installation("third"))).await;
        assert!(ran.contains("a runner that is not there"), "{ran}");
    }
}
