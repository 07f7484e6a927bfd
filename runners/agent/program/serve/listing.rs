//! Directories that stay open, and are read again and again.
//!
//! To open one by its path, to read it through the C library, and to close it asks gVisor three
//! times as much as reading alone.

use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::fcntl::{AT_FDCWD, OFlag, openat};
use nix::sys::stat::Mode;
use nix::unistd::{Whence, lseek};

use crate::system::read_directory;

/// Bytes of the kernel's that are read at once: some hundred names.
const ROOM: usize = 4096;

/// Where the name is in what the kernel writes about it (`struct linux_dirent64`), and before it
/// the length of all that, as two bytes.
const NAME: usize = 19;
const LENGTH: usize = 16;

/// One that is open.
pub(super) struct Listing(OwnedFd);

impl Listing {
    /// Opens it.
    pub(super) fn open(path: impl AsRef<Path>) -> nix::Result<Self> {
        let flags = OFlag::O_DIRECTORY | OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        openat(AT_FDCWD, path.as_ref(), flags, Mode::empty()).map(Self)
    }

    /// Calls `each` with every name that is there now, but for the directory's own and its
    /// parent's.
    pub(super) fn each_name(&self, mut each: impl FnMut(&OsStr)) -> nix::Result<()> {
        lseek(&self.0, 0, Whence::SeekSet)?;
        let mut room = [0; ROOM];
        loop {
            let mut bytes = read_directory(&self.0, &mut room)?;
            if bytes.is_empty() {
                return Ok(());
            }
            while let Some((name, rest)) = first(bytes) {
                bytes = rest;
                if name != "." && name != ".." {
                    each(name);
                }
            }
        }
    }

    /// All names that are there now.
    pub(super) fn names(&self) -> nix::Result<Vec<OsString>> {
        let mut names = Vec::new();
        self.each_name(|name| names.push(name.to_owned()))?;
        Ok(names)
    }
}

/// The first name, and what the kernel wrote behind it.
fn first(bytes: &[u8]) -> Option<(&OsStr, &[u8])> {
    let length = bytes.get(LENGTH..)?.first_chunk::<2>()?;
    let (entry, rest) = bytes.split_at_checked(usize::from(u16::from_ne_bytes(*length)))?;
    let name = entry.get(NAME..)?.split(|byte| *byte == 0).next()?;
    Some((OsStr::from_bytes(name), rest))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;

    #[test]
    fn all_names_are_read_each_time_anew() {
        let place = tempfile::tempdir().expect("a directory");
        let listing = Listing::open(place.path()).expect("opened");
        assert_eq!(listing.names(), Ok(Vec::new()));
        let expected: BTreeSet<String> = (0..1000).map(|n| format!("{n}-of-many-names")).collect();
        for name in &expected {
            fs::write(place.path().join(name), "").expect("written");
        }
        for _ in 0..2 {
            let found = listing.names().expect("read");
            assert_eq!(found.len(), expected.len());
            assert!(
                found.iter().all(|name| name.to_str().is_some_and(|name| expected.contains(name)))
            );
        }
    }
}
