//! What a service costs its callers that runs programs in gVisor: `cargo bench --bench service`.
//!
//! Needs the engine and the images of `tests/engine/up`. Each request waits until the pool is full,
//! so that it meets a warm sandbox that nothing has used. JavaScript is measured twice, with the Node.js
//! of Debian 12 and with a recent one. Whoever quotes a number quotes the machine, and the load beside
//! it.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

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

struct Service {
    child: Child,
    address: String,
    _directory: tempfile::TempDir,
}

impl Service {
    fn start(node: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let configuration = format!("{CONFIGURATION}node = \"{node}\"\n");
        std::fs::write(directory.path().join("service.toml"), configuration).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_lazaret"));
        command.current_dir(directory.path()).stderr(Stdio::piped());
        command.args(["--config", "service.toml", "serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let line = lines.next().unwrap().unwrap();
        let address = line.rsplit_once("http://").unwrap().1.to_owned();
        Self { child, address, _directory: directory }
    }

    fn request(&self, method: &str, path: &str, body: &str) -> Value {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_nodelay(true).unwrap();
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let text = String::from_utf8(answer).unwrap();
        serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    fn wait_until_full(&self) {
        loop {
            let pools = self.request("GET", "/v1/pools", "");
            let idle = |pool: &Value| pool["warm"] == 1 && pool["starting"] == 0;
            if pools["pools"].as_array().unwrap().iter().all(idle) {
                // The sandbox before is removed by now.
                return sleep(Duration::from_millis(200));
            }
            sleep(Duration::from_millis(20));
        }
    }

    fn run(&self, language: &str, code: &str) -> Duration {
        let body = json!({"code": code, "language": language, "arguments": {"x": 41}}).to_string();
        let begun = Instant::now();
        let report = self.request("POST", "/v1/run", &body);
        let taken = begun.elapsed();
        assert_eq!(report["outcome"]["result"], 42, "{report}");
        taken
    }

    /// The memory of the service's own process.
    fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
        };
        field("VmHWM:").max(field("VmRSS:"))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
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

fn load() -> String {
    std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim().to_owned()
}

fn measure(service: &Service, name: &str, language: &str, code: &str) {
    let times = (0..ROUNDS).map(|_| {
        service.wait_until_full();
        service.run(language, code)
    });
    show(name, times.collect());
}

fn main() {
    const JAVASCRIPT: &str = "function main({ x }) { return x + 1; }\n";
    let old = Service::start(OLD_NODE);
    measure(&old, "Node.js 18", "javascript", JAVASCRIPT);
    drop(old);
    let service = Service::start(NEW_NODE);
    measure(&service, "Node.js 24", "javascript", JAVASCRIPT);
    measure(&service, "Python", "python", "def main(x):\n    return x + 1\n");
    measure(&service, "Bash", "bash", "main() { echo $((x + 1)) >&3; }\n");
    let before = service.resident();
    let code = "import os\ndef main(x):\n    for _ in range(3200):\n        os.write(1, b'x' * 65536)\n    return x + 1\n";
    let body = json!({"code": code, "language": "python", "arguments": {"x": 41}}).to_string();
    service.wait_until_full();
    let report = service.request("POST", "/v1/run", &body);
    assert_eq!(report["outcome"]["status"], "output_limit", "{report}");
    let grown = service.resident().saturating_sub(before);
    println!("a program that prints 200 MB: memory of the service grew by {} KiB", grown / 1024);
}
