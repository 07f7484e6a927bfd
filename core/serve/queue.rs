//! A bound on the jobs that run at one time, and on those that wait.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use lazaret_sandbox::{
    Events, Examination, Isolation, Job, Outcome, PoolState, Runner, RunnerError,
};
use tokio::sync::Semaphore;

/// A runner that starts jobs in the order in which they come.
pub(super) struct Queue {
    runner: Arc<dyn Runner>,
    running: Semaphore,
    waiting: AtomicU32,
    most_waiting: u32,
}

impl Queue {
    pub(super) fn new(runner: Arc<dyn Runner>, concurrent: NonZeroU32, most_waiting: u32) -> Self {
        let permits = usize::try_from(concurrent.get()).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            runner,
            running: Semaphore::new(permits.min(Semaphore::MAX_PERMITS)),
            waiting: AtomicU32::new(0),
            most_waiting,
        }
    }

    /// A place among those that wait; free again when dropped.
    fn place(&self) -> Result<Place<'_>, RunnerError> {
        let free = |waiting| (waiting < self.most_waiting).then_some(waiting + 1);
        self.waiting
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, free)
            .map(|_| Place(&self.waiting))
            .map_err(|waiting| RunnerError::Busy { waiting })
    }
}

#[async_trait]
impl Runner for Queue {
    async fn run(&self, job: Job, events: Events) -> Result<Outcome, RunnerError> {
        let turn = if let Ok(turn) = self.running.try_acquire() {
            turn
        } else {
            let _place = self.place()?;
            self.running.acquire().await.expect("the semaphore is never closed")
        };
        let outcome = self.runner.run(job, events).await;
        drop(turn);
        outcome
    }

    async fn ready(&self) -> Result<Isolation, RunnerError> {
        self.runner.ready().await
    }

    async fn diagnose(&self) -> Examination {
        self.runner.diagnose().await
    }

    async fn warm(&self) {
        self.runner.warm().await;
    }

    async fn close(&self) {
        self.runner.close().await;
    }

    fn pools(&self) -> Vec<PoolState> {
        self.runner.pools()
    }
}

struct Place<'a>(&'a AtomicU32);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
