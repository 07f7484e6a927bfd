//! What the engine says of itself: its version, its control groups, its runtimes.

use std::path::{Path, PathBuf};

use bollard::models::{Runtime, SystemInfoCgroupVersionEnum};
use lazaret_sandbox::Diagnosis;
use tokio::process::Command;
use tokio::time::timeout;

use super::{PATIENCE, Patient};

/// The oldest version of the engine's interface that has been tried: of Docker 20.10.
const OLDEST: (usize, usize) = (1, 41);

/// Builds of gVisor before this one take every network namespace of a newer kernel for the root one.
pub(super) const KNOWS_NETWORKS: u32 = 20_240_807;

impl Patient<'_> {
    pub(super) fn version(&self) -> Diagnosis {
        let engine = self.info.server_version.as_deref().unwrap_or("of an unknown version");
        let spoken = self.docker.client_version();
        let found = format!("Docker {engine} at {}, API {spoken}", self.place);
        if (spoken.major_version, spoken.minor_version) < OLDEST {
            return Diagnosis::warn("engine", found, "use Docker 20.10 (API 1.41) or newer");
        }
        Diagnosis::ok("engine", found)
    }

    /// Without them the engine takes limits, and does not hold them.
    pub(super) fn control_groups(&self) -> Diagnosis {
        const NAME: &str = "control groups";
        let version = match self.info.cgroup_version {
            Some(SystemInfoCgroupVersionEnum::_2) => "version 2",
            Some(SystemInfoCgroupVersionEnum::_1) => "version 1",
            _ => "an unknown version",
        };
        let limits = [(self.info.memory_limit, "memory"), (self.info.pids_limit, "processes")];
        let missing: Vec<&str> =
            limits.iter().filter(|(has, _)| *has == Some(false)).map(|(_, what)| *what).collect();
        if !missing.is_empty() {
            let found = format!("{version}, without limits on {}", missing.join(" and "));
            return Diagnosis::fail(NAME, found, "give the engine these controllers of its kernel");
        }
        if self.info.swap_limit == Some(false) {
            let found = format!("{version}, without a limit on swap");
            return Diagnosis::warn(NAME, found, "boot the engine's kernel with `swapaccount=1`");
        }
        Diagnosis::ok(NAME, format!("{version}, with limits on memory, swap and processes"))
    }

    pub(super) fn runtime(&self) -> Diagnosis {
        const NAME: &str = "runtime";
        let wanted = &self.config.runtime;
        let help = "register it in /etc/docker/daemon.json (`runtimes`) and restart the engine, or \
                    set `docker.runtime` to one that is there";
        let known = self.info.runtimes.as_ref();
        let mut known: Vec<&str> = known.into_iter().flatten().map(|(name, _)| &**name).collect();
        known.sort_unstable();
        let known = known.join(", ");
        if let Some(runtime) = self.registered() {
            let path = runtime.path.as_deref().unwrap_or_default();
            let found = format!("`{wanted}` is registered: {path}");
            // A name without a directory is the engine's to find.
            if self.is_local() && path.starts_with('/') && !Path::new(path).exists() {
                return Diagnosis::fail(NAME, format!("{found}, which is not there"), help);
            }
            return Diagnosis::ok(NAME, format!("{found}; there are: {known}"));
        }
        let found = format!("`{wanted}` is not registered; there are: {known}");
        Diagnosis::fail(NAME, found, help)
    }

    /// What gVisor is told on its command line, and what this build of it needs. Whether it works so,
    /// a container will show.
    pub(super) async fn options(&self) -> Diagnosis {
        const NAME: &str = "runtime's options";
        let told = self.registered().and_then(|runtime| runtime.runtime_args.clone());
        let told = told.unwrap_or_default();
        let found = if told.is_empty() { "none".to_owned() } else { told.join(" ") };
        let found = match self.build_of_gvisor().await {
            Some(build) if build < KNOWS_NETWORKS => {
                format!("{found}; on a newer kernel this build, of {build}, needs `--network=none`")
            }
            Some(build) => format!("{found}; build {build}"),
            None => found,
        };
        let has = |option: &str| told.iter().any(|each| each.trim_start_matches('-') == option);
        if has("platform=kvm") {
            let help = "use `--platform=systrap`: KVM hangs on virtual machines";
            return Diagnosis::warn(NAME, found, help);
        }
        if has("platform=ptrace") {
            let help = "use `--platform=systrap` where it works: ptrace is three times as slow";
            return Diagnosis::warn(NAME, found, help);
        }
        Diagnosis::ok(NAME, found)
    }

    pub(super) fn is_registered(&self) -> bool {
        self.registered().is_some()
    }

    fn registered(&self) -> Option<&Runtime> {
        self.info.runtimes.as_ref()?.get(&self.config.runtime)
    }

    /// When this machine's gVisor was built: 20240729.
    pub(super) async fn build_of_gvisor(&self) -> Option<u32> {
        if !self.is_local() || !self.is_gvisor_by_name() {
            return None;
        }
        let path = PathBuf::from(self.registered()?.path.as_ref()?);
        let mut command = Command::new(path);
        command.arg("--version").env_clear().kill_on_drop(true);
        let said = timeout(PATIENCE, command.output()).await.ok()?.ok()?;
        build(&String::from_utf8_lossy(&said.stdout))
    }
}

/// The date in what gVisor says of its version: `release-20240729.0`, `0.0~20240729.0`.
fn build(version: &str) -> Option<u32> {
    let line = version.lines().next()?;
    line.split(|character: char| !character.is_ascii_digit())
        .filter(|digits| digits.len() == 8)
        .find_map(|digits| digits.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_build_of_gvisor_is_read_from_what_it_says() {
        assert_eq!(build("runsc version 0.0~20240729.0\nspec: 1.2.0\n"), Some(20_240_729));
        assert_eq!(build("runsc version release-20250818.0\n"), Some(20_250_818));
        assert_eq!(build("runsc version VERSION_MISSING\n"), None);
    }
}
