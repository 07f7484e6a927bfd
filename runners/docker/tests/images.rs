//! Images that sandboxes are made of: derived once, and refused where nothing would limit them.

use std::time::Duration;

use crate::support::{Engine, run, until};
use lazaret_docker::DockerRunner;
use lazaret_sandbox::Runner;
use lazaret_sandbox::conformance::program::bash;
use tokio::time::timeout;

/// A volume is a directory on the engine's disk: nobody limits it, and it can outlive its container.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_image_with_volumes_is_refused_and_leaves_none() {
    let engine = Engine::start().await;
    let made = engine.docker(&["create", "--network=none", "lazaret-base/bash", "true"]);
    let id = String::from_utf8(made.stdout).expect("an id");
    let change = ["commit", "--change=VOLUME /data", id.trim(), "lazaret-base/volume"];
    assert!(engine.docker(&change).status.success());
    assert!(engine.docker(&["rm", id.trim()]).status.success());
    let mut config = engine.config("volume");
    config.images.bash = Some("lazaret-base/volume".into());
    let runner = DockerRunner::new(config);
    let error = run(&runner, bash("true")).await.expect_err("it is refused");
    assert!(format!("{error:?}").contains("it has volumes (/data)"), "{error:?}");
    assert!(error.help().is_some_and(|help| help.contains("docker import")), "{error:?}");
    let image = runner.diagnose().await.diagnoses;
    let image = image.iter().find(|part| part.name == "image for bash").expect("it is looked at");
    assert!(image.found.contains("volumes (/data)"), "{image:?}");
    assert!(engine.docker(&["volume", "ls", "--quiet"]).stdout.is_empty());
    runner.close().await;
}

/// Whoever asks whether a runner is ready may not wait for the answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_image_is_derived_though_nobody_waits_and_nothing_is_left() {
    let engine = Engine::start().await;
    let runner = DockerRunner::new(engine.config("derive"));
    let asked = timeout(Duration::from_millis(1), runner.ready()).await;
    assert!(asked.is_err(), "it takes longer");
    let mut patience = 2;
    while timeout(Duration::from_millis(patience), runner.ready()).await.is_err() {
        patience += 2;
        assert!(patience < 1000, "it never is");
    }
    let containers = || {
        let listed = engine.docker(&["ps", "--all", "--quiet"]).stdout;
        String::from_utf8(listed).expect("ids").lines().count()
    };
    until("nothing is left", async || containers() == 0).await;
    let format =
        "{{index .Config.Labels \"lazaret.owner\"}}{{index .Config.Labels \"lazaret.base\"}}";
    let images = engine.docker(&["images", "--quiet", "--filter=label=lazaret.base"]).stdout;
    let images = String::from_utf8(images).expect("ids");
    let image = images.lines().next().expect("one was derived");
    let labels = engine.docker(&["inspect", "--format", format, image]).stdout;
    // A container that somebody starts of it is not ours.
    assert_eq!(String::from_utf8_lossy(&labels).trim(), "lazaret-base/bash");
    runner.close().await;
}
