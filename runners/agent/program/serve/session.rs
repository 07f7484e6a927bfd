//! The time from a program's start to the agent's last word.
//!
//! One loop waits for everything at once, with a look at the limits in between. The run is over
//! when the *first* process ends: whatever it left behind is ended with it, so a background
//! process that holds standard output neither delays the answer nor survives it.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;

use lazaret_agent::frame::{CHUNK, Frame, Kind};
use lazaret_agent::message::{Done, Failure, LimitHit, Limits, Part};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::children::Children;
use super::program::Program;
use super::streams::{Feeder, Tap};
use super::watch::{INTERVAL, Watch};
use super::{Evidence, artifacts};
use crate::attempt::{Attempt, failure, is_not_yet};
use crate::channel::{self, Heard, Inbox, Outbox};

/// A program that runs, and everything it needs.
pub(super) struct Session<'a> {
    limits: Limits,
    program: Program,
    watch: Watch,
    inbox: &'a mut Inbox,
    children: &'a Children,
    outbox: Outbox,
    buffer: Vec<u8>,
    printed: u64,
    returned: u64,
    truncated: (bool, bool),
    main_status: Option<WaitStatus>,
    limit: Option<LimitHit>,
    host_is_gone: bool,
}

impl<'a> Session<'a> {
    /// Begins when the program has its instructions.
    pub(super) fn new(
        limits: Limits,
        program: Program,
        evidence: Evidence,
        inbox: &'a mut Inbox,
        children: &'a Children,
    ) -> Self {
        let watch = Watch::new(limits, evidence);
        Self {
            limits,
            program,
            watch,
            inbox,
            children,
            outbox: Outbox::default(),
            buffer: vec![0; CHUNK],
            printed: 0,
            returned: 0,
            truncated: (false, false),
            main_status: None,
            limit: None,
            host_is_gone: false,
        }
    }

    /// Runs to the end. When the host goes away there is no last word about the run.
    pub(super) fn run(mut self) -> Result<Ending, Failure> {
        channel::never_wait().attempt(Part::Conversation, "prepare the host's streams")?;
        let mut next_look = Instant::now() + INTERVAL;
        while self.main_status.is_none() && self.limit.is_none() {
            self.wait(next_look)?;
            self.exchange()?;
            if self.host_is_gone {
                return Ok(Ending::HostIsGone);
            }
            self.reap();
            if self.limit.is_none() && self.main_status.is_none() && Instant::now() >= next_look {
                self.limit = self.watch.look();
                next_look = Instant::now() + INTERVAL;
            }
        }
        self.finish()
    }

    /// Waits until something happens, or it is time to look.
    fn wait(&mut self, next_look: Instant) -> Result<(), Failure> {
        let wake = self.watch.deadline().map_or(next_look, |deadline| deadline.min(next_look));
        let patience = wake.saturating_duration_since(Instant::now());
        // Rounded up, or the loop would spin through the last millisecond.
        let milliseconds = u16::try_from(patience.as_micros().div_ceil(1000)).unwrap_or(u16::MAX);
        let (input, output) = (io::stdin(), io::stdout());
        let mut descriptors = self.interests(input.as_fd(), output.as_fd());
        descriptors.push(PollFd::new(self.children.descriptor(), PollFlags::POLLIN));
        match poll(&mut descriptors, PollTimeout::from(milliseconds)) {
            Err(errno) if !is_not_yet(errno) => {
                return Err(errno).attempt(Part::Interpreter, "wait for the program");
            }
            _ => {}
        }
        // A pipe with no writer, or with no reader, is told without being asked for. The host
        // comes first and second.
        let gone = |descriptor: &PollFd| {
            let flags = descriptor.revents().unwrap_or(PollFlags::empty());
            flags.intersects(PollFlags::POLLHUP | PollFlags::POLLERR)
        };
        let host_is_gone = descriptors.iter().take(2).any(gone);
        drop(descriptors);
        self.host_is_gone = host_is_gone;
        self.children.acknowledge();
        Ok(())
    }

