//! Turns: how many jobs run at one time, and whose is next.
//!
//! The queue is a runner around a runner, so that what is refused by a check never waits behind
//! what runs. Installers have turns of their own, because an index that is slow must not keep programs
//! from running that need nothing of it. A job that comes while there is a free turn runs at once; others stand in a line
//! that is fair between tenants, for a limited time. Who gives up waiting leaves the line at once.

mod line;

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use lazaret_sandbox::{
    Events, Examination, Interpreter, Isolation, Job, Limits, Outcome, PoolState, Runner,
    RunnerError,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use crate::config::Time;
use line::{Entry, Line, Ticket};

/// The table `[serve.queue]`.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QueueConfig {
    /// Programs that run at one time.
    pub(super) concurrent: NonZeroU32,
    /// Requests that may wait for their turn.
    waiting: u32,
    /// How long each of them may wait.
    patience: Time,
}

/// A runner that lets jobs take turns.
pub(crate) struct Queue {
    runner: Arc<dyn Runner>,
    turns: Arc<Turns>,
    installers: Arc<Turns>,
    patience: Duration,
}

/// How the queue stands at this moment.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct QueueState {
    /// Jobs that run.
    pub(crate) running: u32,
    /// Jobs that may run at one time.
    pub(crate) concurrent: u32,
    /// Jobs that wait for their turn.
    pub(crate) waiting: u32,
    /// Jobs that may wait.
    pub(crate) places: u32,
}

impl QueueConfig {
    /// Installers that run at one time, beside the programs.
    pub(super) fn installers(&self) -> u32 {
        self.concurrent.get().div_ceil(2)
    }
}

impl Queue {
    pub(crate) fn new(runner: Arc<dyn Runner>, config: QueueConfig) -> Self {
        let turns = |concurrent| Arc::new(Turns::new(concurrent, config.waiting));
        Self {
            runner,
            turns: turns(config.concurrent.get()),
            installers: turns(config.installers()),
            patience: config.patience.0,
        }
    }

    pub(super) fn state(&self) -> QueueState {
        self.turns.look()
    }

    pub(super) fn installers(&self) -> QueueState {
        self.installers.look()
    }

    async fn turn(&self, job: &Job) -> Result<Turn, RunnerError> {
        let turns = if job.installation.is_some() { &self.installers } else { &self.turns };
        let mut place = match turns.enter(&job.tenant)? {
            Entered::Turn(turn) => return Ok(turn),
            Entered::Line(place) => place,
        };
        match tokio::time::timeout(self.patience, place.called()).await {
            Ok(answer) => answer,
            Err(_) => Err(RunnerError::NoTurn { waited: self.patience }),
        }
    }
}

#[async_trait]
impl Runner for Queue {
    async fn run(&self, job: Job, events: Events) -> Result<Outcome, RunnerError> {
        let turn = self.turn(&job).await?;
        let outcome = self.runner.run(job, events).await;
        drop(turn);
        outcome
    }

    async fn ready(&self) -> Result<Isolation, RunnerError> {
        self.runner.ready().await
    }

    async fn ready_for(&self, interpreter: Interpreter) -> Result<Isolation, RunnerError> {
        self.runner.ready_for(interpreter).await
    }

    async fn platform(&self, interpreter: Interpreter) -> Result<String, RunnerError> {
        self.runner.platform(interpreter).await
    }

    async fn diagnose(&self) -> Examination {
        self.runner.diagnose().await
    }

    async fn warm(&self, limits: &Limits) {
        self.runner.warm(limits).await;
    }

    /// Who waits is told at once, so that a caller can go elsewhere.
    async fn close(&self) {
        self.turns.close();
        self.installers.close();
        self.runner.close().await;
    }

    fn places(&self) -> Option<u32> {
        self.runner.places()
    }

    fn pools(&self) -> Vec<PoolState> {
        self.runner.pools()
    }
}

/// What those that wait are told: that it is their turn, or why it never will be.
type Call = Result<(), RunnerError>;

struct Turns {
    concurrent: u32,
    places: u32,
    state: Mutex<State>,
}

struct State {
    /// Turns that are taken, or given to somebody who has not yet heard of it.
    running: u32,
    closed: bool,
    line: Line<oneshot::Sender<Call>>,
}

enum Entered {
    Turn(Turn),
    Line(Place),
}

impl Turns {
    fn new(concurrent: u32, places: u32) -> Self {
        let line = Line::new(usize::try_from(places).unwrap_or(usize::MAX));
        let state = Mutex::new(State { running: 0, closed: false, line });
        Self { concurrent, places, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can leave the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(&self) -> QueueState {
        let state = self.state();
        let waiting = u32::try_from(state.line.len()).unwrap_or(u32::MAX);
        let (concurrent, places) = (self.concurrent, self.places);
        QueueState { running: state.running, concurrent, waiting, places }
    }

    fn enter(self: &Arc<Self>, tenant: &str) -> Result<Entered, RunnerError> {
        let mut state = self.state();
        if state.closed {
            return Err(RunnerError::Closed);
        }
        if state.running < self.concurrent {
            state.running += 1;
            return Ok(Entered::Turn(Turn(Arc::clone(self))));
        }
        let (sender, call) = oneshot::channel();
        let busy = RunnerError::Busy { waiting: self.places };
        let ticket = match state.line.enter(tenant, sender) {
            Entry::Waits(ticket) => ticket,
            Entry::Displaced(ticket, other) => {
                let _ = other.send(Err(busy));
                ticket
            }
            Entry::Refused => return Err(busy),
        };
        Ok(Entered::Line(Place { turns: Arc::clone(self), ticket, call }))
    }

    /// Hands a turn that has ended to whoever is next.
    fn pass_on(&self) {
        let mut state = self.state();
        while let Some(next) = state.line.next() {
            if next.send(Ok(())).is_ok() {
                return;
            }
        }
        state.running -= 1;
    }

    fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        for waits in state.line.clear() {
            let _ = waits.send(Err(RunnerError::Closed));
        }
    }
}

/// The right to run one job; handed on when dropped.
struct Turn(Arc<Turns>);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.pass_on();
    }
}

/// A place in the line; free again when dropped.
struct Place {
    turns: Arc<Turns>,
    ticket: Ticket,
    call: oneshot::Receiver<Call>,
}

impl Place {
    async fn called(&mut self) -> Result<Turn, RunnerError> {
        let call = (&mut self.call).await;
        call.expect("whoever takes a sender out of the line uses it")?;
        Ok(Turn(Arc::clone(&self.turns)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let left = self.turns.state().line.leave(self.ticket);
        // A turn that was given and never heard of would be lost.
        if left.is_none() && matches!(self.call.try_recv(), Ok(Ok(()))) {
            self.turns.pass_on();
        }
    }
}

#[cfg(test)]
mod tests;
