//! Sandboxes that are alike, those who wait for one, and how many have to be made.
//!
//! Pure bookkeeping: nothing here waits, and nothing is started. A sandbox that nobody takes out is
//! removed by being dropped.

use std::collections::VecDeque;
use std::time::Duration;

use lazaret_sandbox::{PoolState, RunnerError, causes};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::circuit::Circuit;

/// How long a sandbox is kept for a tenant who may come again.
const KEPT: Duration = Duration::from_mins(1);

/// What is counted for the rate of refill.
const WINDOW: Duration = Duration::from_mins(1);

/// The pool; `S` is a sandbox.
pub(crate) struct Pool<S> {
    /// How many should be ready.
    wanted: usize,
    /// Nothing has used them.
    ready: VecDeque<S>,
    /// Used by one tenant, and clean again.
    kept: VecDeque<Kept<S>>,
    waiting: VecDeque<Waiting<S>>,
    starting: usize,
    /// The tenants whose sandboxes are being made clean.
    resetting: Vec<String>,
    leased: usize,
    created: u64,
    /// When sandboxes became ready, not longer ago than the window.
    recent: VecDeque<Instant>,
    circuit: Circuit,
}

struct Kept<S> {
    tenant: String,
    sandbox: S,
    since: Instant,
}

struct Waiting<S> {
    tenant: String,
    answer: oneshot::Sender<Result<S, RunnerError>>,
}

/// What somebody gets who wants a sandbox.
pub(crate) enum Taken<S> {
    /// One that is here.
    Ready(S),
    /// One that comes.
    Coming(oneshot::Receiver<Result<S, RunnerError>>),
}

impl<S> Pool<S> {
    /// An empty one.
    pub(crate) fn new(circuit: Circuit) -> Self {
        Self {
            wanted: 0,
            ready: VecDeque::new(),
            kept: VecDeque::new(),
            waiting: VecDeque::new(),
            starting: 0,
            resetting: Vec::new(),
            leased: 0,
            created: 0,
            recent: VecDeque::new(),
            circuit,
        }
    }

    /// Sets how many should be ready.
    pub(crate) fn want(&mut self, count: usize) {
        self.wanted = count;
    }

    /// A sandbox for a tenant. One that the tenant has used is waited for rather than that a fresh
    /// one is used up: making clean takes a tenth of making.
    pub(crate) fn take(&mut self, tenant: &str) -> Taken<S> {
        let own = self.kept.iter().rposition(|kept| kept.tenant == tenant);
        if let Some(kept) = own.and_then(|index| self.kept.remove(index)) {
            return Taken::Ready(kept.sandbox);
        }
        let mut comes_back = self.own_that_come_back();
        for before in &self.waiting {
            comes_back(&before.tenant);
        }
        if !comes_back(tenant)
            && let Some(sandbox) = self.ready.pop_front()
        {
            return Taken::Ready(sandbox);
        }
        let (answer, coming) = oneshot::channel();
        self.waiting.push_back(Waiting { tenant: tenant.to_owned(), answer });
        Taken::Coming(coming)
    }

    /// How many have to be started now; they count as started.
    pub(crate) fn start(&mut self) -> usize {
        self.waiting.retain(|waiting| !waiting.answer.is_closed());
        let count = self.missing().min(self.circuit.room());
        self.circuit.begin(count);
        self.starting += count;
        if self.starting == 0 && self.circuit.is_open() {
            self.disappoint();
        }
        count
    }

    /// How many are needed beside those that are there or come. One that is made clean comes for its
    /// tenant alone.
    fn missing(&self) -> usize {
        let mut comes_back = self.own_that_come_back();
        let waiting = self.waiting.iter().filter(|waiting| !comes_back(&waiting.tenant)).count();
        (self.wanted + waiting).saturating_sub(self.ready.len() + self.starting)
    }

