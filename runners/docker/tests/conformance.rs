//! The Docker runner passes the suite of all runners, under gVisor.

use lazaret_docker::DockerRunner;
use lazaret_sandbox::conformance::packages::folder;

use crate::support::config;

lazaret_sandbox::conformance!(DockerRunner::with_packages(config(), folder().into()));

#[tokio::test]
async fn in_a_sandbox_for_one_run_nobody_else_is_seen() {
    lazaret_sandbox::conformance::isolation::nobody_else_is_seen(&DockerRunner::new(config()))
        .await;
}
