//! What earlier runs have left: containers whose owner is gone, and processes of gVisor that the
//! engine does not know any more.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use bollard::Docker;
use bollard::errors::Error;
use lazaret_sandbox::Diagnosis;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::sleep;

use crate::identity::{Identity, Made};
use crate::reaper;

/// What a container's end takes: its processes may still be there when the engine has forgotten it.
const GRACE: Duration = Duration::from_millis(500);

/// Characters of a container's id that tell it apart, as Docker's client shows it.
const SHORT: usize = 12;

/// Containers of this installation that nobody uses any more.
pub(super) async fn containers(docker: &Docker, identity: &Identity) -> Diagnosis {
    const NAME: &str = "left containers";
    let found = match reaper::containers(docker, identity).await {
        Ok(found) => found,
        Err(error) => {
            let help = "look into the engine's log";
            return Diagnosis::warn(NAME, format!("cannot list containers: {error}"), help);
        }
    };
    let of = |made| found.iter().filter(move |(_, who)| *who == made).map(|(id, _)| id.as_str());
    let left: Vec<&str> = of(Made::ByNobody).collect();
    if left.is_empty() {
        return match of(Made::Elsewhere).count() {
            0 => Diagnosis::ok(NAME, "none whose process is gone"),
            others => Diagnosis::ok(
                NAME,
                format!(
                    "none whose process is gone; {others} of this installation on another machine, \
                     or of before this one was started"
                ),
            ),
        };
    }
    let short: Vec<&str> = left.iter().map(|id| id.get(..SHORT).unwrap_or(id)).collect();
    let help = format!("the next job removes them, or: docker rm -f {}", short.join(" "));
    Diagnosis::warn(NAME, format!("{} whose process is gone", left.len()), help)
}

/// Sandboxes of gVisor that the engine does not know. `root` is where its runtime keeps their state;
/// without it, those of other engines on this machine are found too.
pub(super) async fn processes(docker: &Docker, root: Option<&str>) -> Diagnosis {
    const NAME: &str = "left processes";
    let mut unknown = BTreeMap::new();
    for (id, sandbox) in sandboxes() {
        let other = root.is_some() && sandbox.root.as_deref() != root;
        // Docker's own process for a container of any runtime says nothing of gVisor.
        if other || sandbox.root.is_none() {
            continue;
        }
        let answer = docker.inspect_container(&id, None).await;
        if matches!(answer, Err(Error::DockerResponseServerError { status_code: 404, .. })) {
            unknown.insert(id, sandbox.numbers);
        }
    }
    if !unknown.is_empty() {
        sleep(GRACE).await;
        let now = sandboxes();
        unknown.retain(|id, _| now.contains_key(id));
    }
    if unknown.is_empty() {
        return Diagnosis::ok(NAME, "no sandbox that the engine does not know");
    }
    let numbers: Vec<String> = unknown.values().flatten().map(u32::to_string).collect();
    let doubt = if root.is_some() { "" } else { "unless they are another engine's: " };
    Diagnosis::warn(
        NAME,
        format!("{} of sandboxes that the engine does not know", numbers.len()),
        format!("{doubt}kill -9 {}", numbers.join(" ")),
    )
}

/// Ends what is left of a container of ours.
pub(super) fn end_processes_of(id: &str) {
    let left = sandboxes().remove(id).unwrap_or_default();
    for number in left.numbers {
        let Ok(number) = i32::try_from(number) else { continue };
        // One that has just gone, or is not ours to end, is the doctor's next finding at most.
        let _ = kill(Pid::from_raw(number), Signal::SIGKILL);
    }
}

/// Where the runtime of a container of ours keeps its state, if that is gVisor on this machine.
pub(super) fn root_of(id: &str) -> Option<String> {
    sandboxes().remove(id)?.root
}

/// The processes of one container.
#[derive(Default)]
struct Processes {
    numbers: Vec<u32>,
    /// gVisor's option of that name.
    root: Option<String>,
}

/// The containers that have processes on this machine.
fn sandboxes() -> BTreeMap<String, Processes> {
    let mut found: BTreeMap<String, Processes> = BTreeMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let number = entry.file_name().to_str().and_then(|name| name.parse().ok());
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line);
        if let Some((number, id)) = number.zip(container(&line)) {
            let sandbox = found.entry(id).or_default();
            sandbox.numbers.push(number);
            let root = line.split('\0').find_map(|word| word.strip_prefix("--root="));
            sandbox.root = sandbox.root.take().or(root.map(str::to_owned));
        }
    }
    found
}

/// The container that a command line of Docker's or gVisor's serves.
fn container(line: &str) -> Option<String> {
    let mut words = line.split('\0');
    let program = words.next()?.rsplit('/').next()?;
    // Those that belong to Docker; Kubernetes has others.
    let known = ["runsc-sandbox", "runsc-gofer", "containerd-shim-runc-v2"].contains(&program);
    if !known || !line.contains("moby") {
        return None;
    }
    let is_id = |word: &&str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    words.flat_map(|word| word.split('/')).find(is_id).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_of_a_sandbox_tells_whose_it_is() {
        let id = "ab".repeat(32);
        let bundle = format!("--bundle=/run/containerd/io.containerd.runtime.v2.task/moby/{id}");
        let of = |words: &[&str]| container(&words.join("\0"));
        assert_eq!(of(&["runsc-sandbox", "boot", &bundle]), Some(id.clone()));
        let shim = "/usr/bin/containerd-shim-runc-v2";
        assert_eq!(of(&[shim, "-namespace", "moby", "-id", &id]), Some(id.clone()));
        assert_eq!(of(&[shim, "-namespace", "k8s.io", "-id", &id]), None);
        assert_eq!(of(&["less", "moby", &bundle]), None);
    }
}
