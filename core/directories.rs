//! This user's own directories, as the XDG base directory specification has them.

use std::path::PathBuf;

/// For what the user decided: `$XDG_CONFIG_HOME/lazaret` or `~/.config/lazaret`.
pub(crate) fn configuration() -> Option<PathBuf> {
    ours("XDG_CONFIG_HOME", ".config")
}

/// For what can be made again: `$XDG_CACHE_HOME/lazaret` or `~/.cache/lazaret`.
pub(crate) fn cache() -> Option<PathBuf> {
    ours("XDG_CACHE_HOME", ".cache")
}

/// The specification has relative paths ignored: they would depend on where Lazaret is started.
fn ours(variable: &str, below_home: &str) -> Option<PathBuf> {
    let absolute =
        |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute(variable).or_else(|| Some(absolute("HOME")?.join(below_home)))?;
    Some(base.join("lazaret"))
}
