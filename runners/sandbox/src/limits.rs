//! What a program may use.

use std::time::Duration;

use thiserror::Error;

/// What a program may use. Every limit holds for the program and all it starts, together.
///
/// There is no "unlimited": a zero is refused by [`Limits::validate`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Time on the wall clock from the program's start.
    pub wall: Duration,
    /// Time on processors, user and system.
    pub cpu: Duration,
    /// Memory, in bytes: what the processes hold, and where the kernel counts so, their files in
    /// the scratch space too.
    pub memory: u64,
    /// Processes and threads at one time.
    pub processes: u32,
    /// Bytes printed to standard output and standard error together.
    pub output: u64,
    /// Bytes in the scratch space: the work directory, `/tmp` and `/dev/shm` together.
    pub disk: u64,
    /// Artifacts that are collected at most; more are reported as refused.
    pub artifacts: u32,
    /// Bytes of one artifact, and of a result.
    pub artifact_size: u64,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u64 = 1024 * 1024;
        Self {
            wall: Duration::from_secs(10),
            cpu: Duration::from_secs(10),
            memory: 256 * MIB,
            processes: 64,
            output: MIB,
            disk: 64 * MIB,
            artifacts: 10,
            artifact_size: 10 * MIB,
        }
    }
}

/// A limit that cannot be held.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the limit `{name}` is {value}; {reason}")]
pub struct LimitError {
    /// The field of [`Limits`].
    pub name: &'static str,
    /// What it was set to.
    pub value: String,
    /// Why that cannot be.
    pub reason: &'static str,
}

impl Limits {
    /// Files and directories in the scratch space at one time: one for each 4 KiB of `disk`, which
    /// is what `mkfs` takes for small files, and at least 1024. An empty file costs the kernel about
    /// a kilobyte that no other limit counts.
    pub fn files(&self) -> u64 {
        const BYTES_PER_FILE: u64 = 4096;
        const LEAST: u64 = 1024;
        (self.disk / BYTES_PER_FILE).max(LEAST)
    }

    /// Refuses what no runner could hold: zero of anything, or less memory than an interpreter
    /// needs to start.
    pub fn validate(&self) -> Result<(), LimitError> {
        // Below this, no interpreter gets as far as the program's first line.
        const LEAST_MEMORY: u64 = 8 * 1024 * 1024;
        let zero = [
            ("wall", self.wall.is_zero()),
            ("cpu", self.cpu.is_zero()),
            ("memory", self.memory == 0),
            ("processes", self.processes == 0),
            ("output", self.output == 0),
            ("disk", self.disk == 0),
            ("artifact_size", self.artifact_size == 0),
        ];
        if let Some((name, _)) = zero.into_iter().find(|(_, zero)| *zero) {
            let reason = "a limit has to be greater than zero";
            return Err(LimitError { name, value: "0".into(), reason });
        }
        if self.memory < LEAST_MEMORY {
            let reason = "no interpreter starts in less than 8 MiB";
            return Err(LimitError {
                name: "memory",
                value: format!("{} bytes", self.memory),
                reason,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid() {
        assert_eq!(Limits::default().validate(), Ok(()));
    }

    #[test]
    fn zero_is_an_error_and_not_unlimited() {
        let limits = Limits { wall: Duration::ZERO, ..Limits::default() };
        assert_eq!(limits.validate().expect_err("zero").name, "wall");
    }
}