    /// What is worth waking up for. The program is not read from while the host is slow, and the
    /// host is not read from while the program is.
    fn interests<'b>(&'b self, input: BorrowedFd<'b>, output: BorrowedFd<'b>) -> Vec<PollFd<'b>> {
        let when = |condition, flags| if condition { flags } else { PollFlags::empty() };
        let listening = when(self.program.stdin.has_room(), PollFlags::POLLIN);
        let talking = when(self.outbox.has_more(), PollFlags::POLLOUT);
        let mut all = vec![PollFd::new(input, listening), PollFd::new(output, talking)];
        let feeders = [&self.program.stdin, &self.program.instructions];
        let writing = feeders.into_iter().filter_map(Feeder::wants_to_write);
        all.extend(writing.map(|pipe| PollFd::new(pipe, PollFlags::POLLOUT)));
        if !self.outbox.is_congested() {
            let taps = [&self.program.stdout, &self.program.stderr, &self.program.result];
            let reading = taps.into_iter().filter_map(Tap::wants_to_read);
            all.extend(reading.map(|pipe| PollFd::new(pipe, PollFlags::POLLIN)));
        }
        all
    }

    /// Moves what can be moved, in every direction.
    fn exchange(&mut self) -> Result<(), Failure> {
        self.program.stdin.feed();
        self.listen()?;
        self.program.instructions.feed();
        if !self.outbox.is_congested() {
            self.draw();
        }
        self.host_is_gone |= self.outbox.send().is_err();
        Ok(())
    }

    /// Takes what the host has sent, until the program has enough to read.
    fn listen(&mut self) -> Result<(), Failure> {
        while self.program.stdin.has_room() && !self.host_is_gone {
            match self.inbox.poll()? {
                Heard::Nothing => return Ok(()),
                Heard::Gone => self.host_is_gone = true,
                Heard::Frame(frame) => self.obey(&frame)?,
            }
        }
        Ok(())
    }

    fn obey(&mut self, frame: &Frame) -> Result<(), Failure> {
        match frame.kind {
            Kind::Stdin => self.program.stdin.push(&frame.payload),
            Kind::StdinEnd => self.program.stdin.end(),
            other => {
                let action = format!("make sense of a {other:?} while a program runs");
                return Err(failure(Part::Conversation, action));
            }
        }
        self.program.stdin.feed();
        Ok(())
    }

    /// Reads what the program wrote, once from each pipe. Whether there was anything.
    fn draw(&mut self) -> bool {
        let (size, output) = (self.limits.artifact_size, self.limits.output);
        let (outbox, buffer, before) =
            (&mut self.outbox, &mut self.buffer, self.printed + self.returned);
        let stdout = self.program.stdout.draw(buffer);
        self.truncated.0 |= !pass_on(outbox, Kind::Stdout, stdout, &mut self.printed, output);
        let stderr = self.program.stderr.draw(buffer);
        self.truncated.1 |= !pass_on(outbox, Kind::Stderr, stderr, &mut self.printed, output);
        let result = self.program.result.draw(buffer);
        pass_on(outbox, Kind::Result, result, &mut self.returned, size);
        if self.printed > output || self.returned > size {
            self.limit.get_or_insert(LimitHit::Output);
        }
        self.printed + self.returned > before
    }

    /// Waits for whoever has ended, orphans too.
    fn reap(&mut self) {
        while let Ok(status) = waitpid(Pid::from_raw(-1), Some(WaitPidFlag::WNOHANG)) {
            match status.pid() {
                Some(process) if process == self.program.process => {
                    self.main_status = Some(status);
                }
                Some(_) => {}
                None => return,
            }
        }
    }

    /// Ends everybody, takes what is left, and says how it was.
    fn finish(mut self) -> Result<Ending, Failure> {
        self.end_everybody();
        while self.draw() {}
        self.limit = self.limit.or_else(|| self.watch.look_back());
        let usage = self.watch.usage();
        let host = |action: nix::Result<()>| action.attempt(Part::Conversation, "answer the host");
        host(self.outbox.send_all())?;
        artifacts::collect(&self.limits, &mut self.outbox)?;
        let (exit_code, signal) = match self.main_status {
            Some(WaitStatus::Exited(_, code)) => (Some(code), None),
            Some(WaitStatus::Signaled(_, signal, _)) => (None, Some(signal as i32)),
            _ => (None, None),
        };
        let (stdout_truncated, stderr_truncated) = self.truncated;
        let limit = self.limit;
        let done = Done { exit_code, signal, limit, stdout_truncated, stderr_truncated, usage };
        self.outbox.message(Kind::Done, &done)?;
        host(self.outbox.send_all())?;
        Ok(Ending::Done { limit })
    }

    /// No process survives this: it reaches all of them at one moment, and none can be born with
    /// such a signal waiting for its parent. As process 1 the agent is not reached itself.
    fn end_everybody(&mut self) {
        loop {
            let _ = kill(Pid::from_raw(-1), Signal::SIGKILL);
            match waitpid(Pid::from_raw(-1), None) {
                Ok(status) if status.pid() == Some(self.program.process) => {
                    self.main_status = Some(status);
                }
                Err(Errno::ECHILD) => return,
                _ => {}
            }
        }
    }
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// All that there is to say about the run has been said.
    Done {
        /// The limit that was hit.
        limit: Option<LimitHit>,
    },
    /// Nobody listens any more.
    HostIsGone,
}

/// Queues the bytes that are within the limit, and counts them all. Whether all are within it.
fn pass_on(outbox: &mut Outbox, kind: Kind, bytes: &[u8], counted: &mut u64, limit: u64) -> bool {
    let room = usize::try_from(limit.saturating_sub(*counted)).unwrap_or(usize::MAX);
    outbox.bytes(kind, bytes.get(..room).unwrap_or(bytes));
    *counted = counted.saturating_add(bytes.len() as u64);
    bytes.len() <= room
}