    /// Tells of one who waits after another whether a sandbox of his own tenant comes back for him.
    fn own_that_come_back(&self) -> impl FnMut(&str) -> bool + use<S> {
        let mut resetting = self.resetting.clone();
        move |tenant| {
            let own = resetting.iter().position(|other| other == tenant);
            own.map(|index| resetting.swap_remove(index)).is_some()
        }
    }

    /// Whether a start is still needed that is about to begin; else it does not count any more.
    pub(crate) fn still_needs(&mut self) -> bool {
        self.starting = self.starting.saturating_sub(1);
        self.waiting.retain(|waiting| !waiting.answer.is_closed());
        let needed = self.missing() > 0;
        if needed {
            self.starting += 1;
        } else {
            self.circuit.gave_up();
        }
        needed
    }

    /// Nothing will be started for a while: nobody waits for it. Who waits for a sandbox of his own
    /// that is made clean goes on.
    fn disappoint(&mut self) {
        let reason = self.circuit.trouble().unwrap_or_default();
        let mut comes_back = self.own_that_come_back();
        for waiting in std::mem::take(&mut self.waiting) {
            if comes_back(&waiting.tenant) {
                self.waiting.push_back(waiting);
                continue;
            }
            let answer = self.ready.pop_front().ok_or_else(|| RunnerError::Failed {
                action: "start a sandbox".into(),
                source: reason.clone().into(),
            });
            if let Err(Ok(sandbox)) = waiting.answer.send(answer) {
                self.ready.push_front(sandbox);
            }
        }
    }

    /// Whether nobody has any use for this pool.
    pub(crate) fn is_idle(&self) -> bool {
        let empty = self.ready.is_empty() && self.kept.is_empty() && self.waiting.is_empty();
        empty && self.wanted + self.starting + self.leased == 0 && self.resetting.is_empty()
    }

    /// One that was started is there, or is not.
    pub(crate) fn started(&mut self, made: Result<S, RunnerError>) {
        self.starting = self.starting.saturating_sub(1);
        match made {
            Ok(sandbox) => {
                self.circuit.succeeded();
                self.created += 1;
                self.recent.push_back(Instant::now());
                self.forget_old();
                if let Some(sandbox) = self.hand_over(sandbox, |_| true) {
                    self.put(sandbox);
                }
            }
            Err(error) => {
                self.circuit.failed(causes(&error));
                if let Some(waiting) = self.waiting.pop_front() {
                    let _ = waiting.answer.send(Err(error));
                }
            }
        }
    }

    /// Puts one back that nobody has used. What nobody wants is dropped.
    pub(crate) fn put(&mut self, sandbox: S) {
        if self.ready.len() < self.wanted {
            self.ready.push_back(sandbox);
        }
    }

    /// Takes the one that has been ready the longest, to look after it.
    pub(crate) fn inspect(&mut self) -> Option<S> {
        self.ready.pop_front()
    }

    /// How many are ready.
    pub(crate) fn ready(&self) -> usize {
        self.ready.len()
    }

    /// Gives it to the first who waits and may have it; back if there is nobody.
    fn hand_over(&mut self, sandbox: S, may_have: impl Fn(&str) -> bool) -> Option<S> {
        let mut sandbox = sandbox;
        while let Some(index) = self.waiting.iter().position(|waiting| may_have(&waiting.tenant)) {
            let waiting = self.waiting.remove(index)?;
            match waiting.answer.send(Ok(sandbox)) {
                // Whoever waited has gone away.
                Err(Ok(back)) => sandbox = back,
                Ok(()) | Err(Err(_)) => return None,
            }
        }
        Some(sandbox)
    }

    /// Counts one as leased.
    pub(crate) fn lease(&mut self) {
        self.leased += 1;
    }

    /// Counts it as leased no more.
    pub(crate) fn release(&mut self) {
        self.leased = self.leased.saturating_sub(1);
    }

    /// A tenant's sandbox is being made clean.
    pub(crate) fn reset(&mut self, tenant: &str) {
        self.resetting.push(tenant.to_owned());
    }

