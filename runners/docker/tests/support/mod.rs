//! The real engine that `tests/engine/up` makes, and engines of a test's own that may be broken.

mod engine;
mod relay;
mod runs;

use std::process::Command;
use std::time::Duration;

use bollard::Docker;
use bollard::models::ContainerInspectResponse;
use bollard::query_parameters::{InspectContainerOptions, ListContainersOptionsBuilder};
use lazaret_docker::{DockerConfig, DockerRunner, Images, Install, Warm};
use lazaret_sandbox::{Limits, Runner};
use tokio::time::{sleep, timeout};

pub(crate) use self::engine::Engine;
pub(crate) use self::relay::Relay;
pub(crate) use self::runs::{run, while_it_runs, with_a_second};

/// Longer than anything here takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The label by which a test finds its own containers.
const LABEL: &str = "lazaret.test";

/// The images that `tests/engine/up` makes, and no sandbox ahead of time.
pub(crate) fn config() -> DockerConfig {
    let images = Images {
        python: Some("lazaret-base/python".into()),
        node: Some("lazaret-base/node".into()),
        bash: Some("lazaret-base/bash".into()),
    };
    let warm = Warm { python: 0, node: 0, bash: 0, ahead: 0 };
    let install = Install { runtime: "runsc-network".into(), network: "lazaret-install".into() };
    DockerConfig { images, warm, install, ..DockerConfig::default() }
}

/// Bash alone, one sandbox ahead of time, and a label.
pub(crate) fn bash_config(label: &str) -> DockerConfig {
    let mut config = config();
    (config.images.python, config.images.node, config.warm.bash) = (None, None, 1);
    config.labels.insert(LABEL.into(), label.into());
    config
}

/// Waits until something is so.
pub(crate) async fn until(claim: &str, holds: impl AsyncFnMut() -> bool) {
    assert!(within(PATIENCE, holds).await, "it never came true that {claim}");
}

/// Whether something comes true in time.
pub(crate) async fn within(patience: Duration, mut holds: impl AsyncFnMut() -> bool) -> bool {
    let waiting = async {
        while !holds().await {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(patience, waiting).await.is_ok()
}

/// A runner whose sandboxes are ready.
pub(crate) async fn warmed(config: DockerConfig) -> DockerRunner {
    let wanted = config.warm.python + config.warm.node + config.warm.bash;
    let engines = u32::try_from(config.hosts.len().max(1)).expect("a few");
    let runner = DockerRunner::new(config);
    runner.warm(&Limits::default()).await;
    let full = within(PATIENCE, async || warm(&runner) == wanted * engines).await;
    assert!(full, "the pool is not full: {:?}", runner.pools());
    runner
}

/// How many sandboxes wait ready.
pub(crate) fn warm(runner: &DockerRunner) -> u32 {
    runner.pools().iter().map(|pool| pool.warm).sum()
}

/// The containers with a label, on the engine of `tests/engine/up`.
pub(crate) async fn containers(label: &str) -> Vec<ContainerInspectResponse> {
    containers_of(&Docker::connect_with_defaults().expect("an address"), label).await
}

async fn containers_of(docker: &Docker, label: &str) -> Vec<ContainerInspectResponse> {
    let docker = docker.clone().negotiate_version().await;
    let docker = docker.expect("no engine answers; run tests/engine/up");
    let label = vec![format!("{LABEL}={label}")];
    let filters = std::collections::HashMap::from([("label".to_owned(), label)]);
    let options = ListContainersOptionsBuilder::default().all(true).filters(&filters).build();
    let mut found = Vec::new();
    for container in docker.list_containers(Some(options)).await.expect("a list") {
        let id = container.id.expect("a container has an id");
        // It may be gone by now.
        found.extend(docker.inspect_container(&id, None::<InspectContainerOptions>).await.ok());
    }
    found
}

/// Makes a container with labels of ours, by a client of Docker, and does not start it.
pub(crate) fn leave(client: &mut Command, labels: &[(&str, &str)]) {
    let labels = labels.iter().map(|(name, value)| format!("--label=lazaret.{name}={value}"));
    client.args(["create", "--network=none"]).args(labels).args(["lazaret-base/bash", "true"]);
    assert!(client.output().expect("a client").status.success(), "it is made");
}

/// The label of a process as this one, with a number that no process has.
pub(crate) fn of_a_dead_process(label: &str) -> String {
    label.replace(&format!(":{}:", std::process::id()), ":999999999:")
}
