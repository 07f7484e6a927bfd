//! How long a file may take.
//!
//! Whoever writes the file chooses how much work it makes: a megabyte of binary kept one
//! grammar busy for fourteen seconds. So parsing and judging share one limit. What is counted is
//! this thread's time on a processor: on a busy machine the same file gets the same answer.

use std::cell::Cell;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::NotAnalysable;

/// What a file may take altogether, on a processor. The largest file that is accepted takes half
/// of it, so only work that grows faster than the file does meets this limit.
/// Without the compiler's optimisations everything takes ten times as long.
pub const TIME_LIMIT: Duration =
    Duration::from_millis(if cfg!(debug_assertions) { 8_000 } else { 800 });

/// Reading the time costs more than looking at a node, so it is read now and then.
const TICKS_BETWEEN_READINGS: u32 = 512;

/// The file took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLate;

impl From<TooLate> for NotAnalysable {
    fn from(_: TooLate) -> Self {
        Self::TooSlow { limit: TIME_LIMIT }
    }
}

/// Runs from the moment it is made.
#[derive(Debug)]
pub(crate) struct Clock {
    deadline: Duration,
    ticks: Cell<u32>,
}

impl Clock {
    /// Starts to run.
    pub(crate) fn start() -> Self {
        Self { deadline: used() + TIME_LIMIT, ticks: Cell::new(0) }
    }

    /// Whether the time is up.
    pub(crate) fn has_run_out(&self) -> bool {
        used() >= self.deadline
    }

    /// Counts a small piece of work, and fails if the time is up.
    pub(crate) fn tick(&self) -> Result<(), TooLate> {
        self.ticks.set(self.ticks.get().wrapping_add(1));
        if self.ticks.get().is_multiple_of(TICKS_BETWEEN_READINGS) && self.has_run_out() {
            return Err(TooLate);
        }
        Ok(())
    }
}

/// What this thread has used of processors until now.
fn used() -> Duration {
    // The kernel counts from zero, and never backwards.
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or(Duration::MAX)
}
