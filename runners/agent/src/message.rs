//! What is in the frames that are not bulk: JSON, with the version of the protocol where a
//! conversation begins.
//!
//! Durations are microseconds and sizes bytes, because a wire has no types of its own.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The version of frames and messages together. A host and an agent that differ in it refuse each
/// other; they are built together, so that happens only where an engine's image is old.
pub const VERSION: u32 = 5;

/// The exit code of an agent whose process 1 the kernel ended for want of memory. It ends the program
/// before the agent; but what a program held in pipes is given back a moment after that.
pub const OUT_OF_MEMORY: u8 = 3;

/// The number of the user and the group that programs run as, inside.
pub const NOBODY: u32 = 65534;

/// Where programs start, and find their files.
pub const WORK: &str = "/work";

/// The scratch space: where programs may write, inside. They may start what lies in [`WORK`], a
/// script beside the entry for example; nothing needs that of the other two.
pub const SCRATCH: [&str; 3] = [WORK, "/tmp", "/dev/shm"];

/// Where the directories of installed packages are, inside.
pub const PACKAGES: &str = "/packages";

/// The walls that the agent builds where no engine does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walls {
    /// [`VERSION`].
    pub version: u32,
    /// Directories that programs may read, beside those of the system: an interpreter's own.
    pub readable: Vec<PathBuf>,
    /// Directories of the machine under other names: installed packages, and what an installer fills.
    pub shown: Vec<Shown>,
    /// Whether programs reach the machine's network.
    pub network: bool,
    /// Bytes in the scratch space.
    pub disk: u64,
    /// Files and directories in it.
    pub files: u64,
    /// Bytes of memory.
    pub memory: u64,
    /// Processes and threads at one time.
    pub processes: u32,
    /// Where control groups can be made, if they can.
    pub groups: Vec<GroupParent>,
    /// Whether a sandbox without control groups is refused.
    pub groups_demand: Demand,
    /// Whether the file system rules of Landlock are used.
    pub landlock: Demand,
}

/// A directory of the machine under another name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Where the machine has it.
    pub directory: PathBuf,
    /// Where programs find it.
    pub place: PathBuf,
    /// Whether they may write to it. They can start nothing there then.
    pub writable: bool,
}

/// Whether a part of the sandbox has to be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Demand {
    /// It is not used.
    Off,
    /// It is used where the kernel has it.
    #[default]
    WhenAvailable,
    /// Without it there is no sandbox.
    Required,
}

/// A control group under which the agent may make one for a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupParent {
    /// What the hierarchy can count there.
    pub controller: Controller,
    /// The directory.
    pub path: PathBuf,
}

/// What a control group counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Controller {
    /// Memory, in a hierarchy of the first version.
    MemoryV1,
    /// Processes, in a hierarchy of the first version.
    PidsV1,
    /// Processor time, in a hierarchy of the first version.
    CpuV1,
    /// All three, in the one hierarchy of the second version.
    Unified,
}

/// What the agent starts before it knows any job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preparation {
    /// [`VERSION`].
    pub version: u32,
    /// What will run the entry.
    pub interpreter: Interpreter,
    /// The interpreter's executable, and options that come before all others.
    pub command: Vec<String>,
    /// What a job may use. The kernel is told with this, so a job's memory, processes and disk are
    /// these, and its processor time is no more than this.
    pub limits: Limits,
    /// The kernel that the sandbox runs on.
    pub kernel: Kernel,
    /// Whether there may be a reset, and another job after it.
    pub reused: bool,
    /// What Python imports before there is a job.
    pub ahead: Option<Ahead>,
}

/// Modules that are imported before there is a job; all jobs that come have these packages.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ahead {
    /// The name of a directory in [`PACKAGES`].
    pub packages: String,
    /// The modules. One that cannot be imported is left to the program.
    pub modules: Vec<String>,
}

/// A kind of kernel, by what the agent has to do differently there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kernel {
    /// This machine's.
    #[default]
    Linux,
    /// gVisor's own, in each sandbox.
    Gvisor,
}

/// What the agent runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The entry, relative to the work directory.
    pub entry: String,
    /// How it is started.
    pub form: Form,
    /// The program's environment.
    pub environment: BTreeMap<String, String>,
    /// The name of a directory in [`PACKAGES`]: what the program can import.
    pub packages: Option<String>,
    /// What it may use.
    pub limits: Limits,
}

/// What runs a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Interpreter {
    /// `CPython`.
    Python,
    /// Node.js.
    Node,
    /// GNU Bash.
    Bash,
}

/// The two ways to start a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// As a script, with these words after its name.
    Script(Vec<String>),
    /// By calling its `main` with what the `Arguments` frames hold.
    Main,
}

