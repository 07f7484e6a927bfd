//! Finds the interpreters, and what programs must be able to read for them to start.
//!
//! A name on the `PATH` can be a script that starts another program (pyenv and its like); in the
//! sandbox that script's helpers are missing, so only executables count. Links are followed to the
//! end, because an interpreter finds its library from where it really is.

use std::env;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use lazaret_sandbox::{Interpreter, RunnerError};

use crate::ProcessConfig;

/// What the sandbox shows in any case.
const SYSTEM: [&str; 5] = ["/usr", "/bin", "/sbin", "/lib", "/lib64"];

/// Places that are never shown as a whole, because they hold what is somebody's.
const PRIVATE: [&str; 10] =
    ["/", "/home", "/root", "/etc", "/var", "/tmp", "/run", "/mnt", "/media", "/srv"];

/// An interpreter that can be started in the sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The executable.
    pub(crate) executable: PathBuf,
    /// What programs must be able to read, beside the system.
    pub(crate) readable: Option<PathBuf>,
}

/// Finds what runs the job.
pub(crate) fn find(interpreter: Interpreter, config: &ProcessConfig) -> Result<Found, RunnerError> {
    let configured = match interpreter {
        Interpreter::Python => &config.python,
        Interpreter::Node => &config.node,
        Interpreter::Bash => &config.bash,
    };
    let executable = match configured {
        Some(path) => resolve(path).ok_or_else(|| missing(interpreter, Some(path)))?,
        None => search(interpreter, env::var_os("PATH").as_deref())
            .ok_or_else(|| missing(interpreter, None))?,
    };
    check_version(&executable)?;
    let readable = prefix(&executable);
    match readable.as_deref().filter(|prefix| is_private(prefix)) {
        Some(prefix) => Err(homeless(interpreter, &executable, prefix)),
        None => Ok(Found { executable, readable }),
    }
}

fn search(interpreter: Interpreter, path: Option<&OsStr>) -> Option<PathBuf> {
    env::split_paths(path?).find_map(|directory| resolve(&directory.join(interpreter.executable())))
}

/// The executable that a path leads to, if it is one.
fn resolve(path: &Path) -> Option<PathBuf> {
    let path = path.canonicalize().ok()?;
    let mut magic = [0; 4];
    File::open(&path).ok()?.read_exact(&mut magic).ok()?;
    (magic == *b"\x7fELF").then_some(path)
}

/// The directory above `bin`, unless the sandbox shows it anyway. The Nix store is shown as a
/// whole, because what lies in it needs the rest of it.
fn prefix(executable: &Path) -> Option<PathBuf> {
    if SYSTEM.iter().any(|system| executable.starts_with(system)) {
        return None;
    }
    let store = Path::new("/nix/store");
    if executable.starts_with(store) {
        return Some(store.into());
    }
    let directory = executable.parent()?;
    let above = directory.parent().filter(|_| directory.file_name() == Some(OsStr::new("bin")));
    Some(above.unwrap_or(directory).into())
}

/// Whether a directory holds more than an interpreter: a home is either the user's own, or lies
/// directly under `/home`.
fn is_private(prefix: &Path) -> bool {
    let home = env::var_os("HOME").map(PathBuf::from);
    let names = prefix.components().filter(|part| matches!(part, Component::Normal(_))).count();
    PRIVATE.iter().any(|place| prefix == Path::new(place))
        || home.is_some_and(|home| home.starts_with(prefix))
        || (prefix.starts_with("/home") && names == 2)
}

/// Refuses a Python that says in its name that it is too old. Asking it would take as long as a
/// run; most say it.
fn check_version(executable: &Path) -> Result<(), RunnerError> {
    const OLDEST: u32 = 9;
    let name = executable.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let minor = name.strip_prefix("python3.").and_then(|minor| minor.parse::<u32>().ok());
    match minor {
        Some(minor) if minor < OLDEST => Err(RunnerError::Interpreter {
            what: format!("Python 3.{OLDEST} or newer: {} is too old", executable.display()),
            help: "install a newer Python, and name it as `process.python`".into(),
        }),
        _ => Ok(()),
    }
}

fn missing(interpreter: Interpreter, configured: Option<&Path>) -> RunnerError {
    let (name, command) = (interpreter.name(), interpreter.executable());
    let what = match configured {
        Some(path) => format!("{name}: `{}` is not an executable", path.display()),
        None => format!("{name}: there is no executable `{command}` on the PATH"),
    };
    let help = format!("install {name}, or name its executable (no script) as `process.{name}`");
    RunnerError::Interpreter { what, help }
}

fn homeless(interpreter: Interpreter, executable: &Path, prefix: &Path) -> RunnerError {
    let name = interpreter.name();
    RunnerError::Interpreter {
        what: format!(
            "a {name} that can be shown to programs: {} would show all of {}",
            executable.display(),
            prefix.display()
        ),
        help: format!("install {name} in a directory of its own, and name it as `process.{name}`"),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn executable(directory: &Path, name: &str, contents: &[u8]) -> PathBuf {
        let path = directory.join(name);
        fs::write(&path, contents).expect("written");
        path.canonicalize().expect("exists")
    }

    #[test]
    fn a_script_on_the_path_is_passed_over() {
        let (shims, real) =
            (tempfile::tempdir().expect("made"), tempfile::tempdir().expect("made"));
        executable(shims.path(), "python3", b"#!/usr/bin/env bash\n");
        let python = executable(real.path(), "python3", b"\x7fELF...");
        let path = env::join_paths([shims.path(), real.path()]).expect("no colons");
        assert_eq!(search(Interpreter::Python, Some(&path)), Some(python));
    }

    #[test]
    fn an_interpreter_of_its_own_shows_its_own_directory() {
        assert_eq!(prefix(Path::new("/usr/bin/python3.11")), None);
        let pyenv = Path::new("/home/ada/.pyenv/versions/3.12.1/bin/python3.12");
        assert_eq!(prefix(pyenv), Some("/home/ada/.pyenv/versions/3.12.1".into()));
        assert_eq!(prefix(Path::new("/nix/store/x-bash/bin/bash")), Some("/nix/store".into()));
    }

    #[test]
    fn a_home_is_never_shown() {
        for home in ["/home/ada", "/home", "/root", "/"] {
            assert!(is_private(Path::new(home)), "{home}");
        }
        assert!(!is_private(Path::new("/home/ada/.nvm/versions/node/v22.1.0")));
        assert!(!is_private(Path::new("/opt/python")));
    }

    #[test]
    fn an_old_python_is_refused_by_its_name() {
        let refused = check_version(Path::new("/usr/bin/python3.8")).expect_err("too old");
        assert!(refused.help().expect("a way out").contains("process.python"));
        assert!(check_version(Path::new("/usr/bin/python3.13")).is_ok());
    }
}
