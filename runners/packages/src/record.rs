//! What is known of a set.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::request::hexadecimal;
use crate::tree::Tree;

/// What is known of a set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The name of its directory.
    pub name: String,
    /// What it was installed for, in a few words: `python 3.13 on x86_64`.
    pub platform: String,
    /// Its packages, sorted by name.
    pub packages: Vec<Pinned>,
    /// Bytes of all its files.
    pub bytes: u64,
    /// How many files it has.
    pub files: u64,
    /// In seconds since 1970.
    pub(crate) installed: u64,
    /// The digest of what is where, and how large it is.
    pub(crate) shape: String,
    /// The digest of all that, and of what is in the files.
    pub(crate) digest: String,
}

/// A package of one version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pinned {
    /// Its name.
    pub name: String,
    /// Its version; of npm's that lie under another name than their own, `npm:name@version`.
    pub version: String,
    /// The digest of what was downloaded, as the index gives it: `sha256:…`, `sha512-…`; uv's is of the
    /// digests of all files that the index has of the version. Empty where the index gives none.
    pub hash: String,
}

impl Record {
    /// When it was installed.
    pub fn installed(&self) -> SystemTime {
        UNIX_EPOCH.checked_add(Duration::from_secs(self.installed)).unwrap_or(UNIX_EPOCH)
    }

    pub(crate) fn new(name: String, platform: String, packages: Vec<Pinned>, tree: Tree) -> Self {
        let Tree { bytes, files, shape, digest } = tree;
        Self { name, platform, packages, bytes, files, installed: now(), shape, digest }
    }
}

/// The name of the directory of a set: the same for whoever has the secret, and nothing that can be
/// guessed for who has not.
pub(crate) fn name(secret: &[u8], owner: &str, platform: &str, packages: &[Pinned]) -> String {
    let packages = serde_json::to_vec(packages).unwrap_or_default();
    let mut name = hexadecimal(&[secret, owner.as_bytes(), platform.as_bytes(), &packages]);
    // 128 bits are more than anybody can try.
    name.truncate(32);
    name
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
