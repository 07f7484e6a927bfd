//! Policies that were compiled before.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use lazaret_wasm::{CacheError, HostOptions, Policies};

use crate::bundled::bundled;
use crate::files::{call, python};

fn options(cache: &Path) -> HostOptions {
    HostOptions { cache: Some(cache.to_owned()), ..HostOptions::default() }
}

/// Loads the bundled policies and lets them judge.
fn judge(cache: &Path) -> Policies {
    let policies = Policies::load(bundled(), &options(cache)).unwrap();
    let mut analysis = python("import os\nos.system(command)\n");
    analysis.facts = vec![call("os.system", 10..28)];
    assert_eq!(policies.judge(&analysis).unwrap().len(), 1);
    policies
}

fn entries(cache: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(cache).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|found| found == extension)).collect()
}

/// The entry of a policy that judges: of one that sleeps, nobody would notice what is wrong.
fn entry(cache: &Path, extension: &str) -> PathBuf {
    let mut name = String::new();
    for byte in lazaret_bundle::policy("shell-injection").unwrap().sha256 {
        write!(name, "{byte:02x}").unwrap();
    }
    let is_its = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with(&name);
    entries(cache, extension).into_iter().find(is_its).unwrap()
}

#[test]
fn a_policy_is_compiled_once() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("new");
    judge(&cache);
    let written: Vec<_> = entries(&cache, "cwasm")
        .iter()
        .map(|path| fs::metadata(path).unwrap().modified().unwrap())
        .collect();
    assert_eq!(written.len(), lazaret_bundle::policies().len());
    let policies = judge(&cache);
    assert!(policies.cache_error().is_none());
    let again: Vec<_> = entries(&cache, "cwasm")
        .iter()
        .map(|path| fs::metadata(path).unwrap().modified().unwrap())
        .collect();
    assert_eq!(written, again);
}

#[test]
fn the_directory_is_made_private() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("new");
    judge(&cache);
    assert_eq!(fs::metadata(&cache).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_known_policy_is_not_even_compiled_before_it_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("new");
    judge(&cache);
    for path in entries(&cache, "cwasm") {
        fs::remove_file(path).unwrap();
    }
    Policies::load(bundled(), &options(&cache)).unwrap();
    assert!(entries(&cache, "cwasm").is_empty());
    judge(&cache);
    assert!(!entries(&cache, "cwasm").is_empty());
}

#[test]
fn a_corrupt_entry_is_noticed_and_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("new");
    judge(&cache);
    for extension in ["cwasm", "json"] {
        let path = entry(&cache, extension);
        let good = fs::read(&path).unwrap();
        let mut bad = good.clone();
        let middle = bad.len() / 2;
        bad[middle] ^= 1;
        for bad in [bad, good[..middle].to_vec(), Vec::new()] {
            fs::write(&path, bad).unwrap();
            judge(&cache);
            assert_eq!(fs::read(&path).unwrap(), good, "{}", path.display());
        }
    }
}

#[test]
fn an_entry_cannot_stand_for_another() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("new");
    judge(&cache);
    let manifest = entry(&cache, "json");
    let compiled = entry(&cache, "cwasm");
    let good = fs::read(&compiled).unwrap();
    fs::copy(manifest, &compiled).unwrap();
    judge(&cache);
    assert_eq!(fs::read(&compiled).unwrap(), good);
}

#[test]
fn a_directory_that_others_can_reach_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let policies = judge(folder.path());
    assert!(matches!(policies.cache_error(), Some(CacheError::NotPrivate { .. })));
    assert!(fs::read_dir(folder.path()).unwrap().next().is_none());
}

#[test]
fn a_directory_that_others_can_replace_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let policies = judge(&folder.path().join("new"));
    assert!(matches!(policies.cache_error(), Some(CacheError::NotPrivate { .. })));
}

#[test]
fn a_symbolic_link_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("target");
    fs::create_dir(&target).unwrap();
    fs::set_permissions(&target, fs::Permissions::from_mode(0o700)).unwrap();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&target, &link).unwrap();
    assert!(judge(&link).cache_error().is_some());
}

/// Every version of Lazaret and of a policy left entries, and nobody took them away.
#[test]
fn the_oldest_go_when_there_are_too_many_bytes() {
    let place = tempfile::tempdir().unwrap();
    let cache = place.path().join("cache");
    judge(&cache);
    let made = entry(&cache, "cwasm");
    // They have no blocks, so they take no room on the disk.
    let old = |name: &str, days: u64| {
        let path = cache.join(name);
        let file = fs::File::create(&path).unwrap();
        file.set_len(300 << 20).unwrap();
        let age = std::time::Duration::from_secs(days * 24 * 60 * 60);
        file.set_modified(std::time::SystemTime::now() - age).unwrap();
        path
    };
    let (older, younger) = (old("older.cwasm", 9), old("younger.cwasm", 3));
    fs::remove_file(&made).unwrap();
    judge(&cache);
    assert!(!older.exists());
    assert!(younger.exists() && made.exists());
}
