//! What a container is: the agent as process 1 with three capabilities, the limits, a root file
//! system that cannot be written to, and nothing of this machine.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use bollard::models::{
    ContainerCreateBody, HealthConfig, HostConfig, HostConfigLogConfig, Mount, MountType,
};
use lazaret_agent::message::{Ahead, PACKAGES, SCRATCH, WORK};
use lazaret_sandbox::{Installation, Interpreter, Job, Limits, RunnerError};

use crate::image::AGENT_PATH;
use crate::maker::Maker;
use crate::{DockerConfig, Processors};

/// Memory of gVisor's own kernel and of the agent, beside the program's.
const OWN_MEMORY: u64 = 64 * 1024 * 1024;

/// The same for each process of a program: seen, 0.4 MiB for one that sleeps, 3 to 6 MiB while a fork
/// bomb in Python makes them, and more on a busy machine, where gVisor comes later to collect what it
/// needs no more. With less, a fork bomb ends for want of memory.
const OWN_MEMORY_PER_PROCESS: u64 = 6 * 1024 * 1024;

/// Host threads of gVisor, which count as the container's processes: 26 to 32 when idle.
const OWN_PROCESSES: i64 = 200;

/// The same for each process of a program: seen, 133 more for 60. Where they run out, gVisor's
/// kernel ends without a word.
const OWN_PROCESSES_PER_PROCESS: i64 = 3;

/// What the agent needs: to become nobody, and to end what nobody has started.
const CAPABILITIES: [&str; 3] = ["SETUID", "SETGID", "KILL"];

/// The sizes of containers: the smallest, and how many times larger the next one is. The documented
/// limits are among them.
type Sizes = (u64, u64);

const MEMORY: Sizes = (64 << 20, 2);
const DISK: Sizes = (16 << 20, 4);
const PROCESSES: Sizes = (16, 4);
const CPU_SECONDS: Sizes = (10, 10);

/// The smallest size that has room for so much.
fn size(asked: u64, (smallest, factor): Sizes) -> u64 {
    let sizes = std::iter::successors(Some(smallest), |size| size.checked_mul(factor));
    sizes.into_iter().find(|size| *size >= asked).unwrap_or(u64::MAX)
}

/// Everything that tells the sandboxes of one runner apart: the interpreter, and the limits on
/// processor time, memory, processes and disk. What else matters for safety is the same for all of
/// them, because it is the runner's configuration; and the limits that are not here need nothing of a
/// container.
///
/// A container's limits cannot be changed afterwards: gVisor's `update` fails. So that callers who
/// choose limits make few kinds of sandboxes, a container has the next larger of a few sizes. To the
/// job's own limits the agent holds it, which looks every 20 ms.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Kind {
    pub(crate) interpreter: Interpreter,
    cpu: std::time::Duration,
    memory: u64,
    processes: u32,
    disk: u64,
    /// What is imported before a job comes. Then it serves jobs with these packages alone.
    pub(crate) ahead: Option<Ahead>,
}

impl Kind {
    /// What a job has to run in.
    pub(crate) fn of(job: &Job) -> Self {
        Self::new(job.interpreter, &job.limits)
    }

    /// What a job with these limits has to run in.
    pub(crate) fn new(interpreter: Interpreter, limits: &Limits) -> Self {
        let seconds = limits.cpu.as_millis().div_ceil(1000);
        let seconds = size(u64::try_from(seconds).unwrap_or(u64::MAX), CPU_SECONDS);
        let processes = size(limits.processes.into(), PROCESSES);
        Self {
            interpreter,
            cpu: std::time::Duration::from_secs(seconds),
            memory: size(limits.memory, MEMORY),
            processes: u32::try_from(processes).unwrap_or(u32::MAX),
            disk: size(limits.disk, DISK),
            ahead: None,
        }
    }

