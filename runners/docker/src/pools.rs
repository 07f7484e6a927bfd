//! The sandboxes of one engine.
//!
//! Starting a container takes half a second; taking one that is ready takes a millisecond. So some
//! are made ahead of time, and as soon as one is taken the next is started. Each is used once,
//! because a used sandbox has seen somebody's code; or by one tenant, where the configuration says
//! so.

mod ahead;
mod lease;

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lazaret_sandbox::{Installation, Interpreter, Job, Limits, PoolState, RunnerError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use self::ahead::Asked;
pub(crate) use self::lease::Lease;
use crate::Reuse;
use crate::circuit::Circuit;
use crate::connection::{Connection, Found};
use crate::engine::Engine;
use crate::image;
use crate::maker::Maker;
use crate::pool::{Pool, Taken};
use crate::reaper::Reaper;
use crate::sandbox::Sandbox;
use crate::spec::Kind;

/// How long a program has the machine for itself that found a sandbox ready.
const BREATH: Duration = Duration::from_millis(30);
/// How often it is looked whether anything is missing.
const ROUND: Duration = Duration::from_secs(1);
/// After how many rounds the agents that wait are asked how they are.
const EXAMINE: u64 = 10;
/// After how many rounds the engine is asked for leftovers.
const REAP: u64 = 30;

/// For how long used containers may hold all places. They are gone in a tenth of a second.
const STUCK: Duration = Duration::from_secs(5);

/// The sandboxes of one engine.
pub(crate) struct Pools {
    connection: Connection,
    maker: Arc<Maker>,
    reaper: Arc<Reaper>,
    all: Mutex<HashMap<Kind, Pool<Sandbox>>>,
    /// One for each image.
    circuits: HashMap<Interpreter, Circuit>,
    places: Arc<Semaphore>,
    starts: Semaphore,
    /// Since when no place is free, and nothing runs.
    stuck_since: Mutex<Option<Instant>>,
    /// What jobs ask for that can be imported ahead of them.
    asked: Mutex<Asked>,
    closed: CancellationToken,
}

/// How good a place an engine is for a job; greater is better, and what comes first decides first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    /// A sandbox that the tenant has used is there, or comes back, and it may be used.
    own: bool,
    /// A sandbox is ready, and it may be used.
    ready: bool,
    /// The last start went well.
    well: bool,
    /// How many more programs may run.
    places: usize,
}

impl Pools {
    /// Pools without sandboxes; nothing is tried yet.
    pub(crate) fn new(host: Option<String>, maker: Arc<Maker>) -> Self {
        let permits = |count: NonZeroU32| {
            usize::try_from(count.get())
                .map_or(Semaphore::MAX_PERMITS, |count| count.min(Semaphore::MAX_PERMITS))
        };
        Self {
            connection: Connection::new(host),
            places: Arc::new(Semaphore::new(permits(maker.config.max))),
            starts: Semaphore::new(permits(maker.config.starting)),
            maker,
            reaper: Arc::default(),
            all: Mutex::default(),
            stuck_since: Mutex::default(),
            circuits: Interpreter::ALL.map(|each| (each, Circuit::default())).into(),
            asked: Mutex::default(),
            closed: CancellationToken::new(),
        }
    }

    /// The engine, connected to.
    pub(crate) async fn engine(&self) -> Result<Arc<Engine>, RunnerError> {
        match self.connection.engine(&self.maker).await? {
            Found::Known(engine) => Ok(engine),
            Found::New(engine) => {
                if let Some(trouble) = &self.maker.identity.installation.trouble {
                    tracing::warn!(trouble, "this installation's name is not kept");
                }
                self.reap(Arc::clone(&engine));
                Ok(engine)
            }
        }
    }

    /// Removes leftovers, in the background: one that hangs takes minutes.
    fn reap(&self, engine: Arc<Engine>) {
        let (maker, reaper) = (Arc::clone(&self.maker), Arc::clone(&self.reaper));
        self.maker.tasks.spawn(async move { reaper.reap(&engine, &maker).await });
    }

    /// A place for one more program, where there is one now.
    pub(crate) fn try_place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// The same, waited for.
    pub(crate) async fn place(&self) -> Result<OwnedSemaphorePermit, RunnerError> {
        Arc::clone(&self.places).acquire_owned().await.map_err(|_| RunnerError::Closed)
    }

    /// A sandbox for a job that has a place: one that is ready, or else one that is made now.
    pub(crate) async fn lease(
        self: &Arc<Self>,
        job: &Job,
        place: OwnedSemaphorePermit,
    ) -> Result<Lease, RunnerError> {
        let kind = self.best_kind(job);
        if let Some(ahead) = Kind::ahead_of(job) {
            self.asked().note(ahead);
        }
        let mut sandbox = self.take(&kind, job).await?;
        sandbox.container.place = Some(place);
        Ok(Lease::new(self, kind, sandbox))
    }

    /// One that has the job's packages imported, if that is ready; else any that can run it.
    fn best_kind(&self, job: &Job) -> Kind {
        let all = self.all();
        let is_ready = |kind: &Kind| all.get(kind).is_some_and(|pool| pool.ready() > 0);
        Kind::ahead_of(job).filter(is_ready).unwrap_or_else(|| Kind::of(job))
    }

