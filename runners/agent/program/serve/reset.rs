//! Makes a sandbox forget a run, and proves that it has.
//!
//! What the program's user can leave behind, and what becomes of it:
//!
//! - processes: all are ended and waited for, and `/proc` is looked at;
//! - files, links, pipes and sockets in the directories that can be written to: removed; and apart
//!   from these directories there may be nothing but devices that this user could write to;
//! - message queues in `/dev/mqueue`, where an engine mounts that: they have no size allowed to
//!   them, and are looked for all the same;
//! - shared memory, semaphores and message queues of System V, POSIX queues by their own calls,
//!   memory files, keys: refused by the filter of system calls;
//! - sockets, and files and pipes that nobody but sockets holds: counted, see [`Remains`];
//! - locks, timers, watches: they end with their processes;
//! - limits and priorities of the agent: refused by the filter.
//!
//! What cannot be proven is a failure, and the agent ends with it.

use std::ffi::OsString;
use std::fs::{self, Metadata, Permissions};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use lazaret_agent::message::{Failure, NOBODY, Part, SCRATCH};
use nix::errno::Errno;

use super::children::Children;
use super::listing::Listing;
use super::owner;
use super::remains::Remains;
use crate::attempt::{Attempt, failure};

/// Where message queues are, where an engine shows them.
const QUEUES: &str = "/dev/mqueue";

/// File systems of the kernel's own, in which nobody without rights can leave anything.
const OF_THE_KERNEL: [&str; 5] = ["proc", "sysfs", "devpts", "cgroup", "cgroup2"];

/// Where programs can leave something, opened once, and what was there before them.
pub(super) struct Places {
    all: Vec<Place>,
    remains: Remains,
    /// Whether everything has been looked at once: what programs can write to is decided by owners
    /// and modes, which only the owners can change.
    only_places_are_writable: bool,
}

/// One of [`places`] that is there.
struct Place {
    path: &'static Path,
    listing: Listing,
}

/// Where programs can leave something.
fn places() -> impl Iterator<Item = &'static str> {
    SCRATCH.into_iter().chain([QUEUES])
}

impl Places {
    /// Opens the places, in which no program has run yet.
    pub(super) fn open() -> Result<Self, Failure> {
        let open = |path| match Listing::open(path) {
            Err(Errno::ENOENT) => None,
            opened => Some(opened.map(|listing| Place { path: Path::new(path), listing })),
        };
        let all: nix::Result<Vec<Place>> = places().filter_map(open).collect();
        let all = all.attempt(Part::Files, "open the places where programs write")?;
        Ok(Self { all, remains: Remains::count()?, only_places_are_writable: false })
    }

    /// Removes all that a program has left. Its processes have been ended before.
    pub(super) fn forget(&mut self, children: &Children) -> Result<(), Failure> {
        if !children.are_none() {
            return Err(failure(Part::Interpreter, "end all processes of a run"));
        }
        for place in &self.all {
            // Root need not become anybody else for plain files. What is the program's own can be
            // closed to everybody else, and what is root's to it.
            let is_empty = place.empty() || owner::as_program(|| place.empty()) || place.empty();
            if !is_empty {
                return Err(failure(Part::Files, format!("empty {}", place.path.display())));
            }
        }
        if !self.only_places_are_writable {
            nothing_else_is_writable()?;
            self.only_places_are_writable = true;
        }
        self.remains.are_none()
    }
}

impl Place {
    /// Removes everything, as far as this user can; whether nothing is there then. The listing is as
    /// root sees it, whoever asks. Directories are not entered but lifted up to the place itself:
    /// however deep a program has nested them, no path is long. Nobody is left who could exchange a
    /// directory for a link in between.
    fn empty(&self) -> bool {
        let mut lifted = 0;
        loop {
            let Ok(names) = self.listing.names() else { return false };
            if names.is_empty() {
                return true;
            }
            let mut progress = false;
            for name in names {
                progress |= remove(&self.path.join(name), self.path, &mut lifted);
            }
            if !progress {
                return false;
            }
        }
    }
}

/// Removes a file, or a directory with what lies directly in it. Whether anything has changed.
fn remove(path: &Path, place: &Path, lifted: &mut u64) -> bool {
    if fs::remove_file(path).is_ok() {
        return true;
    }
    if !is_directory(path) {
        return false;
    }
    let _ = fs::set_permissions(path, Permissions::from_mode(0o700));
    let mut progress = false;
    for inner in names(path).unwrap_or_default().iter().map(|name| path.join(name)) {
        progress |= if is_directory(&inner) {
            lift(&inner, place, lifted)
        } else {
            fs::remove_file(&inner).is_ok()
        };
    }
    fs::remove_dir(path).is_ok() || progress
}

fn lift(directory: &Path, place: &Path, lifted: &mut u64) -> bool {
    // Another parent is a change of the directory itself.
    let _ = fs::set_permissions(directory, Permissions::from_mode(0o700));
    loop {
        *lifted += 1;
        let target = place.join(format!(".{lifted}"));
        if fs::symlink_metadata(&target).is_err() {
            return fs::rename(directory, target).is_ok();
        }
    }
}