    /// The same with the job's packages imported ahead, where that can be done: its environment is not
    /// there yet when they are.
    pub(crate) fn ahead_of(job: &Job) -> Option<Self> {
        let packages = job.packages.as_ref().filter(|packages| !packages.modules.is_empty())?;
        if job.interpreter == Interpreter::Bash || !job.environment.is_empty() {
            return None;
        }
        let name = packages.directory.file_name()?.to_str()?.to_owned();
        let ahead = Ahead { packages: name, modules: packages.modules.clone() };
        Some(Self { ahead: Some(ahead), ..Self::of(job) })
    }

    /// Whether it is for one of these interpreters, and for any packages.
    pub(crate) fn is_plain_for(&self, interpreters: &[Interpreter]) -> bool {
        self.ahead.is_none() && interpreters.contains(&self.interpreter)
    }

    /// The limits that hold from the start; the others are the job's.
    pub(crate) fn limits(&self) -> Limits {
        let Self { cpu, memory, processes, disk, .. } = *self;
        Limits { cpu, memory, processes, disk, ..Limits::default() }
    }

    /// A few words for people.
    pub(crate) fn name(&self) -> String {
        let memory = lazaret_sandbox::Size(self.memory);
        let ahead = self.ahead.as_ref().map(|ahead| format!(" with {}", ahead.modules.join(", ")));
        format!("{}{}, {memory}", self.interpreter.name(), ahead.unwrap_or_default())
    }
}

/// The whole request for a container.
pub(crate) fn body(
    maker: &Maker,
    image: &str,
    kind: &Kind,
    installation: Option<&Installation>,
) -> Result<ContainerCreateBody, RunnerError> {
    let Maker { config, identity, packages, .. } = maker;
    let mut labels: HashMap<String, String> =
        config.labels.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    labels.extend(identity.labels());
    Ok(ContainerCreateBody {
        image: Some(image.to_owned()),
        entrypoint: Some(vec![AGENT_PATH.to_owned(), "serve".to_owned()]),
        cmd: Some(Vec::new()),
        user: Some("0:0".to_owned()),
        hostname: Some("sandbox".to_owned()),
        open_stdin: Some(true),
        stdin_once: Some(true),
        attach_stdin: Some(true),
        attach_stdout: Some(true),
        tty: Some(false),
        // The image's own would start processes in the sandbox.
        healthcheck: Some(HealthConfig {
            test: Some(vec!["NONE".into()]),
            ..HealthConfig::default()
        }),
        labels: Some(labels),
        host_config: Some(HostConfig {
            runtime: Some(config.runtime_of(installation).to_owned()),
            network_mode: Some(config.network_of(installation).to_owned()),
            mounts: Some(mounts(packages.as_deref(), installation)),
            ..host_config(config, kind)?
        }),
        ..ContainerCreateBody::default()
    })
}

/// All directories of packages, to read; whoever does not know the name of one does not find it. And what
/// an installer works with.
fn mounts(packages: Option<&Path>, installation: Option<&Installation>) -> Vec<Mount> {
    let packages = packages.map(|packages| shown(packages, Path::new(PACKAGES), true));
    let sources = installation.into_iter().flat_map(|installation| {
        let sources = installation.sources.iter().enumerate();
        sources.map(|(number, source)| shown(source, &Installation::source(number), true))
    });
    let into = Path::new(Installation::INTO);
    let filled = installation.map(|installation| shown(&installation.into, into, false));
    packages.into_iter().chain(sources).chain(filled).collect()
}

/// A directory of the engine's machine. A mount of a path that is not there fails, where a bind would
/// make it.
fn shown(directory: &Path, place: &Path, read_only: bool) -> Mount {
    Mount {
        typ: Some(MountType::BIND),
        source: Some(directory.display().to_string()),
        target: Some(place.display().to_string()),
        read_only: Some(read_only),
        ..Mount::default()
    }
}