    /// A sandbox for a job that installs and has a place. None is made ahead of time: what it fills is
    /// mounted when its container is made.
    pub(crate) async fn sandbox_for(
        &self,
        job: &Job,
        installation: &Installation,
        place: OwnedSemaphorePermit,
    ) -> Result<Sandbox, RunnerError> {
        let _turn = self.starts.acquire().await.map_err(|_| RunnerError::Closed)?;
        let mut sandbox = self.make_now(&Kind::of(job), Some(installation)).await?;
        check_image(&sandbox, job)?;
        sandbox.container.place = Some(place);
        Ok(sandbox)
    }

    /// One that waits may have died meanwhile: its agent is asked before it is given away. What was
    /// made just now needs no question.
    async fn take(self: &Arc<Self>, kind: &Kind, job: &Job) -> Result<Sandbox, RunnerError> {
        loop {
            match self.pool(kind, |pool| pool.take(&job.tenant)) {
                Taken::Coming(coming) => {
                    self.refill(kind);
                    let sandbox = coming.await.map_err(|_| RunnerError::Closed)??;
                    check_image(&sandbox, job)?;
                    return Ok(sandbox);
                }
                Taken::Ready(mut sandbox) => {
                    self.refill_soon(kind);
                    if check_image(&sandbox, job).is_ok() && sandbox.is_well().await {
                        return Ok(sandbox);
                    }
                }
            }
        }
    }

    /// Starts what is missing, a little later: a start keeps a processor busy for half a second, and
    /// most programs that find a sandbox ready have ended before it begins.
    fn refill_soon(self: &Arc<Self>, kind: &Kind) {
        let (pools, kind) = (Arc::clone(self), kind.clone());
        self.maker.tasks.spawn(async move {
            sleep(BREATH).await;
            pools.refill(&kind);
        });
    }

    /// Starts what is missing, in the background.
    fn refill(self: &Arc<Self>, kind: &Kind) {
        if self.closed.is_cancelled() {
            return self.pool(kind, Pool::close);
        }
        for _ in 0..self.pool(kind, Pool::start) {
            let (pools, kind) = (Arc::clone(self), kind.clone());
            self.maker.tasks.spawn(async move {
                let Some(made) = pools.make(&kind).await else { return };
                if let Err(error) = &made {
                    tracing::warn!(%error, "cannot start a sandbox");
                    pools.asked().give_up(&kind);
                }
                pools.pool(&kind, |pool| pool.started(made));
                // Those of other kinds may have waited for how this start ends.
                pools.refill_all();
            });
        }
    }

    fn refill_all(self: &Arc<Self>) {
        self.kinds().iter().for_each(|kind| self.refill(kind));
    }

    /// Makes one when its turn has come, unless nobody needs it any more by then.
    async fn make(&self, kind: &Kind) -> Option<Result<Sandbox, RunnerError>> {
        let Ok(_turn) = self.starts.acquire().await else { return Some(Err(RunnerError::Closed)) };
        if !self.pool(kind, Pool::still_needs) {
            return None;
        }
        Some(self.make_now(kind, None).await)
    }

    /// Makes one; on an engine that was lost meanwhile, once more.
    async fn make_now(
        &self,
        kind: &Kind,
        installation: Option<&Installation>,
    ) -> Result<Sandbox, RunnerError> {
        let engine = self.engine().await?;
        let made = self.maker.make(&engine, kind, installation).await;
        if made.is_ok() || engine.is_listened_to() {
            return made;
        }
        // The engine was lost meanwhile. Whoever waits need not know, if it can be had again.
        let engine = self.engine().await?;
        self.maker.make(&engine, kind, installation).await
    }

    /// Keeps sandboxes ready for jobs with these limits, until the pools are closed.
    pub(crate) fn warm(self: &Arc<Self>, limits: &Limits) {
        let Maker { config, tasks, .. } = &*self.maker;
        for interpreter in config.images.interpreters() {
            let kind = Kind::new(interpreter, limits);
            self.pool(&kind, |pool| pool.want(config.warm.of(interpreter)));
            self.refill(&kind);
        }
        let pools = Arc::clone(self);
        tasks.spawn(async move {
            let closed = pools.closed.clone();
            closed.run_until_cancelled(pools.tend()).await;
        });
    }

    /// Looks after the sandboxes that wait.
    async fn tend(self: Arc<Self>) {
        for round in 1_u64.. {
            sleep(ROUND).await;
            self.want_ahead();
            for kind in self.kinds() {
                if round.is_multiple_of(EXAMINE) {
                    self.examine(&kind).await;
                }
                self.pool(&kind, Pool::expire);
                self.refill(&kind);
            }
            self.forget_idle();
            self.look_for_stuck();
            if round.is_multiple_of(REAP)
                && let Ok(engine) = self.engine().await
            {
                self.reap(engine);
            }
        }
    }

