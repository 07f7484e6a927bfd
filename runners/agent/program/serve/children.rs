//! Knows when a process has ended.

use std::os::fd::{AsFd, BorrowedFd};

use lazaret_agent::message::{Failure, Part};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, sigprocmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};

use crate::attempt::Attempt;

/// A descriptor that can be read when a child has ended.
pub(super) struct Children(SignalFd);

impl Children {
    /// Begins to watch. The signal is blocked from now on; new processes have to unblock it.
    pub(super) fn watch() -> Result<Self, Failure> {
        let mut signals = SigSet::empty();
        signals.add(Signal::SIGCHLD);
        sigprocmask(SigmaskHow::SIG_BLOCK, Some(&signals), None)
            .and_then(|()| {
                SignalFd::with_flags(&signals, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)
            })
            .map(Self)
            .attempt(Part::Interpreter, "watch processes")
    }

    /// The descriptor.
    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    /// Empties it: whoever has ended by now is found by waiting for all.
    pub(super) fn acknowledge(&self) {
        while let Ok(Some(_)) = self.0.read_signal() {}
    }
}
