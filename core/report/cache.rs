//! What is in the cache of packages, and what was done with it, as JSON, version 1.
//!
//! These types are the wire format, apart from the ones that the cache works with: they change only by
//! additions, and `schemas/cache.v1.json` is their published schema.

pub(crate) mod human;

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lazaret_packages::{Kept, Removed, Verified};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::v1::InstalledPackage;

/// A set, and what became of it.
pub(crate) struct Seen {
    pub(crate) kept: Kept,
    /// Whether it is gone now.
    pub(crate) is_removed: bool,
    /// Whether it is as it was installed, where somebody looked.
    pub(crate) is_whole: Option<bool>,
}

/// The cache of packages.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Cache {
    /// Always 1.
    pub version: u32,
    /// Its directory.
    pub folder: String,
    /// Bytes that may be kept.
    pub limit: u64,
    /// All sets, the last used first; of `show` that which was asked for; of `prune` and `clear` those
    /// that had to go.
    pub sets: Vec<Set>,
}

/// Packages that were installed together.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Set {
    /// Its name, which is that of its directory below `sets`.
    pub name: String,
    /// What it was installed for: `cpython-313 x86_64 glibc 2.41`.
    pub platform: String,
    /// Everything in it.
    pub packages: Vec<InstalledPackage>,
    /// Bytes of all its files.
    pub bytes: u64,
    /// How many files it has.
    pub files: u64,
    /// When it was installed (RFC 3339).
    pub installed: String,
    /// When it was used last (RFC 3339).
    pub used: String,
    /// Whether somebody uses it now. Such a set is not removed.
    pub in_use: bool,
    /// Whether it was removed just now.
    pub removed: bool,
    /// Whether it is as it was installed; null where nobody looked.
    pub whole: Option<bool>,
}

impl Cache {
    /// Of the cache in `folder`, which keeps `limit` bytes.
    pub(crate) fn new(folder: &Path, limit: u64, sets: &[Seen]) -> Self {
        let folder = folder.display().to_string();
        Self { version: 1, folder, limit, sets: sets.iter().map(Set::from).collect() }
    }
}

impl From<&Seen> for Set {
    fn from(Seen { kept, is_removed, is_whole }: &Seen) -> Self {
        let record = &kept.record;
        Self {
            name: record.name.clone(),
            platform: record.platform.clone(),
            packages: record.packages.iter().map(InstalledPackage::from).collect(),
            bytes: record.bytes,
            files: record.files,
            installed: rfc3339(record.installed()),
            used: rfc3339(kept.used),
            in_use: kept.in_use,
            removed: *is_removed,
            whole: *is_whole,
        }
    }
}

impl From<Kept> for Seen {
    fn from(kept: Kept) -> Self {
        Self { kept, is_removed: false, is_whole: None }
    }
}

impl From<Verified> for Seen {
    fn from(Verified { kept, is_whole, is_removed }: Verified) -> Self {
        Self { kept, is_removed, is_whole: Some(is_whole) }
    }
}

impl Seen {
    /// What was removed, and then what stays.
    pub(crate) fn all(removed: Removed) -> Vec<Self> {
        let gone = |kept| Self { is_removed: true, ..Self::from(kept) };
        let stay = removed.in_use.into_iter().map(Self::from);
        removed.sets.into_iter().map(gone).chain(stay).collect()
    }

    /// Whether it is known to be damaged.
    pub(crate) fn is_damaged(&self) -> bool {
        self.is_whole == Some(false)
    }
}

/// A time as text. Files can have times that the form has no room for.
fn rfc3339(time: SystemTime) -> String {
    const LAST: u64 = 253_402_300_799; // 9999-12-31T23:59:59Z
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let time = UNIX_EPOCH + Duration::from_secs(seconds.min(LAST));
    humantime::format_rfc3339_seconds(time).to_string()
}

/// The published schema.
pub fn schema() -> Value {
    schemars::schema_for!(Cache).to_value()
}
