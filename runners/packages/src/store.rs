//! The sets that there are: one is put among them, used, or taken away.
//!
//! A set is there when it has a record. Its directory comes before the record and goes after it, so a
//! process that dies in between leaves a directory that nobody finds: the next set of that name takes its
//! place, or it goes when room is made.

use std::collections::HashSet;
use std::fs::{self, File, Permissions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::record::{self, now};
use crate::staging::Staging;
use crate::tree::{self, Tree};
use crate::{Cache, CacheError, Pinned, Record, Request, Set, lock};

/// The file with what makes the names of sets hard to guess.
const SECRET: &str = "secret";

/// The folders, and the secret.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) sets: PathBuf,
    pub(crate) records: PathBuf,
    pub(crate) requests: PathBuf,
    pub(crate) staging: PathBuf,
    pub(crate) locks: PathBuf,
    pub(crate) secret: Vec<u8>,
    /// The sets that this process has seen whole.
    whole: Mutex<HashSet<String>>,
}

/// Which set answers a request.
#[derive(Serialize, Deserialize)]
struct Answer {
    set: String,
    /// In seconds since 1970.
    since: u64,
}

impl Store {
    /// Whether there is a cache in a folder. One that is there is this user's alone.
    pub(crate) fn is_in(folder: &Path) -> Result<bool, CacheError> {
        let there = |path: &Path| path.try_exists().map_err(CacheError::of("read", path));
        if !there(folder)? {
            return Ok(false);
        }
        if !folder.is_dir() {
            let source = io::ErrorKind::NotADirectory.into();
            return Err(CacheError::of("use", folder)(source));
        }
        own(folder)?;
        there(&folder.join(SECRET))
    }

    pub(crate) fn open(folder: &Path) -> Result<Self, CacheError> {
        let make = |path: PathBuf| {
            let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&path);
            made.map_err(CacheError::of("make", &path)).map(|()| path)
        };
        let inside = |name: &str| make(folder.join(name));
        make(folder.to_owned())?;
        own(folder)?;
        let store = Self {
            sets: make(Cache::sets_in(folder))?,
            records: inside("records")?,
            requests: inside("requests")?,
            staging: inside("staging")?,
            locks: inside("locks")?,
            secret: secret(folder)?,
            whole: Mutex::default(),
        };
        // Programs enter it, and cannot see what else is there.
        let set = fs::set_permissions(&store.sets, Permissions::from_mode(0o711));
        set.map_err(CacheError::of("change", &store.sets))?;
        Ok(store)
    }

    /// The set that answers a request, if it began to within `fresh` seconds.
    pub(crate) fn answer(&self, request: &Request, fresh: u64) -> Option<Set> {
        let answer = read_answer(&self.requests.join(request.key()))?;
        let is_fresh = now().saturating_sub(answer.since) < fresh;
        if is_fresh { self.take(&answer.set) } else { None }
    }

    /// The set answers the request since a time, in seconds since 1970.
    pub(crate) fn say(&self, request: &Request, set: &Set, since: u64) -> Result<(), CacheError> {
        let answer = Answer { set: set.record.name.clone(), since };
        self.write(&self.requests.join(request.key()), &answer)
    }

    /// A set, to be used. One that is damaged is as good as none.
    pub(crate) fn take(&self, name: &str) -> Option<Set> {
        let (file, record) = self.hold(name)?;
        let path = self.sets.join(&record.name);
        let is_whole = record.name == name && self.is_whole(&record, &path);
        // A time that is not kept has the set removed earlier than others.
        let _ = file.set_modified(SystemTime::now());
        is_whole.then_some(Set { record, path, _used: file })
    }

    /// The record of a set, with the lock that keeps the set from being removed.
    pub(crate) fn hold(&self, name: &str) -> Option<(File, Record)> {
        let file = File::options().read(true).write(true).open(self.records.join(name)).ok()?;
        // Who removes a set locks it for himself, and takes the record away at once; who looks whether it
        // is used has it for a moment, which is longer where he does not get a processor.
        for _ in 0..500 {
            match file.try_lock_shared() {
                Ok(()) => return read(&file).map(|record| (file, record)),
                Err(TryLockError::WouldBlock) if is_there(&file) => sleep(Duration::from_millis(1)),
                Err(_) => return None,
            }
        }
        None
    }

    /// Whether somebody uses a set. Whoever asks has the right to change which sets there are, so that two
    /// who ask do not take each other for a user.
    pub(crate) fn is_used(&self, name: &str) -> bool {
        let record = File::open(self.records.join(name));
        record.is_ok_and(|record| matches!(record.try_lock(), Err(TryLockError::WouldBlock)))
    }

    /// The first time, it is looked whether all files are there, and as large as they were.
    fn is_whole(&self, record: &Record, path: &Path) -> bool {
        let whole = || self.whole.lock().unwrap_or_else(PoisonError::into_inner);
        if whole().contains(&record.name) {
            return path.is_dir();
        }
        let is_whole = tree::shape(path).is_ok_and(|shape| shape == record.shape);
        if is_whole {
            whole().insert(record.name.clone());
        }
        is_whole
    }

    /// Puts what was installed among the sets, unless it is there already.
    pub(crate) fn put(
        &self,
        staging: &Staging,
        owner: &str,
        platform: &str,
        packages: Vec<Pinned>,
        limit: u64,
    ) -> Result<Set, CacheError> {
        let packages = sorted(packages);
        let name = record::name(&self.secret, owner, platform, &packages);
        if let Some(set) = self.take(&name) {
            return Ok(set);
        }
        let installed = staging.packages();
        let installed = tree::adopt(installed)?;
        tree::settle(&installed)?;
        let tree = Tree::of(&installed)?;
        if tree.bytes > limit {
            return Err(CacheError::TooLarge { bytes: tree.bytes, limit });
        }
        flush(&installed)?;
        let _change = lock::change(&self.locks)?;
        if let Some(set) = self.take(&name) {
            return Ok(set);
        }
        let place = self.sets.join(&name);
        if place.symlink_metadata().is_ok() {
            // Damaged, or without a record.
            Staging::new(&self.staging)?.take(&place)?;
        }
        fs::rename(&installed, &place).map_err(CacheError::of("make", &place))?;
        let record = Record::new(name.clone(), platform.to_owned(), packages, tree);
        let path = self.records.join(&name);
        self.write(&path, &record)?;
        let gone = || io::Error::other("it went as soon as it was made");
        self.take(&name).ok_or_else(|| CacheError::of("read", &path)(gone()))
    }

    /// Removes a set, unless somebody uses it. Whether it is gone.
    pub(crate) fn remove(&self, name: &str) -> Result<bool, CacheError> {
        let path = self.records.join(name);
        let _change = lock::change(&self.locks)?;
        match File::open(&path) {
            Ok(record) if record.try_lock().is_err() => return Ok(false),
            Ok(_) => fs::remove_file(&path).map_err(CacheError::of("remove", &path))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(CacheError::of("read", &path)(error)),
        }
        self.whole.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        let place = self.sets.join(name);
        if place.symlink_metadata().is_ok() {
            Staging::new(&self.staging)?.take(&place)?;
        }
        Ok(true)
    }

    /// Writes a file that is there whole or not at all.
    fn write(&self, path: &Path, value: &impl Serialize) -> Result<(), CacheError> {
        let written = || {
            let mut file = tempfile::NamedTempFile::new_in(&self.staging)?;
            file.write_all(&serde_json::to_vec(value)?)?;
            file.as_file().sync_all()?;
            file.persist(path).map(drop).map_err(|error| error.error)
        };
        written().map_err(CacheError::of("write", path))
    }
}

