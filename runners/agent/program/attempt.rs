//! Says of a refused system call what it was for.

use std::io;

use lazaret_agent::message::{Failure, Part};
use nix::errno::Errno;

/// A result that becomes a [`Failure`] which the host can explain.
pub(crate) trait Attempt<T> {
    /// Names the part of the sandbox, and what was being done.
    fn attempt(self, part: Part, action: impl Into<String>) -> Result<T, Failure>;
}

impl<T> Attempt<T> for nix::Result<T> {
    fn attempt(self, part: Part, action: impl Into<String>) -> Result<T, Failure> {
        self.map_err(|errno| Failure { part, action: action.into(), errno: Some(errno as i32) })
    }
}

impl<T> Attempt<T> for io::Result<T> {
    fn attempt(self, part: Part, action: impl Into<String>) -> Result<T, Failure> {
        self.map_err(|error| Failure { part, action: action.into(), errno: error.raw_os_error() })
    }
}

/// A failure without an answer of the kernel.
pub(crate) fn failure(part: Part, action: impl Into<String>) -> Failure {
    Failure { part, action: action.into(), errno: None }
}

/// Whether a call was only interrupted or would have to wait.
pub(crate) fn is_not_yet(errno: Errno) -> bool {
    matches!(errno, Errno::EAGAIN | Errno::EINTR)
}
