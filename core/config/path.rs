//! Paths in configuration files. They start at the file that says them, and mean the same in
//! whatever directory Lazaret is started.

use std::path::PathBuf;

pub(crate) use figment::value::magic::RelativePathBuf;

/// The path as it leads there from the directory in which Lazaret was started. Below that it is
/// short, as the user would write it.
pub(crate) fn from_here(path: &RelativePathBuf) -> PathBuf {
    let path = path.relative();
    let here = std::env::current_dir().unwrap_or_default();
    match path.strip_prefix(here) {
        Ok(below) if !below.as_os_str().is_empty() => below.to_owned(),
        _ => path,
    }
}
