//! What a service costs its callers that runs programs in gVisor: `cargo bench --bench service`.
//!
//! Needs the engine and the images of `tests/engine/up`. Each request waits until the pool is full,
//! so that it meets a warm sandbox that nothing has used. JavaScript is measured twice, with the Node.js
//! of Debian 12 and with a recent one. Whoever quotes a number quotes the machine, and the load beside
//! it.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints")]

mod served;

use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use self::served::{Service, load};

const ROUNDS: usize = 60;

const CONFIGURATION: &str = r#"
runner = "docker"
[execution]
isolation = "gvisor"
[docker]
warm = { python = 1, node = 1, bash = 1 }
[docker.images]
python = "lazaret-base/python"
bash = "lazaret-base/bash"
"#;

/// Images with Node.js 18, and 24.
const OLD_NODE: &str = "lazaret-base/node";
const NEW_NODE: &str = "lazaret-base/typescript";

/// With images of the one Node.js or the other.
fn start(node: &str) -> Service {
    Service::start(&format!("{CONFIGURATION}node = \"{node}\"\n"))
}

fn wait_until_full(service: &Service) {
    loop {
        let pools = service.request("GET", "/v1/pools", "");
        let idle = |pool: &Value| pool["warm"] == 1 && pool["starting"] == 0;
        if pools["pools"].as_array().unwrap().iter().all(idle) {
            // The sandbox before is removed by now.
            return sleep(Duration::from_millis(200));
        }
        sleep(Duration::from_millis(20));
    }
}

fn run(service: &Service, language: &str, code: &str) -> Duration {
    let body = json!({"code": code, "language": language, "arguments": {"x": 41}}).to_string();
    let begun = Instant::now();
    let report = service.request("POST", "/v1/run", &body);
    let taken = begun.elapsed();
    assert_eq!(report["outcome"]["result"], 42, "{report}");
    taken
}

/// The memory of the service's own process.
fn resident(service: &Service) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", service.child.id())).unwrap();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    };
    field("VmHWM:").max(field("VmRSS:"))
}

fn show(name: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1000.0;
    let (middle, high, highest) = (at(50), at(95), at(99));
    println!(
        "{name:<12} p50 {middle:6.2} ms   p95 {high:6.2} ms   p99 {highest:6.2} ms   load {}",
        load()
    );
}

fn measure(service: &Service, name: &str, language: &str, code: &str) {
    let times = (0..ROUNDS).map(|_| {
        wait_until_full(service);
        run(service, language, code)
    });
    show(name, times.collect());
}

fn main() {
    const JAVASCRIPT: &str = "function main({ x }) { return x + 1; }\n";
    let old = start(OLD_NODE);
    measure(&old, "Node.js 18", "javascript", JAVASCRIPT);
    drop(old);
    let service = start(NEW_NODE);
    measure(&service, "Node.js 24", "javascript", JAVASCRIPT);
    measure(&service, "Python", "python", "def main(x):\n    return x + 1\n");
    measure(&service, "Bash", "bash", "main() { echo $((x + 1)) >&3; }\n");
    let before = resident(&service);
    let code = "import os\ndef main(x):\n    for _ in range(3200):\n        os.write(1, b'x' * 65536)\n    return x + 1\n";
    let body = json!({"code": code, "language": "python", "arguments": {"x": 41}}).to_string();
    wait_until_full(&service);
    let report = service.request("POST", "/v1/run", &body);
    assert_eq!(report["outcome"]["status"], "output_limit", "{report}");
    let grown = resident(&service).saturating_sub(before);
    println!("a program that prints 200 MB: memory of the service grew by {} KiB", grown / 1024);
}
