//! Whose a container is: the labels that every container of ours carries.
//!
//! A container belongs to the process that made it. Another process of this installation may remove
//! it once that process is gone, and nobody else may: an engine can serve several machines, and
//! several installations on each. Whether a process is gone can only be seen from where it ran: since
//! the same start of the same machine, and among the same numbers of processes. Of others that
//! carry the name of this installation (a clone of the machine, another machine with the same home)
//! nothing is known, and nothing of theirs is removed.

use std::collections::HashMap;
use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;

use crate::installation::Installation;

/// The installation.
pub(crate) const OWNER: &str = "lazaret.owner";
/// The process that made the container.
pub(crate) const PROCESS: &str = "lazaret.process";
/// Which runner of that process it was.
pub(crate) const RUNNER: &str = "lazaret.runner";

/// Who makes containers: one runner.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) installation: Installation,
    pub(crate) process: String,
    runner: String,
}

/// What is known of the process that made a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Made {
    /// It is this one, and this runner.
    ByUs,
    /// It lives, or it may.
    ByAnother,
    /// It is gone.
    ByNobody,
    /// It ran elsewhere, or before this machine was started.
    Elsewhere,
}

impl Identity {
    /// Another runner of this process.
    pub(crate) fn of_a_new_runner() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let process = Process::named(std::process::id().cast_signed());
        Self {
            installation: Installation::of_this_user(),
            process: process.map(|process| process.label()).unwrap_or_default(),
            runner: COUNT.fetch_add(1, Ordering::Relaxed).to_string(),
        }
    }

    /// What a container of this runner carries.
    pub(crate) fn labels(&self) -> HashMap<String, String> {
        let labels =
            [(OWNER, &self.installation.name), (PROCESS, &self.process), (RUNNER, &self.runner)];
        labels.map(|(name, value)| (name.to_owned(), value.clone())).into()
    }

    /// Who made a container of this installation, by its labels.
    pub(crate) fn who_made(&self, labels: &HashMap<String, String>) -> Made {
        let label = |name| labels.get(name).map_or("", String::as_str);
        let process = label(PROCESS);
        if process == self.process {
            return if label(RUNNER) == self.runner { Made::ByUs } else { Made::ByAnother };
        }
        let place = |label: &str| label.splitn(3, ':').take(2).collect::<Vec<_>>().join(":");
        let number = process.split(':').nth(2).and_then(|number| number.parse().ok());
        let Some(number) = number.filter(|_| place(process) == place(&self.process)) else {
            return Made::Elsewhere;
        };
        match Found::named(number) {
            Found::Nobody => Made::ByNobody,
            Found::Process(found) if found.label() != process => Made::ByNobody,
            Found::Process(_) | Found::Hidden => Made::ByAnother,
        }
    }
}

/// What is known of a number of a process.
enum Found {
    Nobody,
    /// Somebody has it, and we may not know who.
    Hidden,
    Process(Process),
}

impl Found {
    /// One that has ended and that nobody has waited for is nobody.
    fn named(number: i32) -> Self {
        match Process::named(number) {
            Some(process) if process.is_over => Self::Nobody,
            Some(process) => Self::Process(process),
            None if kill(Pid::from_raw(number), None) == Err(Errno::ESRCH) => Self::Nobody,
            // The kernel can be told to show nobody the processes of others.
            None => Self::Hidden,
        }
    }
}

/// Numbers of processes come again: after a restart of the machine, and when they run out.
struct Process {
    /// The machine since its start, and the namespace that the number is of.
    place: String,
    number: i32,
    start: String,
    is_over: bool,
}

impl Process {
    /// The process that has this number now, as far as it is shown.
    fn named(number: i32) -> Option<Self> {
        let line = fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
        // The start is field 22 of `proc_pid_stat(5)`; what follows the name begins with field 3,
        // the state.
        let fields = line.rsplit_once(") ")?.1;
        let start = fields.split(' ').nth(22 - 3)?.to_owned();
        let is_over = fields.starts_with(['Z', 'X']);
        Some(Self { place: place(), number, start, is_over })
    }

    fn label(&self) -> String {
        format!("{}:{}:{}", self.place, self.number, self.start)
    }
}

/// Processes see each other where they share a machine and a namespace of process numbers.
fn place() -> String {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let namespace = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    let namespace = namespace.display().to_string();
    let number = namespace.trim_matches(|character: char| !character.is_ascii_digit());
    format!("{}:{number}", boot.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours() -> Identity {
        Identity::of_a_new_runner()
    }

    fn made_by(process: &str) -> Made {
        ours().who_made(&HashMap::from([(PROCESS.to_owned(), process.to_owned())]))
    }

    fn parent() -> Process {
        Process::named(std::os::unix::process::parent_id().cast_signed()).expect("it lives")
    }

    #[test]
    fn runners_of_one_process_are_told_apart() {
        let (one, two) = (ours(), ours());
        assert_eq!(one.who_made(&one.labels()), Made::ByUs);
        assert_eq!(one.who_made(&two.labels()), Made::ByAnother);
    }

    #[test]
    fn a_living_process_is_not_gone() {
        assert_eq!(made_by(&parent().label()), Made::ByAnother);
    }

    #[test]
    fn a_process_that_nobody_has_waited_for_is_gone() {
        let mut command = std::process::Command::new("cat");
        let mut child = command.stdin(std::process::Stdio::piped()).spawn().expect("cat");
        let label = Process::named(child.id().cast_signed()).expect("it lives").label();
        child.kill().expect("it lives");
        while made_by(&label) != Made::ByNobody {
            std::thread::yield_now();
        }
        child.wait().expect("it has ended");
    }

    #[test]
    fn another_process_with_the_number_of_one_that_is_gone_is_not_taken_for_it() {
        let process = Process { start: "1".into(), ..parent() };
        assert_eq!(made_by(&process.label()), Made::ByNobody);
    }

    /// A clone of this machine has its files, and so the name of its installation; and a home can be
    /// shared. Numbers of processes say nothing there.
    #[test]
    fn of_processes_of_other_machines_and_other_namespaces_nothing_is_known() {
        let label = parent().label();
        let mut parts: Vec<&str> = label.split(':').collect();
        parts[2] = "999999999";
        assert_eq!(made_by(&parts.join(":")), Made::ByNobody);
        for index in [0, 1] {
            let mut other = parts.clone();
            other[index] = "0";
            assert_eq!(made_by(&other.join(":")), Made::Elsewhere);
        }
        assert_eq!(made_by("no label of ours"), Made::Elsewhere);
    }
}
