//! Processes of this machine, and what they start.

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::process::Child;
use tokio::signal::unix::{self, SignalKind, signal};

/// A process that leads a group, and what it has started, as long as that stays in the group. Dropping
/// this ends all of them: `kill_on_drop` reaches the first alone, which may be a shell that waits.
pub(crate) struct Group(Option<Pid>);

impl Group {
    /// The group of a process that was started with `process_group(0)`.
    pub(crate) fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // Nobody may be left; then there is nothing to end.
            let _ = killpg(group, Signal::SIGKILL);
        }
    }
}

/// The signals that ask a program to end.
pub(crate) struct Signals {
    interrupt: unix::Signal,
    terminate: unix::Signal,
}

impl Signals {
    pub(crate) fn new() -> std::io::Result<Self> {
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Self { interrupt, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for the next of them.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
