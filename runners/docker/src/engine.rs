//! The engine: is it there, and has it the runtime that the configuration demands?

use bollard::Docker;
use lazaret_sandbox::{Isolation, RunnerError};

use crate::DockerConfig;

/// An engine that answers.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) docker: Docker,
    /// What containers run on.
    pub(crate) runtime: String,
    /// The release of the kernel that the engine itself runs on.
    kernel: String,
}

impl Engine {
    /// Connects, agrees on a version of the API, and looks for the runtime.
    pub(crate) async fn connect(config: &DockerConfig) -> Result<Self, RunnerError> {
        let docker = match &config.host {
            Some(host) => Docker::connect_with_host(host),
            None => Docker::connect_with_defaults(),
        };
        let docker = docker.map_err(|error| absent(config, error))?;
        let docker = docker.negotiate_version().await.map_err(|error| absent(config, error))?;
        let info = docker.info().await.map_err(|error| absent(config, error))?;
        let runtimes = info.runtimes.unwrap_or_default();
        if !runtimes.contains_key(&config.runtime) {
            return Err(no_runtime(&config.runtime, runtimes.into_keys()));
        }
        let kernel = info.kernel_version.unwrap_or_default();
        Ok(Self { docker, runtime: config.runtime.clone(), kernel })
    }

    /// What the runtime is meant to give; a container has to prove it.
    pub(crate) fn isolation(&self) -> Isolation {
        if self.runtime.starts_with("runsc") { Isolation::Gvisor } else { Isolation::Container }
    }

    /// The kernel that a container must not show, where it is meant to have one of its own.
    pub(crate) fn outer_kernel(&self) -> Option<&str> {
        (self.isolation() == Isolation::Gvisor).then_some(&self.kernel)
    }
}

fn absent(config: &DockerConfig, error: bollard::errors::Error) -> RunnerError {
    let place =
        config.host.clone().unwrap_or_else(|| "this machine's socket or DOCKER_HOST".into());
    RunnerError::Part {
        part: format!("the Docker engine at {place}"),
        help: "start it, or set `docker.host`; `runner = \"process\"` needs none".into(),
        source: Box::new(error),
    }
}

fn no_runtime(wanted: &str, known: impl Iterator<Item = String>) -> RunnerError {
    let mut known: Vec<String> = known.collect();
    known.sort();
    RunnerError::Part {
        part: format!("the runtime `{wanted}`"),
        help: format!(
            "register it with the engine, or set `docker.runtime` to one of: {}",
            known.join(", ")
        ),
        source: "the engine does not know it".into(),
    }
}

/// Something that the engine would not do.
pub(crate) fn failed(action: &str) -> impl FnOnce(bollard::errors::Error) -> RunnerError {
    let action = action.to_owned();
    move |error| RunnerError::Failed { action, source: Box::new(error) }
}