    /// Takes back a sandbox that was reset; `None` where that failed.
    pub(crate) fn was_reset(&mut self, tenant: &str, sandbox: Option<S>) {
        if let Some(index) = self.resetting.iter().position(|other| other == tenant) {
            self.resetting.swap_remove(index);
        }
        let Some(sandbox) = sandbox else {
            // Whoever waited for it has one that is ready, if there is one.
            let ready = self.ready.pop_front();
            let ready = ready.and_then(|ready| self.hand_over(ready, |other| other == tenant));
            if let Some(ready) = ready {
                self.ready.push_front(ready);
            }
            return;
        };
        let Some(sandbox) = self.hand_over(sandbox, |other| other == tenant) else { return };
        self.kept.push_back(Kept { tenant: tenant.to_owned(), sandbox, since: Instant::now() });
    }

    /// How many are kept for tenants.
    pub(crate) fn kept_count(&self) -> usize {
        self.kept.len()
    }

    /// Since when the first of them is kept.
    pub(crate) fn kept_since(&self) -> Option<Instant> {
        self.kept.front().map(|kept| kept.since)
    }

    /// Drops what has been kept the longest.
    pub(crate) fn drop_oldest(&mut self) {
        self.kept.pop_front();
    }

    /// Drops what was kept for too long.
    pub(crate) fn expire(&mut self) {
        self.kept.retain(|kept| kept.since.elapsed() < KEPT);
    }

    /// Drops everything that waits, and sends everybody away.
    pub(crate) fn close(&mut self) {
        self.wanted = 0;
        self.ready.clear();
        self.kept.clear();
        for waiting in self.waiting.drain(..) {
            let _ = waiting.answer.send(Err(RunnerError::Closed));
        }
    }

    /// Whether a tenant would find one of its own, now or soon.
    pub(crate) fn has_own(&self, tenant: &str) -> bool {
        self.kept.iter().any(|kept| kept.tenant == tenant)
            || self.resetting.iter().any(|other| other == tenant)
    }

