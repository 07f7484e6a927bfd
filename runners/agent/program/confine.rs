//! Builds the walls where no engine does, on this machine's own kernel.
//!
//! Two processes come of it. The outer one stays what the host started: it holds the control
//! groups, waits, and removes them. The inner one is process 1 of new namespaces, builds a file
//! system, gives up everything, and serves. If the outer one dies, the kernel ends the inner one;
//! if the host dies, both see the end of their standard input. So nothing stays behind, whoever is
//! killed. `PR_SET_PDEATHSIG` is used between these two alone: between a host with threads and
//! its child it would fire when a *thread* ends.
//!
//! There are two ways in. For an ordinary user the user namespace comes first, because without it
//! the kernel allows nothing else. For root it comes last: the mounts are made by the real root,
//! who can read interpreters under `/root`, and then the user namespace maps to a number that no
//! account has, so that neither the agent nor the program is root in any sense.
//!
//! The crate `hakoniwa` does much of this, but inside the process that calls it, by forking a host
//! that has threads, and with the user namespace always first; process 1 would not be ours.

mod groups;
mod identity;
mod inner;
mod root;

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::time::Duration;

use lazaret_agent::frame::Kind;
use lazaret_agent::message::{Failure, OUT_OF_MEMORY, Part, VERSION, Walls};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid};

use self::groups::Groups;
use self::identity::Identity;
use self::inner::Inner;
use crate::attempt::{Attempt, failure, is_not_yet};
use crate::channel;
use crate::descriptors::Reserved;
use crate::serve::Evidence;
use crate::system;

/// What the two processes say to each other, one byte each.
const BEGIN: u8 = b'b';
const MAP_ME: u8 = b'm';

/// How long process 1 has for ending by itself once the host is gone.
const GRACE: Duration = Duration::from_secs(1);

/// Builds the walls that the host asks for, and serves inside. Returns in both processes.
pub(crate) fn run(reserved: Reserved) -> Result<ExitCode, Failure> {
    let walls = read_walls()?;
    let identity = Identity::of_this_process()?;
    let (groups, evidence) = Groups::make(&walls)?;
    let link = UnixStream::pair().attempt(Part::Namespaces, "make a pair of sockets")?;
    identity.enter_first()?;
    match system::fork().attempt(Part::Namespaces, "start process 1")? {
        ForkResult::Child => {
            let link = close_first(link.0, link.1);
            Inner { walls, identity, evidence, link }.run(reserved).map(|()| ExitCode::SUCCESS)
        }
        ForkResult::Parent { child } => {
            let link = close_first(link.1, link.0);
            Outer { child, link, identity, groups, evidence }.run()
        }
    }
}

/// Both processes have both ends after a fork; each keeps one.
fn close_first(other: UnixStream, own: UnixStream) -> UnixStream {
    drop(other);
    own
}

/// Reads what the host wants, and not a byte more: the rest is for process 1. Standard input is
/// read without a buffer for the same reason.
fn read_walls() -> Result<Walls, Failure> {
    let frame = channel::read_exactly_one(channel::Unbuffered)
        .attempt(Part::Conversation, "read the walls")?;
    let walls: Walls = channel::parse(&frame)?;
    if frame.kind != Kind::Walls || walls.version != VERSION {
        return Err(failure(Part::Conversation, "agree on the version of the protocol"));
    }
    Ok(walls)
}

/// The process that stays outside.
struct Outer {
    child: Pid,
    link: UnixStream,
    identity: Identity,
    groups: Groups,
    evidence: Evidence,
}

impl Outer {
    fn run(mut self) -> Result<ExitCode, Failure> {
        let outcome = self.start().and_then(|()| self.wait());
        if outcome.is_err() {
            // It may not exist any more; then there is nothing to end.
            let _ = kill(self.child, Signal::SIGKILL);
        }
        let ended = waitpid(self.child, None);
        let is_killed = matches!(ended, Ok(WaitStatus::Signaled(_, Signal::SIGKILL, _)));
        let is_out_of_memory = is_killed && self.evidence.out_of_memory();
        self.groups.remove();
        outcome.map(|()| if is_out_of_memory { OUT_OF_MEMORY.into() } else { ExitCode::SUCCESS })
    }

    /// Counts process 1 before it does anything that has to be counted.
    fn start(&mut self) -> Result<(), Failure> {
        self.groups.admit(self.child)?;
        self.link.write_all(&[BEGIN]).attempt(Part::Namespaces, "let process 1 begin")
    }

    /// Waits for the end of process 1, and helps it over its one step that only a process outside
    /// can do. When the host is gone, process 1 sees it too; it is ended if it does not.
    fn wait(&mut self) -> Result<(), Failure> {
        let (mut patience, mut host_is_there) = (PollTimeout::NONE, true);
        loop {
            let heard = self.poll(patience, host_is_there)?;
            match heard {
                Heard::Question => self.answer()?,
                Heard::End => return Ok(()),
                Heard::HostIsGone => {
                    host_is_there = false;
                    patience = PollTimeout::try_from(GRACE).unwrap_or(PollTimeout::ZERO);
                }
                Heard::Silence => {
                    let _ = kill(self.child, Signal::SIGKILL);
                    return Ok(());
                }
            }
        }
    }

    fn poll(&self, patience: PollTimeout, host_is_there: bool) -> Result<Heard, Failure> {
        let input = io::stdin();
        // A pipe that nobody can write to any more is reported without being asked for, and
        // whatever is still in it.
        let mut descriptors = vec![PollFd::new(self.link.as_fd(), PollFlags::POLLIN)];
        if host_is_there {
            descriptors.push(PollFd::new(input.as_fd(), PollFlags::empty()));
        }
        let ready = match poll(&mut descriptors, patience) {
            Err(errno) if is_not_yet(errno) => return self.poll(patience, host_is_there),
            other => other.attempt(Part::Namespaces, "wait for process 1")?,
        };
        let happened = |at: usize| descriptors.get(at).and_then(PollFd::any).unwrap_or(false);
        Ok(match (ready, happened(0)) {
            (0, _) => Heard::Silence,
            (_, true) => self.read_link(),
            (_, false) => Heard::HostIsGone,
        })
    }

    fn read_link(&self) -> Heard {
        let mut byte = [0];
        match (&self.link).read(&mut byte) {
            Ok(1) if byte == [MAP_ME] => Heard::Question,
            _ => Heard::End,
        }
    }

    fn answer(&mut self) -> Result<(), Failure> {
        self.identity.map(self.child)?;
        self.link.write_all(&[BEGIN]).attempt(Part::UserNamespace, "let process 1 go on")
    }
}

/// What the outer process waits for.
enum Heard {
    /// Process 1 asks to be mapped.
    Question,
    /// Process 1 has ended.
    End,
    /// The host has.
    HostIsGone,
    /// Process 1 should have ended, and has not.
    Silence,
}
