//! Files of the work directory, opened so that nothing in there can lead elsewhere.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::path::Path;

use lazaret_agent::message::{Failure, Part, WORK};
use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, OFlag, openat};
use nix::sys::stat::{Mode, mkdirat};
use nix::unistd::{UnlinkatFlags, unlinkat};

use crate::attempt::{Attempt, failure};

/// A directory that everything is opened from.
pub(super) struct Directory(pub(super) OwnedFd);

impl Directory {
    /// The work directory.
    pub(super) fn work() -> Result<Self, Failure> {
        let flags = OFlag::O_DIRECTORY | OFlag::O_PATH | OFlag::O_CLOEXEC;
        openat(AT_FDCWD, WORK, flags, Mode::empty())
            .map(Self)
            .attempt(Part::Files, "open the work directory")
    }

    /// Makes a file, and the directories it lies in.
    pub(super) fn create(&self, path: &str) -> Result<File, Failure> {
        self.try_create(Path::new(path)).attempt(Part::Files, format!("write the file `{path}`"))
    }

    /// Removes a file of the work directory itself.
    pub(super) fn remove(&self, name: &str) -> Result<(), Failure> {
        unlinkat(&self.0, name, UnlinkatFlags::NoRemoveDir)
            .attempt(Part::Files, format!("remove the file `{name}`"))
    }

    fn try_create(&self, path: &Path) -> nix::Result<File> {
        let mut names: Vec<&OsStr> = path.iter().collect();
        let name = names.pop().ok_or(Errno::EINVAL)?;
        let mut inner = None;
        for parent in names {
            let directory = inner.as_ref().unwrap_or(&self.0);
            match mkdirat(directory, parent, Mode::from_bits_retain(0o755)) {
                Ok(()) | Err(Errno::EEXIST) => {}
                Err(errno) => return Err(errno),
            }
            inner = Some(open_in(directory, parent, OFlag::O_PATH | OFlag::O_DIRECTORY)?);
        }
        let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL;
        open_in(inner.as_ref().unwrap_or(&self.0), name, flags).map(File::from)
    }
}

/// Opens one name in a directory, and never what a link points to. Names are walked one by one,
/// because gVisor has no `openat2`.
pub(super) fn open_in(
    directory: &OwnedFd,
    name: impl AsRef<Path>,
    flags: OFlag,
) -> nix::Result<OwnedFd> {
    let flags = flags | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    openat(directory, name.as_ref(), flags, Mode::from_bits_retain(0o644))
}

/// Adds bytes to the file that was last made.
pub(super) fn append(file: Option<&mut File>, bytes: &[u8]) -> Result<(), Failure> {
    let Some(file) = file else {
        return Err(failure(Part::Conversation, "take bytes that belong to no file"));
    };
    file.write_all(bytes).attempt(Part::Files, "write a file")
}
