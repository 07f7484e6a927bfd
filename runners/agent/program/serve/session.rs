//! The time from a program's start to the agent's last word.
//!
//! One loop waits for everything at once, with a look at the limits in between. The run is over
//! when the *first* process ends, or the code is told with which it ends: whatever it left behind is
//! ended with it, so a background process that holds standard output neither delays the answer nor
//! survives it.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;

use lazaret_agent::frame::{CHUNK, Frame, Kind};
use lazaret_agent::message::{Done, Failure, Kernel, LimitHit, Limits, Part};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::Signal;
use nix::sys::wait::WaitStatus;
use nix::unistd::Pid;

use super::artifacts;
use super::children::{Children, End};
use super::processor::Spent;
use super::program::Program;
use super::told::Told;
use super::watch::{INTERVAL, Watch};
use crate::attempt::{Attempt, failure, is_not_yet};
use crate::channel::{Descriptors, Heard, Inbox, Outbox};

/// A program that runs, and everything it needs.
pub(super) struct Session<'a> {
    limits: Limits,
    program: Program,
    watch: &'a mut Watch,
    inbox: &'a mut Inbox,
    children: &'a mut Children,
    outbox: Outbox,
    buffer: Vec<u8>,
    printed: u64,
    returned: u64,
    truncated: (bool, bool),
    end: Option<End>,
    told: Told,
    /// A result has come, and nothing else: the last word follows it at once, usually. It goes with
    /// that, or with whatever is next.
    holds_back: bool,
    limit: Option<LimitHit>,
    host_is_gone: bool,
}

