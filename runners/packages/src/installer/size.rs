//! How much an installation takes while it goes on: where it writes, no file system has a limit of ours.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::sleep;
use walkdir::WalkDir;

/// How often it is looked. An index gives some megabytes meanwhile.
const ROUND: Duration = Duration::from_millis(250);

/// What a file or a directory takes at least, on most file systems, even with nothing in it.
const BLOCK: u64 = 4096;

/// Waits until a directory has more than `limit` bytes, and answers how many it has.
pub(super) async fn exceeds(directory: &Path, limit: u64) -> u64 {
    loop {
        sleep(ROUND).await;
        let directory = directory.to_owned();
        let bytes = spawn_blocking(move || measured(directory)).await.unwrap_or_default();
        if bytes > limit {
            return bytes;
        }
    }
}

/// What comes and goes meanwhile may be counted or not.
fn measured(directory: PathBuf) -> u64 {
    let entries = WalkDir::new(directory).into_iter().flatten();
    entries.map(|entry| entry.metadata().map_or(0, |metadata| metadata.len()).max(BLOCK)).sum()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// A wheel of 30 MB can have 300,000 files with nothing in them.
    #[test]
    fn empty_files_count_too() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..100 {
            std::fs::write(folder.path().join(number.to_string()), "").unwrap();
        }
        std::fs::write(folder.path().join("large"), vec![0; 1 << 20]).unwrap();
        let bytes = measured(folder.path().to_owned());
        assert!((100 * BLOCK + (1 << 20)..110 * BLOCK + (1 << 20)).contains(&bytes), "{bytes}");
    }
}
