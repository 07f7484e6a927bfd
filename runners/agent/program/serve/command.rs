//! A program to become, with everything that the kernel wants to know made beforehand.
//!
//! A new process uses the agent's memory until it becomes another program. What it took of it then
//! would never be given back, and `std::process::Command` would leave the program's environment in
//! place of the agent's.

use std::collections::BTreeMap;
use std::ffi::{CString, NulError};
use std::path::Path;

use nix::errno::Errno;
use nix::unistd::chdir;

use crate::system::{self, Texts};

/// What is started, and with what.
pub(super) struct Command {
    /// Where the executable may be.
    candidates: Vec<CString>,
    arguments: Texts,
    environment: Texts,
}

impl Command {
    /// The first word is a path, or a name that is looked for in the PATH of the environment.
    pub(super) fn new(
        words: &[&str],
        environment: &BTreeMap<String, String>,
    ) -> Result<Self, NulError> {
        let executable = words.first().copied().unwrap_or_default();
        let path = environment.get("PATH").map_or("", String::as_str);
        let variables = environment.iter().map(|(name, value)| format!("{name}={value}"));
        Ok(Self {
            candidates: texts(candidates(executable, path))?,
            arguments: Texts::new(texts(words.iter().copied())?),
            environment: Texts::new(texts(variables)?),
        })
    }

    /// Becomes the program, in this directory. Says why not, if it could not.
    pub(super) fn run(&self, directory: &Path) -> Errno {
        if let Err(errno) = chdir(directory) {
            return errno;
        }
        let mut answer = Errno::ENOENT;
        for candidate in &self.candidates {
            match system::become_program(candidate, &self.arguments, &self.environment) {
                // It may be somewhere else.
                Errno::ENOENT | Errno::ENOTDIR => {}
                // It may, but this is the better explanation if it is not.
                Errno::EACCES => answer = Errno::EACCES,
                errno => return errno,
            }
        }
        answer
    }
}

fn candidates(executable: &str, path: &str) -> Vec<String> {
    if executable.is_empty() || executable.contains('/') {
        return vec![executable.to_owned()];
    }
    path.split(':').map(|directory| format!("{directory}/{executable}")).collect()
}

fn texts(texts: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Result<Vec<CString>, NulError> {
    texts.into_iter().map(CString::new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_looked_for_and_a_path_is_not() {
        assert_eq!(candidates("sh", "/usr/bin:/bin"), ["/usr/bin/sh", "/bin/sh"]);
        assert_eq!(candidates("opt/sh", "/usr/bin:/bin"), ["opt/sh"]);
    }

    #[test]
    fn what_is_nowhere_is_said_to_be_nowhere() {
        let environment = [("PATH".to_owned(), "/nowhere:/dev/null".to_owned())].into();
        let command = Command::new(&["program"], &environment).expect("no NUL");
        assert_eq!(command.run(Path::new("/nowhere")), Errno::ENOENT);
        assert_eq!(command.run(Path::new(".")), Errno::ENOENT);
    }

    #[test]
    fn a_nul_is_refused() {
        assert!(Command::new(&["pro\0gram"], &BTreeMap::new()).is_err());
    }
}
