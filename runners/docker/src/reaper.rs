//! Removes what earlier processes of this installation left behind, and what this runner has lost
//! sight of; nothing else.
//!
//! Usually there is nothing: when a process of ours dies, the engine closes the agents' input, and
//! sandboxes end by themselves. What stays is a container that was made and not yet started, or one
//! whose guest hangs; and one whose making took the engine longer than we waited.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bollard::Docker;
use bollard::models::ContainerSummary;
use bollard::query_parameters::ListContainersOptionsBuilder;
use tokio::time::Instant;

use crate::container;
use crate::engine::Engine;
use crate::identity::{Identity, Made, OWNER};
use crate::maker::Maker;

/// How long a container of ours may be there before anybody knows of it: longer than the engine may
/// take to answer that it has made one.
const BIRTH: Duration = Duration::from_secs(40);

/// Looks through the containers of one engine again and again.
#[derive(Default)]
pub(crate) struct Reaper {
    /// Our own that nobody held at the last look, and when that was first seen.
    strays: Mutex<HashMap<String, Instant>>,
}

impl Reaper {
    /// Looks once, and removes in the background: a guest that hangs takes minutes.
    pub(crate) async fn reap(&self, engine: &Arc<Engine>, maker: &Maker) {
        let all = containers(&engine.docker, &maker.identity).await.unwrap_or_default();
        let of = |made| all.iter().filter(move |(_, who)| *who == made).map(|(id, _)| id.clone());
        let lost = self.lost(of(Made::ByUs).filter(|id| !maker.known.has(id)));
        for id in of(Made::ByNobody).chain(lost) {
            if !maker.known.add(&id) {
                continue;
            }
            tracing::info!(container = id, "removing what nobody holds any more");
            let (engine, known) = (Arc::clone(engine), maker.known.clone());
            let tasks = maker.tasks.clone();
            maker.tasks.spawn(async move {
                container::remove(&engine.docker, &id, &tasks).await;
                known.forget(&id);
            });
        }
    }

    /// Of our own that nobody holds, those that have been so for too long.
    fn lost(&self, strays: impl Iterator<Item = String>) -> Vec<String> {
        let mut seen = self.strays.lock().unwrap_or_else(PoisonError::into_inner);
        let since = |id: String| {
            let first = seen.get(&id).copied().unwrap_or_else(Instant::now);
            (id, first)
        };
        let now: HashMap<String, Instant> = strays.map(since).collect();
        let lost = now.iter().filter(|(_, first)| first.elapsed() > BIRTH);
        let lost = lost.map(|(id, _)| id.clone()).collect();
        *seen = now;
        lost
    }
}

/// The containers of this installation, by their ids, and who made each.
pub(crate) async fn containers(
    docker: &Docker,
    identity: &Identity,
) -> Result<Vec<(String, Made)>, bollard::errors::Error> {
    let label = format!("{OWNER}={}", identity.installation.name);
    let filters = HashMap::from([("label".to_owned(), vec![label])]);
    let options = ListContainersOptionsBuilder::default().all(true).filters(&filters).build();
    let containers = docker.list_containers(Some(options)).await?.into_iter();
    let with_maker = |container: ContainerSummary| {
        let made = identity.who_made(&container.labels.unwrap_or_default());
        Some((container.id?, made))
    };
    Ok(containers.filter_map(with_maker).collect())
}
