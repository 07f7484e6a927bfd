//! What breaks around a run: it ends with an error of ours, nothing hangs, and the pool comes back.

use std::process::Command;
use std::sync::atomic::Ordering;

use crate::support::{
    Engine, Relay, bash_config, run, until, warm, warmed, while_it_runs, with_a_second,
};
use lazaret_agent::host::GVISOR;
use lazaret_docker::{DockerConfig, DockerRunner};
use lazaret_sandbox::conformance::program::{bash, stdout};
use lazaret_sandbox::{Runner, RunnerError, Status};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_that_is_stopped_is_not_the_programs_fault_and_comes_back() {
    let mut engine = Engine::start().await;
    let runner = warmed(engine.config("stopped")).await;
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
    let runner = warmed(engine.config("killed")).await;
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
    let runner = warmed(engine.config("disk")).await;
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

/// Speaks as an agent does, with a version and a release that are no real ones, and then repeats one
/// frame for ever. `$1` is a kind, `$2` what is in the frame.
const ENDLESS: &str = r#"#!/bin/bash
word() { # kind, payload
  printf "\x$(printf %02x $((${#2} % 256)))\x$(printf %02x $((${#2} / 256)))\0\0\x$(printf %02x $1)%s" "$2"
}
word 64 '{"version": VERSION, "parts": [], "kernel": "0.0", "build": "GVISOR"}'
word 73 '{"version": ""}'
while :; do word KIND 'PAYLOAD'; done
"#;

/// Somebody has broken out of the program and into its agent: he can fill neither our memory nor our
/// time, and what he says is not taken for the program's doing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_has_been_taken_over_is_found_out() {
    let engine = Engine::start().await;
    let mut config = engine.config("endless");
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
        let agent = ENDLESS.replace("VERSION", &version).replace("GVISOR", GVISOR);
        engine.replace_agent(&agent.replace("KIND", kind).replace("PAYLOAD", payload));
        let program = bash("true").limit(|limits| limits.output = 100);
        let error = run(&runner, program).await.expect_err("it is not believed");
        let told_so = lazaret_sandbox::causes(&error);
        assert!(told_so.contains(told), "{told_so}");
    }
    runner.close().await;
    until("nothing is left", async || engine.containers("endless").await.is_empty()).await;
}

/// The program has done nothing wrong: nobody heard what its agent said.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_that_freezes_is_not_the_programs_time_limit() {
    let engine = Engine::start().await;
    let runner = warmed(engine.config("frozen")).await;
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
    let relay = Relay::to(&engine);
    let runner = warmed(DockerConfig { hosts: vec![relay.host()], ..bash_config("cut") }).await;
    let error = with_a_second(&runner, || relay.cut()).await.expect_err("nobody heard it");
    assert!(format!("{error:?}").contains("connection to the container was lost"), "{error:?}");
    until("it listens anew", async || {
        run(&runner, bash("true")).await.expect("new connections are carried");
        relay.listeners.load(Ordering::Relaxed) > 1
    })
    .await;
    let ended = while_it_runs(&runner, || engine.end_all("cut")).await;
    assert!(format!("{ended:?}").contains("somebody ended the container"), "{ended:?}");
    runner.close().await;
}

/// A program can stop its sandbox as a whole, its agent too: nothing was lost then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sandbox_that_stands_still_is_the_programs_time_limit() {
    let engine = Engine::start().await;
    let runner = warmed(engine.config("still")).await;
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
    let runner = warmed(engine.config("paused")).await;
    let id = engine.containers("paused").await.pop().and_then(|found| found.id).expect("an id");
    let pause = || assert!(engine.docker(&["pause", &id]).status.success());
    let error = with_a_second(&runner, pause).await.expect_err("the program did nothing wrong");
    assert!(format!("{error:?}").contains("somebody paused the container"), "{error:?}");
    runner.close().await;
    until("nothing is left", async || engine.containers("paused").await.is_empty()).await;
}
