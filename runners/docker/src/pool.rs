//! Sandboxes that are alike, those who wait for one, and how many have to be made.
//!
//! Pure bookkeeping: nothing here waits, and nothing is started. A sandbox that nobody takes out is
//! removed by being dropped.

mod returning;

use std::collections::VecDeque;
use std::time::Duration;

use lazaret_sandbox::{PoolState, RunnerError, causes};
use tokio::sync::oneshot;
use tokio::time::Instant;

use self::returning::Returning;
use crate::circuit::Circuit;

/// What is counted for the rate of refill.
const WINDOW: Duration = Duration::from_mins(1);

/// The pool; `S` is a sandbox.
pub(crate) struct Pool<S> {
    /// How many should be ready.
    wanted: usize,
    /// Nothing has used them.
    ready: VecDeque<S>,
    /// Used by one tenant.
    returning: Returning<S>,
    waiting: VecDeque<Waiting<S>>,
    starting: usize,
    leased: usize,
    created: u64,
    /// When sandboxes became ready, not longer ago than the window.
    recent: VecDeque<Instant>,
    circuit: Circuit,
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
            returning: Returning::new(),
            waiting: VecDeque::new(),
            starting: 0,
            leased: 0,
            created: 0,
            recent: VecDeque::new(),
            circuit,
        }
    }

    /// Sets how many should be ready.
    pub(crate) fn want(&mut self, count: usize) {
        self.wanted = count;
        self.ready.truncate(count);
    }

    /// A sandbox for a tenant. One that the tenant has used is waited for rather than that a fresh
    /// one is used up: making clean takes a tenth of making.
    pub(crate) fn take(&mut self, tenant: &str) -> Taken<S> {
        if let Some(own) = self.returning.take(tenant) {
            return Taken::Ready(own);
        }
        let mut comes_back = self.returning.comes_back();
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
        let mut comes_back = self.returning.comes_back();
        let waiting = self.waiting.iter().filter(|waiting| !comes_back(&waiting.tenant)).count();
        (self.wanted + waiting).saturating_sub(self.ready.len() + self.starting)
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
        let mut comes_back = self.returning.comes_back();
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
        let used = self.leased() + self.returning.kept();
        let empty = self.ready.is_empty() && self.waiting.is_empty();
        empty && self.wanted + self.starting + used == 0
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
                // Who waits for a sandbox of his own that is made clean goes on.
                let mut comes_back = self.returning.comes_back();
                let first = self.waiting.iter().position(|waiting| !comes_back(&waiting.tenant));
                if let Some(waiting) = first.and_then(|index| self.waiting.remove(index)) {
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

    /// Whether a job has a sandbox, or waits for one.
    pub(crate) fn is_used(&self) -> bool {
        self.leased() > 0 || !self.waiting.is_empty()
    }

    /// How many are used, or made clean.
    fn leased(&self) -> usize {
        self.leased + self.returning.resetting()
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
        self.returning.begin(tenant);
    }

    /// Takes back a sandbox that was reset; `None` where that failed.
    pub(crate) fn was_reset(&mut self, tenant: &str, sandbox: Option<S>) {
        self.returning.end(tenant);
        let Some(sandbox) = sandbox else {
            // Whoever waited for it has one that is ready, if there is one.
            let ready = self.ready.pop_front();
            let ready = ready.and_then(|ready| self.hand_over(ready, |other| other == tenant));
            if let Some(ready) = ready {
                self.ready.push_front(ready);
            }
            return;
        };
        if let Some(sandbox) = self.hand_over(sandbox, |other| other == tenant) {
            self.returning.keep(tenant, sandbox);
        }
    }

    /// How many are kept for tenants.
    pub(crate) fn kept_count(&self) -> usize {
        self.returning.kept()
    }

    /// Since when the first of them is kept.
    pub(crate) fn kept_since(&self) -> Option<Instant> {
        self.returning.kept_since()
    }

    /// Drops what has been kept the longest.
    pub(crate) fn drop_oldest(&mut self) {
        self.returning.drop_oldest();
    }

    /// Drops what was kept for too long.
    pub(crate) fn expire(&mut self) {
        self.returning.expire();
    }

    /// Drops everything that waits, and sends everybody away.
    pub(crate) fn close(&mut self) {
        self.wanted = 0;
        self.ready.clear();
        self.returning.clear();
        for waiting in self.waiting.drain(..) {
            let _ = waiting.answer.send(Err(RunnerError::Closed));
        }
    }

    /// Whether a tenant would find one of its own, now or soon.
    pub(crate) fn has_own(&self, tenant: &str) -> bool {
        self.returning.has(tenant)
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
        let warm = self.ready.len() + self.returning.kept();
        let leased = self.leased();
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        PoolState {
            name,
            warm: number(warm),
            starting: number(self.starting),
            leased: number(leased),
            waiting: number(self.waiting.len()),
            created: self.created,
            destroyed: self.created.saturating_sub((warm + leased) as u64),
            refilled_per_minute: number(self.recent.len()),
            trouble: self.trouble(),
        }
    }

    fn forget_old(&mut self) {
        self.recent.retain(|moment| moment.elapsed() < WINDOW);
    }
}

#[cfg(test)]
mod tests;
