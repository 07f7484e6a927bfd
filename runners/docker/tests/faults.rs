//! What breaks around a run: it ends with an error of ours, nothing hangs, and the pool comes back.

use std::process::Command;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::support::{Engine, Way, bash_config, containers, until, warm, warmed};
use lazaret_docker::{DockerConfig, DockerRunner};
use lazaret_sandbox::conformance::program::{Program, bash, stdout};
use lazaret_sandbox::{Events, Outcome, Runner, RunnerError, Status};
use tokio::time::timeout;

/// Longer than a run takes that nothing ends.
const PATIENCE: Duration = Duration::from_mins(1);

async fn on(engine: &Engine, label: &str) -> DockerRunner {
    warmed(DockerConfig { hosts: vec![engine.host()], ..bash_config(label) }).await
}

async fn run(runner: &DockerRunner, program: Program) -> Result<Outcome, RunnerError> {
    timeout(PATIENCE, runner.run(program.job, Events::none())).await.expect("nothing hangs")
}

/// A program that would end by itself much later, and what happens while it runs.
async fn while_it_runs(
    runner: &DockerRunner,
    happens: impl FnOnce(),
) -> Result<Outcome, RunnerError> {
    while_it_runs_for(Duration::from_mins(2), runner, happens).await
}

/// The same of a program that has a second.
async fn with_a_second(
    runner: &DockerRunner,
    happens: impl FnOnce(),
) -> Result<Outcome, RunnerError> {
    while_it_runs_for(Duration::from_secs(1), runner, happens).await
}

