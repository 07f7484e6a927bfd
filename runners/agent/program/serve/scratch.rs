//! The scratch space, as it is watched: how many bytes and how many files are in it.
//!
//! It is one file system that is shown in three places, or three of them in an engine's container;
//! the limits hold for all together. An empty file costs memory too, so files are counted. Linux
//! tells their number; gVisor does not, and there they are looked for.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use lazaret_agent::message::{Limits, SCRATCH};
use nix::dir::{Dir, Type};
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag, openat};
use nix::sys::stat::{Mode, fstatat, stat};
use nix::sys::statvfs::{Statvfs, statvfs};

use super::owner;

/// By how much a directory's size grows with each name in it, as gVisor has it from Linux
/// (`BOGO_DIRENT_SIZE` of tmpfs); one without names has twice that.
const BYTES_PER_NAME: u64 = 20;

/// A walk takes milliseconds where there are thousands of files, so there is none for this many
/// times as long: it costs a program a twentieth of its time at most.
const REST: u32 = 20;

/// The scratch space.
pub(super) struct Scratch {
    places: Vec<&'static str>,
    most_bytes: u64,
    most_files: u64,
    next_walk: Instant,
    files: u64,
}

/// What is in it.
#[derive(Clone, Copy, Default)]
pub(super) struct Filled {
    pub(super) bytes: u64,
    /// Whether there is no more room.
    pub(super) full: bool,
}

impl Scratch {
    /// With room for as much as these limits say.
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            places: different_places(),
            most_bytes: limits.disk,
            most_files: limits.files,
            next_walk: Instant::now(),
            files: 0,
        }
    }

    /// Has room for as much as these limits say from now on, which is no more than before.
    pub(super) fn hold_to(&mut self, limits: &Limits) {
        (self.most_bytes, self.most_files) = (limits.disk, limits.files);
    }

    /// How full it is. Files are walked through where the kernel does not count them, and only if
    /// the last walk is long enough ago.
    pub(super) fn look(&mut self) -> Filled {
        let systems: Vec<Statvfs> =
            self.places.iter().filter_map(|place| statvfs(*place).ok()).collect();
        let bytes = systems.iter().map(used_bytes).sum();
        let counted: u64 = systems.iter().map(used_files).sum();
        if counted == 0 && Instant::now() >= self.next_walk {
            self.walk();
        }
        let files = counted.max(self.files);
        let full = systems.iter().any(is_full) || bytes >= self.most_bytes;
        Filled { bytes, full: full || files > self.most_files }
    }

    /// Nothing is there now: there is no walk for so long. Few files can be made in that time.
    pub(super) fn is_empty_for(&mut self, time: Duration) {
        self.files = 0;
        self.next_walk = Instant::now() + time;
    }

    fn walk(&mut self) {
        let start = Instant::now();
        self.files = owner::as_program(|| count(&self.places, self.most_files));
        let rest = start.elapsed().saturating_mul(REST);
        self.next_walk = Instant::now() + rest.min(Duration::from_secs(1));
    }
}

/// One place of each file system.
fn different_places() -> Vec<&'static str> {
    let mut seen = Vec::new();
    let is_new = |place: &&str| {
        let Ok(found) = stat(*place) else { return false };
        let new = !seen.contains(&found.st_dev);
        seen.push(found.st_dev);
        new
    };
    SCRATCH.into_iter().filter(is_new).collect()
}

/// Bytes in use.
pub(super) fn used_bytes(system: &Statvfs) -> u64 {
    let blocks: u64 = system.blocks().saturating_sub(system.blocks_free());
    blocks.saturating_mul(system.fragment_size())
}

/// None where the kernel does not count them: a directory at least is always there.
fn used_files(system: &Statvfs) -> u64 {
    system.files().saturating_sub(system.files_free())
}

fn is_full(system: &Statvfs) -> bool {
    system.blocks_free() == 0 || (system.files() > 0 && system.files_free() == 0)
}

/// A directory that was seen and not yet looked into.
struct Seen {
    parent: Option<Rc<OwnedFd>>,
    name: PathBuf,
}

/// How many names there are, or some more than `most`. Of a directory that is closed to its owner,
/// only its own names are known; what is below those in others that are closed is not counted, and
/// takes memory that the engine counts.
fn count(places: &[&'static str], most: u64) -> u64 {
    let mut waiting: Vec<Seen> =
        places.iter().map(|place| Seen { parent: None, name: place.into() }).collect();
    let mut files = 0;
    while let Some(Seen { parent, name }) = waiting.pop() {
        let flags = OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK;
        let beside = parent.as_ref().map_or(AT_FDCWD, |parent| parent.as_fd());
        let opened = openat(beside, &name, flags, Mode::empty());
        let Some((directory, mut entries)) = opened.ok().and_then(readable) else {
            files += names_in_closed(beside, &name);
            continue;
        };
        for entry in entries.iter().flatten() {
            let name = entry.file_name().to_bytes();
            if name == b"." || name == b".." {
                continue;
            }
            files += 1;
            if files > most {
                return files;
            }
            if entry.file_type() == Some(Type::Directory) {
                waiting.push(Seen { parent: Some(directory.clone()), name: path(name) });
            }
        }
    }
    files
}

/// How many names a directory has, by its size.
fn names_in_closed(beside: BorrowedFd<'_>, name: &Path) -> u64 {
    let found = fstatat(beside, name, AtFlags::AT_SYMLINK_NOFOLLOW);
    let size = found.ok().and_then(|found| u64::try_from(found.st_size).ok()).unwrap_or(0);
    (size / BYTES_PER_NAME).saturating_sub(2)
}

fn readable(directory: OwnedFd) -> Option<(Rc<OwnedFd>, Dir)> {
    let entries = Dir::from_fd(directory.try_clone().ok()?).ok()?;
    Some((Rc::new(directory), entries))
}

fn path(name: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(name))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn names_are_counted_in_directories_too_and_links_are_not_followed() {
        let place = tempfile::tempdir().expect("a directory");
        fs::create_dir_all(place.path().join("a/b")).expect("made");
        fs::write(place.path().join("a/b/file"), "").expect("written");
        std::os::unix::fs::symlink("/usr", place.path().join("link")).expect("linked");
        let place: &'static str = place.keep().to_string_lossy().into_owned().leak();
        assert_eq!(count(&[place], 100), 4);
        assert_eq!(count(&[place], 1), 2);
        fs::remove_dir_all(place).expect("removed");
    }
}
