//! When to stop trying.
//!
//! Each failed start of a gVisor container leaves processes on the engine's machine that Docker no
//! longer knows. So after a failure nothing is started for a while, which doubles with each further
//! one; then one start tries, and the others wait for how it ends.

use std::time::Duration;

use tokio::time::Instant;

/// After the first failure.
const SHORTEST: Duration = Duration::from_millis(500);
/// After many.
const LONGEST: Duration = Duration::from_secs(30);

/// Whether starts make sense.
#[derive(Debug, Default)]
pub(crate) struct Circuit {
    failures: u32,
    last: Option<(Instant, String)>,
}

impl Circuit {
    /// A start went well.
    pub(crate) fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// A start failed, and why.
    pub(crate) fn failed(&mut self, reason: String) {
        let pause = SHORTEST.saturating_mul(1 << self.failures.min(10)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        self.last = Some((Instant::now() + pause, reason));
    }

    /// How many may be started at one time: as many as one likes, one that tries, or none.
    pub(crate) fn most(&self) -> usize {
        match &self.last {
            None => usize::MAX,
            Some((until, _)) if Instant::now() >= *until => 1,
            Some(_) => 0,
        }
    }

    /// Why the last start failed, since when nothing went well.
    pub(crate) fn trouble(&self) -> Option<&str> {
        self.last.as_ref().map(|(_, reason)| reason.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn after_a_failure_one_start_tries_and_the_pause_doubles() {
        let mut circuit = Circuit::default();
        circuit.failed("no".into());
        assert_eq!(circuit.most(), 0);
        tokio::time::advance(SHORTEST).await;
        assert_eq!(circuit.most(), 1);
        circuit.failed("still no".into());
        tokio::time::advance(SHORTEST).await;
        assert_eq!((circuit.most(), circuit.trouble()), (0, Some("still no")));
        tokio::time::advance(SHORTEST).await;
        circuit.succeeded();
        assert_eq!((circuit.most(), circuit.trouble()), (usize::MAX, None));
    }

    #[tokio::test(start_paused = true)]
    async fn the_pause_has_an_end() {
        let mut circuit = Circuit::default();
        (0..100).for_each(|_| circuit.failed("no".into()));
        tokio::time::advance(LONGEST).await;
        assert_eq!(circuit.most(), 1);
    }
}
