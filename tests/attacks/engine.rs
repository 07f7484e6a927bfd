//! The engine that the suite needs, as its own command line shows it.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long the engine may take to answer. One that hangs must not hang the suite.
const PATIENCE: Duration = Duration::from_mins(1);

/// # Panics
///
/// Where there is no engine, or not the runtime or the images that attacks need.
pub(crate) fn is_up() {
    let runtimes = docker(&["info", "--format", "{{json .Runtimes}}"]);
    let has_gvisor = runtimes.is_some_and(|runtimes| runtimes.contains("\"runsc\""));
    let images = ["lazaret-base/python", "lazaret-base/node", "lazaret-base/bash"];
    let has_images = images.iter().all(|image| docker(&["image", "inspect", image]).is_some());
    assert!(has_gvisor && has_images, "no engine with gVisor and images: run tests/engine/up");
}

/// What the engine's command line answers; nothing where it fails or hangs.
pub(crate) fn docker(words: &[&str]) -> Option<String> {
    let mut command = Command::new("docker");
    let output = tempfile::NamedTempFile::new().unwrap();
    command.args(words).stdin(Stdio::null()).stdout(output.reopen().unwrap()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let deadline = Instant::now() + PATIENCE;
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if Instant::now() > deadline => {
                child.kill().and_then(|()| child.wait()).unwrap();
                return None;
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    status.success().then(|| std::fs::read_to_string(output.path()).unwrap())
}
