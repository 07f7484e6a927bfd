//! A directory of packages: what may be in it, how large it is, and its digests.
//!
//! What an installation leaves is looked at as something that a stranger made, after its sandbox has
//! gone: no link is followed.

use std::fs::{self, File, Permissions};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown, symlink};
use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};
use walkdir::{DirEntry, WalkDir};

use crate::CacheError;
use crate::request::hex;

/// What was found out about a directory.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tree {
    pub(crate) bytes: u64,
    pub(crate) files: u64,
    /// The digest of what is where, and how large it is.
    pub(crate) shape: String,
    /// The digest of all that, and of what is in the files.
    pub(crate) digest: String,
}

impl Tree {
    /// Reads every file.
    pub(crate) fn of(root: &Path) -> Result<Self, CacheError> {
        let (mut bytes, mut files) = (0, 0);
        let (mut shape, mut contents) = (Sha256::new(), Sha256::new());
        for entry in entries(root) {
            let entry = entry?;
            if let Some(size) = describe(root, &entry, &mut shape)? {
                (bytes, files) = (bytes + size, files + 1);
                let read = read(entry.path(), &mut contents);
                read.map_err(CacheError::of("read", entry.path()))?;
            }
        }
        let shape = shape.finalize();
        contents.update(shape);
        Ok(Self { bytes, files, shape: hex(&shape), digest: hex(&contents.finalize()) })
    }
}

/// The digest of what is where and how large it is: quick, and enough to see what was cut off.
pub(crate) fn shape(root: &Path) -> Result<String, CacheError> {
    let mut shape = Sha256::new();
    for entry in entries(root) {
        describe(root, &entry?, &mut shape)?;
    }
    Ok(hex(&shape.finalize()))
}

/// Makes all of it this user's own. Root changes the owners; others make a copy beside it where
/// something belongs to somebody else, and answer where that is.
pub(crate) fn adopt(root: PathBuf) -> Result<PathBuf, CacheError> {
    let me = rustix::process::geteuid();
    let mut foreign = Vec::new();
    for entry in entries(&root) {
        let entry = entry?;
        if metadata(&entry)?.uid() != me.as_raw() {
            foreign.push(entry.into_path());
        }
    }
    if foreign.is_empty() {
        return Ok(root);
    }
    if !me.is_root() {
        return copy(&root);
    }
    for path in foreign {
        lchown(&path, Some(0), Some(0)).map_err(CacheError::of("own", &path))?;
    }
    Ok(root)
}

/// A copy of a directory, beside it, in which everything is this user's own.
fn copy(root: &Path) -> Result<PathBuf, CacheError> {
    let own = root.with_extension("own");
    for entry in entries(root) {
        let entry = entry?;
        let path = entry.path();
        let to = own.join(path.strip_prefix(root).unwrap_or(path));
        let kind = entry.file_type();
        let copied = if kind.is_dir() {
            fs::create_dir(&to)
        } else if kind.is_symlink() {
            fs::read_link(path).and_then(|target| symlink(target, &to))
        } else if kind.is_file() {
            fs::copy(path, &to).map(drop)
        } else {
            let below = path.strip_prefix(root).unwrap_or(path).to_owned();
            return Err(CacheError::Foreign { path: below, what: NO_FILE });
        };
        copied.map_err(CacheError::of("copy", path))?;
    }
    Ok(own)
}

/// What no package has.
const NO_FILE: &str = "neither a file nor a directory";

/// Lets everybody read all of it and nobody write to its files, and refuses what packages do not have.
pub(crate) fn settle(root: &Path) -> Result<(), CacheError> {
    for entry in entries(root) {
        let entry = entry?;
        let (kind, path) = (entry.file_type(), entry.path());
        let below = path.strip_prefix(root).unwrap_or(path);
        let foreign = |what| Err(CacheError::Foreign { path: below.to_owned(), what });
        let mode = if kind.is_dir() {
            0o755
        } else if kind.is_file() {
            let metadata = metadata(&entry)?;
            if metadata.permissions().mode() & 0o111 == 0 { 0o444 } else { 0o555 }
        } else if kind.is_symlink() {
            let target = fs::read_link(path).map_err(CacheError::of("read", path))?;
            if !stays_inside(below, &target) {
                return foreign("a link that leads outside");
            }
            continue;
        } else {
            return foreign(NO_FILE);
        };
        let set = fs::set_permissions(path, Permissions::from_mode(mode));
        set.map_err(CacheError::of("change", path))?;
    }
    Ok(())
}

