//! The Docker runner passes the suite of all runners, under gVisor.
//!
//! `tests/engine/up` makes the engine and the images.

use lazaret_docker::{DockerConfig, DockerRunner, Images};

fn runner() -> DockerRunner {
    let images = Images {
        python: Some("lazaret-base/python".into()),
        node: Some("lazaret-base/node".into()),
        bash: Some("lazaret-base/bash".into()),
    };
    DockerRunner::new(DockerConfig { images, ..DockerConfig::default() })
}

lazaret_sandbox::conformance!(runner());
