//! The sandboxes of one engine.
//!
//! Starting a container takes half a second; taking one that is ready takes a millisecond. So some
//! are made ahead of time, and as soon as one is taken the next is started. Each is used once,
//! because a used sandbox has seen somebody's code; or by one tenant, where the configuration says
//! so.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lazaret_sandbox::{Events, Interpreter, Job, Limits, Outcome, PoolState, RunnerError, Status};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::Reuse;
use crate::circuit::Circuit;
use crate::connection::{Connection, Found};
use crate::engine::Engine;
use crate::reaper::Reaper;
use crate::sandbox::{Maker, Sandbox};
use crate::shelf::{Shelf, Taken};
use crate::spec::Key;

/// How long a program has the machine for itself that found a sandbox ready.
const BREATH: Duration = Duration::from_millis(30);
/// How often the pool looks whether anything is missing.
const ROUND: Duration = Duration::from_secs(1);
/// After how many rounds the agents that wait are asked how they are.
const EXAMINE: u64 = 10;
/// After how many rounds the engine is asked for leftovers.
const REAP: u64 = 30;
/// How long making a sandbox clean may take. It takes a tenth of a second.
const RESET: Duration = Duration::from_secs(10);

/// The sandboxes of one engine.
pub(crate) struct Pool {
    connection: Connection,
    maker: Arc<Maker>,
    reaper: Arc<Reaper>,
    shelves: Mutex<HashMap<Key, Shelf<Sandbox>>>,
    /// One for each image.
    circuits: HashMap<Interpreter, Circuit>,
    places: Arc<Semaphore>,
    starts: Semaphore,
    closed: CancellationToken,
}

/// How good a place an engine is for a job; greater is better, and what comes first decides first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    /// A sandbox that the tenant has used is there, or comes back.
    own: bool,
    /// A sandbox is ready, and it may be used.
    ready: bool,
    /// The last start went well.
    well: bool,
    /// How many more programs may run.
    places: usize,
}

impl Pool {
    /// A pool without sandboxes; nothing is tried yet.
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
            shelves: Mutex::default(),
            circuits: Interpreter::ALL.map(|each| (each, Circuit::default())).into(),
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

