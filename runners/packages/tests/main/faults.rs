//! What goes wrong, and what is left then.

use std::os::unix::fs::symlink;
use std::process::Command;

use lazaret_packages::CacheError;

use super::*;

#[tokio::test]
async fn an_installation_that_fails_leaves_nothing_and_the_next_one_works() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    let fails = async |directory: &Path, _: Option<&_>| {
        install(directory, "six", 10);
        Err("no such package")
    };
    let error = cache.obtain(&Request::of(&"six"), "", DAY, fails).await.unwrap_err();
    assert_eq!(error.to_string(), "no such package");
    assert_eq!(fs::read_dir(folder.path().join("staging")).unwrap().count(), 0);
    obtain(&cache, "six").await.unwrap();
}

#[tokio::test]
async fn an_installation_that_nobody_waits_for_any_more_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    let hangs = async |directory: &Path, _: Option<&_>| {
        install(directory, "six", 10);
        std::future::pending::<Result<Installed, CacheError>>().await
    };
    let request = Request::of(&"six");
    let obtained = cache.obtain(&request, "", DAY, hangs);
    assert!(tokio::time::timeout(Duration::from_millis(100), obtained).await.is_err());
    assert_eq!(fs::read_dir(folder.path().join("staging")).unwrap().count(), 0);
    obtain(&cache, "six").await.unwrap();
}

/// A sandbox that is being removed still writes for a moment, after its caller has gone: seen with gVisor,
/// 42 MB for one of seven callers. A service that runs for months must not collect that.
#[tokio::test]
async fn what_was_written_after_its_caller_had_gone_goes_with_the_next_installation() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    let staging = folder.path().join("staging");
    let late = staging.join("late");
    install(&late.join("packages"), "six", 10);
    obtain(&cache, "idna").await.unwrap();
    assert!(late.exists(), "it may be somebody's who has just begun");
    let before = std::time::SystemTime::now() - Duration::from_mins(1);
    fs::File::open(&late).unwrap().set_modified(before).unwrap();
    obtain(&cache, "six").await.unwrap();
    assert_eq!(fs::read_dir(staging).unwrap().count(), 0);
}

/// A file that was cut off is noticed by the next process, and by the next use after that all is well.
#[tokio::test]
async fn what_was_cut_off_or_removed_is_installed_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = obtain(&cache(folder.path()), "six").await.unwrap().path().to_owned();
    let file = path.join("six/__init__.py");
    for damage in ["cut off", "removed", "all removed", "no record", "record cut off"] {
        let record = folder.path().join("records").join(path.file_name().unwrap());
        match damage {
            "cut off" => fs::write(&file, "#").unwrap(),
            "removed" => fs::remove_file(&file).unwrap(),
            "all removed" => fs::remove_dir_all(&path).unwrap(),
            "no record" => fs::remove_file(record).unwrap(),
            _ => fs::write(record, "{").unwrap(),
        }
        let again = obtain(&cache(folder.path()), "six").await.unwrap();
        assert_eq!(again.path(), path);
        assert_eq!(fs::read(&file).unwrap().len(), 1024, "{damage}");
    }
}

/// Nobody would ever find them, and they would count for nothing.
#[tokio::test]
async fn sets_whose_record_is_lost_go_when_room_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let names = |inside: &str| fs::read_dir(folder.path().join(inside)).unwrap().count();
    for name in ["idna", "six", "certifi", "pip"] {
        obtain(&cache(folder.path()), name).await.unwrap();
    }
    let mut records = fs::read_dir(folder.path().join("records")).unwrap().flatten();
    fs::remove_file(records.next().unwrap().path()).unwrap();
    fs::write(records.next().unwrap().path(), "{").unwrap();
    // As another version may write them.
    fs::write(records.next().unwrap().path(), "{\"name\": \"later\"}").unwrap();
    let cache = cache(folder.path());
    cache.prune(u64::MAX).unwrap();
    assert_eq!((names("sets"), names("records"), cache.list().unwrap().len()), (2, 2, 1));
}

/// What an installation leaves is a stranger's: no link of it is followed, and nothing else is kept.
#[tokio::test]
async fn what_is_no_package_is_refused_and_nothing_outside_is_touched() {
    let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::NamedTempFile::new().unwrap());
    let cache = cache(folder.path());
    let before = fs::metadata(outside.path()).unwrap().permissions();
    for (what, word) in
        [("absolute", "leads outside"), ("upwards", "leads outside"), ("pipe", "neither")]
    {
        let place = outside.path().to_owned();
        let left = async |directory: &Path, _: Option<&_>| {
            install(directory, "six", 10);
            let path = directory.join("six/thing");
            match what {
                "absolute" => symlink(&place, path).unwrap(),
                "upwards" => symlink("../../six", path).unwrap(),
                _ => assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
            }
            Ok::<_, CacheError>(new(vec![pinned("six", what)]))
        };
        let error = cache.obtain(&Request::of(&what), "", DAY, left).await.unwrap_err();
        assert!(
            error.to_string().contains("six/thing") && error.to_string().contains(word),
            "{error}"
        );
    }
    assert_eq!(fs::metadata(outside.path()).unwrap().permissions(), before);
    assert!(cache.list().unwrap().is_empty());
}

/// npm makes such links for the programs of packages.
#[tokio::test]
async fn a_link_that_stays_inside_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let left = async |directory: &Path, _: Option<&_>| {
        install(directory, "six", 10);
        fs::create_dir(directory.join(".bin")).unwrap();
        symlink("../six/__init__.py", directory.join(".bin/six")).unwrap();
        Ok::<_, CacheError>(new(Vec::new()))
    };
    let cache = cache(folder.path());
    let set = cache.obtain(&Request::of(&"six"), "", DAY, left).await.unwrap();
    assert_eq!(fs::read(set.path().join(".bin/six")).unwrap().len(), 10);
}

#[tokio::test]
async fn a_full_disk_is_told_and_the_next_request_works() {
    let folder = tempfile::tempdir().unwrap();
    let mount = |arguments: &[&str]| {
        let status = Command::new("mount").args(arguments).arg(folder.path()).status().unwrap();
        assert!(status.success(), "needs root, to mount a small file system");
    };
    mount(&["-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs"]);
    let cache = cache(folder.path());
    let fills = async |directory: &Path, _: Option<&_>| {
        let written = fs::write(directory.join("large"), vec![0; 1 << 20]);
        written.map(|()| new(Vec::new()))
    };
    let error = cache.obtain(&Request::of(&"large"), "", DAY, fills).await.unwrap_err();
    assert!(error.to_string().contains("No space left"), "{error}");
    obtain(&cache, "six").await.unwrap();
    drop(cache);
    assert!(Command::new("umount").arg(folder.path()).status().unwrap().success());
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = Cache::open(&file.path().join("packages"), SIZE).unwrap_err();
    assert!(error.to_string().contains("/packages`"), "{error}");
}

#[test]
fn a_secret_that_was_cut_off_is_told_and_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    cache(folder.path());
    fs::write(folder.path().join("secret"), "short").unwrap();
    let error = Cache::open(folder.path(), SIZE).unwrap_err();
    assert!(error.to_string().contains("secret"), "{error}");
}
