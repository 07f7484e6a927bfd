//! What the doctor says of real engines: the machine's own, and one with everything wrong.

use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use lazaret_docker::{DockerConfig, DockerRunner, Images};
use lazaret_sandbox::{Diagnosis, Examination, Health, Isolation, Runner};
use serde_json::json;

use crate::support::{Engine, containers, of_a_dead_process, warmed};

const IMAGE: &str = "lazaret-base/bash";

fn settings() -> DockerConfig {
    let images = Images { bash: Some(IMAGE.into()), ..Images::default() };
    DockerConfig { images, ..DockerConfig::default() }
}

fn at(host: &str, runtime: &str) -> DockerConfig {
    DockerConfig { hosts: vec![host.into()], runtime: runtime.into(), ..settings() }
}

async fn examine(config: DockerConfig) -> Examination {
    DockerRunner::new(config).diagnose().await
}

/// What was found of one thing.
fn of<'a>(examined: &'a Examination, name: &str) -> &'a Diagnosis {
    let found = examined.diagnoses.iter().find(|diagnosis| diagnosis.name == name);
    found.unwrap_or_else(|| panic!("no {name} in {examined:#?}"))
}

fn assert_fails(examined: &Examination, name: &str, says: &str, helps: &str) {
    let found = of(examined, name);
    assert_eq!((found.health, examined.isolation), (Health::Fail, None), "{examined:#?}");
    assert!(found.found.contains(says), "{found:?}");
    assert!(found.help.as_ref().is_some_and(|help| help.contains(helps)), "{found:?}");
}

#[tokio::test]
async fn where_no_engine_listens_it_says_where_it_looked() {
    let examined = examine(at("unix:///nowhere/docker.sock", "runsc")).await;
    assert_fails(&examined, "engine", "/nowhere/docker.sock", "install Docker and start it");
    assert_eq!(examined.diagnoses.len(), 1);
}