async fn while_it_runs_for(
    wall: Duration,
    runner: &DockerRunner,
    happens: impl FnOnce(),
) -> Result<Outcome, RunnerError> {
    let (events, mut heard) = Events::channel(4);
    let program = bash("echo begun; sleep 1000").limit(|limits| limits.wall = wall);
    let running = runner.run(program.job, events);
    let happening = async {
        heard.recv().await.expect("it has begun");
        happens();
    };
    let both = async { tokio::join!(running, happening).0 };
    timeout(PATIENCE, both).await.expect("nothing hangs")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_that_is_stopped_is_not_the_programs_fault_and_comes_back() {
    let mut engine = Engine::start().await;
    let runner = on(&engine, "stopped").await;
    let ended = while_it_runs(&runner, || engine.stop()).await;
    let error = ended.expect_err("the program did nothing wrong");
    assert!(matches!(error, RunnerError::Failed { .. }), "{error:?}");
    let refused = run(&runner, bash("true")).await.expect_err("there is no engine");
    assert!(!refused.to_string().is_empty());
    assert!(runner.ready().await.is_err(), "readiness tells the truth");
    engine.resume().await;
    until("the pool comes back by itself", async || warm(&runner) == 1).await;
    let outcome = run(&runner, bash("echo ran")).await.expect("it is back");
    assert_eq!(stdout(&outcome), "ran\n");
    runner.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_that_is_killed_is_not_the_programs_fault_and_comes_back() {
    let mut engine = Engine::start().await;
    let runner = on(&engine, "killed").await;
    let ended = while_it_runs(&runner, || engine.kill()).await;
    let error = ended.expect_err("the program did nothing wrong");
    assert!(matches!(error, RunnerError::Failed { .. }), "{error:?}");
    engine.resume().await;
    until("the pool comes back by itself", async || warm(&runner) == 1).await;
    run(&runner, bash("true")).await.expect("it is back");
    runner.close().await;
    until("nothing is left", async || engine.containers("killed").await.is_empty()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_container_that_somebody_ends_is_not_the_programs_fault() {
    let runner = warmed(bash_config("ended")).await;
    let kill = || {
        let command = "docker kill $(docker ps -q --filter label=lazaret.test=ended)";
        let killed = Command::new("sh").args(["-c", command]).output();
        assert!(killed.expect("a shell").status.success());
    };
    let error = while_it_runs(&runner, kill).await.expect_err("the program did nothing wrong");
    assert!(matches!(error, RunnerError::Failed { .. }), "{error:?}");
    runner.close().await;
}

/// A runtime that is called gVisor and is not gets nothing of the job.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runtime_that_only_says_it_is_gvisor_is_found_out() {
    let engine = Engine::start().await;
    let config = DockerConfig { runtime: "runsc-not".into(), ..bash_config("not-gvisor") };
    let runner = DockerRunner::new(DockerConfig { hosts: vec![engine.host()], ..config });
    let error = run(&runner, bash("true")).await.expect_err("that is not gVisor");
    assert!(error.to_string().contains("gVisor"), "{error}");
    runner.close().await;
    until("nothing is left", async || engine.containers("not-gvisor").await.is_empty()).await;
}

#[tokio::test]
async fn a_runtime_that_is_not_there_is_named() {
    let config = DockerConfig { runtime: "runsc-none".into(), ..bash_config("no-runtime") };
    let error = bash("true").refused(&DockerRunner::new(config)).await;
    assert!(error.to_string().contains("runsc-none"), "{error}");
    assert!(error.help().is_some_and(|help| help.contains("runc")), "{error:?}");
}

/// What fails again and again is not tried again and again: each failed start of gVisor leaves
/// processes behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_image_that_is_not_there_is_named_and_starts_stop() {
    let mut config = bash_config("no-image");
    config.images.bash = Some("lazaret-base/none".into());
    let runner = DockerRunner::new(config);
    runner.warm(&lazaret_sandbox::Limits::default()).await;
    until("it has failed", async || runner.pools()[0].trouble.is_some()).await;
    let refused = run(&runner, bash("true")).await.expect_err("there is no image");
    assert!(format!("{refused:?}").contains("lazaret-base/none"), "{refused:?}");
    assert_eq!(runner.pools()[0].starting, 0);
    assert!(runner.ready().await.is_err(), "readiness tells the truth");
    runner.close().await;
}

/// Whoever chooses other limits does not get another attempt.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_for_one_kind_of_sandbox_is_not_tried_for_the_next() {
    let mut config = bash_config("kinds-fail");
    config.runtime = "runsc-broken".into();
    let engine = Engine::start_with(serde_json::json!({
        "runsc-broken": {"path": "/usr/bin/runsc", "runtimeArgs": ["--platform=nonsense"]}
    }));
    let engine = engine.await;
    let runner = DockerRunner::new(DockerConfig { hosts: vec![engine.host()], ..config });
    let with = |memory: u64| bash("true").limit(|limits| limits.memory = memory << 20);
    run(&runner, with(256)).await.expect_err("it does not start");
    for memory in [128, 64, 32] {
        let refused = run(&runner, with(memory)).await.expect_err("it does not start");
        assert_eq!(refused.to_string(), "cannot start a sandbox", "{refused:?}");
    }
    runner.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_engines_one_that_is_down_is_left_out() {
    let mut engine = Engine::start().await;
    let own = std::env::var("DOCKER_HOST").unwrap_or("unix:///var/run/docker.sock".into());
    let config = DockerConfig { hosts: vec![engine.host(), own], ..bash_config("several") };
    let runner = warmed(config).await;
    let both = async || {
        futures_util::future::join_all((0..2).map(|_| run(&runner, bash("sleep 0.5")))).await
    };
    assert!(both().await.into_iter().all(|outcome| outcome.is_ok()));
    let created =
        |runner: &DockerRunner| runner.pools().iter().map(|pool| pool.created).collect::<Vec<_>>();
    until("each engine has run one", async || created(&runner) == [2, 2]).await;
    engine.stop();
    for _ in 0..3 {
        run(&runner, bash("true")).await.expect("the other engine runs it");
    }
    assert!(runner.ready().await.is_ok());
    engine.resume().await;
    until("both are full", async || warm(&runner) == 2).await;
    runner.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_and_the_pool_comes_back_when_there_is_room() {
    let engine = Engine::start_on_disk(400 << 20).await;
    let runner = on(&engine, "disk").await;
    let filling = engine.fill();
    // The sandbox that was ready serves; none can be made in its place.
    run(&runner, bash("true")).await.expect("one is ready");
    until("starting has failed", async || runner.pools()[0].trouble.is_some()).await;
    let refused = run(&runner, bash("true")).await.expect_err("nothing can be made");
    assert!(format!("{refused:?}").contains("no space left"), "{refused:?}");
    std::fs::remove_file(filling).expect("removed");
    until("the pool comes back by itself", async || warm(&runner) == 1).await;
    run(&runner, bash("true")).await.expect("it is back");
    runner.close().await;
}

/// Of what lies on the engine, exactly that: not what another installation has left, nor what
/// living processes hold.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dead_process_of_ours_left_is_removed_and_nothing_else() {
    let living = warmed(bash_config("reap-living")).await;
    let labels = containers("reap-living").await.pop().and_then(|found| found.config?.labels);
    let labels = labels.expect("it has labels");
    let (owner, process) = (&labels["lazaret.owner"], &labels["lazaret.process"]);
    let dead = process.replace(&format!(":{}:", std::process::id()), ":999999999:");
    leave("reap-dead", owner, &dead);
    leave("reap-stranger", "somebody else", &dead);
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
    let living = on(&engine, "clone-own").await;
    let labels = engine.containers("clone-own").await.pop().and_then(|found| found.config?.labels);
    let labels = labels.expect("it has labels");
    let own = labels["lazaret.process"].clone();
    let (boot, rest) = own.split_once(':').expect("a boot comes first");
    let dead = format!(":{}:", std::process::id());
    let elsewhere = format!("{}:{rest}", boot.replace(|_| true, "0"));
    let elsewhere = elsewhere.replace(&dead, ":999999999:");
    let gone = own.replace(&dead, ":999999999:");
    for (test, process) in [("clone-theirs", &elsewhere), ("clone-gone", &gone)] {
        let labels = [("test", test), ("owner", &labels["lazaret.owner"]), ("process", process)];
        engine.leave(&labels);
    }
    let other = on(&engine, "clone-other").await;
    until("ours is reaped", async || engine.containers("clone-gone").await.is_empty()).await;
    assert_eq!(engine.containers("clone-theirs").await.len(), 1);
    other.close().await;
    living.close().await;
}

/// As after a request whose answer came too late: the engine has made a container, and nobody knows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_container_of_ours_that_nobody_holds_is_removed_and_those_that_are_held_stay() {
    let engine = Engine::start().await;
    let (runner, other) = (on(&engine, "stray").await, on(&engine, "stray-other").await);
    let held = async |label| engine.containers(label).await.pop().expect("one is ready");
    let (ready, others) = (held("stray").await, held("stray-other").await);
    let labels = ready.config.and_then(|config| config.labels).expect("labels");
    let label = |name: &str| labels[&format!("lazaret.{name}")].as_str();
    let (owner, process, number) = (label("owner"), label("process"), label("runner"));
    let (owner, process) = (("owner", owner), ("process", process));
    engine.leave(&[("test", "stray-lost"), owner, process, ("runner", number)]);
    let patience = Duration::from_mins(2);
    let gone = async {
        while !engine.containers("stray-lost").await.is_empty() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    timeout(patience, gone).await.expect("it is removed");
    assert_eq!(held("stray").await.id, ready.id);
    assert_eq!(held("stray-other").await.id, others.id);
    runner.close().await;
    other.close().await;
}

/// An engine that cannot remove a container keeps its place taken, and is asked until it can.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_container_that_does_not_go_keeps_its_place_until_it_has_gone() {
    let engine = Engine::start().await;
    let config = DockerConfig { max: std::num::NonZeroU32::MIN, ..bash_config("stays") };
    let runner = warmed(DockerConfig { hosts: vec![engine.host()], ..config }).await;
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

/// Speaks as an agent does, with a version and a release that are no real ones, and then repeats one
/// frame for ever. `$1` is a kind, `$2` what is in the frame.
const ENDLESS: &str = r#"#!/bin/bash
word() { # kind, payload
  printf "\x$(printf %02x $((${#2} % 256)))\x$(printf %02x $((${#2} / 256)))\0\0\x$(printf %02x $1)%s" "$2"
}
word 64 '{"version": VERSION, "parts": [], "kernel": "0.0"}'
word 73 '{"version": ""}'
while :; do word KIND 'PAYLOAD'; done
"#;

/// Somebody has broken out of the program and into its agent: he can fill neither our memory nor our
/// time, and what he says is not taken for the program's doing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_has_been_taken_over_is_found_out() {
    let engine = Engine::start().await;
    let mut config = DockerConfig { hosts: vec![engine.host()], ..bash_config("endless") };
    config.warm.bash = 0;
    let runner = DockerRunner::new(config);
    runner.ready().await.expect("the image is derived");
    let version = lazaret_agent::message::VERSION.to_string();
    for (kind, payload, told) in [
        ("70", r#"{"path": "x", "reason": "y"}"#, "more than it may: refused artifacts"),
        ("68", r#"{"path": "x"}"#, "more than it may: artifacts"),
        ("65", "", "a frame of 0 bytes"),
        ("65", "printed", "more than it may: output"),
        ("99", "", "no frame of the kind 99"),
    ] {
        let agent = ENDLESS.replace("VERSION", &version);
        engine.replace_agent(&agent.replace("KIND", kind).replace("PAYLOAD", payload));
        let program = bash("true").limit(|limits| limits.output = 100);
        let error = run(&runner, program).await.expect_err("it is not believed");
        let told_so = lazaret_sandbox::causes(&error);
        assert!(told_so.contains(told), "{told_so}");
    }
    runner.close().await;
    until("nothing is left", async || engine.containers("endless").await.is_empty()).await;
}

/// A volume is a directory on the engine's disk: nobody limits it, and it can outlive its container.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_image_with_volumes_is_refused_and_leaves_none() {
    let engine = Engine::start().await;
    let made = engine.docker(&["create", "--network=none", "lazaret-base/bash", "true"]);
    let id = String::from_utf8(made.stdout).expect("an id");
    let change = ["commit", "--change=VOLUME /data", id.trim(), "lazaret-base/volume"];
    assert!(engine.docker(&change).status.success());
    assert!(engine.docker(&["rm", id.trim()]).status.success());
    let mut config = DockerConfig { hosts: vec![engine.host()], ..bash_config("volume") };
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

/// The program has done nothing wrong: nobody heard what its agent said.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_that_freezes_is_not_the_programs_time_limit() {
    let engine = Engine::start().await;
    let runner = on(&engine, "frozen").await;
    let ended = with_a_second(&runner, || engine.freeze()).await;
    let error = ended.expect_err("the program did nothing wrong");
    engine.thaw();
    assert!(format!("{error:?}").contains("the engine does not answer"), "{error:?}");
    until("the pool comes back by itself", async || warm(&runner) == 1).await;
    run(&runner, bash("true")).await.expect("it is back");
    runner.close().await;
    until("nothing is left", async || engine.containers("frozen").await.is_empty()).await;
}

/// As after a router has forgotten what it carries. New connections are carried.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_dead_is_not_the_programs_time_limit_and_is_made_anew() {
    let engine = Engine::start().await;
    let way = Way::to(&engine);
    let runner = warmed(DockerConfig { hosts: vec![way.host()], ..bash_config("dead-way") }).await;
    let error = with_a_second(&runner, || way.cut()).await.expect_err("nobody heard it");
    assert!(format!("{error:?}").contains("connection to the container was lost"), "{error:?}");
    until("it listens anew", async || {
        run(&runner, bash("true")).await.expect("new connections are carried");
        way.listeners.load(Ordering::Relaxed) > 1
    })
    .await;
    let ended = while_it_runs(&runner, || engine.end_all("dead-way")).await;
    assert!(format!("{ended:?}").contains("somebody ended the container"), "{ended:?}");
    runner.close().await;
}

/// A program can stop its sandbox as a whole, its agent too: nothing was lost then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sandbox_that_stands_still_is_the_programs_time_limit() {
    let engine = Engine::start().await;
    let runner = on(&engine, "still").await;
    let stop = || engine.signal_sandboxes("STOP");
    let outcome = with_a_second(&runner, stop).await.expect("the engine is well");
    engine.signal_sandboxes("CONT");
    assert_eq!(outcome.status, Status::TimeLimit);
    runner.close().await;
    until("nothing is left", async || engine.containers("still").await.is_empty()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_container_that_somebody_pauses_is_not_the_programs_time_limit() {
    let engine = Engine::start().await;
    let runner = on(&engine, "paused").await;
    let id = engine.containers("paused").await.pop().and_then(|found| found.id).expect("an id");
    let pause = || assert!(engine.docker(&["pause", &id]).status.success());
    let error = with_a_second(&runner, pause).await.expect_err("the program did nothing wrong");
    assert!(format!("{error:?}").contains("somebody paused the container"), "{error:?}");
    runner.close().await;
    until("nothing is left", async || engine.containers("paused").await.is_empty()).await;
}

/// Whoever asks whether a runner is ready may not wait for the answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_image_is_derived_though_nobody_waits_and_nothing_is_left() {
    let engine = Engine::start().await;
    let config = DockerConfig { hosts: vec![engine.host()], ..bash_config("derive") };
    let runner = DockerRunner::new(config);
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

/// Makes a container with labels, and does not start it.
fn leave(test: &str, owner: &str, process: &str) {
    let mut command = Command::new("docker");
    command.args(["create", "--label", &format!("lazaret.test={test}")]);
    command.args(["--label", &format!("lazaret.owner={owner}")]);
    command.args(["--label", &format!("lazaret.process={process}"), "lazaret-base/bash", "true"]);
    assert!(command.output().expect("the client").status.success());
}
