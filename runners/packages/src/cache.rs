//! The cache: one request is answered, or one set installed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinError, spawn_blocking};

use crate::lock::Turns;
use crate::record::now;
use crate::staging::{self, Staging};
use crate::store::Store;
use crate::{CacheError, ObtainError, Pinned, Record, Request, Set};

/// Sets of packages in a folder.
#[derive(Debug)]
pub struct Cache {
    pub(crate) store: Arc<Store>,
    turns: Turns,
    pub(crate) size: u64,
}

/// After how long an index is asked again that did not answer. To find that out takes some seconds.
const RETRY: Duration = Duration::from_mins(1);

/// What an installation came to.
#[derive(Debug)]
pub enum Installed {
    /// The request still means what it did: there is nothing new.
    Unchanged,
    /// Nobody can say what the request means now. What it meant before is used for a while.
    Unknown,
    /// These packages are in the directory now.
    New {
        /// What they were installed for, as who installed them knows it.
        platform: String,
        /// All of them.
        packages: Vec<Pinned>,
    },
}

impl Cache {
    /// The cache in `folder`, which is made where it does not exist, of `size` bytes. What processes
    /// left there that have died is removed.
    ///
    /// Programs run what is in it, so nobody else may be able to write to the folder or replace it; the
    /// caller answers for that.
    pub fn open(folder: &Path, size: u64) -> Result<Self, CacheError> {
        let store = Store::open(folder)?;
        staging::sweep(&store.staging);
        let turns = Turns::new(store.locks.clone(), store.secret.clone());
        Ok(Self { store: Arc::new(store), turns, size })
    }

    /// The same, where there is one already. Nothing is made.
    pub fn open_existing(folder: &Path, size: u64) -> Result<Option<Self>, CacheError> {
        Store::is_in(folder)?.then(|| Self::open(folder, size)).transpose()
    }

    /// Where the sets of the cache in `folder` are.
    pub fn sets_in(folder: &Path) -> PathBuf {
        folder.join("sets")
    }

    /// Where all sets are. It can be entered, and not listed, by programs that are not its owner.
    pub fn sets(&self) -> PathBuf {
        self.store.sets.clone()
    }

    /// The set that answers a request, if it was found to within the last `fresh`.
    pub fn find(&self, request: &Request, fresh: Duration) -> Option<Set> {
        self.store.answer(request, fresh.as_secs())
    }

    /// The set that answers a request. If it is not there, or has not been asked for anew within
    /// `fresh`, `install` is called, which puts packages into the directory that it is given; it is told
    /// what answered the request before. Of all who ask for the same at one time, here or in another
    /// process, one installs and the others wait; where that fails, the next one tries.
    ///
    /// `owner` is whose index the packages come from; empty where it is everybody's. Sets of two owners
    /// are two, whatever is in them.
    ///
    /// Dropping the future leaves nothing behind.
    pub async fn obtain<E>(
        &self,
        request: &Request,
        owner: &str,
        fresh: Duration,
        install: impl AsyncFnOnce(&Path, Option<&Record>) -> Result<Installed, E>,
    ) -> Result<Set, ObtainError<E>> {
        if let Some(set) = self.find(request, fresh) {
            return Ok(set);
        }
        let _turn = self.turns.wait(request.key()).await?;
        if let Some(set) = self.find(request, fresh) {
            return Ok(set);
        }
        let before = self.find(request, Duration::MAX);
        self.sweep().await;
        let staging = Staging::new(&self.store.staging)?;
        let installed = install(&staging.packages(), before.as_ref().map(Set::record)).await;
        let installed = installed.map_err(ObtainError::Install)?;
        // An answer that is older than it looks is asked for anew sooner.
        let since = match installed {
            Installed::Unknown => (now() + RETRY.as_secs()).saturating_sub(fresh.as_secs()),
            _ => now(),
        };
        let set = match (installed, before) {
            (Installed::New { platform, packages }, _) => {
                self.keep(staging, owner, &platform, packages).await?
            }
            (_, Some(before)) => before,
            (_, None) => self.keep(staging, owner, "", Vec::new()).await?,
        };
        self.store.say(request, &set, since)?;
        Ok(set)
    }

    /// Removes what installations left that ended before their time: a sandbox takes a moment to go, and
    /// meanwhile goes on writing.
    async fn sweep(&self) {
        let all = self.store.staging.clone();
        // A runtime that ends leaves it to the next process.
        let _ = spawn_blocking(move || staging::sweep(&all)).await;
    }

    /// Keeps what was installed, and makes room for it.
    async fn keep(
        &self,
        staging: Staging,
        owner: &str,
        platform: &str,
        packages: Vec<Pinned>,
    ) -> Result<Set, CacheError> {
        let (store, most) = (Arc::clone(&self.store), self.size);
        let (owner, platform) = (owner.to_owned(), platform.to_owned());
        let kept = spawn_blocking(move || {
            let set = store.put(&staging, &owner, &platform, packages, most)?;
            store.shrink(|left| left <= most)?;
            Ok(set)
        });
        kept.await.unwrap_or_else(|error| Err(broken(error)))
    }
}

/// Nothing here panics, and a runtime that ends drops whoever waits before.
fn broken(error: JoinError) -> CacheError {
    CacheError::of("keep", Path::new("packages"))(error.into())
}