#[tokio::test]
async fn an_engine_that_hangs_is_not_waited_for() {
    let directory = tempfile::tempdir().expect("made");
    let path = directory.path().join("socket");
    let _listener = UnixListener::bind(&path).expect("made");
    let begun = Instant::now();
    let examined = examine(at(&format!("unix://{}", path.display()), "runsc")).await;
    assert_fails(&examined, "engine", "Timeout", "start it");
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_runtime_that_is_not_registered_is_named_with_those_that_are() {
    let examined = examine(DockerConfig { runtime: "runsc-nowhere".into(), ..settings() }).await;
    assert_fails(&examined, "runtime", "`runsc-nowhere` is not registered", "daemon.json");
    assert!(of(&examined, "runtime").found.contains("runc, runsc"), "{examined:#?}");
}

#[tokio::test]
async fn an_image_that_is_not_there_is_named() {
    let mut config = settings();
    config.images.python = Some("lazaret-base/nowhere".into());
    let examined = examine(config).await;
    assert_fails(&examined, "image for python", "lazaret-base/nowhere", "docker.images.python");
    assert_eq!(of(&examined, "image for bash").health, Health::Ok);
    let none = examine(DockerConfig::default()).await;
    assert_fails(&none, "images", "none is configured", "docker.images.python");
}

#[tokio::test]
async fn gvisor_proves_itself_and_the_trial_leaves_nothing() {
    let mut config = settings();
    config.labels.insert("lazaret.test".into(), "doctor".into());
    let examined = examine(config).await;
    assert_eq!(examined.isolation, Some(Isolation::Gvisor), "{examined:#?}");
    for part in ["engine", "control groups", "runtime", "gVisor", "seccomp", "memory signal"] {
        assert_eq!(of(&examined, part).health, Health::Ok, "{examined:#?}");
    }
    assert_eq!(containers("doctor").await, []);
}

/// An image without the interpreter that it is configured for.
#[tokio::test]
async fn an_image_without_its_interpreter_is_told_from_a_broken_runtime() {
    let images = Images { python: Some(IMAGE.into()), ..Images::default() };
    let examined = examine(DockerConfig { images, ..DockerConfig::default() }).await;
    assert_fails(&examined, "container", "python3", "an image that has its interpreter");
}

/// One engine for all of it, because it takes some seconds to start.
#[tokio::test]
async fn what_a_runtime_is_called_proves_nothing() {
    let engine = Engine::start_with(runtimes()).await;
    let host = engine.host();
    let examined = examine(at(&host, "runsc-not")).await;
    assert_fails(
        &examined,
        "gVisor",
        "is not gVisor: programs see Linux",
        "register gVisor's runsc",
    );

    let examined = examine(at(&host, "runc")).await;
    assert_eq!(examined.isolation, Some(Isolation::Container), "{examined:#?}");
    assert_eq!(of(&examined, "gVisor").health, Health::Warn);

    let examined = examine(at(&host, "runsc-without-filter")).await;
    let filter = of(&examined, "seccomp");
    assert_eq!((filter.health, examined.isolation), (Health::Warn, Some(Isolation::Gvisor)));
    assert!(filter.help.as_ref().is_some_and(|help| help.contains("--oci-seccomp")), "{filter:?}");

    let examined = examine(at(&host, "runsc-missing")).await;
    assert_fails(&examined, "runtime", "/nowhere/runsc, which is not there", "daemon.json");

    let examined = examine(at(&host, "runsc-broken")).await;
    assert_fails(&examined, "container", "`runsc-broken` does not start", "--platform=systrap");
}

/// Whether a container starts with a network depends on the build of gVisor and on the kernel. Where
/// it does not, it leaves processes behind that the engine does not know.
#[tokio::test]
async fn what_a_failed_start_leaves_is_found_and_an_examination_leaves_nothing() {
    let engine = Engine::start_with(runtimes()).await;
    examine(at(&engine.host(), "runsc-with-network")).await;
    assert_eq!(engine.processes().await, Vec::<u32>::new());
    let start = ["run", "--rm", "--network=none", "--runtime=runsc-with-network", IMAGE, "true"];
    let fails = !engine.docker(&start).status.success();
    assert_eq!(!engine.processes().await.is_empty(), fails, "a failed start leaves processes");
    let examined = examine(at(&engine.host(), "runsc-without-filter")).await;
    let expected = if fails { Health::Warn } else { Health::Ok };
    assert_eq!(of(&examined, "left processes").health, expected, "{examined:#?}");
}

#[tokio::test]
async fn a_container_whose_process_is_gone_is_found() {
    let engine = Engine::start().await;
    let runner = warmed(engine.config("found")).await;
    let containers = engine.containers("found").await;
    let labels = containers[0].config.clone().and_then(|config| config.labels).expect("labels");
    let owner = format!("--label=lazaret.owner={}", labels["lazaret.owner"]);
    let process = of_a_dead_process(&labels["lazaret.process"]);
    let process = format!("--label=lazaret.process={process}");
    let made = engine.docker(&["create", "--network=none", &owner, &process, IMAGE, "true"]);
    let id = String::from_utf8(made.stdout).expect("an id");
    let examined = examine(at(&engine.host(), "runsc")).await;
    let left = of(&examined, "left containers");
    assert_eq!((left.health, left.found.as_str()), (Health::Warn, "1 whose process is gone"));
    assert!(left.help.as_ref().is_some_and(|help| help.contains(&id[..12])), "{left:?}");
    runner.close().await;
}

#[tokio::test]
async fn of_several_engines_one_that_is_well_is_enough() {
    let nowhere = "unix:///nowhere/docker.sock".to_owned();
    let usual = "unix:///var/run/docker.sock".to_owned();
    let examined = examine(DockerConfig { hosts: vec![nowhere, usual], ..settings() }).await;
    assert_eq!(examined.isolation, Some(Isolation::Gvisor), "{examined:#?}");
    let absent = of(&examined, "engine at unix:///nowhere/docker.sock");
    assert_eq!(absent.health, Health::Fail);
}

/// Runtimes that are not what they are called, or not as they should be.
fn runtimes() -> serde_json::Value {
    let runsc = |options: &[&str]| json!({"path": "/usr/bin/runsc", "runtimeArgs": options});
    json!({
        "runsc-without-filter": runsc(&["--network=none"]),
        "runsc-with-network": runsc(&["--oci-seccomp"]),
        "runsc-broken": runsc(&["--platform=nonsense"]),
        "runsc-missing": {"path": "/nowhere/runsc"}
    })
}
