//! What a kernel counts about a run as a whole, read through files that are opened before it.
//!
//! They are of control groups, and inside of gVisor of `/proc` too. Each is there or not; what is
//! not there, the agent counts by itself.

use std::fs::File;
use std::os::unix::fs::FileExt;

use lazaret_agent::message::{Failure, Kernel, Part};
use nix::unistd::Pid;

use crate::attempt::failure;

/// The files; each is there where its group is.
#[derive(Default)]
pub(crate) struct Evidence {
    /// Holds a line `oom_kill N`: how many processes the kernel ended for want of memory.
    pub(crate) memory: Option<File>,
    /// Tells the memory that is held now, where the group's own limit is not the program's.
    pub(crate) held: Option<Held>,
    /// Holds the most bytes at one time.
    pub(crate) peak: Option<File>,
    /// Holds a line `max N`: how often a process was refused.
    pub(crate) processes: Option<File>,
    /// Holds the number of processes and threads, the agent's too.
    pub(crate) tasks: Option<File>,
    /// Holds the processor time: alone, in nanoseconds, or in a line `usage_usec N`.
    pub(crate) cpu: Option<File>,
    /// The kernel that counts.
    pub(crate) kernel: Kernel,
    /// Who is not the program's, beside the agent.
    pub(crate) zygote: Option<Pid>,
}

/// A file in which some lines together say how much memory is held.
pub(crate) struct Held {
    file: File,
    lines: &'static [&'static str],
    /// Bytes of what the lines count.
    unit: u64,
    /// What was held before there was a program: by the agent, in the main.
    before: u64,
}

impl Held {
    /// What is held already is not the next program's.
    fn begin_anew(&mut self) -> Option<()> {
        self.before = 0;
        self.before = self.bytes()?;
        Some(())
    }

    /// What is held from now on.
    pub(crate) fn from_now(file: File, lines: &'static [&'static str], unit: u64) -> Option<Self> {
        let mut held = Self { file, lines, unit, before: 0 };
        held.begin_anew()?;
        Some(held)
    }

    fn bytes(&self) -> Option<u64> {
        let text = text(&self.file)?;
        let counts = self.lines.iter().map(|line| number(&text, line));
        let sum: u64 = counts.sum::<Option<u64>>()?;
        Some(sum.saturating_mul(self.unit).saturating_sub(self.before))
    }
}

impl Evidence {
    /// Whether the kernel counts both memory and processes.
    pub(crate) fn is_complete(&self) -> bool {
        self.memory.is_some() && self.processes.is_some()
    }

    /// Is about another program from now on, of which no process is there yet.
    pub(crate) fn begin_anew(&mut self) -> Result<(), Failure> {
        let known = self.held.as_mut().is_none_or(|held| held.begin_anew().is_some());
        known.then_some(()).ok_or_else(|| failure(Part::Groups, "read how much memory is held"))
    }

    /// Whether a process was ended for want of memory.
    pub(crate) fn out_of_memory(&self) -> bool {
        counted(self.memory.as_ref(), "oom_kill") > Some(0)
    }

    /// Whether a process was refused.
    pub(crate) fn out_of_processes(&self) -> bool {
        counted(self.processes.as_ref(), "max") > Some(0)
    }

    /// Memory that the program holds now, in bytes: its processes' own and its files, and not what
    /// of the image is only mapped.
    pub(crate) fn held_memory(&self) -> Option<u64> {
        self.held.as_ref()?.bytes()
    }

    /// Processes and threads now, of the program alone.
    pub(crate) fn tasks(&self) -> Option<u64> {
        let tasks: u64 = text(self.tasks.as_ref()?)?.trim().parse().ok()?;
        Some(tasks.saturating_sub(1 + u64::from(self.zygote.is_some())))
    }

    /// Processor time in microseconds, of everybody who was ever in the group. It knows what the
    /// agent's own count does not: children that their parent never waited for.
    pub(crate) fn cpu_time(&self) -> Option<u64> {
        let text = text(self.cpu.as_ref()?)?;
        let nanoseconds = || text.trim().parse::<u64>().ok();
        number(&text, "usage_usec").or_else(|| nanoseconds().map(|time| time / 1000))
    }

    /// The most memory at one time, in bytes.
    pub(crate) fn peak_memory(&self) -> Option<u64> {
        text(self.peak.as_ref()?)?.trim().parse().ok()
    }
}

/// The number in the file's line with this name.
fn counted(file: Option<&File>, name: &str) -> Option<u64> {
    number(&text(file?)?, name)
}

/// The number in the line with this name.
fn number(text: &str, name: &str) -> Option<u64> {
    let value = |line: &str| {
        let mut words = line.split_whitespace();
        (words.next() == Some(name)).then(|| words.next()?.parse().ok())?
    };
    text.lines().find_map(value)
}

/// The file as it is now: the kernel writes it anew for each read from its start.
fn text(file: &File) -> Option<String> {
    let mut bytes = [0; 2048];
    let length = file.read_at(&mut bytes, 0).ok()?;
    Some(String::from_utf8_lossy(bytes.get(..length)?).into_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file(text: &str) -> File {
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(text.as_bytes()).expect("written");
        file
    }

    #[test]
    fn a_count_above_zero_is_evidence() {
        let memory = Some(file("oom_kill_disable 0\nunder_oom 1\noom_kill 2\n"));
        assert!(Evidence { memory, ..Evidence::default() }.out_of_memory());
    }

    #[test]
    fn what_was_held_before_is_not_the_programs() {
        let lines = ["AnonPages:", "Shmem:"];
        let before = file("Cached: 9 kB\nAnonPages:   30 kB\nShmem:        2 kB\n");
        let mut held = Held::from_now(before, &["AnonPages:", "Shmem:"], 1024).expect("numbers");
        assert_eq!((held.bytes(), held.lines), (Some(0), lines.as_slice()));
        held.file = file("AnonPages:   40 kB\nShmem:        4 kB\n");
        assert_eq!(held.bytes(), Some(12 * 1024));
        assert!(Held::from_now(file("AnonPages: 1 kB\n"), &["Shmem:"], 1024).is_none());
    }

    #[test]
    fn processor_time_is_read_from_both_versions() {
        let time = |text| Evidence { cpu: Some(file(text)), ..Evidence::default() }.cpu_time();
        assert_eq!(time("5000000\n"), Some(5000));
        assert_eq!(time("usage_usec 5000\nuser_usec 4000\n"), Some(5000));
        assert_eq!(Evidence::default().cpu_time(), None);
    }

    #[test]
    fn a_zero_and_a_similar_name_are_not() {
        let memory = Some(file("oom_kill 0\noom_group_kill 3\n"));
        assert!(!Evidence { memory, ..Evidence::default() }.out_of_memory());
    }
}