    /// A sandbox for a job: one that is ready, or else one that is made now. Waits while as many
    /// are leased as the configuration allows.
    pub(crate) async fn lease(self: &Arc<Self>, job: &Job) -> Result<Lease, RunnerError> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|_| RunnerError::Closed)?;
        let key = Key::of(job);
        let mut sandbox = self.take(&key, &job.tenant).await?;
        sandbox.container.place = Some(place);
        self.shelf(&key, Shelf::lease);
        Ok(Lease {
            pool: Arc::clone(self),
            key,
            sandbox: Some(sandbox),
            _running: self.maker.tasks.token(),
        })
    }

    /// One that waits may have died meanwhile: its agent is asked before it is given away. What was
    /// made just now needs no question.
    async fn take(self: &Arc<Self>, key: &Key, tenant: &str) -> Result<Sandbox, RunnerError> {
        loop {
            match self.shelf(key, |shelf| shelf.take(tenant)) {
                Taken::Coming(coming) => {
                    self.refill(key);
                    return coming.await.map_err(|_| RunnerError::Closed)?;
                }
                Taken::Ready(mut sandbox) => {
                    self.refill_soon(key);
                    if sandbox.is_well().await {
                        return Ok(sandbox);
                    }
                }
            }
        }
    }

    /// Starts what is missing, a little later: a start keeps a processor busy for half a second, and
    /// most programs that find a sandbox ready have ended before it begins.
    fn refill_soon(self: &Arc<Self>, key: &Key) {
        let (pool, key) = (Arc::clone(self), key.clone());
        self.maker.tasks.spawn(async move {
            sleep(BREATH).await;
            pool.refill(&key);
        });
    }

    /// Starts what is missing, in the background.
    fn refill(self: &Arc<Self>, key: &Key) {
        if self.closed.is_cancelled() {
            return self.shelf(key, Shelf::close);
        }
        for _ in 0..self.shelf(key, Shelf::start) {
            let (pool, key) = (Arc::clone(self), key.clone());
            self.maker.tasks.spawn(async move {
                let Some(made) = pool.make(&key).await else { return };
                if let Err(error) = &made {
                    tracing::warn!(%error, "cannot start a sandbox");
                }
                pool.shelf(&key, |shelf| shelf.started(made));
                // Those of other kinds may have waited for how this start ends.
                pool.refill_all();
            });
        }
    }

    fn refill_all(self: &Arc<Self>) {
        self.keys().iter().for_each(|key| self.refill(key));
    }

    /// Makes one when its turn has come, unless nobody needs it any more by then.
    async fn make(&self, key: &Key) -> Option<Result<Sandbox, RunnerError>> {
        let Ok(_turn) = self.starts.acquire().await else { return Some(Err(RunnerError::Closed)) };
        if !self.shelf(key, Shelf::still_needs) {
            return None;
        }
        match self.engine().await {
            Ok(engine) => Some(self.maker.make(&engine, key).await),
            Err(error) => Some(Err(error)),
        }
    }

    /// Keeps sandboxes ready for jobs with these limits, until the pool is closed.
    pub(crate) fn warm(self: &Arc<Self>, limits: &Limits) {
        let Maker { config, tasks, .. } = &*self.maker;
        for interpreter in config.images.interpreters() {
            let key = Key::new(interpreter, limits);
            self.shelf(&key, |shelf| shelf.want(config.warm.of(interpreter)));
            self.refill(&key);
        }
        let pool = Arc::clone(self);
        tasks.spawn(async move {
            let closed = pool.closed.clone();
            closed.run_until_cancelled(pool.tend()).await;
        });
    }

    /// Looks after the sandboxes that wait.
    async fn tend(self: Arc<Self>) {
        for round in 1_u64.. {
            sleep(ROUND).await;
            for key in self.keys() {
                if round.is_multiple_of(EXAMINE) {
                    self.examine(&key).await;
                }
                self.shelf(&key, Shelf::expire);
                self.refill(&key);
            }
            self.forget_idle();
            if round.is_multiple_of(REAP)
                && let Ok(engine) = self.engine().await
            {
                self.reap(engine);
            }
        }
    }

    /// Asks each agent that waits how it is.
    async fn examine(&self, key: &Key) {
        for _ in 0..self.shelf(key, |shelf| shelf.ready()) {
            let Some(mut sandbox) = self.shelf(key, Shelf::inspect) else { return };
            if sandbox.is_well().await {
                self.shelf(key, |shelf| shelf.put(sandbox));
            }
        }
    }

    /// Takes no new jobs, and removes what waits. What runs goes on.
    pub(crate) fn close(&self) {
        self.closed.cancel();
        self.places.close();
        self.starts.close();
        for key in self.keys() {
            self.shelf(&key, Shelf::close);
        }
    }

    /// Forgets the shelves of jobs with limits of their own that nobody wants any more.
    fn forget_idle(&self) {
        let mut shelves = self.shelves();
        shelves.retain(|_, shelf| !shelf.is_idle());
    }

    /// Why no job can be served now, where that is so.
    pub(crate) fn refuses(&self) -> Option<String> {
        let shelves = self.shelves();
        shelves.values().find_map(Shelf::refuses)
    }

    /// Whether sandboxes are kept ready here, and all is well with them.
    pub(crate) fn serves(&self) -> bool {
        let shelves = self.shelves();
        shelves.values().any(Shelf::serves)
            && shelves.values().all(|shelf| shelf.trouble().is_none())
    }

    /// How good a place this is for a job now.
    pub(crate) fn rank(&self, job: &Job) -> Rank {
        let places = self.places.available_permits();
        self.shelf(&Key::of(job), |shelf| Rank {
            own: shelf.has_own(&job.tenant),
            ready: shelf.ready() > 0 && places > 0,
            well: shelf.trouble().is_none(),
            places,
        })
    }

    /// How the shelves stand.
    pub(crate) fn states(&self) -> Vec<PoolState> {
        let at =
            self.connection.host.as_ref().map(|host| format!(" at {host}")).unwrap_or_default();
        let mut states: Vec<PoolState> = self
            .keys()
            .iter()
            .map(|key| self.shelf(key, |shelf| shelf.state(format!("{}{at}", key.name()))))
            .collect();
        states.sort_by(|a, b| a.name.cmp(&b.name));
        states
    }

    fn shelves(&self) -> MutexGuard<'_, HashMap<Key, Shelf<Sandbox>>> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keys(&self) -> Vec<Key> {
        self.shelves().keys().cloned().collect()
    }

    fn shelf<T>(&self, key: &Key, action: impl FnOnce(&mut Shelf<Sandbox>) -> T) -> T {
        let mut shelves = self.shelves();
        let new = || {
            let circuit = self.circuits.get(&key.interpreter).cloned();
            Shelf::new(circuit.unwrap_or_default())
        };
        action(shelves.entry(key.clone()).or_insert_with(new))
    }

    /// Makes a used sandbox clean for its tenant, in the background.
    fn reset(self: &Arc<Self>, key: Key, tenant: String, mut sandbox: Sandbox) {
        self.shelf(&key, |shelf| shelf.reset(&tenant));
        let pool = Arc::clone(self);
        self.maker.tasks.spawn(async move {
            let reset = timeout(RESET, sandbox.reset()).await;
            let is_clean = matches!(reset, Ok(Ok(())));
            if is_clean {
                // One that is dropped keeps its place until its container is gone.
                sandbox.container.place = None;
            }
            let clean = is_clean.then_some(sandbox);
            pool.shelf(&key, |shelf| shelf.was_reset(&tenant, clean));
            pool.drop_surplus();
            pool.refill(&key);
        });
    }

    /// No more used sandboxes are kept than may run at one time, of all kinds together.
    fn drop_surplus(&self) {
        let most = usize::try_from(self.maker.config.max.get()).unwrap_or(usize::MAX);
        let mut shelves = self.shelves();
        while shelves.values().map(Shelf::kept_count).sum::<usize>() > most {
            let keeping = shelves.values_mut().filter(|shelf| shelf.kept_count() > 0);
            let Some(oldest) = keeping.min_by_key(|shelf| shelf.kept_since()) else { return };
            oldest.drop_oldest();
        }
    }
}