/// Programs run what is in it, so nobody else may be able to write there.
fn own(folder: &Path) -> Result<(), CacheError> {
    let metadata = fs::metadata(folder).map_err(CacheError::of("read", folder))?;
    let is_ours = metadata.uid() == rustix::process::geteuid().as_raw();
    if is_ours && metadata.mode() & 0o022 == 0 {
        return Ok(());
    }
    Err(CacheError::NotPrivate { path: folder.to_owned() })
}

fn read_answer(path: &Path) -> Option<Answer> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// The set that the answer in a file names.
pub(crate) fn answering(path: &Path) -> Option<String> {
    read_answer(path).map(|answer| answer.set)
}

/// The record in a file, unless it was removed after somebody had opened it.
fn read(mut file: &File) -> Option<Record> {
    let mut text = Vec::new();
    file.read_to_end(&mut text).ok()?;
    if is_there(file) { serde_json::from_slice(&text).ok() } else { None }
}

fn is_there(file: &File) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.nlink() > 0)
}

fn sorted(mut packages: Vec<Pinned>) -> Vec<Pinned> {
    packages.sort();
    packages.dedup();
    packages
}

/// Waits until the disk has all of it. Of a set that is there after the machine has failed, all is there.
fn flush(installed: &Path) -> Result<(), CacheError> {
    let flushed = File::open(installed).and_then(|directory| Ok(rustix::fs::syncfs(&directory)?));
    flushed.map_err(CacheError::of("write", installed))
}

/// 32 bytes that were drawn when the cache was made. Several processes may make it at one time: the
/// first wins.
fn secret(folder: &Path) -> Result<Vec<u8>, CacheError> {
    const SIZE: usize = 32;
    let path = folder.join(SECRET);
    let made = || {
        let mut drawn = [0; SIZE];
        rustix::rand::getrandom(&mut drawn, rustix::rand::GetRandomFlags::empty())?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&drawn)?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(&path) {
            Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error),
            _ => fs::read(&path),
        }
    };
    let is_one = |secret: &Vec<u8>| secret.len() == SIZE;
    match fs::read(&path) {
        Ok(secret) if is_one(&secret) => Ok(secret),
        Ok(_) => {
            Err(CacheError::of("use", &path)(io::Error::other("it is not what was written there")))
        }
        Err(_) => made().map_err(CacheError::of("make", &path)),
    }
}