/// In an order that depends on the names alone.
fn entries(root: &Path) -> impl Iterator<Item = Result<DirEntry, CacheError>> {
    let root_path = root.to_owned();
    WalkDir::new(root).sort_by_file_name().into_iter().map(move |entry| {
        entry.map_err(|error| {
            let path = error.path().unwrap_or(&root_path).to_owned();
            let source =
                error.into_io_error().unwrap_or_else(|| io::Error::other("a loop of links"));
            CacheError::Io { action: "read", path, source }
        })
    })
}

/// Adds an entry to a digest. Answers with the size of a file.
fn describe(root: &Path, entry: &DirEntry, into: &mut Sha256) -> Result<Option<u64>, CacheError> {
    let path = entry.path();
    let below = path.strip_prefix(root).unwrap_or(path).as_os_str().as_bytes();
    let kind = entry.file_type();
    let mut add = |mark: &[u8], what: &[u8]| {
        for part in [mark, below, what] {
            into.update((part.len() as u64).to_le_bytes());
            into.update(part);
        }
    };
    if kind.is_dir() {
        add(b"directory", b"");
        return Ok(None);
    }
    if kind.is_symlink() {
        let target = fs::read_link(path).map_err(CacheError::of("read", path))?;
        add(b"link", target.as_os_str().as_bytes());
        return Ok(None);
    }
    let metadata = metadata(entry)?;
    let mark: &[u8] = if metadata.permissions().mode() & 0o111 == 0 { b"file" } else { b"program" };
    add(mark, &metadata.len().to_le_bytes());
    Ok(Some(metadata.len()))
}

/// Adds what is in a file.
fn read(path: &Path, into: &mut Sha256) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(()),
            count => into.update(&buffer[..count]),
        }
    }
}

fn metadata(entry: &DirEntry) -> Result<fs::Metadata, CacheError> {
    entry.metadata().map_err(|error| CacheError::of("read", entry.path())(error.into()))
}

/// Whether a link at `link`, below the root, leads to something below the root, by its words alone.
fn stays_inside(link: &Path, target: &Path) -> bool {
    let mut place: PathBuf = link.parent().unwrap_or(Path::new("")).to_owned();
    target.components().all(|component| match component {
        Component::Normal(name) => {
            place.push(name);
            true
        }
        Component::CurDir => true,
        Component::ParentDir => place.pop(),
        Component::RootDir | Component::Prefix(_) => false,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::thread;

    use rustix::fs::{Gid, Uid};
    use rustix::thread::{set_thread_res_gid, set_thread_res_uid};

    use super::*;

    fn make(root: &Path) {
        fs::create_dir_all(root.join("package/inner")).unwrap();
        fs::write(root.join("package/inner/module.py"), "words = 1").unwrap();
        symlink("inner/module.py", root.join("package/alias.py")).unwrap();
        for path in [root, &root.join("package"), &root.join("package/inner")] {
            fs::set_permissions(path, Permissions::from_mode(0o777)).unwrap();
        }
    }

    fn owners(root: &Path) -> Vec<u32> {
        entries(root).map(|entry| metadata(&entry.unwrap()).unwrap().uid()).collect()
    }

    /// As where an engine's sandbox runs an installer as a user of its own.
    #[test]
    fn what_belongs_to_somebody_else_is_this_users_afterwards() {
        const OTHER: u32 = 65534;
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
        let root = folder.path().join("packages");
        make(&root);
        assert_eq!(owners(&root), [0; 5], "needs root, to be two users");
        assert_eq!(adopt(root.clone()).unwrap(), root, "what is one's own stays where it is");
        let copied = thread::spawn({
            let root = root.clone();
            move || {
                let (user, group) = (Uid::from_raw(OTHER), Gid::from_raw(OTHER));
                set_thread_res_gid(group, group, group).unwrap();
                set_thread_res_uid(user, user, user).unwrap();
                adopt(root)
            }
        });
        let own = copied.join().unwrap().unwrap();
        assert_ne!(own, root);
        assert_eq!(owners(&own), [OTHER; 5]);
        assert_eq!(shape(&own).unwrap(), shape(&root).unwrap());
        assert_eq!(fs::read_to_string(own.join("package/alias.py")).unwrap(), "words = 1");
        // Root takes it over where it is.
        assert_eq!(adopt(own.clone()).unwrap(), own);
        assert_eq!(owners(&own), [0; 5]);
    }
}