/// The right to use a sandbox once. Dropping it removes the sandbox.
pub(crate) struct Lease {
    pool: Arc<Pool>,
    key: Key,
    sandbox: Option<Sandbox>,
    /// Whoever closes the pool waits for this.
    _running: TaskTrackerToken,
}

impl Lease {
    /// Runs the job to its end, and gives the sandbox back.
    pub(crate) async fn run(mut self, job: &Job, events: &Events) -> Result<Outcome, RunnerError> {
        let sandbox = self.sandbox.as_mut().expect("a lease has a sandbox until it ends");
        let outcome = sandbox.run(job, events).await?;
        if self.pool.maker.config.reuse == Reuse::Tenant && may_serve_again(job, &outcome) {
            let sandbox = self.sandbox.take().expect("it was there just now");
            self.pool.reset(self.key.clone(), job.tenant.clone(), sandbox);
        }
        Ok(outcome)
    }
}

/// Nobody in particular has no sandbox of its own; and what hit a limit may have broken something.
fn may_serve_again(job: &Job, outcome: &Outcome) -> bool {
    let ended = matches!(outcome.status, Status::Success | Status::ProgramError | Status::NoResult);
    ended && !job.tenant.is_empty()
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.pool.shelf(&self.key, Shelf::release);
    }
}