/// What a program may use, as far as the agent watches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Microseconds on the wall clock.
    pub wall: u64,
    /// Microseconds on processors.
    pub cpu: u64,
    /// Bytes of memory.
    pub memory: u64,
    /// Processes and threads.
    pub processes: u32,
    /// Bytes on standard output and standard error together.
    pub output: u64,
    /// Bytes in the scratch space.
    pub disk: u64,
    /// Files and directories in it.
    pub files: u64,
    /// Artifacts.
    pub artifacts: u32,
    /// Bytes of one artifact, and of a result.
    pub artifact_size: u64,
}

/// A file for the work directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Relative to the work directory.
    pub path: String,
}

/// What the agent says first: that the sandbox is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Greeting {
    /// [`VERSION`].
    pub version: u32,
    /// What it is made of, in words for a report.
    pub parts: Vec<String>,
    /// The release of the kernel inside: gVisor's own, where it is gVisor.
    pub kernel: String,
    /// What that kernel calls its build.
    pub build: String,
}

/// An interpreter is up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// Node's version, `22.18.0`; empty for the others.
    pub version: String,
}

/// A file that the program left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// Relative to `artifacts/`.
    pub path: String,
}

/// How many refused artifacts are told one by one; one more tells how many others there are.
pub const MOST_REFUSALS: usize = 100;

/// What the program left and is not collected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Relative to `artifacts/`.
    pub path: String,
    /// Why, in words for people.
    pub reason: String,
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The exit code of the main process, where it exited.
    pub exit_code: Option<i32>,
    /// The signal that ended it, where one did.
    pub signal: Option<i32>,
    /// The limit that was hit, the first where there were several.
    pub limit: Option<LimitHit>,
    /// Whether the program printed more to standard output than was passed on.
    pub stdout_truncated: bool,
    /// The same for standard error.
    pub stderr_truncated: bool,
    /// What was used.
    pub usage: Usage,
}

/// A limit that was hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LimitHit {
    /// The wall clock.
    Wall,
    /// The processors.
    Cpu,
    /// Memory.
    Memory,
    /// Output, or a result.
    Output,
    /// Processes.
    Processes,
    /// The scratch space.
    Disk,
}

/// What a program used, with all it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Microseconds on the wall clock.
    pub wall: u64,
    /// Microseconds of processor time in the program.
    pub user: u64,
    /// Microseconds of processor time in the kernel.
    pub system: u64,
    /// The most memory at one time, in bytes.
    pub peak_memory: u64,
    /// The most processes and threads at one time.
    pub peak_processes: u64,
    /// The most bytes in the scratch space at one time, the job's own files too.
    pub peak_disk: u64,
    /// Bytes written to both output streams, as far as the agent has read them.
    pub printed: u64,
    /// How each was measured.
    pub measured: Measured,
}

/// How the numbers of a [`Usage`] came about. The wall clock is the kernel's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// Processor time.
    pub cpu: Source,
    /// Memory.
    pub memory: Source,
    /// Processes.
    pub processes: Source,
    /// The scratch space.
    pub disk: Source,
}

/// Where a number comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Nobody has measured it.
    #[default]
    Unknown,
    /// A control group counts everything.
    Cgroup,
    /// The kernel's account of the processes that were waited for.
    Rusage,
    /// The agent looks every few milliseconds.
    Sampled,
    /// gVisor takes who is ready for one that runs.
    Estimated,
}

/// What the agent could not do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What of the sandbox it was.
    pub part: Part,
    /// What was being done, in words for people: `bind /usr`.
    pub action: String,
    /// The kernel's answer, where the kernel was asked.
    pub errno: Option<i32>,
}

impl Failure {
    /// What was being done, and the kernel's answer.
    pub fn cause(&self) -> io::Error {
        io::Error::other(match self.errno.map(io::Error::from_raw_os_error) {
            Some(answer) => format!("cannot {}: {answer}", self.action),
            None => format!("cannot {}", self.action),
        })
    }
}

/// A part of the sandbox, or of making one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// A user namespace, and who is who in it.
    UserNamespace,
    /// The other namespaces.
    Namespaces,
    /// The file systems.
    Mounts,
    /// The process file system, which containers often forbid.
    Proc,
    /// Control groups, where they are demanded.
    Groups,
    /// Landlock, where it is demanded.
    Landlock,
    /// The filter of system calls.
    Seccomp,
    /// The limits of the kernel, the user, the capabilities.
    Privileges,
    /// The job's files.
    Files,
    /// An interpreter that is up.
    Interpreter,
    /// What the host said.
    Conversation,
}

impl Part {
    /// The name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::UserNamespace => "a user namespace",
            Self::Namespaces => "namespaces",
            Self::Mounts => "a file system of its own",
            Self::Proc => "a process file system",
            Self::Groups => "control groups",
            Self::Landlock => "Landlock",
            Self::Seccomp => "a filter of system calls",
            Self::Privileges => "giving up privileges",
            Self::Files => "the job's files",
            Self::Interpreter => "an interpreter",
            Self::Conversation => "a conversation with the agent",
        }
    }
}
