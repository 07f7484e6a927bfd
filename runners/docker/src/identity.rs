//! Whose a container is: the labels that every container of ours carries.
//!
//! A container belongs to the process that made it. Another process of this installation may remove
//! it once that process is gone, and nobody else may: an engine can serve several machines, and
//! several installations on each.

use std::collections::HashMap;
use std::fs;

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use sha2::{Digest, Sha256};

/// This machine, as its processes see each other.
pub(crate) const OWNER: &str = "lazaret.owner";
/// The process that made the container.
pub(crate) const PROCESS: &str = "lazaret.process";

/// Who makes containers.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) owner: String,
    pub(crate) process: String,
}

impl Identity {
    /// This process.
    pub(crate) fn of_this_process() -> Self {
        let process = Process::named(std::process::id().cast_signed());
        Self { owner: owner(), process: process.map(|process| process.label()).unwrap_or_default() }
    }

    /// What a container of this process carries.
    pub(crate) fn labels(&self) -> HashMap<String, String> {
        HashMap::from([
            (OWNER.to_owned(), self.owner.clone()),
            (PROCESS.to_owned(), self.process.clone()),
        ])
    }

    /// Whether the process that a label names is gone. Only asked of labels with our own owner: of
    /// other machines nothing is known.
    pub(crate) fn is_gone(&self, label: &str) -> bool {
        if label == self.process {
            return false;
        }
        let Some(number) = label.split(':').nth(1).and_then(|number| number.parse().ok()) else {
            return true;
        };
        match Found::named(number) {
            Found::Nobody => true,
            Found::Hidden => false,
            Found::Process(process) => process.label() != label,
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
    boot: String,
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
        Some(Self { boot: read("/proc/sys/kernel/random/boot_id"), number, start, is_over })
    }

    fn label(&self) -> String {
        format!("{}:{}:{}", self.boot, self.number, self.start)
    }
}

/// Processes see each other where they share a machine and a namespace of process numbers.
fn owner() -> String {
    let namespace = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    let machine = read("/etc/machine-id");
    let host = read("/proc/sys/kernel/hostname");
    let whole = format!("{machine}\n{host}\n{}", namespace.display());
    short(&Sha256::digest(whole))
}

/// As many digits as tell things apart.
pub(crate) fn short(digest: &[u8]) -> String {
    use std::fmt::Write;
    digest.iter().take(8).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_living_process_is_not_gone() {
        let identity = Identity::of_this_process();
        assert!(!identity.is_gone(&identity.process));
        let parent =
            Process::named(std::os::unix::process::parent_id().cast_signed()).expect("it lives");
        assert!(!identity.is_gone(&parent.label()));
    }

    #[test]
    fn a_process_that_nobody_has_waited_for_is_gone() {
        let mut command = std::process::Command::new("cat");
        let mut child = command.stdin(std::process::Stdio::piped()).spawn().expect("cat");
        let label = Process::named(child.id().cast_signed()).expect("it lives").label();
        child.kill().expect("it lives");
        let identity = Identity::of_this_process();
        while !identity.is_gone(&label) {
            std::thread::yield_now();
        }
        child.wait().expect("it has ended");
    }

    #[test]
    fn another_process_with_the_number_of_one_that_is_gone_is_not_taken_for_it() {
        let identity = Identity::of_this_process();
        let mut parent =
            Process::named(std::os::unix::process::parent_id().cast_signed()).expect("it lives");
        parent.start = "1".into();
        assert!(identity.is_gone(&parent.label()));
        assert!(identity.is_gone("no label of ours"));
    }
}
