//! Keeps installed packages, so that a program that needs some need not wait for them.
//!
//! A [`Request`] is everything that an installation depends on; the [`Cache`] answers it with a
//! [`Set`]: a directory of packages that never changes again. Where it has none, the caller installs
//! one, once, however many ask for it, in this process or another on the same machine.
//!
//! ```text
//! request --(for a while)--> set: exact versions and their hashes --> directory
//! ```
//!
//! Two requests that come to the same versions share a directory. What a program may find of it is its
//! own set alone: sets stand beside each other in [`Cache::sets`], and have names that nobody can guess.
//!
//! The folder looks like this. All of it can be removed while nobody uses it.
//!
//! ```text
//! secret        what makes the names of sets hard to guess
//! sets/NAME/    the packages; read only
//! records/NAME  what the set is; its time is that of the last use, its lock is held while it is used
//! requests/KEY  which set answers a request, and since when
//! staging/      what is being installed, or removed
//! locks/        held by whoever installs for a request, or changes which sets there are
//! ```

mod cache;
mod error;
mod installer;
mod lock;
mod record;
mod request;
mod requirement;
mod set;
mod staging;
mod store;
mod tree;
mod upkeep;

pub use cache::{Cache, Installed};
pub use error::{CacheError, InstallError, ObtainError, Words};
pub use installer::{Found, Installer, Reason, Settings, Sources, Trial};
pub use record::{Pinned, Record};
pub use request::Request;
pub use requirement::{NotARequirement, Requirement};
pub use set::Set;
pub use upkeep::{Kept, Removed, Room, Verified};
