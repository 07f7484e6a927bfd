//! Without an engine, an image or an interpreter, the runner says what is missing and what to do.

use std::error::Error;
use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use lazaret_docker::{DockerConfig, DockerRunner, Images};
use lazaret_sandbox::{Runner, RunnerError};

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
