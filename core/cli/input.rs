//! Files of this machine, as they become a submission.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use lazaret_analysis::{Aliases, Language, Manifest, Project};
use lazaret_sandbox::InputFile;
use thiserror::Error;

use super::error::CliError;
use crate::config::Size;
use crate::stage::Unjudged;
use crate::submission::Submission;

/// Nothing larger is read: more than any scratch space holds by default, and far more than is
/// analysed, so that the answer says so and memory stays bounded.
const LARGEST_FILE: u64 = 64 * 1024 * 1024;

/// Why a file cannot be read.
#[derive(Debug, Error)]
enum Unreadable {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("it is {0}")]
    NoFile(&'static str),
    #[error("it is larger than {}", Size(LARGEST_FILE))]
    TooLarge,
}

impl Unreadable {
    /// What the user can do.
    fn help(&self) -> &'static str {
        match self {
            Self::Io(_) => "check the path",
            Self::NoFile(_) => "name a file",
            Self::TooLarge => "no source file is this large; leave it out",
        }
    }

    /// Whether a file is there all the same.
    fn is_file(&self) -> bool {
        match self {
            Self::Io(error) => error.kind() != ErrorKind::NotFound,
            Self::NoFile(_) => false,
            Self::TooLarge => true,
        }
    }

    /// What is reported of the file.
    fn unjudged(&self, path: String) -> Unjudged {
        let id = if matches!(self, Self::TooLarge) { "too-large" } else { "unreadable" };
        Unjudged { path, id, reason: self.to_string() }
    }
}

fn contents(path: &Path) -> Result<Vec<u8>, Unreadable> {
    let metadata = path.metadata()?;
    if !metadata.is_file() {
        let what = if metadata.is_dir() { "a directory" } else { "not a regular file" };
        return Err(Unreadable::NoFile(what));
    }
    let mut contents = Vec::new();
    File::open(path)?.take(LARGEST_FILE + 1).read_to_end(&mut contents)?;
    if contents.len() as u64 > LARGEST_FILE {
        return Err(Unreadable::TooLarge);
    }
    Ok(contents)
}

/// Reads one file that the user named.
pub(super) fn read(path: &Path, name: String) -> Result<InputFile, CliError> {
    match contents(path) {
        Ok(contents) => Ok(InputFile { path: name, contents }),
        Err(error) => Err(refused(path, &error)),
    }
}

fn refused(path: &Path, error: &Unreadable) -> CliError {
    let message = format!("cannot read `{}`", path.display());
    CliError::caused(message, error).help(error.help())
}

/// The name that a path is reported under.
pub(super) fn name(path: &Path) -> String {
    path.strip_prefix("./").unwrap_or(path).to_string_lossy().into_owned()
}

/// What paths name: what could be read, and what could not.
#[derive(Default)]
pub(super) struct Collected {
    pub(super) files: Vec<InputFile>,
    pub(super) unread: Vec<Unjudged>,
}

impl Collected {
    /// A file that is there and cannot be read is one of which nobody knows what it does.
    fn add(&mut self, path: &Path) -> Result<(), CliError> {
        match contents(path) {
            Ok(contents) => self.files.push(InputFile { path: name(path), contents }),
            Err(error) if error.is_file() => self.unread.push(error.unjudged(name(path))),
            Err(error) => return Err(refused(path, &error)),
        }
        Ok(())
    }
}

/// The files that `paths` name: files as they are, directories with all in them that git would
/// see and whose language is known, and with their manifests. Each is taken once, by its path and not
/// by the name it is reported under: two names that are not UTF-8 can be reported alike.
pub(super) fn collect(paths: &[PathBuf]) -> Result<Collected, CliError> {
    let mut collected = Collected::default();
    let mut seen = BTreeSet::new();
    let mut is_new = |path: &Path| seen.insert(path.strip_prefix("./").unwrap_or(path).to_owned());
    for path in paths {
        if path.is_dir() {
            let found = walk(path, &mut collected.unread);
            found.iter().filter(|path| is_new(path)).try_for_each(|path| collected.add(path))?;
        } else if is_new(path) {
            let known = collected.files.len();
            collected.add(path)?;
            collected.files[known..].iter().try_for_each(known_language)?;
        }
    }
    Ok(collected)
}

