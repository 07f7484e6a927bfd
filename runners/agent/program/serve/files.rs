//! Files of the work directory, opened so that nothing in there can lead elsewhere.

use std::fs::File;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::path::Path;

use lazaret_agent::message::{Failure, Part};
use nix::errno::Errno;
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, open, openat2};
use nix::sys::stat::{Mode, mkdirat};

use super::WORK;
use crate::attempt::{Attempt, failure};

/// A directory that everything is opened from.
pub(super) struct Directory(OwnedFd);

impl Directory {
    /// The work directory.
    pub(super) fn work() -> Result<Self, Failure> {
        let flags = OFlag::O_DIRECTORY | OFlag::O_PATH | OFlag::O_CLOEXEC;
        open(WORK, flags, Mode::empty()).map(Self).attempt(Part::Files, "open the work directory")
    }

    /// Makes a file, and the directories it lies in.
    pub(super) fn create(&self, path: &str) -> Result<File, Failure> {
        let action = format!("write the file `{path}`");
        for parent in parents(Path::new(path)) {
            match mkdirat(&self.0, parent, Mode::from_bits_retain(0o755)) {
                Ok(()) | Err(Errno::EEXIST) => {}
                Err(errno) => return Err(errno).attempt(Part::Files, action),
            }
        }
        let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_CLOEXEC;
        let how = inside().flags(flags).mode(Mode::from_bits_retain(0o644));
        openat2(&self.0, Path::new(path), how).map(File::from).attempt(Part::Files, action)
    }
}

/// Below the directory it is opened from, with no link on the way.
pub(super) fn inside() -> OpenHow {
    OpenHow::new().resolve(
        ResolveFlag::RESOLVE_BENEATH
            | ResolveFlag::RESOLVE_NO_SYMLINKS
            | ResolveFlag::RESOLVE_NO_MAGICLINKS,
    )
}

/// Adds bytes to the file that was last made.
pub(super) fn append(file: Option<&mut File>, bytes: &[u8]) -> Result<(), Failure> {
    let Some(file) = file else {
        return Err(failure(Part::Conversation, "take bytes that belong to no file"));
    };
    file.write_all(bytes).attempt(Part::Files, "write a file")
}

/// The directories above a path, the outermost first.
fn parents(path: &Path) -> impl Iterator<Item = &Path> {
    let mut parents: Vec<&Path> = path.ancestors().skip(1).collect();
    parents.pop();
    parents.into_iter().rev()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_come_from_outside_in() {
        let found: Vec<&Path> = parents(Path::new("a/b/c.py")).collect();
        assert_eq!(found, [Path::new("a"), Path::new("a/b")]);
        assert_eq!(parents(Path::new("c.py")).count(), 0);
    }
}
