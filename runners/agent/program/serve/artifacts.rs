//! Takes the files that a program left under `artifacts/`.
//!
//! The program has ended, but what it left can be anything: links to elsewhere, pipes that block
//! who opens them, more than anybody wants. Only regular files are taken, opened without following
//! a link; the rest is told, with the reason.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use lazaret_agent::frame::{CHUNK, Kind};
use lazaret_agent::message::{Artifact, Failure, Limits, MOST_REFUSALS, Part, Refused, WORK};
use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag};
use nix::sys::stat::{FileStat, SFlag, fstatat, lstat};

use super::files::{Directory, open_in};
use super::owner;
use crate::attempt::Attempt;
use crate::channel::Outbox;

/// The directory in the work directory.
const PLACE: &str = "artifacts";

/// Deeper than this nothing is taken: the agent's stack has an end, too.
const DEEPEST: usize = 16;

/// Collects into `outbox`, and sends as it goes. Files are read as the program could read them.
pub(super) fn collect(limits: &Limits, outbox: &mut Outbox) -> Result<(), Failure> {
    if are_none() {
        return Ok(());
    }
    owner::as_program(|| collect_all(limits, outbox))
}

/// Whether there is nothing to collect.
pub(super) fn are_none() -> bool {
    matches!(lstat(&Path::new(WORK).join(PLACE)), Err(Errno::ENOENT))
}

fn collect_all(limits: &Limits, outbox: &mut Outbox) -> Result<(), Failure> {
    let work = Directory::work()?.0;
    let mut collection = Collection { limits, outbox, taken: 0, refused: 0 };
    let place = Path::new(PLACE);
    // Looked at before it is opened: gVisor follows a link to a directory all the same. Nobody is
    // left who could exchange it in between.
    match fstatat(&work, place, AtFlags::AT_SYMLINK_NOFOLLOW).map(|found| kind(&found)) {
        Ok(SFlag::S_IFDIR) => match open(&work, place, OFlag::O_DIRECTORY) {
            Ok(directory) => collection.take_directory(&directory, Path::new(""), 0)?,
            Err(_) => collection.refuse(Path::new(""), "it cannot be read")?,
        },
        Err(Errno::ENOENT) => {}
        _ => collection.refuse(Path::new(""), "`artifacts` is not a directory")?,
    }
    collection.sum_up()
}

struct Collection<'a> {
    limits: &'a Limits,
    outbox: &'a mut Outbox,
    taken: u32,
    refused: usize,
}

impl Collection<'_> {
    fn take_directory(
        &mut self,
        directory: &OwnedFd,
        path: &Path,
        depth: usize,
    ) -> Result<(), Failure> {
        if depth > DEEPEST {
            return self.refuse(path, "too deep");
        }
        for name in names(directory) {
            self.take(directory, &path.join(&name), &name, depth)?;
        }
        Ok(())
    }

    fn take(
        &mut self,
        parent: &OwnedFd,
        path: &Path,
        name: &Path,
        depth: usize,
    ) -> Result<(), Failure> {
        let Ok(found) = fstatat(parent, name, AtFlags::AT_SYMLINK_NOFOLLOW) else {
            return self.refuse(path, "it cannot be read");
        };
        match kind(&found) {
            SFlag::S_IFDIR => match open(parent, name, OFlag::O_DIRECTORY) {
                Ok(directory) => self.take_directory(&directory, path, depth + 1),
                Err(_) => self.refuse(path, "it cannot be read"),
            },
            SFlag::S_IFREG => self.take_file(parent, path, name, &found),
            SFlag::S_IFLNK => self.refuse(path, "a symbolic link"),
            SFlag::S_IFIFO => self.refuse(path, "a named pipe"),
            SFlag::S_IFSOCK => self.refuse(path, "a socket"),
            _ => self.refuse(path, "a device"),
        }
    }

    fn take_file(
        &mut self,
        parent: &OwnedFd,
        path: &Path,
        name: &Path,
        found: &FileStat,
    ) -> Result<(), Failure> {
        let size = u64::try_from(found.st_size).unwrap_or(u64::MAX);
        let Some(text) = path.to_str() else {
            return self.refuse(path, "its name is not UTF-8");
        };
        if size > self.limits.artifact_size {
            return self.refuse(path, &format!("larger than {} bytes", self.limits.artifact_size));
        }
        if self.taken >= self.limits.artifacts {
            return self.refuse(path, &format!("more than {} files", self.limits.artifacts));
        }
        let Ok(file) = open(parent, name, OFlag::O_NONBLOCK) else {
            return self.refuse(path, "it cannot be read");
        };
        self.taken += 1;
        self.outbox.message(Kind::Artifact, &Artifact { path: text.to_owned() })?;
        self.send_bytes(File::from(file), size)
    }

    /// Sends a file in pieces, so that the agent never holds all of it.
    fn send_bytes(&mut self, file: File, size: u64) -> Result<(), Failure> {
        let (mut rest, mut bytes) = (file.take(size), vec![0; CHUNK]);
        loop {
            let length = rest.read(&mut bytes).attempt(Part::Files, "read an artifact")?;
            if length == 0 {
                return Ok(());
            }
            self.outbox.bytes(Kind::ArtifactBytes, bytes.get(..length).unwrap_or_default());
            self.outbox.send_all().attempt(Part::Conversation, "answer the host")?;
        }
    }

    fn refuse(&mut self, path: &Path, reason: &str) -> Result<(), Failure> {
        self.refused += 1;
        if self.refused > MOST_REFUSALS {
            return Ok(());
        }
        let path = path.to_string_lossy().into_owned();
        self.outbox.message(Kind::Refused, &Refused { path, reason: reason.to_owned() })
    }

    fn sum_up(self) -> Result<(), Failure> {
        let Some(rest) = self.refused.checked_sub(MOST_REFUSALS).filter(|rest| *rest > 0) else {
            return Ok(());
        };
        let reason = format!("and {rest} more that are not named");
        self.outbox.message(Kind::Refused, &Refused { path: String::new(), reason })
    }
}

fn open(parent: &OwnedFd, name: &Path, flags: OFlag) -> nix::Result<OwnedFd> {
    open_in(parent, name, OFlag::O_RDONLY | flags)
}

fn kind(found: &FileStat) -> SFlag {
    SFlag::from_bits_truncate(found.st_mode) & SFlag::S_IFMT
}

/// The names in a directory, in order, so that the same program leaves the same artifacts.
fn names(directory: &OwnedFd) -> Vec<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    let Some(mut opened) = directory.try_clone().ok().and_then(|copy| Dir::from_fd(copy).ok())
    else {
        return Vec::new();
    };
    let entries = opened.iter().flatten();
    let mut names: Vec<PathBuf> = entries
        .map(|entry| entry.file_name().to_bytes().to_vec())
        .filter(|name| name != b"." && name != b"..")
        .map(|name| PathBuf::from(std::ffi::OsStr::from_bytes(&name)))
        .collect();
    names.sort();
    names
}
