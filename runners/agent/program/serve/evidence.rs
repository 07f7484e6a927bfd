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
}

impl Evidence {
    /// Whether the kernel counts both memory and processes.
    pub(crate) fn is_complete(&self) -> bool {
        self.memory.is_some() && self.processes.is_some()
    }

    /// Whether a process was ended for want of memory.
    pub(crate) fn out_of_memory(&self) -> bool {
        counted(self.memory.as_ref(), "oom_kill")
    }

    /// Whether a process was refused.
    pub(crate) fn out_of_processes(&self) -> bool {
        counted(self.processes.as_ref(), "max")
    }

    /// The most memory at one time, in bytes.
    pub(crate) fn peak_memory(&self) -> Option<u64> {
        text(self.peak.as_ref()?)?.trim().parse().ok()
    }
}

/// Whether the file has a line with this name and a number above zero.
fn counted(file: Option<&File>, name: &str) -> bool {
    let Some(text) = file.and_then(text) else { return false };
    let value = |line: &str| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse::<u64>().ok();
    text.lines().find_map(value).is_some_and(|count| count > 0)
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
    fn a_zero_and_a_similar_name_are_not() {
        let memory = Some(file("oom_kill 0\noom_group_kill 3\n"));
        assert!(!Evidence { memory, ..Evidence::default() }.out_of_memory());
    }
}
