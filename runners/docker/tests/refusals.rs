//! Without an engine, a runtime or an image, the runner says what is missing and what to do.

use std::error::Error;
use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use crate::support::{Engine, bash_config, run, until};
use futures_util::future::join_all;
use lazaret_docker::{DockerConfig, DockerRunner, Images};
use lazaret_sandbox::conformance::program::bash;
use lazaret_sandbox::{Events, Installation, Interpreter, Job, Runner, RunnerError};

async fn refusal(config: DockerConfig) -> RunnerError {
    DockerRunner::new(config).ready().await.expect_err("there is no such engine")
}

fn images() -> Images {
    Images { python: Some("some/image".into()), ..Images::default() }
}

#[tokio::test]
async fn without_an_engine_it_names_the_address_and_the_setting() {
    let hosts = vec!["unix:///nowhere/docker.sock".to_owned()];
    let error = refusal(DockerConfig { hosts, images: images(), ..DockerConfig::default() }).await;
    assert!(error.to_string().contains("unix:///nowhere/docker.sock"), "{error}");
    assert!(error.help().is_some_and(|help| help.contains("docker.hosts")), "{error:?}");
    assert!(error.source().is_some(), "{error:?}");
}

#[tokio::test]
async fn without_images_it_is_not_ready_so_that_auto_goes_on() {
    let error = refusal(DockerConfig::default()).await;
    assert!(error.help().is_some_and(|help| help.contains("docker.images")), "{error:?}");
}

/// It would mount whatever the other machine has there, or say that nothing is.
#[tokio::test]
async fn an_engine_of_another_machine_installs_nothing_here() {
    let hosts = vec!["tcp://127.0.0.1:9".to_owned()];
    let config = DockerConfig { hosts, images: images(), ..DockerConfig::default() };
    let runner = DockerRunner::with_packages(config, "/nowhere/sets".into());
    let into = "/nowhere/staging".into();
    let installation =
        Installation { into, sources: Vec::new(), platform: String::new(), network: true };
    let job = Job::script(Interpreter::Python, "main.py", "");
    let job = Job { installation: Some(installation), ..job };
    let refused = runner.run(job, Events::none()).await;
    assert!(matches!(refused, Err(RunnerError::Job(_))), "{refused:?}");
}

/// They would otherwise try one after the other, each for ten seconds.
#[tokio::test]
async fn those_who_wait_for_an_engine_that_hangs_share_one_attempt() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("socket");
    let _listener = UnixListener::bind(&path).expect("made");
    let hosts = vec![format!("unix://{}", path.display())];
    let config = DockerConfig { hosts, images: images(), ..DockerConfig::default() };
    let (runner, begun) = (DockerRunner::new(config), Instant::now());
    for answer in join_all((0..3).map(|_| runner.ready())).await {
        let error = answer.expect_err("nobody answers");
        assert!(error.to_string().contains(&path.display().to_string()), "{error}");
        let cause = error.source().map(ToString::to_string);
        assert_eq!(cause.as_deref(), Some("no answer within 10 seconds"), "{error:?}");
    }
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
}

/// A runtime that is called gVisor and is not gets nothing of the job.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runtime_that_only_says_it_is_gvisor_is_found_out() {
    let engine = Engine::start().await;
    let config = DockerConfig { runtime: "runsc-not".into(), ..engine.config("not-gvisor") };
    let runner = DockerRunner::new(config);
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
    let engine = Engine::start_with(serde_json::json!({
        "runsc-broken": {"path": "/usr/bin/runsc", "runtimeArgs": ["--platform=nonsense"]}
    }));
    let engine = engine.await;
    let config = DockerConfig { runtime: "runsc-broken".into(), ..engine.config("kinds-fail") };
    let runner = DockerRunner::new(config);
    let with = |memory: u64| bash("true").limit(|limits| limits.memory = memory << 20);
    run(&runner, with(256)).await.expect_err("it does not start");
    for memory in [128, 64, 32] {
        let refused = run(&runner, with(memory)).await.expect_err("it does not start");
        assert_eq!(refused.to_string(), "cannot start a sandbox", "{refused:?}");
    }
    runner.close().await;
}
