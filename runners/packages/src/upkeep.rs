//! What is looked after from time to time: the size, and whether all is as it was.

use std::fs;
use std::time::SystemTime;

use crate::store::{self, Store};
use crate::tree::Tree;
use crate::{Cache, CacheError, Record};

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// How many sets.
    pub sets: u64,
    /// Their size in bytes.
    pub bytes: u64,
    /// How many stay because somebody uses them.
    pub in_use: u64,
}

/// A set that was read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The set.
    pub record: Record,
    /// Whether it is as it was installed. One that is not has been removed, if nobody uses it.
    pub is_whole: bool,
}

impl Cache {
    /// All sets, and when each was used last; the last used first.
    pub fn list(&self) -> Vec<(Record, SystemTime)> {
        let mut all = self.store.list();
        all.reverse();
        all
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
        let verify = |(record, _): (Record, _)| {
            let read = Tree::of(&self.store.sets.join(&record.name));
            let is_whole = read.is_ok_and(|tree| tree.digest == record.digest);
            if !is_whole {
                self.store.remove(&record.name)?;
            }
            Ok(Verified { record, is_whole })
        };
        self.list().into_iter().map(verify).collect()
    }
}

impl Store {
    /// The last used last.
    fn list(&self) -> Vec<(Record, SystemTime)> {
        let mut all: Vec<(Record, SystemTime)> = Vec::new();
        for entry in fs::read_dir(&self.records).into_iter().flatten().flatten() {
            let used = entry.metadata().and_then(|metadata| metadata.modified());
            let record = fs::read(entry.path()).ok();
            let record = record.and_then(|text| serde_json::from_slice(&text).ok());
            all.extend(record.zip(used.ok()));
        }
        all.sort_by_key(|(_, used)| *used);
        all
    }

    /// Removes sets until what is left is small enough, the one that was not used for longest first;
    /// then answers that name none.
    pub(crate) fn shrink(&self, is_enough: impl Fn(u64) -> bool) -> Result<Removed, CacheError> {
        let all = self.list();
        let mut left: u64 = all.iter().map(|(record, _)| record.bytes).sum();
        let mut removed = Removed::default();
        for (record, _) in &all {
            if is_enough(left) {
                break;
            }
            if self.remove(&record.name)? {
                left -= record.bytes;
                (removed.sets, removed.bytes) = (removed.sets + 1, removed.bytes + record.bytes);
            } else {
                removed.in_use += 1;
            }
        }
        if removed.sets > 0 {
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
