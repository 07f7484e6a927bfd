//! Whether somebody has changed a policy.
//!
//! The files are looked at every now and then. A policy has few, and their times and sizes are the same
//! on every file system, in containers and over a network, where nobody is told of changes. What is
//! compared is what there is, so a build that writes files sets off nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use ignore::{DirEntry, WalkBuilder};
use tokio::time::sleep;

/// Between two looks: nobody waits for it, and it is no work.
const PAUSE: Duration = Duration::from_millis(200);

/// What is made of a policy, beside what begins with a dot and what its `.gitignore` says.
const MADE: [&str; 5] = ["target", "build", "node_modules", "__pycache__", "Cargo.lock"];

/// The files of a policy, as they were.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Snapshot {
    folder: PathBuf,
    files: BTreeMap<PathBuf, Look>,
}

/// When a file was written, and its size.
type Look = (Option<SystemTime>, u64);

impl Snapshot {
    /// The files in `folder`.
    pub(super) fn of(folder: &Path) -> Self {
        let mut walk = WalkBuilder::new(folder);
        // The rules of others are not for this folder, and its own are without a repository, too.
        walk.parents(false).git_global(false).require_git(false).filter_entry(is_written);
        let look = |entry: DirEntry| {
            let metadata = entry.path().metadata().ok().filter(std::fs::Metadata::is_file)?;
            Some((entry.path().to_owned(), (metadata.modified().ok(), metadata.len())))
        };
        Self {
            folder: folder.to_owned(),
            files: walk.build().filter_map(Result::ok).filter_map(look).collect(),
        }
    }

    /// Waits until it is otherwise, and nobody is writing any more.
    pub(super) async fn changed(&self) -> Self {
        let mut last = self.clone();
        loop {
            sleep(PAUSE).await;
            let now = Self::of(&self.folder);
            if now == last && now != *self {
                return now;
            }
            last = now;
        }
    }

    /// The files that are new, gone or otherwise in `other`, by their paths in the folder.
    pub(super) fn difference<'a>(&'a self, other: &'a Self) -> Vec<&'a Path> {
        let one_way = |one: &'a Self, other: &'a Self| {
            one.files.iter().filter(|(path, look)| other.files.get(*path) != Some(*look))
        };
        let both = one_way(self, other).chain(one_way(other, self));
        let mut paths: Vec<&Path> =
            both.map(|(path, _)| path.strip_prefix(&self.folder).unwrap_or(path)).collect();
        paths.sort();
        paths.dedup();
        paths
    }
}

/// Whether a person writes it.
fn is_written(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    entry.depth() == 0
        || !MADE.iter().any(|made| name == *made)
            && Path::new(name).extension().is_none_or(|extension| extension != "wasm")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::Snapshot;

    #[test]
    fn what_a_person_writes_is_told_apart_from_what_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "a").unwrap();
        };
        write("policy.c");
        write(".gitignore");
        fs::write(folder.path().join(".gitignore"), "/notes\n").unwrap();
        let before = Snapshot::of(folder.path());
        for made in ["build/policy.c", "target/x", "Cargo.lock", "mine.wasm", ".venv/x", "notes"] {
            write(made);
        }
        assert!(before == Snapshot::of(folder.path()));
        write("fixtures/bad.py");
        fs::remove_file(folder.path().join("policy.c")).unwrap();
        let now = Snapshot::of(folder.path());
        assert_eq!(before.difference(&now), [Path::new("fixtures/bad.py"), Path::new("policy.c")]);
    }
}
