//! How large the cache gets, and what is found when it is read again.

use std::thread;

use lazaret_packages::Kept;

use super::*;

fn named(sets: &[Kept]) -> Vec<String> {
    sets.iter().map(|kept| kept.record.packages[0].name.clone()).collect()
}

#[tokio::test]
async fn what_was_not_used_for_longest_goes_first_and_what_is_in_use_stays() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path(), 3 * 1024).unwrap();
    let held = obtain(&cache, "first").await.unwrap();
    for name in ["second", "third", "fourth", "fifth"] {
        // The times of files are no finer than a tick of the kernel.
        tokio::time::sleep(Duration::from_millis(20)).await;
        obtain(&cache, name).await.unwrap();
    }
    let names = |cache: &Cache| -> Vec<String> { named(&cache.list().unwrap()) };
    assert_eq!(names(&cache), ["fifth", "fourth", "first"]);
    assert!(cache.find(&Request::of(&"second"), DAY).is_none());
    assert!(held.path().join("first").is_dir());
    let removed = cache.clear().unwrap();
    assert_eq!(named(&removed.sets), ["fourth", "fifth"]);
    assert_eq!(named(&removed.in_use), ["first"]);
    drop(held);
    assert_eq!(cache.clear().unwrap().sets.len(), 1);
    assert_eq!(fs::read_dir(cache.sets()).unwrap().count(), 0);
    assert_eq!(fs::read_dir(folder.path().join("requests")).unwrap().count(), 0);
    assert_eq!(fs::read_dir(folder.path().join("staging")).unwrap().count(), 0);
}

#[tokio::test]
async fn another_process_that_uses_a_set_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    let (here, there) = (cache(folder.path()), cache(folder.path()));
    let held = obtain(&here, "six").await.unwrap();
    assert!(there.list().unwrap()[0].in_use);
    assert_eq!(there.clear().unwrap().in_use.len(), 1);
    drop(held);
    assert!(!there.list().unwrap()[0].in_use);
    assert_eq!(there.clear().unwrap().sets.len(), 1);
    // Who has seen it whole notices that it has gone.
    assert!(here.find(&Request::of(&"six"), DAY).is_none());
}

#[tokio::test]
async fn a_set_that_is_larger_than_the_cache_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path(), 1000).unwrap();
    let error = obtain(&cache, "large").await.unwrap_err();
    assert!(error.to_string().contains("1024 bytes, and the cache 1000"), "{error}");
    assert_eq!(fs::read_dir(folder.path().join("staging")).unwrap().count(), 0);
}

#[tokio::test]
async fn one_changed_byte_is_found_when_all_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    let path = obtain(&cache, "six").await.unwrap().path().to_owned();
    assert!(cache.verify().unwrap().iter().all(|set| set.is_whole));
    let file = path.join("six/__init__.py");
    fs::remove_file(&file).unwrap();
    fs::write(&file, vec![b'!'; 1024]).unwrap();
    fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o444)).unwrap();
    let verified = cache.verify().unwrap();
    assert_eq!((verified.len(), verified[0].is_whole, verified[0].is_removed), (1, false, true));
    assert!(cache.list().unwrap().is_empty());
    assert_eq!(
        fs::read(obtain(&cache, "six").await.unwrap().path().join("six/__init__.py")).unwrap(),
        vec![b'#'; 1024]
    );
}

/// What somebody uses is damaged for him, too, and cannot be taken from under him.
#[tokio::test]
async fn a_damaged_set_that_is_in_use_stays_until_it_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (here, there) = (cache(folder.path()), cache(folder.path()));
    let held = obtain(&here, "six").await.unwrap();
    fs::remove_file(held.path().join("six/__init__.py")).unwrap();
    let verified = there.verify().unwrap();
    assert_eq!((verified[0].is_whole, verified[0].is_removed), (false, false));
    drop(held);
    assert!(there.verify().unwrap()[0].is_removed);
}

/// Who looks whether a set is used locks it for a moment; it is there all the same.
#[tokio::test]
async fn who_looks_at_all_sets_hides_none() {
    let folder = tempfile::tempdir().unwrap();
    let (here, there) = (cache(folder.path()), cache(folder.path()));
    drop(obtain(&here, "six").await.unwrap());
    let looks = thread::spawn(move || (0..500).all(|_| there.list().unwrap().len() == 1));
    while !looks.is_finished() {
        assert!(here.find(&Request::of(&"six"), DAY).is_some());
    }
    assert!(looks.join().unwrap());
}

#[test]
fn where_there_is_no_cache_none_is_made() {
    let folder = tempfile::tempdir().unwrap();
    for place in [folder.path().to_owned(), folder.path().join("packages")] {
        assert!(Cache::open_existing(&place, SIZE).unwrap().is_none());
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    cache(folder.path());
    assert!(Cache::open_existing(folder.path(), SIZE).unwrap().is_some());
}
