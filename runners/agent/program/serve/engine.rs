//! What can be counted inside a container that an engine has made.
//!
//! The engine's own limits are a wall further out: they hold for gVisor's kernel and the agent as
//! well. So the agent looks at what the program has, and compares that with the job's limits.
//!
//! Seen in gVisor (2024-07-29), with programs of every kind: `AnonPages` counts each page once,
//! however many processes share it, and files in memory with it. The resident sizes of processes
//! do not, and there is no `smaps_rollup`. What gVisor's own kernel needs for pipes, sockets and
//! empty files is in none of these; that is what the engine's limit is for.

use std::fs::File;
use std::path::Path;

use lazaret_agent::message::Kernel;

use super::evidence::{Evidence, Held};

const GROUPS: &str = "/sys/fs/cgroup";

/// Opens what there is.
pub(super) fn evidence(kernel: Kernel) -> Evidence {
    let unified = || Path::new(GROUPS).join("cgroup.controllers").exists();
    match kernel {
        Kernel::Gvisor => of_gvisor(),
        Kernel::Linux if unified() => of_unified_groups(),
        Kernel::Linux => of_separate_groups(),
    }
}

fn of_gvisor() -> Evidence {
    let memory = open("/proc/meminfo");
    Evidence {
        held: memory.and_then(|file| Held::from_now(file, &["AnonPages:"], 1024)),
        tasks: group("pids/pids.current"),
        cpu: group("cpuacct/cpuacct.usage"),
        kernel: Kernel::Gvisor,
        ..Evidence::default()
    }
}

fn of_unified_groups() -> Evidence {
    Evidence {
        memory: group("memory.events"),
        held: group("memory.stat").and_then(|file| Held::from_now(file, &["anon", "shmem"], 1)),
        processes: group("pids.events"),
        tasks: group("pids.current"),
        cpu: group("cpu.stat"),
        ..Evidence::default()
    }
}

fn of_separate_groups() -> Evidence {
    let memory = group("memory/memory.stat");
    Evidence {
        memory: group("memory/memory.oom_control"),
        held: memory.and_then(|file| Held::from_now(file, &["rss", "shmem"], 1)),
        processes: group("pids/pids.events"),
        tasks: group("pids/pids.current"),
        cpu: group("cpuacct/cpuacct.usage"),
        ..Evidence::default()
    }
}

fn group(file: &str) -> Option<File> {
    open(Path::new(GROUPS).join(file))
}

fn open(path: impl AsRef<Path>) -> Option<File> {
    File::open(path).ok()
}
