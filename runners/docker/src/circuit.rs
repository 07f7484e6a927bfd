//! When to stop trying.
//!
//! Each failed start of a gVisor container leaves processes on the engine's machine that Docker no
//! longer knows. So after a failure nothing is started for a while, which doubles with each further
//! one; then one start tries, and the others wait for how it ends.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// After the first failure.
const SHORTEST: Duration = Duration::from_millis(500);
/// After many.
const LONGEST: Duration = Duration::from_secs(30);

/// Whether starts make sense. Clones are the same circuit: sandboxes of one image fail together,
/// whatever else tells them apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Circuit(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    starting: usize,
    failures: u32,
    last: Option<(Instant, String)>,
}

impl Circuit {
    /// Counts starts that begin.
    pub(crate) fn begin(&self, count: usize) {
        self.state().starting += count;
    }

    /// A start that had begun is not needed.
    pub(crate) fn gave_up(&self) {
        self.state().end();
    }

    /// A start went well.
    pub(crate) fn succeeded(&self) {
        let mut state = self.state();
        state.end();
        (state.failures, state.last) = (0, None);
    }

    /// A start failed, and why.
    pub(crate) fn failed(&self, reason: String) {
        let mut state = self.state();
        state.end();
        let pause = SHORTEST.saturating_mul(1 << state.failures.min(10)).min(LONGEST);
        state.failures = state.failures.saturating_add(1);
        state.last = Some((Instant::now() + pause, reason));
    }

    /// How many more may be started now.
    pub(crate) fn room(&self) -> usize {
        let state = self.state();
        state.most().saturating_sub(state.starting)
    }

    /// Whether nothing is started for a while.
    pub(crate) fn is_open(&self) -> bool {
        self.state().most() == 0
    }

    /// Why the last start failed, since when nothing went well.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.state().last.as_ref().map(|(_, reason)| reason.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// How many may be started at one time: as many as one likes, one that tries, or none.
    fn most(&self) -> usize {
        match &self.last {
            None => usize::MAX,
            Some((until, _)) if Instant::now() >= *until => 1,
            Some(_) => 0,
        }
    }

    fn end(&mut self) {
        self.starting = self.starting.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn after_a_failure_one_start_tries_and_the_pause_doubles() {
        let circuit = Circuit::default();
        circuit.failed("no".into());
        assert!(circuit.is_open());
        tokio::time::advance(SHORTEST).await;
        assert_eq!((circuit.is_open(), circuit.room()), (false, 1));
        circuit.begin(1);
        assert_eq!(circuit.room(), 0, "the others wait for how it ends");
        circuit.failed("still no".into());
        tokio::time::advance(SHORTEST).await;
        assert_eq!((circuit.room(), circuit.trouble().as_deref()), (0, Some("still no")));
        tokio::time::advance(SHORTEST).await;
        circuit.succeeded();
        assert_eq!((circuit.room(), circuit.trouble()), (usize::MAX, None));
    }

    #[tokio::test(start_paused = true)]
    async fn the_pause_has_an_end() {
        let circuit = Circuit::default();
        (0..100).for_each(|_| circuit.failed("no".into()));
        tokio::time::advance(LONGEST).await;
        assert_eq!(circuit.room(), 1);
    }
}
