//! Containers of a Docker engine under gVisor, through the program. `tests/engine/up` makes them.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::service::Service;
use crate::support::{Place, finish, within};

/// Longer than anything here takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The images of `tests/engine/up`, and a label by which a test finds its own containers.
pub(crate) fn configuration(label: &str) -> String {
    format!(
        r#"
runner = "docker"
[execution]
isolation = "gvisor"
[docker]
warm = {{ python = 1, node = 0, bash = 1 }}
labels = {{ "lazaret.test" = "{label}" }}
[docker.images]
python = "lazaret-base/python"
node = "lazaret-base/node"
bash = "lazaret-base/bash"
"#
    )
}

/// The containers with a label, running or not.
fn containers(label: &str) -> Vec<String> {
    let mut command = Command::new("docker");
    command.args(["ps", "--all", "--quiet", "--filter", &format!("label=lazaret.test={label}")]);
    let ran = finish(&mut command, b"");
    assert_eq!(ran.code, 0, "no engine answers; run tests/engine/up: {}", ran.stderr);
    ran.stdout.lines().map(str::to_owned).collect()
}

fn until(claim: &str, holds: impl FnMut() -> bool) {
    assert!(within(PATIENCE, holds), "it never came true that {claim}");
}

fn pools(service: &Service) -> Vec<Value> {
    let (_, body) = service.request("GET", "/v1/pools", "");
    let answer: Value = serde_json::from_str(&body).unwrap();
    answer["pools"].as_array().unwrap().clone()
}

fn is_full(service: &Service) -> bool {
    let pools = pools(service);
    pools.iter().filter(|pool| pool["warm"] == 1).count() == 2
}

#[test]
fn more_turns_than_places_are_a_mistake() {
    let place = Place::new();
    let one_engine = "\n[serve.queue]\nconcurrent = 11\n";
    // Also where a job only may go to the engine.
    let whichever = configuration("places").replace("\"docker\"", "\"auto\"");
    place.write("my.toml", whichever + one_engine);
    let ran = place.lazaret(&["--config", "my.toml", "serve", "--listen", "127.0.0.1:0"]);
    assert_ne!(ran.code, 0);
    let said = "it is 11, with 6 installers beside them, and the runner has places for 16";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
    assert!(ran.stderr.contains("docker.max"), "{}", ran.stderr);
}

/// As for Docker's own client, where the configuration names no engine.
#[test]
fn the_engine_is_the_one_of_docker_host() {
    let place = Place::new();
    place.write("my.toml", configuration("host"));
    place.write("a.sh", "echo ran\n");
    let run = |host: &str| {
        let mut command = place.command();
        command.env("DOCKER_HOST", host).args(["--config", "my.toml", "run", "a.sh"]);
        finish(&mut command, b"")
    };
    let nowhere = run("unix:///nowhere.sock");
    assert_eq!(nowhere.code, 125, "{nowhere:?}");
    assert!(nowhere.stderr.contains("the Docker engine at"), "{}", nowhere.stderr);
    assert_eq!(run("unix:///var/run/docker.sock").stdout, "ran\n");
}

#[test]
fn one_run_leaves_nothing() {
    let place = Place::new();
    place.write("my.toml", configuration("cli"));
    place.write("a.py", "def main(n):\n    return n + 1\n");
    let ran = place.lazaret(&["--config", "my.toml", "run", "a.py", "--arg", "n=41"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "42\n"), "{ran:?}");
    assert!(ran.stderr.contains("isolation: gvisor"), "{}", ran.stderr);
    assert_eq!(containers("cli"), Vec::<String>::new());
}

#[test]
fn a_service_holds_sandboxes_ready_and_leaves_none() {
    let mut service = Service::start(&configuration("service"));
    until("the pool is full", || is_full(&service));
    let request =
        json!({"language": "python", "code": "def main(n): return n + 1", "arguments": {"n": 41}});
    let (status, report) = service.post("/v1/run", &request);
    assert_eq!((status, &report["outcome"]["result"]), (200, &json!(42)), "{report}");
    assert_eq!(report["outcome"]["isolation"], "gvisor");
    until("another has taken its place", || is_full(&service));
    let python = pools(&service).into_iter().find(|pool| pool["created"] == 2);
    assert!(python.expect("one pool has made two")["name"].as_str().unwrap().starts_with("python"));
    assert_eq!(service.terminate(), 0);
    assert_eq!(containers("service"), Vec::<String>::new());
}

/// The kernel ends the service without a word; the engine closes the agents' input, and they go. One
/// that was made and not yet started stays, until the next start.
#[test]
fn what_a_killed_service_leaves_is_gone_with_the_next_start() {
    let mut service = Service::start(&configuration("killed"));
    until("the pool is full", || is_full(&service));
    let running = service.send(
        "POST",
        "/v1/run",
        &json!({"language": "bash", "code": "sleep 1000"}).to_string(),
    );
    until("a program runs", || pools(&service).iter().any(|pool| pool["leased"] == 1));
    service.child.kill().unwrap();
    drop(running);
    let _next = Service::start(&configuration("next"));
    until("all are gone", || containers("killed").is_empty());
}
