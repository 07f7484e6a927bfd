//! What can go wrong with the cache.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// What can go wrong with the cache.
#[derive(Debug, Error)]
pub enum CacheError {
    /// The file system refuses something.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// What was being done: `make`, `read`.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// An installation left something that is no package's: a device, a link that leads outside.
    #[error("cannot keep the installed packages: `{}` is {what}", path.display())]
    Foreign {
        /// Where, below the set.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// A set is larger than all that may be kept.
    #[error("cannot keep the installed packages: they have {bytes} bytes, and the cache {limit}")]
    TooLarge {
        /// The size of the set.
        bytes: u64,
        /// The size of the cache.
        limit: u64,
    },
}

impl CacheError {
    /// For `map_err`: doing `action` with `path` failed.
    pub(crate) fn of(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

/// Why there is no set.
#[derive(Debug, Error)]
pub enum ObtainError<E> {
    /// The cache.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The installation, in the caller's own words.
    #[error("{0}")]
    Install(#[source] E),
}
