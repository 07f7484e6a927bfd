//! How large the cache gets, and what is found when it is read again.

use super::*;

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
    let names = |cache: &Cache| -> Vec<String> {
        cache.list().into_iter().map(|(record, _)| record.packages[0].name.clone()).collect()
    };
    assert_eq!(names(&cache), ["fifth", "fourth", "first"]);
    assert!(cache.find(&Request::of(&"second"), DAY).is_none());
    assert!(held.path().join("first").is_dir());
    let kept = cache.clear().unwrap();
    assert_eq!((kept.sets, kept.bytes, kept.in_use), (2, 2048, 1));
    drop(held);
    assert_eq!(cache.clear().unwrap().sets, 1);
    assert_eq!(fs::read_dir(cache.sets()).unwrap().count(), 0);
    assert_eq!(fs::read_dir(folder.path().join("requests")).unwrap().count(), 0);
    assert_eq!(fs::read_dir(folder.path().join("staging")).unwrap().count(), 0);
}

#[tokio::test]
async fn another_process_that_uses_a_set_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    let (here, there) = (cache(folder.path()), cache(folder.path()));
    let held = obtain(&here, "six").await.unwrap();
    assert_eq!(there.clear().unwrap().in_use, 1);
    drop(held);
    assert_eq!(there.clear().unwrap().sets, 1);
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
    assert_eq!((verified.len(), verified[0].is_whole), (1, false));
    assert!(cache.list().is_empty());
    assert_eq!(
        fs::read(obtain(&cache, "six").await.unwrap().path().join("six/__init__.py")).unwrap(),
        vec![b'#'; 1024]
    );
}