/// The code in a directory, and its manifests; in `unread` what could not be looked into.
fn walk(directory: &Path, unread: &mut Vec<Unjudged>) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for entry in ignore::WalkBuilder::new(directory).hidden(false).filter_entry(not_git).build() {
        match entry {
            // A link counts as what it leads to: whoever imports it gets that.
            Ok(entry) if entry.path().is_file() && is_checked(entry.path()) => {
                paths.push(entry.into_path());
            }
            Ok(_) => {}
            Err(error) => {
                let (path, reason) = (name(directory), error.to_string());
                unread.push(Unjudged { path, id: "unreadable", reason });
            }
        }
    }
    paths.sort();
    paths
}

fn not_git(entry: &ignore::DirEntry) -> bool {
    entry.file_name() != ".git"
}

/// Code and manifests.
fn is_checked(path: &Path) -> bool {
    Manifest::is_named(&name(path)) || is_code(path)
}

/// By the name, or for a file without an extension by its first line.
fn is_code(path: &Path) -> bool {
    let mut first = [0; 128];
    let mut read = 0;
    if path.extension().is_none() {
        read = File::open(path).and_then(|mut file| file.read(&mut first)).unwrap_or(0);
    }
    Language::of(&name(path), &first[..read]).is_some()
}

fn known_language(file: &InputFile) -> Result<(), CliError> {
    if Language::of(&file.path, &file.contents).is_some() || Manifest::is_named(&file.path) {
        return Ok(());
    }
    Err(CliError::new(format!("cannot tell the language of `{}`", file.path)).help(language_help()))
}

/// What to do about a file whose language nobody can tell.
pub(super) fn language_help() -> String {
    format!("say it with `--language`: {}", Language::ALL.map(Language::name).join(", "))
}

/// What stands beside the files and around them, on this machine: imports of it are local.
pub(super) fn project(files: &[InputFile], named: &[PathBuf]) -> Project {
    let mut project = Project::default();
    for directory in directories(files.iter().map(|file| file.path.as_str()), named) {
        for entry in std::fs::read_dir(here(&directory)).into_iter().flatten().flatten() {
            let mut path = name(&directory.join(entry.file_name()));
            if entry.path().is_dir() {
                path.push('/');
            }
            project.paths.insert(path);
        }
        for file in beside(&directory, &["tsconfig.json", "jsconfig.json"]) {
            project.aliases.extend(Aliases::read(&file.path, &file.contents));
        }
    }
    project
}

/// The manifests beside the files and around them that were not named. One that cannot be read is told
/// and not left out: what it asks for is not known.
pub(super) fn manifests(submission: &Submission, named: &[PathBuf]) -> Collected {
    let mut collected = Collected::default();
    let files = submission.code.iter().map(|file| file.path.as_str());
    let known: BTreeSet<&str> =
        submission.manifests.iter().map(|file| file.path.as_str()).collect();
    for directory in directories(files, named) {
        let entries = std::fs::read_dir(here(&directory)).into_iter().flatten().flatten();
        let mut paths: Vec<_> = entries.map(|entry| directory.join(entry.file_name())).collect();
        paths.sort();
        let is_new = |path: &PathBuf| {
            let file = name(path);
            Manifest::is_named(&file) && !known.contains(file.as_str()) && path.is_file()
        };
        for path in paths.into_iter().filter(is_new) {
            match contents(&path) {
                Ok(contents) => {
                    collected.files.push(InputFile { path: name(&path), contents });
                }
                Err(error) => collected.unread.push(error.unjudged(name(&path))),
            }
        }
    }
    collected
}

/// The folders of the files, and those around them up to where the user is, or to what the user
/// named: further up lies what has nothing to do with them.
fn directories<'a>(files: impl Iterator<Item = &'a str>, named: &[PathBuf]) -> BTreeSet<PathBuf> {
    let mut directories = BTreeSet::new();
    for file in files {
        let around = Path::new(file).ancestors().skip(1);
        let is_elsewhere = Path::new(file).is_absolute() || file.starts_with("..");
        let is_meant = |(at, folder): &(usize, &Path)| {
            *at == 0 || !is_elsewhere || named.iter().any(|named| folder.starts_with(named))
        };
        let folders = around.enumerate().take_while(is_meant);
        directories.extend(folders.map(|(_, folder)| folder.to_path_buf()));
    }
    directories
}

/// A folder as it is opened.
fn here(directory: &Path) -> &Path {
    if directory.as_os_str().is_empty() { Path::new(".") } else { directory }
}

/// The files in a folder that have one of these names and can be read.
fn beside(directory: &Path, names: &[&str]) -> Vec<InputFile> {
    let paths = names.iter().map(|file| directory.join(file)).filter(|path| path.is_file());
    paths.filter_map(|path| read(&path, name(&path)).ok()).collect()
}