/// Looks at every file system that can be written to.
fn nothing_else_is_writable() -> Result<(), Failure> {
    let text = fs::read_to_string("/proc/self/mountinfo");
    let text = text.attempt(Part::Files, "read which file systems there are")?;
    for mount in text.lines() {
        let mount = Mount::parse(mount)
            .ok_or_else(|| failure(Part::Files, "understand which file systems there are"))?;
        match mount.kind {
            _ if mount.read_only => {}
            kind if OF_THE_KERNEL.contains(&kind) => {}
            "tmpfs" | "mqueue" | "devtmpfs" => nothing_is_writable_in(&mount)?,
            _ => {
                let action = format!("prove that {} is clean: it can be written to", mount.place);
                return Err(failure(Part::Files, action));
            }
        }
    }
    Ok(())
}

/// Only the directories of [`places`] may be the program's to write; these are empty.
fn nothing_is_writable_in(mount: &Mount<'_>) -> Result<(), Failure> {
    let root = PathBuf::from(mount.place);
    let look =
        |path: &Path| fs::symlink_metadata(path).attempt(Part::Files, "look at what is left");
    let device = look(&root)?.dev();
    let mut waiting = vec![root];
    while let Some(path) = waiting.pop() {
        let found = look(&path)?;
        let is_a_place = places().any(|place| path == Path::new(place));
        if found.dev() != device {
            continue;
        }
        let inside = if found.is_dir() {
            names(&path).attempt(Part::Files, "look at what is left")?
        } else {
            Vec::new()
        };
        if is_writable(&found) && !is_a_place {
            let action = format!("prove that {} is clean: it can be written to", path.display());
            return Err(failure(Part::Files, action));
        }
        waiting.extend(inside.iter().map(|name| path.join(name)));
    }
    Ok(())
}

/// Whether the program's user can leave something there. What is written to a device is gone.
fn is_writable(found: &Metadata) -> bool {
    const GROUP: u32 = 0o020;
    const OTHERS: u32 = 0o002;
    let kind = found.file_type();
    if kind.is_symlink() || kind.is_char_device() || kind.is_block_device() {
        return found.uid() == NOBODY;
    }
    found.uid() == NOBODY
        || found.mode() & OTHERS != 0
        || found.gid() == NOBODY && found.mode() & GROUP != 0
}

fn is_directory(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_dir())
}

fn names(directory: &Path) -> nix::Result<Vec<OsString>> {
    Listing::open(directory)?.names()
}

/// A file system, as `/proc/self/mountinfo` has it.
#[derive(Debug, PartialEq, Eq)]
struct Mount<'a> {
    place: &'a str,
    kind: &'a str,
    read_only: bool,
}

impl<'a> Mount<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (mount, file_system) = line.split_once(" - ")?;
        let mut fields = mount.split(' ').skip(4);
        let (place, options) = (fields.next()?, fields.next()?);
        let kind = file_system.split(' ').next()?;
        Some(Self { place, kind, read_only: options.split(',').any(|option| option == "ro") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_emptied_whatever_is_in_it() {
        let place = tempfile::tempdir().expect("a directory");
        let mut path = place.path().join("deep");
        // Longer than any path can be.
        for _ in 0..40 {
            fs::create_dir(&path).expect("made");
            fs::write(path.join("file"), "").expect("written");
            path = path.join("x".repeat(60));
        }
        let closed = place.path().join("closed/closed");
        fs::create_dir_all(&closed).expect("made");
        fs::set_permissions(&closed, Permissions::from_mode(0o0)).expect("set");
        fs::set_permissions(place.path().join("closed"), Permissions::from_mode(0o0)).expect("set");
        let elsewhere = tempfile::tempdir().expect("a directory");
        fs::write(elsewhere.path().join("kept"), "").expect("written");
        std::os::unix::fs::symlink(elsewhere.path(), place.path().join("link")).expect("linked");
        fs::create_dir(place.path().join(".1")).expect("made");
        let path: &'static Path = Path::new(place.path().to_string_lossy().into_owned().leak());
        let listing = Listing::open(path).expect("opened");
        assert!(Place { path, listing }.empty());
        assert_eq!(names(place.path()).expect("read"), [] as [OsString; 0]);
        assert_eq!(names(elsewhere.path()).expect("read"), ["kept"]);
    }

    #[test]
    fn a_mount_is_read_as_the_kernel_writes_it() {
        let line = "25 20 0:25 / /dev/shm rw,noexec shared:1 - tmpfs none rw,mode=1777";
        let expected = Mount { place: "/dev/shm", kind: "tmpfs", read_only: false };
        assert_eq!(Mount::parse(line), Some(expected));
        assert_eq!(Mount::parse("not a line"), None);
    }
}