fn host_config(config: &DockerConfig, kind: &Kind) -> Result<HostConfig, RunnerError> {
    let own_memory = OWN_MEMORY + OWN_MEMORY_PER_PROCESS * u64::from(kind.processes);
    let memory = kind.memory.saturating_add(own_memory);
    let swap = config.swap.map_or(0, |size| size.0);
    // Each place is a file system of its own, in memory.
    let tmpfs = SCRATCH.map(|path| {
        let start = if path == WORK { "exec" } else { "noexec" };
        (path.to_owned(), format!("rw,nosuid,nodev,{start},size={},mode=1777", kind.disk))
    });
    let capabilities = CAPABILITIES.iter().map(|name| (*name).to_owned());
    Ok(HostConfig {
        auto_remove: Some(true),
        readonly_rootfs: Some(config.read_only),
        cap_drop: Some(vec!["ALL".to_owned()]),
        cap_add: Some(capabilities.chain(config.capabilities.iter().cloned()).collect()),
        security_opt: Some(security(config)?),
        userns_mode: Some(config.userns.clone()),
        memory: Some(signed(memory)),
        // Memory and swap together, as Docker counts it.
        memory_swap: Some(signed(memory.saturating_add(swap))),
        nano_cpus: config.cpus.map(Processors::billionths),
        pids_limit: Some(OWN_PROCESSES + i64::from(kind.processes) * OWN_PROCESSES_PER_PROCESS),
        tmpfs: Some(tmpfs.into_iter().collect()),
        ipc_mode: Some("private".to_owned()),
        log_config: Some(HostConfigLogConfig { typ: Some("none".to_owned()), config: None }),
        ..HostConfig::default()
    })
}

/// Profiles and labels; what is not named is the engine's own.
fn security(config: &DockerConfig) -> Result<Vec<String>, RunnerError> {
    let mut options = vec!["no-new-privileges".to_owned()];
    if let Some(path) = &config.seccomp {
        options.push(format!("seccomp={}", profile(path)?));
    }
    if !config.apparmor.is_empty() {
        options.push(format!("apparmor={}", config.apparmor));
    }
    if !config.selinux.is_empty() {
        options.push(format!("label={}", config.selinux));
    }
    Ok(options)
}

/// The engine wants the profile itself, and not its path.
fn profile(path: &Path) -> Result<String, RunnerError> {
    fs::read_to_string(path).map_err(|error| RunnerError::Part {
        part: format!("the profile of system calls `{}`", path.display()),
        help: "set `docker.seccomp` to a file that can be read".into(),
        source: Box::new(error),
    })
}

fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::time::Duration;

    use super::*;

    fn kind(change: impl FnOnce(&mut Limits)) -> Kind {
        let mut limits = Limits::default();
        change(&mut limits);
        Kind::new(Interpreter::Bash, &limits)
    }

    #[test]
    fn the_documented_limits_are_a_containers_own() {
        let (documented, own) = (Limits::default(), kind(|_| {}).limits());
        assert_eq!(own, documented);
    }

    #[test]
    fn whatever_limits_callers_choose_there_are_few_kinds() {
        let most = Limits::default().memory;
        let asked = (8 << 20..=most).step_by(1 << 16);
        let kinds: HashSet<Kind> =
            asked.map(|memory| kind(|limits| limits.memory = memory)).collect();
        assert_eq!(kinds.len(), 3);
    }

    #[test]
    fn no_limit_is_larger_than_its_containers() {
        for each in [1, 15, 17, 1 << 20, (1 << 20) + 1, 1 << 33, u64::MAX] {
            let small = u32::try_from(each).unwrap_or(u32::MAX);
            let own = kind(|limits| {
                (limits.memory, limits.disk, limits.processes) = (each, each, small);
                limits.cpu = Duration::from_millis(each);
            });
            let own = own.limits();
            assert!(own.memory >= each && own.disk >= each && own.processes >= small);
            assert!(own.cpu >= Duration::from_millis(each));
        }
    }
}
