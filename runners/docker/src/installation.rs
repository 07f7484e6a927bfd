//! The name of this installation, which its containers carry: drawn once, and kept where this user's
//! state is.
//!
//! Nothing of the machine would do: a machine that was cloned has all that its model has, and two
//! users of one engine may share a machine. A clone may have this name too, and so may every machine
//! of a user with one home; who may remove what is decided by more than this.

use std::env;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use lazaret_sandbox::Diagnosis;

/// Who we are.
#[derive(Clone, Debug)]
pub(crate) struct Installation {
    pub(crate) name: String,
    /// Why the next process will have another name, and will not know what this one leaves behind.
    pub(crate) trouble: Option<String>,
}

impl Installation {
    /// That of this user on this machine.
    pub(crate) fn of_this_user() -> Self {
        let absolute =
            |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        match place(absolute("XDG_STATE_HOME"), absolute("HOME")) {
            Some(path) => Self::kept_in(&path),
            None => Self::unkept("neither XDG_STATE_HOME nor HOME says where state is kept".into()),
        }
    }

    /// What there is to say, if anything.
    pub(crate) fn diagnose(&self) -> Option<Diagnosis> {
        let trouble = self.trouble.as_ref()?;
        let found = format!(
            "its name is not kept, and nobody will remove what this process leaves: {trouble}"
        );
        let help = "set XDG_STATE_HOME to a directory that can be written to and is kept";
        Some(Diagnosis::warn("installation", found, help))
    }

    fn kept_in(path: &Path) -> Self {
        match read(path).or_else(|_| write(path, &random()).and_then(|()| read(path))) {
            Ok(name) => Self { name, trouble: None },
            Err(error) => Self::unkept(format!("cannot keep it in {}: {error}", path.display())),
        }
    }

    fn unkept(trouble: String) -> Self {
        Self { name: random(), trouble: Some(trouble) }
    }
}

/// As the XDG base directory specification has it.
fn place(state: Option<PathBuf>, home: Option<PathBuf>) -> Option<PathBuf> {
    let state = state.or_else(|| Some(home?.join(".local/state")))?;
    Some(state.join("lazaret/installation"))
}

fn read(path: &Path) -> io::Result<String> {
    let name = fs::read_to_string(path)?.trim().to_owned();
    let is_one = name.len() == 36 && name.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    is_one.then_some(name).ok_or_else(|| io::Error::other("what it holds is no such name"))
}

/// Several processes may do this at one time: the first wins, and nobody sees half a file.
fn write(path: &Path, name: &str) -> io::Result<()> {
    let directory = path.parent().unwrap_or(path);
    fs::create_dir_all(directory)?;
    let draft = directory.join(format!("installation.{name}"));
    let mut file = fs::File::create_new(&draft)?;
    let written = writeln!(file, "{name}").and_then(|()| file.sync_all());
    let linked = written.and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

/// The kernel draws one for whoever reads this.
fn random() -> String {
    let drawn = fs::read_to_string("/proc/sys/kernel/random/uuid").unwrap_or_default();
    drawn.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::thread;

    use super::*;

    #[test]
    fn a_name_is_drawn_once_and_kept() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("not/yet/there");
        let all = thread::scope(|scope| {
            let all: Vec<_> =
                (0..8).map(|_| scope.spawn(|| Installation::kept_in(&path))).collect();
            all.into_iter().map(|each| each.join().expect("no panic")).collect::<Vec<_>>()
        });
        assert!(all.iter().all(|each| each.trouble.is_none()), "{all:?}");
        let names: HashSet<String> = all.into_iter().map(|each| each.name).collect();
        assert_eq!(names.len(), 1);
        assert_eq!(fs::read_dir(path.parent().expect("one")).expect("a list").count(), 1);
    }

    #[test]
    fn two_homes_are_two_installations() {
        let name = || {
            let directory = tempfile::tempdir().expect("a directory");
            Installation::kept_in(&directory.path().join("installation")).name
        };
        assert_ne!(name(), name());
    }

    #[test]
    fn where_it_cannot_be_kept_it_says_why_and_where() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let installation = Installation::kept_in(&file.path().join("lazaret/installation"));
        let trouble = installation.trouble.expect("a file is no directory");
        assert!(trouble.contains("lazaret/installation: Not a directory"), "{trouble}");
        assert_eq!(installation.name.len(), 36);
    }

    #[test]
    fn what_somebody_else_wrote_there_is_not_taken_for_a_name_and_stays() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(file.path(), "mine").expect("written");
        assert!(Installation::kept_in(file.path()).trouble.is_some());
        assert_eq!(fs::read_to_string(file.path()).expect("it is there"), "mine");
    }

    #[test]
    fn state_is_kept_where_the_specification_says() {
        let path = |text: &str| Some(PathBuf::from(text));
        assert_eq!(place(path("/s"), path("/home/a")), path("/s/lazaret/installation"));
        let below_home = path("/home/a/.local/state/lazaret/installation");
        assert_eq!((place(None, path("/home/a")), place(None, None)), (below_home, None));
    }
}
