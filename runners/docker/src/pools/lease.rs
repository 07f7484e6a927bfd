//! The right to use a sandbox, and what becomes of the sandbox afterwards.

use std::sync::Arc;
use std::time::Duration;

use lazaret_sandbox::{Events, Job, Outcome, RunnerError, Status};
use tokio::time::timeout;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::Pools;
use crate::Reuse;
use crate::pool::Pool;
use crate::sandbox::Sandbox;
use crate::spec::Kind;

/// How long making a sandbox clean may take. It takes a tenth of a second.
const RESET: Duration = Duration::from_secs(10);

/// The right to use a sandbox once. Dropping it removes the sandbox.
pub(crate) struct Lease {
    sandbox: Sandbox,
    /// Goes last: whoever closes the pools waits for it, and for the removal that begins before.
    turn: Turn,
}

/// Counts a sandbox as leased until it is dropped.
struct Turn {
    pools: Arc<Pools>,
    kind: Kind,
    /// Whoever closes the pools waits for this.
    _running: TaskTrackerToken,
}

impl Lease {
    /// The right to use this one.
    pub(super) fn new(pools: &Arc<Pools>, kind: Kind, sandbox: Sandbox) -> Self {
        pools.pool(&kind, Pool::lease);
        let turn = Turn { pools: Arc::clone(pools), kind, _running: pools.maker.tasks.token() };
        Self { sandbox, turn }
    }

    /// Runs the job to its end, and gives the sandbox back.
    pub(crate) async fn run(self, job: &Job, events: &Events) -> Result<Outcome, RunnerError> {
        // What is declared last is dropped first.
        let Self { turn, mut sandbox } = self;
        let outcome = sandbox.run(job, events).await?;
        if turn.pools.maker.config.reuse == Reuse::Tenant && may_serve_again(job, &outcome) {
            turn.pools.reset(turn.kind.clone(), job.tenant.clone(), sandbox);
        }
        Ok(outcome)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.pools.pool(&self.kind, Pool::release);
    }
}

/// Nobody in particular has no sandbox of its own; and what hit a limit may have broken something.
fn may_serve_again(job: &Job, outcome: &Outcome) -> bool {
    let ended = matches!(outcome.status, Status::Success | Status::ProgramError | Status::NoResult);
    ended && !job.tenant.is_empty()
}

impl Pools {
    /// Makes a used sandbox clean for its tenant, in the background.
    fn reset(self: &Arc<Self>, kind: Kind, tenant: String, mut sandbox: Sandbox) {
        self.pool(&kind, |pool| pool.reset(&tenant));
        let pools = Arc::clone(self);
        self.maker.tasks.spawn(async move {
            let reset = timeout(RESET, sandbox.reset()).await;
            let is_clean = matches!(reset, Ok(Ok(())));
            if is_clean {
                // One that is dropped keeps its place until its container is gone.
                sandbox.container.place = None;
            }
            let clean = is_clean.then_some(sandbox);
            pools.pool(&kind, |pool| pool.was_reset(&tenant, clean));
            pools.drop_surplus();
            pools.refill(&kind);
        });
    }

    /// No more used sandboxes are kept than may run at one time, of all kinds together.
    fn drop_surplus(&self) {
        let most = usize::try_from(self.maker.config.max.get()).unwrap_or(usize::MAX);
        let mut all = self.all();
        while all.values().map(Pool::kept_count).sum::<usize>() > most {
            let keeping = all.values_mut().filter(|pool| pool.kept_count() > 0);
            let Some(oldest) = keeping.min_by_key(|pool| pool.kept_since()) else { return };
            oldest.drop_oldest();
        }
    }
}
