//! An interpreter that is never told a program, and makes a copy of itself for each.
//!
//! Where a sandbox serves several runs, this is what makes them cheap: to start an interpreter takes
//! gVisor several times as long as to copy one that is up. The zygote is started as a program is,
//! with the same filter and under the same limits, but with the right to become another user. Each
//! copy becomes nobody before it says that it is up, and is then what a program is everywhere.
//!
//! What a program must not have is power over the zygote, because all later programs come from it.
//! Its user is neither the program's nor the agent's, so that nobody may send it signals: neither
//! the program, nor the agent while it ends everybody as the program's user. It blocks what signals
//! the kernel itself might send to its group. It is spoken to over a pair of sockets without a name,
//! which no copy keeps. Nothing else is shared: the pipes of each run are new, and whatever a
//! process can change of itself was copied.

use std::io::IoSlice;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use lazaret_agent::message::{Failure, Part, Preparation};
use nix::sys::socket::{
    AddressFamily, ControlMessage, MsgFlags, SockFlag, SockType, UnixAddr, recv, sendmsg,
    socketpair,
};
use nix::sys::wait::WaitStatus;
use nix::unistd::Pid;

use super::children::End;
use super::lockdown::{Role, Rules};
use super::processor::Spent;
use super::program::{self, Ends};
use crate::attempt::Attempt;
use crate::descriptors::Reserved;

/// What a zygote is told with the pipes of a copy.
const COPY: &[u8] = b"copy";

/// One that is up.
pub(super) struct Zygote {
    pub(super) process: Pid,
    line: OwnedFd,
}

impl Zygote {
    /// Starts one, and waits until it is up.
    pub(super) fn start(
        preparation: &Preparation,
        rules: &Rules,
        reserved: &mut Reserved,
    ) -> Result<Self, Failure> {
        let (family, kind) = (AddressFamily::Unix, SockType::SeqPacket);
        let pair = socketpair(family, kind, None, SockFlag::SOCK_CLOEXEC);
        let (line, theirs) = pair.attempt(Part::Interpreter, "make a pair of sockets")?;
        let (mut first, mut ends) = program::pipes().attempt(Part::Interpreter, "make pipes")?;
        ends.instructions = theirs;
        first.become_process(ends, Role::Zygote, preparation, rules, reserved)?;
        Ok(Self { process: first.process, line })
    }

    /// Has it make a copy that takes these for its own. The copy says itself when it is up.
    pub(super) fn copy(&self, ends: &Ends) -> Result<(), Failure> {
        let Ends { stdin, stdout, stderr, result, instructions } = ends;
        let all = [stdin, stdout, stderr, result, instructions].map(AsRawFd::as_raw_fd);
        let message = [ControlMessage::ScmRights(&all)];
        let (line, text) = (self.line.as_raw_fd(), [IoSlice::new(COPY)]);
        sendmsg::<UnixAddr>(line, &text, &message, MsgFlags::MSG_NOSIGNAL, None)
            .map(drop)
            .attempt(Part::Interpreter, "ask for a copy of the interpreter")
    }

    /// Can be read when a copy has ended.
    pub(super) fn line(&self) -> BorrowedFd<'_> {
        self.line.as_fd()
    }

    /// How this copy of it ended, if it has.
    pub(super) fn tells_end(&self, copy: Pid) -> Option<End> {
        let mut room = [0; 128];
        let length = recv(self.line.as_raw_fd(), &mut room, MsgFlags::MSG_DONTWAIT).ok()?;
        let text = std::str::from_utf8(room.get(..length)?).ok()?;
        end(copy, text)
    }
}

/// The raw status of a process; microseconds in the program and in the kernel; the most KiB at one
/// time.
fn end(process: Pid, text: &str) -> Option<End> {
    let mut numbers = text.split(' ');
    let status = WaitStatus::from_raw(process, numbers.next()?.parse().ok()?).ok()?;
    let mut number = || numbers.next()?.parse::<u64>().ok();
    let (user, system, largest) = (number()?, number()?, number()?.saturating_mul(1024));
    Some(End { status, spent: Spent { user, system, largest } })
}

#[cfg(test)]
mod tests {
    use nix::sys::signal::Signal;

    use super::*;

    #[test]
    fn an_end_is_read_as_it_is_told() {
        let process = Pid::from_raw(7);
        let told = end(process, "1792 30000 0 14248").expect("an end");
        assert_eq!(told.status, WaitStatus::Exited(process, 7));
        assert_eq!((told.spent.user, told.spent.system), (30_000, 0));
        assert_eq!(told.spent.largest, 14_248 * 1024);
        let killed = end(process, "9 0 0 0").expect("an end").status;
        assert_eq!(killed, WaitStatus::Signaled(process, Signal::SIGKILL, false));
        assert!(end(process, "").is_none() && end(process, "x 1 2 3").is_none());
    }
}
