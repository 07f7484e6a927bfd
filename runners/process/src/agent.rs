//! The agent as something that can be started.
//!
//! It is a part of this program and not a file of this machine: it is written once into a memory
//! file that is sealed, so that nobody can change it, a program that it runs included.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::process::Stdio;
use std::sync::OnceLock;

use lazaret_agent::AGENT;
use lazaret_sandbox::RunnerError;
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, SealFlag, fcntl};
use nix::sys::memfd::{MFdFlags, memfd_create};
use tokio::process::{Child, Command};

/// `MFD_EXEC` of `linux/memfd.h`: the file is meant to be started, whatever the machine's default
/// is (`vm.memfd_noexec`). Kernels before 6.3 do not know it, and allow it.
const EXECUTABLE: MFdFlags = MFdFlags::from_bits_retain(0x10);

static FILE: OnceLock<OwnedFd> = OnceLock::new();

/// Starts an agent that builds its own walls, with pipes to all its streams.
///
/// It gets a process group of its own: an interrupt from the terminal is for this program, which
/// then ends its runs in order.
pub(crate) fn start() -> Result<Child, RunnerError> {
    let file = file()?;
    let mut command = Command::new(format!("/proc/self/fd/{}", file.as_raw_fd()));
    command.arg("confine").env_clear().current_dir("/").process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().map_err(|error| refused("a process", error))
}

fn file() -> Result<&'static OwnedFd, RunnerError> {
    if let Some(file) = FILE.get() {
        return Ok(file);
    }
    let made = make().map_err(|error| refused("an executable file in memory", error))?;
    // Another thread may have been faster; then this one is closed.
    Ok(FILE.get_or_init(|| made))
}

fn make() -> io::Result<OwnedFd> {
    let flags = MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING;
    let descriptor = match memfd_create("lazaret-agent", flags | EXECUTABLE) {
        Err(Errno::EINVAL) => memfd_create("lazaret-agent", flags)?,
        other => other?,
    };
    let mut file = File::from(descriptor);
    file.write_all(AGENT)?;
    let seals = SealFlag::F_SEAL_WRITE
        | SealFlag::F_SEAL_GROW
        | SealFlag::F_SEAL_SHRINK
        | SealFlag::F_SEAL_SEAL;
    fcntl(&file, FcntlArg::F_ADD_SEALS(seals))?;
    Ok(file.into())
}

fn refused(part: &str, error: io::Error) -> RunnerError {
    let help = "the machine's limits or `sysctl vm.memfd_noexec` forbid it; 0 or 1 is needed";
    RunnerError::Part { part: part.into(), help: help.into(), source: Box::new(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_agent_cannot_be_changed() {
        let file = File::from(make().expect("a memory file"));
        let refused = (&file).write(b"x").expect_err("sealed");
        assert_eq!(refused.raw_os_error(), Some(Errno::EPERM as i32));
        assert!(file.set_len(0).is_err());
    }
}
