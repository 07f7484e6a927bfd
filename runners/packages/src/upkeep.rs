//! What is looked after from time to time: the size, and whether all is as it was.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::SystemTime;

use rustix::fs::Access;

use crate::store::{self, Store};
use crate::tree::Tree;
use crate::{Cache, CacheError, Record, lock};

/// A set that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What it is.
    pub record: Record,
    /// When it was used last.
    pub used: SystemTime,
    /// Whether somebody uses it now.
    pub in_use: bool,
}

/// What was removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// The sets that are gone.
    pub sets: Vec<Kept>,
    /// Those that would be, and stay because somebody uses them.
    pub in_use: Vec<Kept>,
}

/// A set that was read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The set.
    pub kept: Kept,
    /// Whether it is as it was installed.
    pub is_whole: bool,
    /// Whether it was removed: one that is not whole is, if nobody uses it.
    pub is_removed: bool,
}

impl Cache {
    /// All sets; the last used first.
    pub fn list(&self) -> Result<Vec<Kept>, CacheError> {
        let _change = lock::change(&self.store.locks)?;
        let kept = |(record, used): (Record, SystemTime)| {
            let in_use = self.store.is_used(&record.name);
            Kept { record, used, in_use }
        };
        Ok(self.store.list().into_iter().rev().map(kept).collect())
    }

    /// Removes the sets that were not used for longest, until no more than `bytes` are left. Those that
    /// somebody uses stay.
    pub fn prune(&self, bytes: u64) -> Result<Removed, CacheError> {
        self.store.shrink(|left| left <= bytes)
    }

    /// Removes all sets but those that somebody uses.
    pub fn clear(&self) -> Result<Removed, CacheError> {
        self.store.shrink(|_| false)
    }

    /// Reads every file of every set.
    pub fn verify(&self) -> Result<Vec<Verified>, CacheError> {
        self.list()?.into_iter().filter_map(|kept| self.verify_one(&kept).transpose()).collect()
    }

    /// Nothing where it was removed meanwhile.
    fn verify_one(&self, kept: &Kept) -> Result<Option<Verified>, CacheError> {
        let Some((held, record)) = self.store.hold(&kept.record.name) else { return Ok(None) };
        let read = Tree::of(&self.store.sets.join(&record.name));
        let is_whole = read.is_ok_and(|tree| tree.digest == record.digest);
        drop(held);
        let is_removed = !is_whole && self.store.remove(&record.name)?;
        Ok(Some(Verified { kept: Kept { record, ..kept.clone() }, is_whole, is_removed }))
    }
}

/// The room that there is where a cache is, or would be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// Bytes that this user may still write there.
    pub free: u64,
    /// Whether he may write there at all.
    pub is_writable: bool,
}

impl Room {
    /// In a folder, or the nearest above it that there is. Nothing is made.
    pub fn of(folder: &Path) -> Result<Self, CacheError> {
        let folder = std::path::absolute(folder).map_err(CacheError::of("find", folder))?;
        let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/"));
        let is_writable = rustix::fs::access(there, Access::WRITE_OK).is_ok();
        let read = |error: rustix::io::Errno| CacheError::of("read", there)(error.into());
        let status = rustix::fs::statvfs(there).map_err(read)?;
        Ok(Self { free: status.f_bavail.saturating_mul(status.f_frsize), is_writable })
    }
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

impl Store {
    /// The last used last.
    fn list(&self) -> Vec<(Record, SystemTime)> {
        let records = names_in(&self.records).into_iter();
        let mut all: Vec<(Record, SystemTime)> =
            records.filter_map(|name| self.record(&name)).collect();
        all.sort_by_key(|(_, used)| *used);
        all
    }

    /// The record of a set, and when the set was used last.
    fn record(&self, name: &str) -> Option<(Record, SystemTime)> {
        let path = self.records.join(name);
        let used = fs::metadata(&path).and_then(|metadata| metadata.modified()).ok()?;
        let record = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        Some((record, used))
    }

    /// Removes what nobody finds: sets without a record, and those whose record was cut off. One that another
    /// version has written stays. Nobody has to wait for that to succeed.
    fn remove_lost(&self) {
        let all = [&self.sets, &self.records].map(|folder| names_in(folder));
        for name in all.into_iter().flatten().filter(|name| self.is_lost(name)) {
            match self.remove(&name) {
                Ok(is_removed) => tracing::info!(name, is_removed, "a set has no record"),
                Err(error) => tracing::warn!(name, %error, "a set has no record"),
            }
        }
    }

    fn is_lost(&self, name: &str) -> bool {
        match fs::read(self.records.join(name)) {
            Ok(text) => serde_json::from_slice::<serde::de::IgnoredAny>(&text).is_err(),
            Err(error) => error.kind() == ErrorKind::NotFound,
        }
    }

    /// Removes sets until what is left is small enough, the one that was not used for longest first;
    /// then answers that name none.
    pub(crate) fn shrink(&self, is_enough: impl Fn(u64) -> bool) -> Result<Removed, CacheError> {
        self.remove_lost();
        let all = self.list();
        let mut left: u64 = all.iter().map(|(record, _)| record.bytes).sum();
        let mut removed = Removed::default();
        for (record, used) in all {
            if is_enough(left) {
                break;
            }
            let in_use = !self.remove(&record.name)?;
            let kept = Kept { record, used, in_use };
            if in_use {
                removed.in_use.push(kept);
            } else {
                left -= kept.record.bytes;
                removed.sets.push(kept);
            }
        }
        if !removed.sets.is_empty() {
            self.forget_answers();
        }
        Ok(removed)
    }

    fn forget_answers(&self) {
        for entry in fs::read_dir(&self.requests).into_iter().flatten().flatten() {
            let set = store::answering(&entry.path());
            let is_answer = set.is_some_and(|set| self.records.join(set).exists());
            if !is_answer {
                // It answers nothing; that it stays costs a hundred bytes.
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}