impl<'a> Session<'a> {
    /// Begins when the program has its instructions.
    pub(super) fn new(
        limits: Limits,
        program: Program,
        watch: &'a mut Watch,
        inbox: &'a mut Inbox,
        children: &'a mut Children,
    ) -> Self {
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
            end: None,
            told: Told::default(),
            holds_back: false,
            limit: None,
            host_is_gone: false,
        }
    }

    /// Runs to the end. When the host goes away there is no last word about the run.
    pub(super) fn run(mut self) -> Result<Ending, Failure> {
        // Some of what is for the program may have come with the job.
        self.listen()?;
        let mut next_look = Instant::now() + INTERVAL;
        while self.end.is_none() && self.told.code().is_none() && self.limit.is_none() {
            let ready = self.wait(next_look)?;
            self.exchange(&ready)?;
            if self.host_is_gone {
                return Ok(Ending::HostIsGone);
            }
            if self.limit.is_none() && self.end.is_none() && Instant::now() >= next_look {
                self.limit = self.watch.look();
                next_look = Instant::now() + INTERVAL;
            }
        }
        self.finish()
    }

    /// Waits until something happens, or it is time to look. What has happened, where.
    fn wait(&mut self, next_look: Instant) -> Result<Vec<Place>, Failure> {
        let wake = self.watch.deadline().map_or(next_look, |deadline| deadline.min(next_look));
        let patience = wake.saturating_duration_since(Instant::now());
        // Rounded up, or the loop would spin through the last millisecond.
        let milliseconds = u16::try_from(patience.as_micros().div_ceil(1000)).unwrap_or(u16::MAX);
        let (input, output) = (io::stdin(), io::stdout());
        let interests = self.interests(input.as_fd(), output.as_fd());
        let (places, mut descriptors): (Vec<Place>, Vec<PollFd>) = interests.into_iter().unzip();
        match poll(&mut descriptors, PollTimeout::from(milliseconds)) {
            Ok(_) => {}
            Err(errno) if is_not_yet(errno) => return Ok(Vec::new()),
            Err(errno) => return Err(errno).attempt(Part::Interpreter, "wait for the program"),
        }
        // A pipe with no writer, or with no reader, is told without being asked for.
        let gone = |descriptor: &PollFd| {
            let flags = descriptor.revents().unwrap_or(PollFlags::empty());
            flags.intersects(PollFlags::POLLHUP | PollFlags::POLLERR)
        };
        let of_host = |place: &Place| matches!(place, Place::Host | Place::Answers);
        let mut all = places.iter().zip(&descriptors);
        let host_is_gone = all.any(|(place, descriptor)| of_host(place) && gone(descriptor));
        let ready = descriptors.iter().map(|descriptor| descriptor.any().unwrap_or(false));
        let ready = places.into_iter().zip(ready).filter_map(|(place, is)| is.then_some(place));
        let ready = ready.collect();
        self.host_is_gone |= host_is_gone;
        Ok(ready)
    }

    /// What is worth waking up for. The program is not read from while the host is slow, and the
    /// host is not read from while the program is.
    fn interests<'b>(
        &'b self,
        input: BorrowedFd<'b>,
        output: BorrowedFd<'b>,
    ) -> Vec<(Place, PollFd<'b>)> {
        let when = |condition, flags| if condition { flags } else { PollFlags::empty() };
        let listening = when(self.program.stdin.has_room(), PollFlags::POLLIN);
        let talking = when(self.outbox.has_more() && !self.holds_back, PollFlags::POLLOUT);
        let mut all = vec![
            (Place::Host, PollFd::new(input, listening)),
            (Place::Answers, PollFd::new(output, talking)),
        ];
        let ends = self.children.descriptors();
        all.extend(ends.map(|one| (Place::Children, PollFd::new(one, PollFlags::POLLIN))));
        let Program { stdin, instructions, stdout, stderr, result, .. } = &self.program;
        let feeders = [(Place::Stdin, stdin), (Place::Instructions, instructions)];
        all.extend(feeders.into_iter().filter_map(|(place, feeder)| {
            Some((place, PollFd::new(feeder.wants_to_write()?, PollFlags::POLLOUT)))
        }));
        if !self.outbox.is_congested() {
            let taps = [stdout, stderr, result];
            all.extend(taps.into_iter().filter_map(|tap| {
                Some((Place::Tap, PollFd::new(tap.wants_to_read()?, PollFlags::POLLIN)))
            }));
        }
        all
    }

    /// Moves what can be moved. Nothing else is tried: under gVisor each try costs as much as some
    /// programs do.
    fn exchange(&mut self, ready: &[Place]) -> Result<(), Failure> {
        if ready.contains(&Place::Stdin) {
            self.program.stdin.feed();
        }
        // What has come already may have had to wait until there was room.
        if ready.contains(&Place::Host) || ready.contains(&Place::Stdin) {
            self.listen()?;
        }
        if ready.contains(&Place::Instructions) {
            self.program.instructions.feed();
        }
        self.holds_back = ready.contains(&Place::Tap) && self.draw_only_a_result();
        if ready.contains(&Place::Children) {
            self.end = self.children.reap(self.program.process);
        }
        if self.told.code().is_none() && !self.holds_back {
            self.host_is_gone |= self.outbox.send().is_err();
        }
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

    /// Reads what the program wrote. Whether that is only a result, and a small one.
    fn draw_only_a_result(&mut self) -> bool {
        /// A larger one is sent while more of it comes.
        const SMALL: u64 = 4096;
        let printed = self.printed;
        self.draw() && self.printed == printed && self.returned <= SMALL
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
        let result = self.told.listen(self.program.result.draw(buffer));
        pass_on(outbox, Kind::Result, result, &mut self.returned, size);
        if self.printed > output || self.returned > size {
            self.limit.get_or_insert(LimitHit::Output);
        }
        self.printed + self.returned > before
    }

    /// Ends everybody, takes what is left, and says how it was.
    fn finish(mut self) -> Result<Ending, Failure> {
        let unburied = self.need_not_be_buried().then_some(self.program.process);
        let spent = if unburied.is_some() { self.look_last() } else { self.end_all()? };
        let usage = self.watch.usage(spent, self.printed);
        let ((exit_code, signal), limit) = (self.exit(), self.limit);
        let (stdout_truncated, stderr_truncated) = self.truncated;
        let done = Done { exit_code, signal, limit, stdout_truncated, stderr_truncated, usage };
        self.outbox.message(Kind::Done, &done)?;
        if unburied.is_some() {
            // What goes at once goes before that is waited for; and nobody runs while a host is slow.
            let _ = self.outbox.send();
            self.children.kill_all();
        }
        self.outbox.send_all().attempt(Part::Conversation, "answer the host")?;
        Ok(Ending::Done { limit, unburied })
    }

    /// Whether the host need not wait until the program is really gone: it has told how it ends, is
    /// alone, and left nothing to collect that it could still change. gVisor takes milliseconds to
    /// take apart what an interpreter was made of.
    fn need_not_be_buried(&self) -> bool {
        let is_told = self.told.code().is_some() && self.end.is_none() && self.limit.is_none();
        is_told
            && self.watch.kernel() == Kernel::Gvisor
            && self.watch.has_one_process()
            && artifacts::are_none()
    }

    /// Takes what is left of a program that waits to be ended; what it has used. Threads of it may go
    /// on to print, for which nobody waits.
    fn look_last(&mut self) -> Spent {
        /// More than a pipe holds.
        const DRAWS: usize = 32;
        let mut draws = 0..DRAWS;
        while self.limit.is_none() && draws.next().is_some() && self.draw() {}
        self.limit = self.limit.or_else(|| self.watch.look());
        self.watch.spent_by_first()
    }

    /// Ends everybody, waits for them, and takes what they have left; what the program has used, where
    /// the agent has not waited for it itself.
    fn end_all(&mut self) -> Result<Spent, Failure> {
        self.end = self.children.end_all(self.program.process, self.end);
        while self.draw() {}
        self.limit = self.limit.or_else(|| self.watch.look_back());
        artifacts::collect(&self.limits, &mut self.outbox)?;
        Ok(self.end.map(|end| end.spent).unwrap_or_default())
    }

    /// The program's exit code, or the signal that ended it. It may have told the code, and then was
    /// killed, by itself or by the agent.
    fn exit(&self) -> (Option<i32>, Option<i32>) {
        match self.end.map(|end| end.status) {
            Some(WaitStatus::Exited(_, code)) => (Some(code), None),
            None | Some(WaitStatus::Signaled(_, Signal::SIGKILL, _))
                if self.told.code().is_some() =>
            {
                (self.told.code(), None)
            }
            Some(WaitStatus::Signaled(_, signal, _)) => (None, Some(signal as i32)),
            _ => (None, None),
        }
    }
}

/// Where something can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// What the host sends.
    Host,
    /// What the host is sent.
    Answers,
    /// A process has ended.
    Children,
    /// The program's standard input has room.
    Stdin,
    /// The interpreter has room for more of its instructions.
    Instructions,
    /// The program has written something, or will write nothing more.
    Tap,
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// All that there is to say about the run has been said.
    Done {
        /// The limit that was hit.
        limit: Option<LimitHit>,
        /// The program's first process, where nobody has waited for its end.
        unburied: Option<Pid>,
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
