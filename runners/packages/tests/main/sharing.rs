//! Who gets which set, and who installs it.

use std::env;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::time::sleep;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_requests_at_once_are_one_installation() {
    let folder = tempfile::tempdir().unwrap();
    let (cache, count) = (Arc::new(cache(folder.path())), Arc::new(AtomicU32::new(0)));
    let ask = |_| {
        let (cache, count) = (Arc::clone(&cache), Arc::clone(&count));
        tokio::spawn(async move {
            let installed = async |directory: &Path, _: Option<&_>| {
                count.fetch_add(1, Ordering::SeqCst);
                sleep(Duration::from_millis(50)).await;
                install(directory, "requests", 10);
                Ok::<_, CacheError>(new(vec![pinned("requests", "2.0")]))
            };
            let request = Request::of(&"requests");
            cache.obtain(&request, "", DAY, installed).await.unwrap().path().to_owned()
        })
    };
    let asked: Vec<_> = (0..100).map(ask).collect();
    let mut paths = Vec::new();
    for each in asked {
        paths.push(each.await.unwrap());
    }
    assert_eq!(count.load(Ordering::SeqCst), 1);
    assert!(paths.iter().all(|path| *path == paths[0] && path.join("requests").is_dir()));
}

#[tokio::test]
async fn the_same_versions_are_one_set_and_two_owners_have_two() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    let ask = async |request: &str, owner: &str| {
        let installed = async |directory: &Path, _: Option<&_>| {
            install(directory, "requests", 10);
            Ok::<_, CacheError>(new(vec![pinned("requests", "2.0")]))
        };
        let request = Request::of(&(request, owner));
        cache.obtain(&request, owner, DAY, installed).await.unwrap().path().to_owned()
    };
    let set = ask("requests", "").await;
    assert_eq!(ask("requests>=2", "").await, set);
    let other = ask("requests", "somebody").await;
    assert_ne!(other, set);
    assert_eq!(fs::read_dir(cache.sets()).unwrap().count(), 2);
}

/// Whoever is in a sandbox must not see which sets there are, or guess.
#[tokio::test]
async fn sets_can_be_entered_and_not_listed_and_another_cache_calls_them_otherwise() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (one, other) = (cache(one.path()), cache(other.path()));
    let name = |set: Set| set.record().name.clone();
    let names = (obtain(&one, "six").await.unwrap(), obtain(&other, "six").await.unwrap());
    assert_ne!(name(names.0), name(names.1));
    let mode = fs::metadata(one.sets()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o711);
}

#[tokio::test]
async fn nobody_can_write_to_the_files_of_a_set() {
    let folder = tempfile::tempdir().unwrap();
    let set = obtain(&cache(folder.path()), "six").await.unwrap();
    let mode = fs::metadata(set.path().join("six/__init__.py")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o444);
}

/// What the request means is asked for anew; where that is what it was, nothing is installed.
#[tokio::test]
async fn an_answer_that_is_old_is_asked_for_anew() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    let first = obtain(&cache, "six").await.unwrap();
    let request = Request::of(&"six");
    assert!(cache.find(&request, DAY).is_some());
    assert!(cache.find(&request, Duration::ZERO).is_none());
    let unchanged = async |_: &Path, before: Option<&lazaret_packages::Record>| {
        assert_eq!(before.unwrap().packages, [pinned("six", "1.0")]);
        Ok::<_, CacheError>(Installed::Unchanged)
    };
    let again = cache.obtain(&request, "", Duration::ZERO, unchanged).await.unwrap();
    assert_eq!(again.path(), first.path());
    let newer = async |directory: &Path, _: Option<&_>| {
        install(directory, "six", 2048);
        Ok::<_, CacheError>(new(vec![pinned("six", "1.1")]))
    };
    let newer = cache.obtain(&request, "", Duration::ZERO, newer).await.unwrap();
    assert_ne!(newer.path(), first.path());
    assert_eq!(cache.find(&request, DAY).unwrap().path(), newer.path());
}

/// Where this variable names a folder, the test of that name is another process's part.
const FOLDER: &str = "LAZARET_TEST_PACKAGES";

/// Starts this test program again, to do nothing but the part of another process.
fn other_process(folder: &Path) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "sharing::the_part_of_another_process", "--ignored"]);
    command.env(FOLDER, folder).stdout(Stdio::null()).spawn().unwrap()
}

/// Installs for a second.
#[tokio::test]
#[ignore = "other tests start it in a process of its own"]
async fn the_part_of_another_process() {
    let folder = env::var(FOLDER).unwrap();
    let installed = async |directory: &Path, _: Option<&_>| {
        let count = fs::read_to_string(Path::new(&folder).join("count")).unwrap_or_default();
        fs::write(Path::new(&folder).join("count"), count + "x").unwrap();
        install(directory, "half", 1024);
        sleep(Duration::from_secs(1)).await;
        install(directory, "requests", 1024);
        Ok::<_, CacheError>(new(vec![pinned("requests", "2.0")]))
    };
    let cache = cache(&Path::new(&folder).join("cache"));
    cache.obtain(&Request::of(&"requests"), "", DAY, installed).await.unwrap();
}

#[tokio::test]
async fn of_several_processes_one_installs() {
    let folder = tempfile::tempdir().unwrap();
    let processes: Vec<Child> = (0..4).map(|_| other_process(folder.path())).collect();
    for mut process in processes {
        assert!(process.wait().unwrap().success());
    }
    assert_eq!(fs::read_to_string(folder.path().join("count")).unwrap(), "x");
    let cache = cache(&folder.path().join("cache"));
    assert!(cache.find(&Request::of(&"requests"), DAY).is_some());
}

/// What a process leaves that is killed is in nobody's way, and goes.
#[tokio::test]
async fn a_process_that_is_killed_in_the_middle_leaves_nothing_half_installed() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = other_process(folder.path());
    let staging = folder.path().join("cache/staging");
    let mut left = None;
    while left.is_none() {
        sleep(Duration::from_millis(10)).await;
        let all = fs::read_dir(&staging).into_iter().flatten().flatten();
        left = all.map(|entry| entry.path()).find(|path| path.join("packages/half").is_dir());
    }
    process.kill().unwrap();
    process.wait().unwrap();
    let left = left.unwrap();
    assert!(left.join("packages/half").is_dir());
    // Who comes soon installs at once, and who comes later removes what is left.
    let cache = cache(&folder.path().join("cache"));
    assert!(cache.list().unwrap().is_empty());
    let set = obtain(&cache, "requests").await.unwrap();
    assert_eq!(fs::read_dir(set.path()).unwrap().count(), 1);
    let long_ago = std::time::SystemTime::now() - Duration::from_mins(1);
    fs::File::open(left.join("held")).unwrap().set_modified(long_ago).unwrap();
    super::cache(&folder.path().join("cache"));
    assert!(!left.exists());
}
