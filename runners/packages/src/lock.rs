//! Turns: of several that want the same thing at one time, one does it.
//!
//! Within a process by a mutex, between processes by a locked file: the kernel gives it back when its
//! holder dies, whatever the cause.

use std::collections::HashMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;
use tokio::time::sleep;

use crate::CacheError;
use crate::request::hexadecimal;

/// How often somebody else's lock is looked at. Installing takes seconds.
const ROUND: Duration = Duration::from_millis(20);

/// The turns of one folder.
#[derive(Debug)]
pub(crate) struct Turns {
    folder: PathBuf,
    /// Or else a tenant could choose requests that make another's wait.
    secret: Vec<u8>,
    here: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

/// Somebody's turn, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _file: File,
    _here: OwnedMutexGuard<()>,
}

impl Turns {
    pub(crate) fn new(folder: PathBuf, secret: Vec<u8>) -> Self {
        Self { folder, secret, here: Mutex::default() }
    }

    /// Waits for a turn. Dropping the future gives it up.
    pub(crate) async fn wait(&self, key: &str) -> Result<Turn, CacheError> {
        let here = {
            let mut all = self.here.lock().unwrap_or_else(PoisonError::into_inner);
            all.retain(|_, mutex| Arc::strong_count(mutex) > 1);
            Arc::clone(all.entry(key.to_owned()).or_default())
        };
        let here = here.lock_owned().await;
        // Files of locks are never removed, because somebody may just have opened one. So there are
        // 4,096 at most, and what has one with others waits for them.
        let mut name = hexadecimal(&[&self.secret, key.as_bytes()]);
        name.truncate(3);
        let path = self.folder.join(name);
        let file = open(&path)?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Turn { _file: file, _here: here }),
                Err(TryLockError::WouldBlock) => sleep(ROUND).await,
                Err(TryLockError::Error(error)) => {
                    return Err(CacheError::of("lock", &path)(error));
                }
            }
        }
    }
}

/// Waits for the right to change which sets there are. Nobody holds it for long.
pub(crate) fn change(folder: &Path) -> Result<File, CacheError> {
    let path = folder.join("change");
    let file = open(&path)?;
    file.lock().map_err(CacheError::of("lock", &path))?;
    Ok(file)
}

fn open(path: &Path) -> Result<File, CacheError> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    options.open(path).map_err(CacheError::of("open", path))
}
