//! Runs per second, beside what the engine itself can do: `cargo bench -p lazaret-docker`.
//!
//! Needs the engine and the images of `tests/engine/up`. The engine is measured with the least a
//! container can be, and with containers that are configured as ours are; in both nothing runs but
//! `sleep`. The engine and the runner take turns, so that all meet the same load. Whoever quotes a
//! number quotes the machine, and the load beside it.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints")]

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bollard::Docker;
use bollard::models::{ContainerCreateBody, HostConfig};
use bollard::query_parameters::{
    CreateContainerOptions, InspectContainerOptions, ListContainersOptions,
    RemoveContainerOptionsBuilder, StartContainerOptions, StatsOptionsBuilder,
};
use futures_util::StreamExt;
use lazaret_docker::{DockerConfig, DockerRunner, Images, Reuse, Warm};
use lazaret_sandbox::conformance::program::python;
use lazaret_sandbox::{Events, Limits, Runner, Status};

/// How long each is measured, each time.
const SPAN: Duration = Duration::from_secs(15);
/// How often.
const ROUNDS: usize = 3;
/// Containers that are made at one time, and jobs that are there at one time.
const AT_ONCE: usize = 4;

fn config(reuse: Reuse) -> DockerConfig {
    let python = Some("lazaret-base/python".to_owned());
    let images = Images { python, ..Images::default() };
    let warm = Warm { python: 2, node: 0, bash: 0, ahead: 0 };
    DockerConfig { images, warm, reuse, ..DockerConfig::default() }
}

async fn warmed(reuse: Reuse) -> Arc<DockerRunner> {
    let runner = Arc::new(DockerRunner::new(config(reuse)));
    runner.warm(&Limits::default()).await;
    while runner.pools()[0].warm < 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    runner
}

/// How often several tasks together get something done in a second.
async fn rate<F: Future<Output = ()> + Send>(
    action: impl Fn() -> F + Clone + Send + 'static,
) -> f64 {
    let begun = Instant::now();
    let tasks = (0..AT_ONCE).map(|_| {
        let action = action.clone();
        async move {
            let mut count = 0_u32;
            while begun.elapsed() < SPAN {
                action().await;
                count += 1;
            }
            count
        }
    });
    let counts = futures_util::future::join_all(tasks).await;
    f64::from(counts.iter().sum::<u32>()) / begun.elapsed().as_secs_f64()
}

/// What the least of containers is configured with.
fn least() -> HostConfig {
    HostConfig {
        runtime: Some("runsc".to_owned()),
        network_mode: Some("none".to_owned()),
        readonly_rootfs: Some(true),
        ..HostConfig::default()
    }
}

/// What a container of ours, which waits for its job, is configured with.
async fn like_ours(docker: &Docker) -> HostConfig {
    let id = own_container(docker).await.unwrap();
    let found = docker.inspect_container(&id, None::<InspectContainerOptions>).await.unwrap();
    // It is removed here by a call that is waited for.
    HostConfig { auto_remove: Some(false), ..found.host_config.unwrap() }
}

/// A container with nothing in it that we would have to wait for.
async fn make_and_remove(docker: Docker, config: HostConfig) {
    let body = ContainerCreateBody {
        image: Some("lazaret-base/python".to_owned()),
        entrypoint: Some(vec!["/bin/sleep".to_owned(), "1000".to_owned()]),
        host_config: Some(config),
        ..ContainerCreateBody::default()
    };
    let created = docker.create_container(None::<CreateContainerOptions>, body).await.unwrap();
    docker.start_container(&created.id, None::<StartContainerOptions>).await.unwrap();
    let force = RemoveContainerOptionsBuilder::default().force(true).build();
    docker.remove_container(&created.id, Some(force)).await.unwrap();
}

async fn run(runner: Arc<DockerRunner>) {
    let mut program = python("def main(x):\n    return x + 1").main(serde_json::json!({"x": 1}));
    program.job.tenant = "benchmark".into();
    let outcome = runner.run(program.job, Events::none()).await.unwrap();
    assert_eq!(outcome.status, Status::Success);
}

/// A container of ours that waits for its job.
async fn own_container(docker: &Docker) -> Option<String> {
    let containers = docker.list_containers(None::<ListContainersOptions>).await.ok()?;
    let is_own = |labels: &HashMap<String, String>| labels.contains_key("lazaret.process");
    containers.into_iter().find(|found| found.labels.as_ref().is_some_and(is_own))?.id
}

/// What the engine says that it holds.
async fn idle_memory(docker: &Docker) -> Option<u64> {
    let options = StatsOptionsBuilder::default().stream(false).build();
    let id = own_container(docker).await?;
    let stats = docker.stats(&id, Some(options)).next().await?.ok()?;
    stats.memory_stats?.usage
}

fn load() -> String {
    std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim().to_owned()
}

#[tokio::main]
async fn main() {
    let docker = Docker::connect_with_defaults().unwrap().negotiate_version().await.unwrap();
    println!("load at the start: {}", load());
    let never = warmed(Reuse::Never).await;
    let memory = idle_memory(&docker).await.unwrap_or_default();
    println!("idle memory of a warm sandbox: {} KiB", memory / 1024);
    let like_ours = like_ours(&docker).await;
    for _ in 0..ROUNDS {
        let engine = |config: HostConfig| {
            let docker = docker.clone();
            rate(move || make_and_remove(docker.clone(), config.clone()))
        };
        let (least, alike) = (engine(least()).await, engine(like_ours.clone()).await);
        let runs = {
            let runner = Arc::clone(&never);
            rate(move || run(Arc::clone(&runner))).await
        };
        println!(
            "made and removed by the engine: the least {least:5.2}/s, like ours {alike:5.2}/s   runs, never reused {runs:5.2}/s   ratio {:.2}, {:.2}   load {}",
            runs / least,
            runs / alike,
            load()
        );
    }
    never.close().await;
    let tenant = warmed(Reuse::Tenant).await;
    for _ in 0..ROUNDS {
        let runner = Arc::clone(&tenant);
        let runs = rate(move || run(Arc::clone(&runner))).await;
        println!("runs, reused by a tenant {runs:5.1}/s   load {}", load());
    }
    tenant.close().await;
}
