//! A set that somebody uses.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::Record;

/// A set of packages, which is not removed as long as this is held.
#[derive(Debug)]
pub struct Set {
    pub(crate) record: Record,
    pub(crate) path: PathBuf,
    /// Its lock is shared by all who use the set, in every process.
    pub(crate) _used: File,
}

impl Set {
    /// What it is.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Its directory. To be read only.
    pub fn path(&self) -> &Path {
        &self.path
    }
}
