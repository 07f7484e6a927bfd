//! What control groups tell about a run, read through files that were opened outside.

use std::fs::File;
use std::os::unix::fs::FileExt;

/// The files; each is there where its group is.
#[derive(Default)]
pub(crate) struct Evidence {
    /// Holds a line `oom_kill N`: how many processes the kernel ended for want of memory.
    pub(crate) memory: Option<File>,
    /// Holds the most bytes at one time.
    pub(crate) peak: Option<File>,
    /// Holds a line `max N`: how often a process was refused.
    pub(crate) processes: Option<File>,
    /// Holds the processor time: alone, in nanoseconds, or in a line `usage_usec N`.
    pub(crate) cpu: Option<File>,
}

impl Evidence {
    /// Whether the kernel counts both memory and processes.
    pub(crate) fn is_complete(&self) -> bool {
        self.memory.is_some() && self.processes.is_some()
    }

    /// Whether a process was ended for want of memory.
    pub(crate) fn out_of_memory(&self) -> bool {
        counted(self.memory.as_ref(), "oom_kill") > Some(0)
    }

    /// Whether a process was refused.
    pub(crate) fn out_of_processes(&self) -> bool {
        counted(self.processes.as_ref(), "max") > Some(0)
    }

    /// Processor time in microseconds, of everybody who was ever in the group. It knows what the
    /// agent's own count does not: children that their parent never waited for.
    pub(crate) fn cpu_time(&self) -> Option<u64> {
        let nanoseconds = || text(self.cpu.as_ref()?)?.trim().parse::<u64>().ok();
        counted(self.cpu.as_ref(), "usage_usec").or_else(|| nanoseconds().map(|time| time / 1000))
    }

    /// The most memory at one time, in bytes.
    pub(crate) fn peak_memory(&self) -> Option<u64> {
        text(self.peak.as_ref()?)?.trim().parse().ok()
    }
}

/// The number in the line with this name.
fn counted(file: Option<&File>, name: &str) -> Option<u64> {
    let value = |line: &str| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok();
    text(file?)?.lines().find_map(value)
}

/// The file as it is now: the kernel writes it anew for each read from its start.
fn text(file: &File) -> Option<String> {
    let mut bytes = [0; 512];
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
