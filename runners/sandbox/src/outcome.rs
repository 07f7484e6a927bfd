//! What a program did.

use std::time::Duration;

use serde_json::Value;

/// What a program did, as far as the host and the agent know it. Nothing here is taken from what
/// the program printed.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// How it ended.
    pub status: Status,
    /// The exit code of the main process, where it exited.
    pub exit_code: Option<i32>,
    /// The signal that ended the main process, where one did.
    pub signal: Option<i32>,
    /// What it printed to standard output, up to the limit. Nothing where a listener has it instead.
    pub stdout: Printed,
    /// The same of standard error.
    pub stderr: Printed,
    /// What `main` returned; `Some(Value::Null)` for `None`, `null` and `undefined`.
    pub result: Option<Value>,
    /// The files it left under `artifacts/` in its work directory.
    pub artifacts: Vec<Artifact>,
    /// What it left there that was not collected.
    pub refused_artifacts: Vec<RefusedArtifact>,
    /// What it used.
    pub usage: Usage,
    /// How strong the sandbox was.
    pub isolation: Isolation,
    /// The parts the sandbox was made of, such as `seccomp` or `landlock`.
    pub isolation_parts: Vec<String>,
}

impl Outcome {
    /// A program that ended with 0, and of which nothing else is known yet.
    pub fn success(isolation: Isolation) -> Self {
        Self {
            status: Status::Success,
            exit_code: Some(0),
            signal: None,
            stdout: Printed::default(),
            stderr: Printed::default(),
            result: None,
            artifacts: Vec::new(),
            refused_artifacts: Vec::new(),
            usage: Usage::default(),
            isolation,
            isolation_parts: Vec::new(),
        }
    }
}

/// How a program ended.
///
/// A limit that was hit decides the status, whatever the exit code: a parent that survives its
/// child's running out of memory is `MemoryLimit`, even if it exits with 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It exited with 0, and in the `main` form there is a result.
    Success,
    /// It exited with another code, or a signal that is not ours ended it.
    ProgramError,
    /// It exited with 0 before `main` returned.
    NoResult,
    /// Its time on the wall clock was over.
    TimeLimit,
    /// Its time on processors was over.
    CpuLimit,
    /// It, or a process that it started, ran out of memory.
    MemoryLimit,
    /// It printed more than it may.
    OutputLimit,
    /// It was refused a process.
    ProcessLimit,
    /// It filled its scratch space.
    DiskLimit,
    /// The sandbox died before it said how the program ended.
    SandboxCrashed,
}

/// One stream of output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Printed {
    /// The first bytes, up to the limit.
    pub bytes: Vec<u8>,
    /// Whether there was more.
    pub truncated: bool,
}

/// A regular file that the program left for its caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Relative to `artifacts/`.
    pub path: String,
    /// What is in it.
    pub contents: Vec<u8>,
}

/// What lay under `artifacts/` and was not collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedArtifact {
    /// Relative to `artifacts/`; bytes that are not UTF-8 are replaced.
    pub path: String,
    /// Why, in words for people: `a symbolic link`, `larger than 10 MiB`.
    pub reason: String,
}

/// What a program used, with all it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// From the program's start to its end, on the wall clock.
    pub wall: Duration,
    /// Processor time in the program.
    pub user: Duration,
    /// Processor time in the kernel.
    pub system: Duration,
    /// The most memory at one time, in bytes: of all processes, where that could be measured, else
    /// of the largest.
    pub peak_memory: u64,
    /// The most processes and threads at one time.
    pub peak_processes: u64,
    /// The most bytes in the scratch space at one time, the job's own files too.
    pub peak_disk: u64,
    /// Bytes written to standard output and standard error. Counted; also what is above the limit, as
    /// far as the program got until it was ended.
    pub printed: u64,
    /// How each was measured.
    pub measured: Measured,
}

/// How the numbers of a [`Usage`] were measured. The wall clock needs no explanation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// Processor time, user and system.
    pub cpu: Source,
    /// Memory.
    pub memory: Source,
    /// Processes.
    pub processes: Source,
    /// The scratch space.
    pub disk: Source,
}

/// Where a number comes from, and so how far it can be trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// Nobody has measured it.
    #[default]
    Unknown,
    /// A control group of the kernel counted everything.
    Cgroup,
    /// The kernel's account of each process that was waited for.
    Rusage,
    /// Looked at every few milliseconds; what comes and goes in between is not seen.
    Sampled,
    /// gVisor's clocks, which take who is ready for one that runs; never more than the time there
    /// was on all processors.
    Estimated,
}

impl Source {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Cgroup => "cgroup",
            Self::Rusage => "rusage",
            Self::Sampled => "sampled",
            Self::Estimated => "estimated",
        }
    }
}

/// How strong a sandbox is. Ordered: stronger is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Isolation {
    /// Namespaces, system call filter and limits of this machine's own kernel.
    Process,
    /// A container of an engine, on this machine's own kernel.
    Container,
    /// A kernel of its own in user space, gVisor.
    Gvisor,
}

impl Isolation {
    /// The name in reports and in configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::Container => "container",
            Self::Gvisor => "gvisor",
        }
    }
}

impl Status {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::ProgramError => "program_error",
            Self::NoResult => "no_result",
            Self::TimeLimit => "time_limit",
            Self::CpuLimit => "cpu_limit",
            Self::MemoryLimit => "memory_limit",
            Self::OutputLimit => "output_limit",
            Self::ProcessLimit => "process_limit",
            Self::DiskLimit => "disk_limit",
            Self::SandboxCrashed => "sandbox_crashed",
        }
    }
}
