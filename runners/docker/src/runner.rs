//! The runner: finds a job the best place on any engine, and hands out what it did.

use std::cmp::Reverse;
use std::sync::Arc;

use async_trait::async_trait;
use lazaret_sandbox::{
    Events, Examination, Interpreter, Isolation, Job, Limits, Outcome, PoolState, Runner,
    RunnerError,
};

use crate::engine::offered;
use crate::maker::Maker;
use crate::pools::Pools;
use crate::{DockerConfig, doctor, image};

/// The name in configuration and messages.
const NAME: &str = "docker";

/// Runs jobs in containers, on one engine or on several.
pub struct DockerRunner {
    maker: Arc<Maker>,
    /// What each engine has.
    engines: Vec<Arc<Pools>>,
}

impl DockerRunner {
    /// A runner with these settings. Nothing is tried yet; [`Runner::ready`] tries.
    pub fn new(config: DockerConfig) -> Self {
        let hosts = if config.hosts.is_empty() {
            vec![None]
        } else {
            config.hosts.iter().cloned().map(Some).collect()
        };
        let maker = Arc::new(Maker::new(config));
        let pools = |host| Arc::new(Pools::new(host, Arc::clone(&maker)));
        Self { engines: hosts.into_iter().map(pools).collect(), maker }
    }

    fn isolation(&self) -> Isolation {
        offered(&self.maker.config.runtime)
    }

    /// Whether this engine could run programs in all languages that have an image.
    async fn try_engine(&self, pools: &Pools) -> Result<(), RunnerError> {
        if let Some(reason) = pools.refuses() {
            let action = "start a sandbox".into();
            return Err(RunnerError::Failed { action, source: reason.into() });
        }
        let engine = pools.engine().await?;
        let images = &self.maker.config.images;
        for interpreter in images.interpreters() {
            let base = self.maker.config.base(interpreter)?;
            image::derived(&engine, &self.maker, interpreter, base).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Runner for DockerRunner {
    async fn run(&self, job: Job, events: Events) -> Result<Outcome, RunnerError> {
        job.check(NAME, self.isolation())?;
        self.maker.config.base(job.interpreter)?;
        let mut engines: Vec<&Arc<Pools>> = self.engines.iter().collect();
        engines.sort_by_key(|pools| Reverse(pools.rank(&job)));
        let mut answer = Err(RunnerError::Closed);
        for pools in engines {
            answer = pools.lease(&job).await;
            // An engine that is down is left out; nothing of the job was told to it.
            if answer.is_ok() {
                break;
            }
        }
        answer?.run(&job, &events).await
    }

    async fn ready(&self) -> Result<Isolation, RunnerError> {
        if self.maker.config.images.interpreters().next().is_none() {
            self.maker.config.base(Interpreter::Python)?;
        }
        if self.engines.iter().any(|pools| pools.serves()) {
            return Ok(self.isolation());
        }
        let mut answer = Err(RunnerError::Closed);
        for pools in &self.engines {
            answer = self.try_engine(pools).await;
            if answer.is_ok() {
                break;
            }
        }
        answer.map(|()| self.isolation())
    }

    /// A job runs on whichever engine can take it, so each is examined.
    async fn diagnose(&self) -> Examination {
        doctor::examine(&self.maker).await
    }

    async fn warm(&self, limits: &Limits) {
        self.engines.iter().for_each(|pools| pools.warm(limits));
    }

    async fn close(&self) {
        self.engines.iter().for_each(|pools| pools.close());
        self.maker.tasks.close();
        self.maker.tasks.wait().await;
    }

    fn places(&self) -> Option<u32> {
        let engines = u32::try_from(self.engines.len()).unwrap_or(u32::MAX);
        Some(self.maker.config.max.get().saturating_mul(engines))
    }

    fn pools(&self) -> Vec<PoolState> {
        self.engines.iter().flat_map(|pools| pools.states()).collect()
    }
}
