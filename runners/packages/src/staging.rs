//! Where packages are installed before anybody can see them, and where sets go that are removed.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::TempDir;

use crate::CacheError;

/// The name of the file whose lock tells that somebody is at work here.
const HELD: &str = "held";
/// The directory for the packages.
const PACKAGES: &str = "packages";

/// A directory that goes when this is dropped, and at the next opportunity when its process dies.
#[derive(Debug)]
pub(crate) struct Staging {
    folder: TempDir,
    _held: File,
}

impl Staging {
    /// A new one, in the folder of all.
    pub(crate) fn new(all: &Path) -> Result<Self, CacheError> {
        let folder = TempDir::new_in(all).map_err(CacheError::of("write to", all))?;
        let path = folder.path().join(HELD);
        let held = File::create(&path).map_err(CacheError::of("make", &path))?;
        held.lock().map_err(CacheError::of("lock", &path))?;
        let packages = folder.path().join(PACKAGES);
        fs::create_dir(&packages).map_err(CacheError::of("make", &packages))?;
        // Whoever installs may be another user. Nobody gets here who is not shown the way.
        let everybody = fs::set_permissions(&packages, Permissions::from_mode(0o777));
        everybody.map_err(CacheError::of("change", &packages))?;
        Ok(Self { folder, _held: held })
    }

    /// Where the packages go.
    pub(crate) fn packages(&self) -> std::path::PathBuf {
        self.folder.path().join(PACKAGES)
    }

    /// Takes a directory from where it is seen; it goes with this one.
    pub(crate) fn take(&self, directory: &Path) -> Result<(), CacheError> {
        let place = self.folder.path().join("removed");
        fs::rename(directory, place).map_err(CacheError::of("remove", directory))
    }
}

/// Removes what processes left that have died at work. One that is just being made, and is not locked
/// yet, has no such file, or is younger than ten seconds.
pub(crate) fn sweep(all: &Path) {
    for entry in fs::read_dir(all).into_iter().flatten().flatten() {
        let folder = entry.path();
        let held = File::open(folder.join(HELD));
        let is_left = match &held {
            Ok(held) => held.try_lock().is_ok() && !is_young(held.metadata()),
            Err(_) => !is_young(entry.metadata()),
        };
        if is_left {
            // What cannot be removed now is tried again the next time.
            let _ = fs::remove_dir_all(folder);
        }
    }
}

fn is_young(metadata: std::io::Result<fs::Metadata>) -> bool {
    let age = metadata.and_then(|metadata| metadata.modified()).map(|time| time.elapsed());
    !matches!(age, Ok(Ok(age)) if age.as_secs() > 10)
}