    /// Why the last start failed, since when nothing went well.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.circuit.trouble()
    }

    /// Why nobody can be served now: starts fail, and nothing will be tried for a while. Where
    /// sandboxes should be ready, that lasts until one is.
    pub(crate) fn refuses(&self) -> Option<String> {
        let tries = !self.circuit.is_open();
        self.trouble().filter(|_| self.ready.is_empty() && (self.wanted > 0 || !tries))
    }

    /// Whether what should be ready was ever there, and nothing has failed since.
    pub(crate) fn serves(&self) -> bool {
        self.wanted > 0 && self.created > 0 && self.trouble().is_none()
    }

    /// The numbers, for people.
    pub(crate) fn state(&mut self, name: String) -> PoolState {
        self.forget_old();
        let alive = self.ready.len() + self.kept.len() + self.leased + self.resetting.len();
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        PoolState {
            name,
            warm: number(self.ready.len() + self.kept.len()),
            starting: number(self.starting),
            leased: number(self.leased + self.resetting.len()),
            waiting: number(self.waiting.len()),
            created: self.created,
            destroyed: self.created.saturating_sub(alive as u64),
            refilled_per_minute: number(self.recent.len()),
            trouble: self.trouble(),
        }
    }

    fn forget_old(&mut self) {
        self.recent.retain(|moment| moment.elapsed() < WINDOW);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure() -> RunnerError {
        RunnerError::Failed { action: "start".into(), source: "no".into() }
    }

    fn pool() -> Pool<&'static str> {
        Pool::new(Circuit::default())
    }

    impl<S> Taken<S> {
        fn ready(self) -> S {
            match self {
                Self::Ready(sandbox) => sandbox,
                Self::Coming(_) => panic!("nothing is ready"),
            }
        }

        fn coming(self) -> oneshot::Receiver<Result<S, RunnerError>> {
            match self {
                Self::Ready(_) => panic!("one is ready"),
                Self::Coming(receiver) => receiver,
            }
        }
    }

    #[tokio::test]
    async fn what_is_taken_is_made_again_and_nothing_twice() {
        let mut pool = pool();
        pool.want(2);
        assert_eq!((pool.start(), pool.start()), (2, 0));
        pool.started(Ok("a"));
        pool.started(Ok("b"));
        assert_eq!(pool.take("t").ready(), "a");
        assert_eq!((pool.start(), pool.start()), (1, 0));
    }

    #[tokio::test]
    async fn who_waits_comes_before_the_pool() {
        let mut pool = pool();
        pool.want(1);
        let mut first = pool.take("t").coming();
        assert_eq!(pool.start(), 2);
        pool.started(Ok("a"));
        assert_eq!(first.try_recv().expect("served").expect("a sandbox"), "a");
        assert_eq!(pool.ready(), 0);
        pool.started(Ok("b"));
        assert_eq!(pool.ready(), 1);
    }

    #[tokio::test]
    async fn who_waits_for_a_sandbox_that_does_not_come_clean_gets_one_that_is_ready() {
        let mut pool = pool();
        pool.want(1);
        pool.start();
        pool.started(Ok("ready"));
        pool.reset("one");
        let mut waiting = pool.take("one").coming();
        assert!(waiting.try_recv().is_err());
        pool.was_reset("one", None);
        assert_eq!(waiting.try_recv().expect("served").expect("a sandbox"), "ready");
    }

    #[tokio::test]
    async fn nothing_is_started_for_who_has_gone() {
        let mut pool = pool();
        drop(pool.take("t").coming());
        assert_eq!(pool.start(), 0);
    }

    #[tokio::test]
    async fn after_a_failure_everybody_is_told_and_nothing_is_tried() {
        let mut pool = pool();
        let mut first = pool.take("t").coming();
        let mut second = pool.take("t").coming();
        assert_eq!(pool.start(), 2);
        pool.started(Err(failure()));
        assert!(first.try_recv().expect("told").is_err());
        pool.started(Err(failure()));
        assert!(second.try_recv().expect("told").is_err());
        let mut third = pool.take("t").coming();
        assert_eq!(pool.start(), 0);
        assert!(third.try_recv().expect("told").is_err());
    }

    #[tokio::test]
    async fn a_used_sandbox_serves_its_tenant_and_nobody_else() {
        let mut pool = pool();
        pool.reset("one");
        let mut other = pool.take("two").coming();
        pool.was_reset("one", Some("used"));
        assert!(other.try_recv().is_err());
        assert_eq!(pool.take("one").ready(), "used");
    }

    #[tokio::test]
    async fn a_tenant_waits_for_its_own_though_another_is_ready() {
        let mut pool = pool();
        pool.want(1);
        assert_eq!(pool.start(), 1);
        pool.started(Ok("fresh"));
        pool.reset("one");
        let mut own = pool.take("one").coming();
        pool.was_reset("one", Some("used"));
        assert_eq!(own.try_recv().expect("served").expect("a sandbox"), "used");
    }

    #[tokio::test]
    async fn what_is_made_clean_for_one_is_not_counted_for_another() {
        let mut pool = pool();
        (0..3).for_each(|_| pool.reset("one"));
        let _other = pool.take("two").coming();
        assert_eq!(pool.start(), 1);
    }

    #[tokio::test]
    async fn a_start_that_nobody_needs_any_more_does_not_begin() {
        let mut pool = pool();
        drop(pool.take("t").coming());
        let waiting = pool.take("t").coming();
        assert_eq!(pool.start(), 1);
        drop(waiting);
        assert!(!pool.still_needs());
        assert!(pool.is_idle());
    }

    #[tokio::test]
    async fn what_is_gone_is_counted() {
        let mut pool = pool();
        pool.want(1);
        pool.start();
        pool.started(Ok("a"));
        pool.take("t").ready();
        pool.lease();
        assert_eq!((pool.state("s".into()).leased, pool.state("s".into()).destroyed), (1, 0));
        pool.release();
        let state = pool.state("s".into());
        assert_eq!((state.created, state.destroyed, state.refilled_per_minute), (1, 1, 1));
    }
}
