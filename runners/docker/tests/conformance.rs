//! The Docker runner passes the suite of all runners, under gVisor.

use lazaret_docker::DockerRunner;

use crate::support::config;

lazaret_sandbox::conformance!(DockerRunner::new(config()));
