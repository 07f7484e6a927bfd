//! Commands of Bash, by their names. Also the first line of a file names one, whatever it is written
//! in, so they are read apart from what else is known of Bash: that takes half a millisecond.

use std::sync::OnceLock;

use super::form::{Commands, Lister};
use super::{Runner, Writer};

/// The commands that something is known of.
pub(crate) fn commands() -> &'static Commands {
    static COMMANDS: OnceLock<Commands> = OnceLock::new();
    COMMANDS.get_or_init(|| {
        let mut commands: Commands = super::written(written!("commands"));
        for (at, runner) in commands.runners.iter().enumerate() {
            commands.runner_by_name.extend(runner.names.iter().map(|name| (name.clone(), at)));
        }
        commands
    })
}

impl Commands {
    /// What a command is called without its version, if it runs something: `python3.11` is
    /// `python`.
    pub(crate) fn unversioned<'n>(&self, name: &'n str) -> &'n str {
        let plain = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
        let is_runner = |name| self.runner_by_name.contains_key(name);
        if !is_runner(name) && is_runner(plain) { plain } else { name }
    }

    /// What a command of this name runs, with or without a version.
    pub(crate) fn runner(&self, name: &str) -> Option<&Runner> {
        self.runner_by_name.get(self.unversioned(name)).map(|at| &self.runners[*at])
    }

    /// Which files a command of this name writes.
    pub(crate) fn writer(&self, name: &str) -> Option<&Writer> {
        self.writers.iter().find(|writer| writer.names.iter().any(|known| known == name))
    }

    /// All that is in the folders that a command lists.
    pub(crate) fn listed<W: AsRef<str>>(&self, name: &str, given: &[W]) -> Option<Vec<String>> {
        let is_it = |lister: &&Lister| lister.names.iter().any(|known| known == name);
        let lister = self.listers.iter().find(is_it)?;
        let words = given.iter().map(AsRef::as_ref);
        let is_option = |word: &&str| word.starts_with('-') && word.len() > 1;
        let (options, folders): (Vec<&str>, Vec<&str>) = words.partition(is_option);
        let is_known = |option: &&str| lister.options.iter().any(|known| known == option);
        if !options.iter().all(is_known) {
            return None;
        }
        let within = |folder: &str| format!("{}/*", folder.trim_end_matches('/'));
        let here = || vec!["*".to_owned()];
        Some(if folders.is_empty() { here() } else { folders.into_iter().map(within).collect() })
    }

    /// What commands are called that run something.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.runner_by_name.keys().map(String::as_str).filter(|name| !name.starts_with('$'))
    }
}
