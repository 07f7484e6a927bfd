//! What is left on an engine is removed, whoever left it: exactly that, and until it is gone.

use std::process::Command;
use std::time::Duration;

use crate::support::{
    Engine, bash_config, containers, leave, of_a_dead_process, run, until, warmed, while_it_runs,
    within,
};
use lazaret_docker::DockerConfig;
use lazaret_sandbox::conformance::program::bash;
use lazaret_sandbox::{Events, Runner};
use tokio::time::timeout;

/// Of what lies on the engine, exactly that: not what another installation has left, nor what
/// living processes hold.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dead_process_of_ours_left_is_removed_and_nothing_else() {
    let living = warmed(bash_config("reap-living")).await;
    let labels = containers("reap-living").await.pop().and_then(|found| found.config?.labels);
    let labels = labels.expect("it has labels");
    let (owner, process) = (&labels["lazaret.owner"], &labels["lazaret.process"]);
    let dead = of_a_dead_process(process);
    for (test, owner) in [("reap-dead", owner.as_str()), ("reap-stranger", "somebody else")] {
        let labels = [("test", test), ("owner", owner), ("process", dead.as_str())];
        leave(&mut Command::new("docker"), &labels);
    }
    let other = warmed(bash_config("reap-other")).await;
    until("it is reaped", async || containers("reap-dead").await.is_empty()).await;
    assert_eq!(containers("reap-stranger").await.len(), 1);
    assert_eq!(containers("reap-living").await.len(), 1);
    let command = "docker rm $(docker ps -aq --filter label=lazaret.test=reap-stranger)";
    assert!(Command::new("sh").args(["-c", command]).output().expect("a shell").status.success());
    living.close().await;
    other.close().await;
}

/// A copy of this machine has the name of our installation, and another user's process may have any
/// number: what is theirs stays, whatever lives here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_clone_of_this_machine_holds_is_not_removed() {
    let engine = Engine::start().await;
    let living = warmed(engine.config("clone-own")).await;
    let labels = engine.containers("clone-own").await.pop().and_then(|found| found.config?.labels);
    let labels = labels.expect("it has labels");
    let own = labels["lazaret.process"].clone();
    let (boot, rest) = own.split_once(':').expect("a boot comes first");
    let elsewhere = of_a_dead_process(&format!("{}:{rest}", boot.replace(|_| true, "0")));
    let gone = of_a_dead_process(&own);
    for (test, process) in [("clone-theirs", &elsewhere), ("clone-gone", &gone)] {
        let labels = [("test", test), ("owner", &labels["lazaret.owner"]), ("process", process)];
        engine.leave(&labels);
    }
    let other = warmed(engine.config("clone-other")).await;
    until("ours is reaped", async || engine.containers("clone-gone").await.is_empty()).await;
    assert_eq!(engine.containers("clone-theirs").await.len(), 1);
    other.close().await;
    living.close().await;
}

/// As after a request whose answer came too late: the engine has made a container, and nobody knows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_container_of_ours_that_nobody_holds_is_removed_and_those_that_are_held_stay() {
    let engine = Engine::start().await;
    let (runner, other) =
        (warmed(engine.config("stray")).await, warmed(engine.config("stray-other")).await);
    let held = async |label| engine.containers(label).await.pop().expect("one is ready");
    let (ready, others) = (held("stray").await, held("stray-other").await);
    let labels = ready.config.and_then(|config| config.labels).expect("labels");
    let label = |name: &str| labels[&format!("lazaret.{name}")].as_str();
    let (owner, process, number) = (label("owner"), label("process"), label("runner"));
    let (owner, process) = (("owner", owner), ("process", process));
    engine.leave(&[("test", "stray-lost"), owner, process, ("runner", number)]);
    let patience = Duration::from_mins(2);
    let gone = within(patience, async || engine.containers("stray-lost").await.is_empty()).await;
    assert!(gone, "it is removed");
    assert_eq!(held("stray").await.id, ready.id);
    assert_eq!(held("stray-other").await.id, others.id);
    runner.close().await;
    other.close().await;
}

/// An engine that cannot remove a container keeps its place taken, and is asked until it can.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_container_that_does_not_go_keeps_its_place_until_it_has_gone() {
    let engine = Engine::start().await;
    let config = DockerConfig { max: std::num::NonZeroU32::MIN, ..engine.config("stays") };
    let runner = warmed(config).await;
    let first = engine.containers("stays").await.pop().and_then(|found| found.id).expect("an id");
    let ended = while_it_runs(&runner, || {
        engine.hold(&first, true);
        engine.docker(&["kill", &first]);
    });
    ended.await.expect_err("somebody ended it");
    // The fifth attempt comes after 81 seconds; there used to be four.
    tokio::time::sleep(Duration::from_secs(75)).await;
    let there = async || {
        let all = engine.containers("stays").await;
        all.into_iter().any(|container| container.id.as_ref() == Some(&first))
    };
    assert!(there().await, "it was held");
    let waiting = runner.run(bash("true").job, Events::none());
    timeout(Duration::from_secs(2), waiting).await.expect_err("its place is taken");
    engine.hold(&first, false);
    until("it is gone", async || !there().await).await;
    run(&runner, bash("true")).await.expect("its place is free");
    runner.close().await;
}
