//! Knows when processes have ended, and ends them.
//!
//! The first process of a program is the agent's child, or that of a [`Zygote`], which then says
//! how it ended. Whoever loses his parent becomes the agent's child.

use std::os::fd::{AsFd, BorrowedFd};

use lazaret_agent::message::{Failure, Part};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, poll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill, sigprocmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::census;
use super::owner;
use super::processor::Spent;
use super::zygote::Zygote;
use crate::attempt::Attempt;
use crate::channel::Descriptors;

/// Everybody, or whoever it is.
const ANYBODY: Pid = Pid::from_raw(-1);

/// How long the end of a process that was killed is waited for until it is killed once more, in
/// milliseconds.
const A_MOMENT: u8 = 10;

/// The agent's children, and theirs.
pub(super) struct Children {
    signals: SignalFd,
    zygote: Option<Zygote>,
}

/// One of them can be read when somebody has ended.
impl Descriptors for Children {
    fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        [Some(self.signals.as_fd()), self.zygote().map(Zygote::line)].into_iter().flatten()
    }
}

/// How the first process of a program ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) status: WaitStatus,
    /// What it used, where the agent has not waited for it itself.
    pub(super) spent: Spent,
}

impl Children {
    /// Begins to watch. The signal is blocked from now on; new processes have to unblock it.
    pub(super) fn watch() -> Result<Self, Failure> {
        let mut signals = SigSet::empty();
        signals.add(Signal::SIGCHLD);
        let flags = SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK;
        sigprocmask(SigmaskHow::SIG_BLOCK, Some(&signals), None)
            .and_then(|()| SignalFd::with_flags(&signals, flags))
            .map(|signals| Self { signals, zygote: None })
            .attempt(Part::Interpreter, "watch processes")
    }

    /// Has this one spared from now on.
    pub(super) fn adopt(&mut self, zygote: Zygote) -> &Zygote {
        self.zygote.insert(zygote)
    }

    /// The zygote, while it lives.
    pub(super) fn zygote(&self) -> Option<&Zygote> {
        self.zygote.as_ref()
    }

    /// Waits for whoever has ended, orphans too. How the first process of the program did, if it is
    /// among them.
    pub(super) fn reap(&mut self, first: Pid) -> Option<End> {
        let mut end = self.zygote.as_ref().and_then(|zygote| zygote.tells_end(first));
        // Signals of a kind that wait are one.
        if !matches!(self.signals.read_signal(), Ok(Some(_))) {
            return end;
        }
        while let Ok(status) = waitpid(ANYBODY, Some(WaitPidFlag::WNOHANG)) {
            let Some(process) = status.pid() else { break };
            end = self.bury(process, status, first).or(end);
        }
        end
    }

    /// Ends everybody but the zygote, and waits for nobody: see [`Children::end_all`].
    pub(super) fn kill_all(&self) {
        // As nobody, the agent has no power over the zygote.
        let _ = match self.zygote() {
            Some(_) => owner::as_program(|| kill(ANYBODY, Signal::SIGKILL)),
            None => kill(ANYBODY, Signal::SIGKILL),
        };
    }

    /// Ends everybody but the zygote, and waits for them. How the first process of the program
    /// ended, where that was not known before.
    pub(super) fn end_all(&mut self, first: Pid, known: Option<End>) -> Option<End> {
        let mut end = known;
        while let Some(zygote) = &self.zygote {
            // Nobody who is not here can make anybody.
            if end.is_some() && census::is_alone(Some(zygote.process)) {
                return end;
            }
            self.kill_all();
            self.wait_a_moment();
            end = self.reap(first).or(end);
        }
        self.end_really_all(first).or(end)
    }

    /// No process survives this: it reaches all of them at one moment, and none can be born with
    /// such a signal waiting for its parent. As process 1 the agent is not reached itself.
    fn end_really_all(&mut self, first: Pid) -> Option<End> {
        let mut end = None;
        loop {
            let _ = kill(ANYBODY, Signal::SIGKILL);
            match waitpid(ANYBODY, None) {
                Ok(status) => {
                    let process = status.pid().unwrap_or(ANYBODY);
                    end = self.bury(process, status, first).or(end);
                }
                Err(Errno::ECHILD) => return end,
                Err(_) => {}
            }
        }
    }

    /// Whether nobody is left of a run: no child, and nobody in `/proc`.
    pub(super) fn are_none(&self) -> bool {
        let zygote = self.zygote().map(|zygote| zygote.process);
        let expected = match zygote {
            Some(_) => Ok(WaitStatus::StillAlive),
            None => Err(Errno::ECHILD),
        };
        waitpid(ANYBODY, Some(WaitPidFlag::WNOHANG)) == expected && census::is_alone(zygote)
    }

    /// Notes the end of a process, and says whether it was the first one of the program.
    fn bury(&mut self, process: Pid, status: WaitStatus, first: Pid) -> Option<End> {
        if self.zygote().is_some_and(|zygote| zygote.process == process) {
            self.zygote = None;
        }
        (process == first).then_some(End { status, spent: Spent::default() })
    }

    fn wait_a_moment(&self) {
        let ready = |descriptor| PollFd::new(descriptor, PollFlags::POLLIN);
        let mut all: Vec<PollFd> = self.descriptors().map(ready).collect();
        let _ = poll(&mut all, A_MOMENT);
    }
}
