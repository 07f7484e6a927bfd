//! The files that a policy judges, by patterns as in `.gitignore`.
//!
//! Patterns start at the directory of the file that says them, so that they mean the same in whatever
//! directory of a project Lazaret is started. A file that is not of the project that one is in (the
//! user's own, or one for many projects) knows none of its paths: its patterns start where Lazaret is
//! started.

use std::path::{Component, Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::app::BuildError;
use crate::config::RelativePathBuf;

/// The files that a policy judges.
#[derive(Debug)]
pub(super) struct Paths {
    patterns: Gitignore,
    /// Where the patterns start, without links.
    base: PathBuf,
    /// Where relative names start.
    here: PathBuf,
}

impl Paths {
    /// What the patterns mean; nothing, where there are none.
    pub(super) fn new(written: &[RelativePathBuf]) -> Result<Option<Self>, Vec<BuildError>> {
        let Some(first) = written.first() else { return Ok(None) };
        let patterns: Vec<&str> =
            written.iter().filter_map(|pattern| pattern.original().to_str()).collect();
        let patterns = read(&patterns)?;
        let here = std::env::current_dir().unwrap_or_default();
        let base = base(first.metadata_path(), &here);
        Ok(Some(Self { patterns, base, here }))
    }

    /// Whether a file of this name is one of them.
    pub(super) fn contain(&self, name: &str) -> bool {
        let path = self.below(&self.here.join(name));
        self.patterns.matched_path_or_any_parents(path, false).is_ignore()
    }

    /// The path below the base. Of a file that is elsewhere the whole: patterns without a slash at
    /// their beginning or inside are for every depth.
    fn below(&self, path: &Path) -> PathBuf {
        let path = without_dots(path);
        let relative = |path: &Path| path.strip_prefix(&self.base).ok().map(Path::to_owned);
        // The links in a project are its own, and those before it are none of its business.
        let linked = || relative(&path.parent()?.canonicalize().ok()?.join(path.file_name()?));
        let whole = || path.components().filter(|part| matches!(part, Component::Normal(_)));
        relative(&path).or_else(linked).unwrap_or_else(|| whole().collect())
    }
}

/// Where the patterns of this file start.
fn base(file: Option<&Path>, here: &Path) -> PathBuf {
    let directory = file.and_then(|file| here.join(file).parent()?.canonicalize().ok());
    directory.filter(|directory| here.starts_with(directory)).unwrap_or_else(|| here.to_owned())
}

fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}

fn read(patterns: &[&str]) -> Result<Gitignore, Vec<BuildError>> {
    let mistake = |error: ignore::Error| BuildError {
        key: "paths".to_owned(),
        reason: error.to_string(),
        ..BuildError::default()
    };
    let mut builder = GitignoreBuilder::new("");
    let wrong = patterns.iter().filter_map(|pattern| builder.add_line(None, pattern).err());
    let mut mistakes: Vec<BuildError> = wrong.map(mistake).collect();
    mistakes.extend(matches_nothing(patterns));
    let read = builder.build().map_err(|error| mistakes.push(mistake(error)));
    match read {
        Ok(read) if mistakes.is_empty() => Ok(read),
        _ => Err(mistakes),
    }
}

/// Patterns that leave out every file: the policy would be off, and nobody would know.
fn matches_nothing(patterns: &[&str]) -> Vec<BuildError> {
    let mistake = |pattern: &str, help: &str| BuildError {
        key: "paths".to_owned(),
        reason: format!("`{pattern}` matches no file"),
        help: Some(help.to_owned()),
        ..BuildError::default()
    };
    let is_nothing = |pattern: &&&str| pattern.trim().is_empty() || pattern.starts_with('#');
    let nothing = patterns.iter().filter(is_nothing).map(|pattern| mistake(pattern, "remove it"));
    let here = patterns.iter().filter(|pattern| pattern.starts_with("./"));
    let here = here.map(|pattern| mistake(pattern, "leave out the `./`"));
    let mut mistakes: Vec<BuildError> = nothing.chain(here).collect();
    if let Some(first) = patterns.first()
        && patterns.iter().all(|pattern| pattern.starts_with('!'))
    {
        mistakes.push(mistake(first, "put `*` first, to judge all files but these"));
    }
    mistakes
}
