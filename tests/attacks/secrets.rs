//! Where a secret must not be: looked for on the host, while a program has it.

use std::fs;

use super::arena::{Arena, Begun};
use super::attack::{Attack, Runner};
use super::traces::Traces;
use super::{alone, engine};

/// What the program is given, and nobody else.
const SECRET: &str = "wd7Zq-only-one-run-may-know-this";

#[test]
fn a_secret_is_in_no_container_log_command_line_or_environment_on_docker() {
    engine::is_up();
    a_secret_stays_inside(Runner::Docker);
}

#[test]
fn a_secret_is_in_no_command_line_or_environment_on_the_embedded_runner() {
    a_secret_stays_inside(Runner::Process);
}

/// The program itself is the proof that the secret was there to be found.
fn a_secret_stays_inside(runner: Runner) {
    let _alone = alone();
    let arena = Arena::new(runner);
    arena.warm_up();
    let before = Traces::now();
    let holder = Attack::companion("holds_a_secret.sh");
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut command = arena.command(&holder);
    command.args(["--env", "SECRET"]).env("SECRET", SECRET).env("LAZARET_LOG", "trace");
    command.stderr(log.reopen().unwrap());
    let begun = Begun::start(command);
    assert_eq!(begun.first_line, format!("{SECRET}\n"), "the program has it");
    let mut found = on_the_host(runner, begun.id());
    found.extend(in_the_engine(&before));
    // What is looked at after each attack can be seen, too.
    let seen = |kind: &str| before.more().iter().any(|trace| trace.starts_with(kind));
    assert!(seen("process "), "there is a process");
    assert_eq!(seen("container "), runner == Runner::Docker, "there is a container");
    drop(begun);
    if fs::read_to_string(log.path()).unwrap().contains(SECRET) {
        found.push("what we note about ourselves".into());
    }
    assert!(found.is_empty(), "the secret is in {found:#?}");
    assert_eq!(before.left_behind(), [] as [String; 0]);
}

/// Command lines and environments of this machine's processes, but for the one that was given the
/// secret, and, on the embedded runner, the program itself, which no other user may look into.
fn on_the_host(runner: Runner, given: u32) -> Vec<String> {
    let own = fs::read_link("/proc/self/ns/pid").unwrap();
    let mut found = Vec::new();
    for process in fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path()) {
        let is_inside = runner == Runner::Process
            && fs::read_link(process.join("ns/pid")).is_ok_and(|space| space != own);
        for name in ["cmdline", "environ"] {
            let is_his = name == "environ" && (process.ends_with(given.to_string()) || is_inside);
            let bytes = fs::read(process.join(name)).unwrap_or_default();
            if !is_his && String::from_utf8_lossy(&bytes).contains(SECRET) {
                found.push(process.join(name).display().to_string());
            }
        }
    }
    found
}

/// What the engine tells of the containers that were not there before.
fn in_the_engine(before: &Traces) -> Vec<String> {
    let more = before.more();
    let containers = more.iter().filter_map(|trace| trace.strip_prefix("container "));
    let ids = containers.filter_map(|container| container.split(' ').next());
    let has = |id: &str, word: &str| {
        let told = engine::docker(&[word, id]).unwrap_or_default();
        told.contains(SECRET).then(|| format!("docker {word} {id}"))
    };
    ids.flat_map(|id| ["inspect", "logs", "top"].map(|word| has(id, word))).flatten().collect()
}
