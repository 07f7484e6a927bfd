//! The runner: finds a job the best place on any engine, and hands out what it did.

use std::cmp::Reverse;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::select_all;
use lazaret_sandbox::{
    Events, Examination, Installation, Interpreter, Isolation, Job, Limits, Outcome, PoolState,
    Runner, RunnerError,
};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout_at};

use crate::engine::{offered, place};
use crate::maker::Maker;
use crate::pools::{Lease, Pools};
use crate::{DockerConfig, doctor, image};

/// The name in configuration and messages.
const NAME: &str = "docker";

/// How long a job waits for a place when all are taken. Whoever takes turns before has no more turns
/// than there are places; then only used containers that do not go can hold them.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs jobs in containers, on one engine or on several.
pub struct DockerRunner {
    maker: Arc<Maker>,
    /// What each engine has.
    engines: Vec<Arc<Pools>>,
}

impl DockerRunner {
    /// A runner with these settings. Nothing is tried yet; [`Runner::ready`] tries.
    pub fn new(config: DockerConfig) -> Self {
        Self::made(config, None)
    }

    /// The same, for jobs with packages. `packages` has a directory for each job's, to be found by
    /// programs that know its name, and is made where it is not there. An engine on another machine
    /// does not have it; then jobs with packages are refused.
    pub fn with_packages(config: DockerConfig, packages: PathBuf) -> Self {
        let place = |host: Option<&String>| place(host.map(String::as_str), config.tls.as_ref());
        let mut places: Vec<String> = config.hosts.iter().map(|host| place(Some(host))).collect();
        if places.is_empty() {
            places.push(place(None));
        }
        let are_here = places.iter().all(|place| place.starts_with("unix:"));
        Self::made(config, are_here.then_some(packages))
    }

    fn made(config: DockerConfig, packages: Option<PathBuf>) -> Self {
        let hosts = if config.hosts.is_empty() {
            vec![None]
        } else {
            config.hosts.iter().cloned().map(Some).collect()
        };
        let maker = Arc::new(Maker::new(config, packages));
        let pools = |host| Arc::new(Pools::new(host, Arc::clone(&maker)));
        Self { engines: hosts.into_iter().map(pools).collect(), maker }
    }

    fn isolation(&self) -> Isolation {
        offered(&self.maker.config.runtime)
    }

    /// Whether its packages are where sandboxes see them, and are where an engine fills them.
    fn check_packages(&self, job: &Job) -> Result<(), RunnerError> {
        let seen = self.maker.packages.as_deref();
        let parent = job.packages.as_ref().map(|packages| packages.directory.parent());
        let is_filled_here = job.installation.is_none() || seen.is_some();
        if is_filled_here && parent.is_none_or(|parent| parent == seen) {
            return Ok(());
        }
        let reason = "its packages are on this machine, and the engine may be on another";
        Err(RunnerError::Job(reason.into()))
    }

    /// Runs an installer, which is no weaker off than programs.
    async fn install(
        &self,
        job: &Job,
        installation: &Installation,
        events: &Events,
    ) -> Result<Outcome, RunnerError> {
        let runtime = self.maker.config.runtime_of(Some(installation));
        if offered(runtime) != self.isolation() {
            return Err(RunnerError::Part {
                part: format!("an isolation as strong as {}", self.isolation().name()),
                help: "set `docker.install.runtime` to a runtime that gives it".into(),
                source: format!("the runtime `{runtime}` gives {}", offered(runtime).name()).into(),
            });
        }
        let engines: Vec<&Arc<Pools>> = self.engines.iter().collect();
        let (index, place) = free_place(&engines, Instant::now() + PATIENCE).await?;
        let mut sandbox = engines[index].sandbox_for(job, installation, place).await?;
        sandbox.run(job, events).await
    }

    /// A sandbox on the best engine. One that is down is left out; nothing of the job was told to it.
    async fn lease(&self, job: &Job) -> Result<Lease, RunnerError> {
        let deadline = Instant::now() + PATIENCE;
        let mut engines: Vec<&Arc<Pools>> = self.engines.iter().collect();
        engines.sort_by_key(|pools| Reverse(pools.rank(job)));
        let mut failure = RunnerError::Closed;
        while !engines.is_empty() {
            let (index, place) = free_place(&engines, deadline).await?;
            match engines.remove(index).lease(job, place).await {
                Ok(lease) => return Ok(lease),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    /// Whether some engine could run programs for all these interpreters.
    async fn try_engines(&self, interpreters: &[Interpreter]) -> Result<Isolation, RunnerError> {
        if self.engines.iter().any(|pools| pools.serves(interpreters)) {
            return Ok(self.isolation());
        }
        let mut answer = Err(RunnerError::Closed);
        for pools in &self.engines {
            answer = self.try_engine(pools, interpreters).await;
            if answer.is_ok() {
                break;
            }
        }
        answer.map(|()| self.isolation())
    }

    async fn try_engine(
        &self,
        pools: &Pools,
        interpreters: &[Interpreter],
    ) -> Result<(), RunnerError> {
        if let Some(reason) = pools.refuses(interpreters) {
            let action = "start a sandbox".into();
            return Err(RunnerError::Failed { action, source: reason.into() });
        }
        let engine = pools.engine().await?;
        for interpreter in interpreters {
            let base = self.maker.config.base(*interpreter)?;
            image::derived(&engine, &self.maker, *interpreter, base).await?;
        }
        Ok(())
    }
}

/// A place on the best engine that has one; where none has, on the first that gets one.
async fn free_place(
    engines: &[&Arc<Pools>],
    deadline: Instant,
) -> Result<(usize, OwnedSemaphorePermit), RunnerError> {
    let free = |(index, pools): (usize, &&Arc<Pools>)| Some((index, pools.try_place()?));
    if let Some(free) = engines.iter().enumerate().find_map(free) {
        return Ok(free);
    }
    let places = select_all(engines.iter().map(|pools| Box::pin(pools.place())));
    let (place, index, _) =
        timeout_at(deadline, places).await.map_err(|_| RunnerError::NoTurn { waited: PATIENCE })?;
    Ok((index, place?))
}

#[async_trait]
impl Runner for DockerRunner {
    async fn run(&self, job: Job, events: Events) -> Result<Outcome, RunnerError> {
        job.check(NAME, self.isolation())?;
        self.maker.config.base(job.interpreter)?;
        self.check_packages(&job)?;
        match &job.installation {
            Some(installation) => self.install(&job, installation, &events).await,
            None => self.lease(&job).await?.run(&job, &events).await,
        }
    }

    /// All languages that have an image.
    async fn ready(&self) -> Result<Isolation, RunnerError> {
        let interpreters: Vec<Interpreter> = self.maker.config.images.interpreters().collect();
        if interpreters.is_empty() {
            self.maker.config.base(Interpreter::Python)?;
        }
        self.try_engines(&interpreters).await
    }

    async fn ready_for(&self, interpreter: Interpreter) -> Result<Isolation, RunnerError> {
        // Known without a question to an engine.
        self.maker.config.base(interpreter)?;
        self.try_engines(&[interpreter]).await
    }

    /// The base image. All engines are this machine's, where packages are, and have the same.
    async fn platform(&self, interpreter: Interpreter) -> Result<String, RunnerError> {
        let base = self.maker.config.base(interpreter)?;
        let mut answer = Err(RunnerError::Closed);
        for pools in &self.engines {
            answer = match pools.engine().await {
                Ok(engine) => image::find(&engine, interpreter, base).await,
                Err(error) => Err(error),
            };
            if answer.is_ok() {
                break;
            }
        }
        answer.map(|id| image::platform(&id))
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