    /// Keeps one ready for each of the few packages that are asked for often. A sandbox that serves a
    /// tenant again has them imported by a program of his.
    fn want_ahead(&self) {
        let most =
            if self.maker.config.reuse == Reuse::Never { self.maker.config.warm.ahead } else { 0 };
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let often = self.asked().often(most);
        for (kind, pool) in self.all().iter_mut().filter(|(kind, _)| kind.ahead.is_some()) {
            if !often.contains(kind) {
                pool.want(0);
            }
        }
        for kind in &often {
            self.pool(kind, |pool| pool.want(1));
        }
    }

    /// Asks each agent that waits how it is.
    async fn examine(&self, kind: &Kind) {
        for _ in 0..self.pool(kind, |pool| pool.ready()) {
            let Some(mut sandbox) = self.pool(kind, Pool::inspect) else { return };
            if sandbox.is_well().await {
                self.pool(kind, |pool| pool.put(sandbox));
            } else {
                self.asked().give_up(kind);
            }
        }
    }

    /// Takes no new jobs, and removes what waits. What runs goes on.
    pub(crate) fn close(&self) {
        self.closed.cancel();
        self.places.close();
        self.starts.close();
        for kind in self.kinds() {
            self.pool(&kind, Pool::close);
        }
    }

    /// Notes since when all places are held by containers that nobody uses, and that do not go.
    fn look_for_stuck(&self) {
        let is_used = self.all().values().any(Pool::is_used);
        let is_stuck = !is_used && self.places.available_permits() == 0;
        let mut since = self.stuck_since.lock().unwrap_or_else(PoisonError::into_inner);
        *since = is_stuck.then(|| since.unwrap_or_else(Instant::now));
    }

    fn is_stuck(&self) -> bool {
        let since = *self.stuck_since.lock().unwrap_or_else(PoisonError::into_inner);
        since.is_some_and(|since| since.elapsed() >= STUCK)
    }

    /// Forgets the pools of jobs with limits of their own that nobody wants any more.
    fn forget_idle(&self) {
        let mut all = self.all();
        all.retain(|_, pool| !pool.is_idle());
    }

    /// Why no job for one of these interpreters can be served now, where that is so.
    pub(crate) fn refuses(&self, interpreters: &[Interpreter]) -> Option<String> {
        if self.is_stuck() {
            return Some(
                "no container that was used can be removed, and each holds a place".into(),
            );
        }
        let all = self.all();
        let mut those = all.iter().filter(|(kind, _)| kind.is_plain_for(interpreters));
        those.find_map(|(_, pool)| pool.refuses())
    }

    /// Whether sandboxes are kept ready here for one of these interpreters, and all is well with
    /// those of all of them.
    pub(crate) fn serves(&self, interpreters: &[Interpreter]) -> bool {
        let all = self.all();
        let those = all.iter().filter(|(kind, _)| kind.is_plain_for(interpreters));
        let those: Vec<&Pool<Sandbox>> = those.map(|(_, pool)| pool).collect();
        let well = those.iter().all(|pool| pool.trouble().is_none());
        well && those.iter().any(|pool| pool.serves()) && !self.is_stuck()
    }

    /// How good a place this is for a job now.
    pub(crate) fn rank(&self, job: &Job) -> Rank {
        let places = self.places.available_permits();
        self.pool(&self.best_kind(job), |pool| Rank {
            own: pool.has_own(&job.tenant) && places > 0,
            ready: pool.ready() > 0 && places > 0,
            well: pool.trouble().is_none(),
            places,
        })
    }

    /// How they stand.
    pub(crate) fn states(&self) -> Vec<PoolState> {
        let at =
            self.connection.host.as_ref().map(|host| format!(" at {host}")).unwrap_or_default();
        let mut states: Vec<PoolState> = self
            .kinds()
            .iter()
            .map(|kind| self.pool(kind, |pool| pool.state(format!("{}{at}", kind.name()))))
            .collect();
        states.sort_by(|a, b| a.name.cmp(&b.name));
        states
    }

    fn asked(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Kind, Pool<Sandbox>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kinds(&self) -> Vec<Kind> {
        self.all().keys().cloned().collect()
    }

    fn pool<T>(&self, kind: &Kind, action: impl FnOnce(&mut Pool<Sandbox>) -> T) -> T {
        let mut all = self.all();
        let new = || {
            // What cannot be imported says nothing about the image.
            let shared = self.circuits.get(&kind.interpreter).filter(|_| kind.ahead.is_none());
            Pool::new(shared.cloned().unwrap_or_default())
        };
        action(all.entry(kind.clone()).or_insert_with(new))
    }
}

/// Refuses a sandbox of another image than the one that a job's packages are for: its name may have got
/// another image since the sandbox was made, or since they were installed.
fn check_image(sandbox: &Sandbox, job: &Job) -> Result<(), RunnerError> {
    let named = |platform| image::of_platform(job.interpreter, platform);
    if job.platform().and_then(named).is_none_or(|image| image == sandbox.container.image) {
        return Ok(());
    }
    Err(RunnerError::Failed {
        action: "give the job a sandbox of its base image".into(),
        source: "the base image that its packages are for has just been changed; try again".into(),
    })
}
