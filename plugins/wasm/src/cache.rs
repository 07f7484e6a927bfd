//! Policies that were compiled before, and what they said about themselves.
//!
//! A compiled policy is machine code, and whoever can write it here can run anything. So the
//! directory is used only if nobody else can write to it or replace it. That is all that protects
//! it against people: a digest without a secret can be computed by whoever writes the entry.
//!
//! An entry ends with a seal of its name and contents, against a disk that lies and a machine that
//! stops; what does not fit is thrown away and made anew. The seal need not withstand anybody, so it
//! is a fast one. What names a policy has to (its author chooses the bytes): that is SHA-256. Entries
//! appear whole or not at all, and are never written to again. Of more than [`MOST`] bytes the oldest go
//! when another is put there: who has one open or mapped keeps it, and others make it anew.

use std::fs::{self, File};
use std::hash::Hasher;
use std::io::{self, Read, Seek, Write as _};
use std::path::{Path, PathBuf};

use thiserror::Error;
use twox_hash::XxHash3_64;

/// A digest of SHA-256.
pub(crate) type Sha = [u8; 32];

/// Why a cache is not used. Policies work without it; they start slower.
#[derive(Debug, Error)]
pub enum CacheError {
    /// The directory cannot be made or looked at.
    #[error("cannot use the cache `{}`", path.display())]
    Io {
        /// The directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Somebody else could put machine code into it.
    #[error("cannot use the cache `{}`: {reason}", path.display())]
    NotPrivate {
        /// The directory, or one that it is in.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// A directory that is private to this user.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// The cache in `folder`, which is made where it does not exist.
    pub(crate) fn open(folder: &Path) -> Result<Self, CacheError> {
        let io = |source| CacheError::Io { path: folder.to_owned(), source };
        private::create(folder).map_err(io)?;
        private::check(folder)?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// What was put under this name, unless it has changed since.
    pub(crate) fn get(&self, name: &str) -> Option<Vec<u8>> {
        let mut contents = Vec::new();
        self.file(name)?.read_to_end(&mut contents).ok()?;
        contents.truncate(contents.len().checked_sub(SEAL)?);
        Some(contents)
    }

    /// The file that was put under this name, unless it has changed since: what is kept, and its seal.
    pub(crate) fn file(&self, name: &str) -> Option<File> {
        let path = self.folder.join(name);
        let mut file = File::open(&path).ok()?;
        if is_sealed(&mut file, name).is_ok_and(|sealed| sealed) {
            return Some(file);
        }
        // It would be read again at every start.
        let _ = fs::remove_file(path);
        None
    }

    /// Keeps `payload` under this name. That it cannot be kept costs the next start time, and
    /// nothing else.
    pub(crate) fn put(&self, name: &str, payload: &[u8]) {
        let _ = self.write(name, payload).and_then(|()| self.shrink());
    }

    fn write(&self, name: &str, payload: &[u8]) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        let mut seal = seal(name);
        seal.write(payload);
        file.write_all(payload)?;
        file.write_all(&seal.finish().to_le_bytes())?;
        file.persist(self.folder.join(name))?;
        Ok(())
    }

    /// Removes the oldest entries, so that no more than [`MOST`] bytes stay.
    fn shrink(&self) -> io::Result<()> {
        let entry = |entry: io::Result<fs::DirEntry>| {
            let entry = entry.ok()?;
            let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            Some((metadata.modified().ok()?, metadata.len(), entry.path()))
        };
        let mut entries: Vec<_> = fs::read_dir(&self.folder)?.filter_map(entry).collect();
        entries.sort();
        let mut left: u64 = entries.iter().map(|(_, size, _)| size).sum();
        for (_, size, path) in entries {
            if left <= MOST {
                break;
            }
            // Another process may have done it.
            let _ = fs::remove_file(path);
            left -= size;
        }
        Ok(())
    }
}

/// Bytes that are kept. The bundled policies take 9 MB, and each version of Lazaret and of a policy has
/// entries of its own.
const MOST: u64 = 512 << 20;

/// Bytes of a seal.
const SEAL: usize = size_of::<u64>();

/// The beginning of a seal: it is bound to the entry's name, so that one cannot stand for another.
fn seal(name: &str) -> XxHash3_64 {
    let mut seal = XxHash3_64::new();
    seal.write_usize(name.len());
    seal.write(name.as_bytes());
    seal
}

/// Whether the file ends with the seal of what it has before. It is read anew from its beginning then.
fn is_sealed(file: &mut File, name: &str) -> io::Result<bool> {
    let mut left = file.metadata()?.len().saturating_sub(SEAL as u64);
    let (mut seal, mut buffer) = (seal(name), vec![0; 64 << 10]);
    while left > 0 {
        let room = left.min(buffer.len() as u64);
        let part = &mut buffer[..usize::try_from(room).expect("it is at most the buffer's length")];
        file.read_exact(part)?;
        seal.write(part);
        left -= room;
    }
    let mut written = Vec::new();
    file.read_to_end(&mut written)?;
    file.rewind()?;
    Ok(written == seal.finish().to_le_bytes())
}

/// As a file's name has it.
pub(crate) fn hexadecimal(digest: &Sha) -> String {
    use std::fmt::Write as _;
    digest.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

mod private {
    use std::fs::{self, DirBuilder, Metadata};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt, MetadataExt};
    use std::path::Path;

    use super::CacheError;

    const OTHERS: u32 = 0o077;
    const OTHERS_WRITE: u32 = 0o022;
    const STICKY: u32 = 0o1000;

    pub(super) fn create(folder: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)
    }

    /// Whether nobody else can write into the directory, or put another in its place.
    pub(super) fn check(folder: &Path) -> Result<(), CacheError> {
        let io = |source| CacheError::Io { path: folder.to_owned(), source };
        let refuse =
            |path: &Path, reason| Err(CacheError::NotPrivate { path: path.to_owned(), reason });
        let itself = fs::symlink_metadata(folder).map_err(io)?;
        if !itself.is_dir() {
            return refuse(folder, "it is not a directory");
        }
        if itself.uid() != user() {
            return refuse(folder, "it belongs to another user");
        }
        if itself.mode() & OTHERS != 0 {
            return refuse(folder, "other users can reach it; `chmod 700` makes it private");
        }
        for ancestor in folder.canonicalize().map_err(io)?.ancestors().skip(1) {
            if is_replaceable(&fs::symlink_metadata(ancestor).map_err(io)?) {
                return refuse(ancestor, "other users can replace what is in it");
            }
        }
        Ok(())
    }

    fn is_replaceable(ancestor: &Metadata) -> bool {
        let trusted = [0, user()].contains(&ancestor.uid());
        let shared = ancestor.mode() & OTHERS_WRITE != 0 && ancestor.mode() & STICKY == 0;
        !trusted || shared
    }

    fn user() -> u32 {
        rustix::process::geteuid().as_raw()
    }
}
