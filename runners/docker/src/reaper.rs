//! Removes what earlier processes of this installation left behind, and nothing else.
//!
//! Usually there is nothing: when a process of ours dies, the engine closes the agents' input, and
//! sandboxes end by themselves. What stays is a container that was made and not yet started, or one
//! whose guest hangs.

use std::collections::HashMap;

use bollard::Docker;
use bollard::models::ContainerSummary;
use bollard::query_parameters::ListContainersOptionsBuilder;

use crate::container;
use crate::engine::Engine;
use crate::identity::{Identity, OWNER, PROCESS};

/// Removes the containers of processes that are gone.
pub(crate) async fn reap(engine: &Engine, identity: &Identity) {
    for container in leftovers(&engine.docker, identity).await.unwrap_or_default() {
        let id = container.id.unwrap_or_default();
        tracing::info!(container = id, "removing what an earlier process left behind");
        container::remove(&engine.docker, &id).await;
    }
}

/// The containers of this installation whose process is gone.
pub(crate) async fn leftovers(
    docker: &Docker,
    identity: &Identity,
) -> Result<Vec<ContainerSummary>, bollard::errors::Error> {
    let label = format!("{OWNER}={}", identity.owner);
    let filters = HashMap::from([("label".to_owned(), vec![label])]);
    let options = ListContainersOptionsBuilder::default().all(true).filters(&filters).build();
    let mut containers = docker.list_containers(Some(options)).await?;
    containers.retain(|container| {
        let labels = container.labels.as_ref();
        let process = labels.and_then(|labels| labels.get(PROCESS)).map_or("", String::as_str);
        identity.is_gone(process)
    });
    Ok(containers)
}
