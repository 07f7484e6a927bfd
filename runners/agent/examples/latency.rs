//! Measures an agent in a warm container: from a request to its result, what a reset takes, and the
//! processors' time of both together, which does not depend on what else the machine does.
//!
//! `cargo run --example latency -- runsc python 50`, with the engine of `tests/engine/up`.

#![allow(clippy::print_stdout, reason = "this is what a program for people is for")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use lazaret_sandbox::{Events, Form, Interpreter, Isolation, Job, Outcome, Status};

use self::support::Sandbox;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [runtime, interpreter, count, ..] = words.as_slice() else {
        panic!("say a runtime, an interpreter and how often")
    };
    let interpreter =
        *Interpreter::ALL.iter().find(|one| one.name() == interpreter).expect("one of the three");
    let count: usize = count.parse().expect("a number");
    let fresh = words.get(3).is_some_and(|word| word == "fresh");
    let (mut begin, mut run, mut reset) = (Vec::new(), Vec::new(), Vec::new());
    let mut sandbox = timed(&mut begin, Sandbox::start(runtime, interpreter)).await;
    let before = used_processors(&sandbox);
    for _ in 0..count {
        tokio::time::sleep(Duration::from_millis(if fresh { 300 } else { 0 })).await;
        sandbox.conversation.ping().await.expect("it is well");
        let job = job(interpreter);
        let events = Events::none();
        let asked = sandbox.conversation.run(&job, Isolation::Gvisor, &events);
        let outcome: Outcome = timed(&mut run, asked).await.expect("it runs");
        assert_eq!(outcome.status, Status::Success, "{outcome:?}");
        if fresh {
            sandbox = timed(&mut begin, Sandbox::start(runtime, interpreter)).await;
        } else {
            timed(&mut reset, sandbox.conversation.reset()).await.expect("it is reset");
        }
    }
    if !fresh && let Some(used) = used_processors(&sandbox).zip(before) {
        let each = used.0.saturating_sub(used.1) / u32::try_from(count).expect("a small number");
        println!("each   n={count:<4} cpu {each:9.2?}");
    }
    show("begin", begin);
    show("run", run);
    show("reset", reset);
}

fn job(interpreter: Interpreter) -> Job {
    let (path, code) = match interpreter {
        Interpreter::Python => ("main.py", "def main(x):\n    return x + 1\n"),
        Interpreter::Node => ("main.js", "function main({ x }) { return x + 1; }\n"),
        Interpreter::Bash => ("main.sh", "main() { echo $((x + 1)) >&3; }\n"),
    };
    let arguments = serde_json::json!({"x": 1});
    let serde_json::Value::Object(arguments) = arguments else { unreachable!() };
    let mut job = Job { limits: support::limits(), ..Job::script(interpreter, path, code) };
    job.entry.form = Form::Main { arguments };
    job.environment.insert("SECRET".into(), "x".into());
    job
}

/// What the sandbox has used so far, by its control group (version 1, or 2 made by systemd).
fn used_processors(sandbox: &Sandbox) -> Option<Duration> {
    let mut command = std::process::Command::new("docker");
    let output = command.args(["inspect", "--format={{.Id}}", &sandbox.name]).output().ok()?;
    let id = String::from_utf8(output.stdout).ok()?;
    let id = id.trim();
    let first =
        std::fs::read_to_string(format!("/sys/fs/cgroup/cpuacct/docker/{id}/cpuacct.usage"));
    if let Ok(text) = first {
        return text.trim().parse().ok().map(Duration::from_nanos);
    }
    let second = format!("/sys/fs/cgroup/system.slice/docker-{id}.scope/cpu.stat");
    let text = std::fs::read_to_string(second).ok()?;
    let usage = text.lines().find_map(|line| line.strip_prefix("usage_usec "))?;
    usage.parse().ok().map(Duration::from_micros)
}

async fn timed<T>(times: &mut Vec<Duration>, what: impl Future<Output = T>) -> T {
    let start = Instant::now();
    let result = what.await;
    times.push(start.elapsed());
    result
}

fn show(name: &str, mut times: Vec<Duration>) {
    times.sort();
    let at =
        |share: usize| times.get((times.len() * share / 100).min(times.len().saturating_sub(1)));
    if let (Some(half), Some(most), Some(all)) = (at(50), at(95), at(100)) {
        println!("{name:6} n={:<4} p50 {half:9.2?}  p95 {most:9.2?}  max {all:9.2?}", times.len());
    }
}
