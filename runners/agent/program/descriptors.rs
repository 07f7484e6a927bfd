//! The two descriptor numbers that interpreters know: 3 says that one is up, and takes a result; 4
//! gives the instructions, the arguments among them.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use nix::fcntl::{FcntlArg, OFlag, fcntl, open};
use nix::sys::stat::Mode;
use nix::unistd::dup2;

use crate::system;

/// Where a program writes the result of `main`.
pub(crate) const RESULT: i32 = 3;
/// Where an interpreter reads what it is to run.
pub(crate) const INSTRUCTIONS: i32 = 4;

/// The numbers 3 and 4, held by descriptors that mean nothing and close when a program starts. So
/// nothing of the agent's own gets these numbers, and in the new process they can be replaced.
pub(crate) struct Reserved {
    result: OwnedFd,
    instructions: OwnedFd,
}

impl Reserved {
    /// Takes the numbers, as the first thing that the agent does. What else the host has left open
    /// is closed: it is nobody's business in a sandbox.
    pub(crate) fn take() -> nix::Result<Self> {
        system::close_all_but_the_standard_streams()?;
        let open_root = || open("/", OFlag::O_PATH | OFlag::O_CLOEXEC, Mode::empty());
        let (result, instructions) = (open_root()?, open_root()?);
        if (result.as_raw_fd(), instructions.as_raw_fd()) != (RESULT, INSTRUCTIONS) {
            return Err(nix::errno::Errno::EBADF);
        }
        Ok(Self { result, instructions })
    }

    /// Gives them to a program: called in the new process.
    pub(crate) fn fill(&mut self, result: impl AsFd, instructions: impl AsFd) -> nix::Result<()> {
        dup2(result, &mut self.result)?;
        dup2(instructions, &mut self.instructions)
    }
}

/// Makes reads and writes answer at once.
pub(crate) fn set_nonblocking(descriptor: impl AsFd) -> nix::Result<()> {
    let flags = OFlag::from_bits_retain(fcntl(&descriptor, FcntlArg::F_GETFL)?);
    fcntl(&descriptor, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK)).map(drop)
}

/// The same for an end of a pipe that was just made, and so has no other flags.
pub(crate) fn set_new_nonblocking(pipe: impl AsFd) -> nix::Result<()> {
    fcntl(pipe, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).map(drop)
}
