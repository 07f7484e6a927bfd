//! What can go wrong with the cache.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lazaret_sandbox::RunnerError;

use crate::Reason;
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
    /// Others can write to the folder.
    #[error("cannot use `{}`: it is not this user's alone", path.display())]
    NotPrivate {
        /// The folder.
        path: PathBuf,
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
    /// What the user can do about it, where that is known.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::NotPrivate { .. } => Some(
                "set `dependencies.cache` to a directory of one's own that nobody else can write to",
            ),
            Self::TooLarge { .. } => Some("raise `dependencies.cache_size`"),
            Self::Io { .. } | Self::Foreign { .. } => None,
        }
    }

    /// For `map_err`: doing `action` with `path` failed.
    pub(crate) fn of(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

/// Why packages cannot be installed.
#[derive(Debug, Error)]
pub enum InstallError {
    /// Nothing may be asked of the network, and they are not there.
    #[error("cannot install {what}: nothing may be downloaded, and it is not in the cache")]
    Offline {
        /// The requirements, for people.
        what: String,
    },
    /// The installer says why not.
    #[error("cannot install {what}: {reason}")]
    Refused {
        /// The requirements, for people.
        what: String,
        /// What that means.
        reason: Reason,
        /// The installer's own last words.
        #[source]
        words: Words,
    },
    /// It took too long.
    #[error("cannot install {what}: it is not done after {}", lazaret_sandbox::Time(*limit))]
    TooSlow {
        /// The requirements, for people.
        what: String,
        /// How long it may take.
        limit: Duration,
    },
    /// It takes too much room.
    #[error("cannot install {what}: it takes more than {}", lazaret_sandbox::Size(*limit))]
    TooLarge {
        /// The requirements, for people.
        what: String,
        /// Bytes that it had when it was ended.
        size: u64,
        /// Bytes that it may have.
        limit: u64,
    },
    /// The installer ended without an answer.
    #[error("cannot install {what}: the installer ended with {end}")]
    Broken {
        /// The requirements, for people.
        what: String,
        /// How it ended.
        end: String,
        /// Its last words.
        #[source]
        words: Words,
    },
    /// The runner could not run an installer.
    #[error(transparent)]
    Runner(#[from] RunnerError),
    /// What was installed cannot be kept.
    #[error(transparent)]
    Cache(#[from] CacheError),
}

impl InstallError {
    /// Whether the index may say more another time.
    pub(crate) fn is_outage(&self) -> bool {
        match self {
            Self::Refused { reason, .. } => *reason == Reason::Unreachable,
            Self::TooSlow { .. } => true,
            _ => false,
        }
    }

    /// Whether nobody could install what was asked for, here or elsewhere.
    pub fn is_callers_mistake(&self) -> bool {
        match self {
            Self::Refused { reason, .. } => matches!(
                reason,
                Reason::UnknownPackage(_)
                    | Reason::UnknownVersion(_)
                    | Reason::NoWheel(_)
                    | Reason::Outside
                    | Reason::Conflict
            ),
            Self::Cache(error) => {
                matches!(error, CacheError::Foreign { .. } | CacheError::TooLarge { .. })
            }
            Self::TooLarge { .. } | Self::Runner(RunnerError::Job(_) | RunnerError::Limit(_)) => {
                true
            }
            _ => false,
        }
    }

    /// What the user can do about it, where that is known.
    pub fn help(&self) -> Option<&str> {
        match self {
            Self::Offline { .. } => {
                Some("set `dependencies.offline = false`, or run it once where there is a network")
            }
            Self::TooSlow { .. } => {
                Some("look whether the index answers, or raise `dependencies.timeout`")
            }
            Self::TooLarge { .. } => Some("raise `dependencies.size`"),
            Self::Runner(error) => error.help(),
            Self::Refused { reason, .. } => reason.help(),
            Self::Broken { .. } | Self::Cache(_) => None,
        }
    }
}

/// The last words of an installer: lines of text.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct Words(pub String);

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
