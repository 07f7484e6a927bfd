//! The two descriptor numbers that programs know: 3 takes a result, 4 gives the arguments.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use nix::fcntl::{FcntlArg, OFlag, fcntl, open};
use nix::sys::stat::Mode;
use nix::unistd::dup2;

use crate::system;

/// Where a program writes the result of `main`.
pub(crate) const RESULT: i32 = 3;
/// Where a program reads the arguments of `main`.
pub(crate) const ARGUMENTS: i32 = 4;

/// The numbers 3 and 4, held by descriptors that mean nothing and close when a program starts. So
/// nothing of the agent's own gets these numbers, and in the new process they can be replaced.
pub(crate) struct Reserved {
    result: OwnedFd,
    arguments: OwnedFd,
}

impl Reserved {
    /// Takes the numbers, as the first thing that the agent does. What else the host has left open
    /// is closed: it is nobody's business in a sandbox.
    pub(crate) fn take() -> nix::Result<Self> {
        system::close_all_but_the_standard_streams()?;
        let open_root = || open("/", OFlag::O_PATH | OFlag::O_CLOEXEC, Mode::empty());
        let (result, arguments) = (open_root()?, open_root()?);
        if (result.as_raw_fd(), arguments.as_raw_fd()) != (RESULT, ARGUMENTS) {
            return Err(nix::errno::Errno::EBADF);
        }
        Ok(Self { result, arguments })
    }

    /// Gives them to a program: called in the new process, between fork and exec.
    pub(crate) fn fill(&mut self, result: impl AsFd, arguments: impl AsFd) -> nix::Result<()> {
        dup2(result, &mut self.result)?;
        dup2(arguments, &mut self.arguments)
    }
}

/// Makes reads and writes answer at once.
pub(crate) fn set_nonblocking(descriptor: impl AsFd) -> nix::Result<()> {
    let flags = OFlag::from_bits_retain(fcntl(&descriptor, FcntlArg::F_GETFL)?);
    fcntl(&descriptor, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK)).map(drop)
}

/// Makes reads and writes wait.
pub(crate) fn set_blocking(descriptor: impl AsFd) -> nix::Result<()> {
    let flags = OFlag::from_bits_retain(fcntl(&descriptor, FcntlArg::F_GETFL)?);
    fcntl(&descriptor, FcntlArg::F_SETFL(flags - OFlag::O_NONBLOCK)).map(drop)
}
