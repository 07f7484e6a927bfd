//! How long a file may take.
//!
//! Whoever writes the file chooses how much work it makes: a megabyte of binary kept one
//! grammar busy for fourteen seconds. So parsing and judging share one deadline.

use std::cell::Cell;
use std::time::{Duration, Instant};

use crate::NotAnalysable;

/// What a file may take altogether. The largest file that is accepted takes a tenth of it on
/// a slow machine, so only work that grows faster than the file does meets this limit.
pub const TIME_LIMIT: Duration = Duration::from_secs(5);

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
    deadline: Instant,
    ticks: Cell<u32>,
}

impl Clock {
    /// Starts to run.
    pub(crate) fn start() -> Self {
        Self { deadline: Instant::now() + TIME_LIMIT, ticks: Cell::new(0) }
    }

    /// Whether the time is up.
    pub(crate) fn has_run_out(&self) -> bool {
        Instant::now() >= self.deadline
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
