//! What this machine has of what the embedded runner needs: its kernel, control groups, and the
//! interpreters. A sandbox is made and thrown away, because only that proves that one can be made.

use std::fs;
use std::path::Path;
use std::time::Duration;

use lazaret_agent::message::{Controller, GroupParent};
use lazaret_sandbox::{Diagnosis, Examination, Interpreter, Isolation, RunnerError};
use tokio::process::Command;
use tokio::time::timeout;

use crate::{Demand, ProcessConfig, interpreters};

/// How long an interpreter may take to say its version: node takes 50 ms.
const PATIENCE: Duration = Duration::from_secs(3);

/// Says of each part what was found. `parts` is what a sandbox was made of just now.
pub(crate) async fn examine(
    config: &ProcessConfig,
    parts: Result<&[String], RunnerError>,
    groups: &[GroupParent],
) -> Examination {
    let mut diagnoses = vec![kernel(), namespaces()];
    match &parts {
        Ok(parts) => {
            diagnoses.push(Diagnosis::ok("sandbox", format!("made of {}", parts.join(", "))));
            diagnoses.push(landlock(parts, config.landlock));
            diagnoses.push(control_groups(parts, groups, config.cgroups));
        }
        Err(error) => diagnoses.push(Diagnosis::refused("sandbox", error)),
    }
    let mut found = 0;
    for interpreter in Interpreter::ALL {
        let examined = examine_interpreter(interpreter, config).await;
        found += usize::from(examined.help.is_none());
        diagnoses.push(examined);
    }
    let isolation = (parts.is_ok() && found > 0).then_some(Isolation::Process);
    Examination { isolation, diagnoses }
}

fn kernel() -> Diagnosis {
    let release = read("/proc/sys/kernel/osrelease");
    let mut numbers = release.split(['.', '-']).map_while(|number| number.parse::<u32>().ok());
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    let found = format!("Linux {release}");
    // Mounts that carry the identities of another user namespace.
    if version < (5, 12) {
        return Diagnosis::warn("kernel", found, "use Linux 5.12 or newer");
    }
    Diagnosis::ok("kernel", found)
}

/// How many user namespaces an account may have; whether one can really be made, the sandbox tells.
fn namespaces() -> Diagnosis {
    const NAME: &str = "user namespaces";
    match read("/proc/sys/user/max_user_namespaces").as_str() {
        "" => Diagnosis::warn(NAME, "the kernel has none", "use a kernel with CONFIG_USER_NS"),
        "0" => Diagnosis::warn(
            NAME,
            "none are allowed",
            "allow them: sysctl -w user.max_user_namespaces=10000",
        ),
        most => Diagnosis::ok(NAME, format!("{most} are allowed")),
    }
}

fn landlock(parts: &[String], demand: Demand) -> Diagnosis {
    const NAME: &str = "landlock";
    if parts.iter().any(|part| part == "landlock") {
        return Diagnosis::ok(NAME, "rules for files hold beside the file system's own walls");
    }
    if demand == Demand::Off {
        return Diagnosis::warn(NAME, "switched off", "remove `process.landlock = \"off\"`");
    }
    let modules = read("/sys/kernel/security/lsm");
    let found = match modules.as_str() {
        "" => "the kernel does not use it".to_owned(),
        modules => format!("the kernel does not use it, only {modules}"),
    };
    Diagnosis::warn(NAME, found, "use Linux 5.13 or newer, with `landlock` in its parameter `lsm=`")
}

fn control_groups(parts: &[String], places: &[GroupParent], demand: Demand) -> Diagnosis {
    const NAME: &str = "control groups";
    if demand == Demand::Off {
        return Diagnosis::warn(NAME, "switched off", "remove `process.cgroups = \"off\"`");
    }
    let version = version_of_groups(places);
    if parts.iter().any(|part| part == "memory control group") {
        return Diagnosis::ok(NAME, format!("the kernel counts what a run uses ({version})"));
    }
    Diagnosis::warn(
        NAME,
        format!("not to be had ({version}); the agent counts memory every 20 ms instead"),
        "let this service make control groups: `Delegate=yes` in its systemd unit, or root",
    )
}

