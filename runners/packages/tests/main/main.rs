//! The cache in real directories, with other processes where those matter.

#![allow(clippy::unwrap_used, reason = "tests")]

mod faults;
mod index;
mod installing;
mod refusals;
mod sharing;
mod upkeep;

use std::fs;
use std::path::Path;
use std::time::Duration;

use lazaret_packages::{Cache, CacheError, Installed, ObtainError, Pinned, Request, Set};

const DAY: Duration = Duration::from_hours(24);
const SIZE: u64 = 1 << 20;

fn cache(folder: &Path) -> Cache {
    Cache::open(folder, SIZE).unwrap()
}

fn pinned(name: &str, version: &str) -> Pinned {
    Pinned { name: name.into(), version: version.into(), hash: String::new() }
}

/// Puts a package of so many bytes into a directory.
fn install(directory: &Path, name: &str, size: usize) {
    fs::create_dir_all(directory.join(name)).unwrap();
    fs::write(directory.join(name).join("__init__.py"), vec![b'#'; size]).unwrap();
}

/// What was installed, for a platform that does not matter.
fn new(packages: Vec<Pinned>) -> Installed {
    Installed::New { platform: "python 3.13".into(), packages }
}

/// Asks for a package of a kilobyte; one that is there is not installed again.
async fn obtain(cache: &Cache, name: &str) -> Result<Set, ObtainError<CacheError>> {
    let installed = async |directory: &Path, _: Option<&_>| {
        install(directory, name, 1024);
        Ok(new(vec![pinned(name, "1.0")]))
    };
    cache.obtain(&Request::of(&name), "", DAY, installed).await
}
