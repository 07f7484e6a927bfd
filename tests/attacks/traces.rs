//! What runs leave on the machine, if they leave anything.
//!
//! A look is a set of descriptions; what is in a later look and not in an earlier one was left
//! behind, unless it goes away soon or belongs to another Lazaret that is alive.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::engine::docker;

/// How long the kernel and the engine may take to clean up. Removing a container takes a fraction
/// of a second, on a busy machine several.
const PATIENCE: Duration = Duration::from_secs(40);

/// Directories that get an entry for each container, or that programs are given to write to. Not
/// the engine's `netns`: it empties that once a minute, and what is in use there is a mount, too.
const PLACES: [&str; 7] = [
    "/dev/shm",
    "/dev/mqueue",
    "/run/docker/runtime-runc/moby",
    "/run/docker/containerd/daemon/io.containerd.runtime.v2.task/moby",
    "/run/containerd/io.containerd.runtime.v2.task/moby",
    "/run/runsc",
    "/var/lib/docker/containers",
];

/// Programs that a sandbox consists of, on the host.
const SANDBOXES: [&str; 3] = ["runsc", "exe", "containerd-shim"];

/// Everything on this machine that a run may have made.
pub(crate) struct Traces(BTreeSet<String>);

impl Traces {
    pub(crate) fn now() -> Self {
        let all = [containers(), processes(), mounts(), files(), groups(), segments()].concat();
        Self(all.into_iter().collect())
    }

    /// What there is now, and was not before, and does not go away.
    pub(crate) fn left_behind(&self) -> Vec<String> {
        let deadline = Instant::now() + PATIENCE;
        let mut left = self.more();
        while !left.is_empty() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(100));
            // What is new meanwhile belongs to somebody who began meanwhile.
            let (now, foreign) = (Self::now().0, foreign());
            let is_foreign = |trace: &String| foreign.iter().any(|of| trace.contains(of));
            left.retain(|trace| now.contains(trace) && !is_foreign(trace));
        }
        left.into_iter().map(|trace| format!("LEFT BEHIND: {trace}")).collect()
    }

    /// What there is now, and was not before.
    pub(crate) fn more(&self) -> Vec<String> {
        Self::now().0.difference(&self.0).cloned().collect()
    }
}

/// Our containers, also those that have ended.
fn containers() -> Vec<String> {
    let format = "container {{.ID}} of {{.Label \"lazaret.process\"}}";
    let words =
        ["ps", "--all", "--no-trunc", "--filter", "label=lazaret.owner", "--format", format];
    docker(&words).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// What names the containers of another Lazaret that is alive: their ids, and their file systems.
fn foreign() -> Vec<String> {
    let living: Vec<String> = containers()
        .iter()
        .filter_map(|container| container.strip_prefix("container ")?.split_once(" of "))
        .filter(|(_, process)| is_alive(process))
        .map(|(id, _)| id.to_owned())
        .collect();
    let format = "{{.GraphDriver.Data.MergedDir}} {{.NetworkSettings.SandboxKey}}";
    let inspected = living.iter().filter_map(|id| docker(&["inspect", "--format", format, id]));
    let paths: Vec<String> = inspected
        .flat_map(|paths| paths.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .map(|path| path.trim_end_matches("/merged").trim_start_matches("/var").to_owned())
        .collect();
    [living, paths].concat()
}

/// The label names the process by the machine's start, the namespace of its number, the number, and
/// its own start.
fn is_alive(process: &str) -> bool {
    let number = process.split(':').nth(2).filter(|number| !number.is_empty());
    number.is_some_and(|number| Path::new("/proc").join(number).is_dir())
}

/// Processes of sandboxes: parts of the engine's, our agents, and whoever has a process 1 that is
/// not ours.
fn processes() -> Vec<String> {
    let own = fs::read_link("/proc/self/ns/pid").unwrap();
    let numbers = entries(Path::new("/proc"));
    let is_process = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().parse::<u32>().is_ok())
    };
    let describe = |path: PathBuf| {
        let name = fs::read_to_string(path.join("comm")).ok()?.trim().to_owned();
        let space = fs::read_link(path.join("ns/pid")).unwrap_or_else(|_| own.clone());
        let line = command_line(&path);
        let of_sandbox = SANDBOXES.iter().any(|part| name.starts_with(part)) || is_agent(&path);
        let below = command_line(&parent(&path)?);
        let story = format!("process {} {name}: {line} below {below}", path.display());
        (of_sandbox || space != own).then_some(story)
    };
    numbers.into_iter().filter(is_process).filter_map(describe).collect()
}

/// The embedded agent is a program without a file.
fn is_agent(process: &Path) -> bool {
    fs::read_link(process.join("exe"))
        .is_ok_and(|program| program.to_string_lossy().contains("memfd:lazaret-agent"))
}

/// Empty for a process that has ended and was not waited for: then its parent's tells whose it is.
fn command_line(process: &Path) -> String {
    let line = fs::read(process.join("cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&line).replace('\0', " ")
}

fn parent(process: &Path) -> Option<PathBuf> {
    let status = fs::read_to_string(process.join("status")).ok()?;
    let number = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
    Some(Path::new("/proc").join(number.trim()))
}

fn mounts() -> Vec<String> {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
    mounts.lines().map(|line| format!("mount {line}")).collect()
}

/// Entries of the places, and what has a name of ours where everybody may write.
fn files() -> Vec<String> {
    let all = PLACES.iter().flat_map(|place| entries(Path::new(place)));
    let shared = ["/tmp", "/var/tmp", "/"].into_iter().flat_map(|place| entries(Path::new(place)));
    let ours = shared.filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        ["attack", "lazaret", "runsc"].iter().any(|start| name.starts_with(start))
    });
    all.chain(ours).map(|path| format!("file {}", path.display())).collect()
}

/// Control groups of containers and of embedded runs.
fn groups() -> Vec<String> {
    let (mut found, mut places) = (Vec::new(), vec![PathBuf::from("/sys/fs/cgroup")]);
    while let Some(place) = places.pop() {
        for path in entries(&place).into_iter().filter(|path| path.is_dir() && !path.is_symlink()) {
            let name = path.display().to_string();
            if name.contains("/lazaret-") || name.contains("docker") {
                found.push(format!("control group {name}"));
            }
            places.push(path);
        }
    }
    found
}

/// Shared memory, semaphores and queues of System V, which outlive who made them.
fn segments() -> Vec<String> {
    let kinds = ["shm", "sem", "msg"];
    let read = |kind: &str| {
        let table = fs::read_to_string(format!("/proc/sysvipc/{kind}")).unwrap_or_default();
        let ids = table.lines().skip(1).filter_map(|line| line.split_whitespace().nth(1));
        ids.map(|id| format!("System V {kind} {id}")).collect::<Vec<_>>()
    };
    kinds.into_iter().flat_map(read).collect()
}

fn entries(place: &Path) -> Vec<PathBuf> {
    let read = fs::read_dir(place).into_iter().flatten().flatten();
    read.map(|entry| entry.path()).collect()
}

/// The service's pool of one test is there while another test looks.
#[test]
fn a_living_process_is_known_by_its_label() {
    let alive = format!("boot:4026531836:{}:17", std::process::id());
    assert!(is_alive(&alive));
    assert!(!is_alive("boot:4026531836:999999999:17") && !is_alive(""));
}
