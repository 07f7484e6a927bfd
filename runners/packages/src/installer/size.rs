//! How much an installation takes while it goes on: where it writes, no file system has a limit of ours.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::sleep;
use walkdir::WalkDir;

/// How often it is looked. An index gives some megabytes meanwhile.
const ROUND: Duration = Duration::from_millis(250);

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
    let files = entries.filter(|entry| entry.file_type().is_file());
    files.filter_map(|entry| Some(entry.metadata().ok()?.len())).sum()
}