fn version_of_groups(places: &[GroupParent]) -> &'static str {
    let unified = |place: &GroupParent| matches!(place.controller, Controller::Unified);
    match (places.is_empty(), places.iter().any(unified)) {
        (false, true) => "version 2",
        (false, false) => "version 1",
        (true, _) if Path::new("/sys/fs/cgroup/cgroup.controllers").exists() => {
            "version 2, not delegated to this process"
        }
        (true, _) => "none are mounted",
    }
}

async fn examine_interpreter(interpreter: Interpreter, config: &ProcessConfig) -> Diagnosis {
    let name = interpreter.name();
    match interpreters::find(interpreter, config) {
        Ok(found) => {
            let version = version(&found.executable).await;
            Diagnosis::ok(name, format!("{} at {}", version, found.executable.display()))
        }
        // The others may still run: one that nobody needs is no failure.
        Err(error) => Diagnosis::warn(
            name,
            error.to_string(),
            error.help().unwrap_or("install it, or do without"),
        ),
    }
}

/// What it says of itself, up to the first line's end.
async fn version(executable: &Path) -> String {
    let mut command = Command::new(executable);
    command.arg("--version").env_clear().kill_on_drop(true);
    let said = timeout(PATIENCE, command.output()).await;
    let said = said.ok().and_then(Result::ok).map(|output| output.stdout).unwrap_or_default();
    let text = String::from_utf8_lossy(&said);
    let line = text.lines().next().unwrap_or_default().trim();
    if line.is_empty() { "an unknown version".to_owned() } else { line.to_owned() }
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use lazaret_sandbox::{Health, Runner};

    use super::*;
    use crate::ProcessRunner;

    fn of<'a>(examined: &'a Examination, name: &str) -> &'a Diagnosis {
        let found = examined.diagnoses.iter().find(|diagnosis| diagnosis.name == name);
        found.unwrap_or_else(|| panic!("no {name} in {examined:?}"))
    }

    #[tokio::test]
    async fn a_sandbox_is_made_and_the_interpreters_say_their_versions() {
        let examined = ProcessRunner::new(ProcessConfig::default()).diagnose().await;
        assert_eq!(examined.isolation, Some(Isolation::Process));
        assert!(of(&examined, "sandbox").found.contains("seccomp"), "{examined:?}");
        assert!(of(&examined, "python").found.starts_with("Python 3."), "{examined:?}");
    }

    #[tokio::test]
    async fn an_interpreter_that_is_missing_says_what_to_do() {
        let nowhere = Some("/nowhere/python".into());
        let config = ProcessConfig { python: nowhere, ..ProcessConfig::default() };
        let examined = ProcessRunner::new(config).diagnose().await;
        let python = of(&examined, "python");
        assert_eq!((python.health, examined.isolation), (Health::Warn, Some(Isolation::Process)));
        assert!(python.found.contains("/nowhere/python"), "{python:?}");
        assert!(python.help.as_ref().is_some_and(|help| help.contains("process.python")));
    }

    #[tokio::test]
    async fn without_any_interpreter_nothing_can_run() {
        let nowhere = || Some("/nowhere".into());
        let config = ProcessConfig {
            python: nowhere(),
            node: nowhere(),
            bash: nowhere(),
            ..ProcessConfig::default()
        };
        assert_eq!(ProcessRunner::new(config).diagnose().await.isolation, None);
    }

    #[tokio::test]
    async fn parts_that_are_switched_off_are_said_to_be() {
        let (landlock, cgroups) = (Demand::Off, Demand::Off);
        let config = ProcessConfig { landlock, cgroups, ..ProcessConfig::default() };
        let examined = ProcessRunner::new(config).diagnose().await;
        for part in ["landlock", "control groups"] {
            let part = of(&examined, part);
            assert_eq!((part.health, part.found.as_str()), (Health::Warn, "switched off"));
        }
    }
}
