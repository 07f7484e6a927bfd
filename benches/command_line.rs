//! What the whole program costs, as a user starts it: `cargo bench --bench command_line`.
//!
//! Each command runs in turn with the one that it is compared to, so that both meet the same load.
//! Whoever quotes a number quotes the machine, and the load beside it.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const ROUNDS: usize = 60;

/// Fifty lines of a program that does no harm.
const FIFTY_LINES: &str = include_str!("fifty.py");

fn time(command: &mut Command) -> Duration {
    let begun = Instant::now();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert!(status.success(), "{command:?}");
    begun.elapsed()
}

/// The times of several commands, run in turn.
fn measure(mut commands: Vec<Command>) -> Vec<Vec<Duration>> {
    let mut times = vec![Vec::new(); commands.len()];
    for round in 0..=ROUNDS {
        for (command, times) in commands.iter_mut().zip(&mut times) {
            let taken = time(command);
            // The first round fills caches: the disk's, and ours of compiled policies.
            if round > 0 {
                times.push(taken);
            }
        }
    }
    for times in &mut times {
        times.sort();
    }
    times
}

fn show(name: &str, times: &[Duration]) {
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1000.0;
    println!("{name:<40} p50 {:7.2} ms   p95 {:7.2} ms", at(50), at(95));
}

fn lazaret(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lazaret"));
    command.current_dir(directory).args(arguments);
    command
}

/// The most memory that a command held, in KiB, as the kernel tells until shortly before its end.
fn peak(mut command: Command) -> u64 {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let path = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(&path).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(now.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(2));
    }
    peak
}

fn main() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("fifty.py"), FIFTY_LINES).unwrap();
    std::fs::write(directory.path().join("line.py"), "print('one line')\n").unwrap();
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load at the start: {}", load.trim());

    let mut python = Command::new("/usr/bin/python3");
    python.current_dir(directory.path()).args(["-I", "line.py"]);
    let times = measure(vec![
        lazaret(directory.path(), &["check", "fifty.py"]),
        python,
        lazaret(directory.path(), &["run", "line.py"]),
    ]);
    show("lazaret check, 50 lines", &times[0]);
    show("python3 -I, one line printed", &times[1]);
    show("lazaret run, one line printed", &times[2]);
    let above = times[2][ROUNDS / 2].saturating_sub(times[1][ROUNDS / 2]);
    println!(
        "lazaret run above python3 -I              p50 {:7.2} ms",
        above.as_secs_f64() * 1000.0
    );

    let code = "import os\nfor _ in range(3200):\n    os.write(1, b'x' * 65536)\n";
    std::fs::write(directory.path().join("much.py"), code).unwrap();
    std::fs::write(directory.path().join("much.toml"), "execution.output = '256MiB'\n").unwrap();
    let one = peak(lazaret(directory.path(), &["run", "line.py"]));
    let much = peak(lazaret(directory.path(), &["--config", "much.toml", "run", "much.py"]));
    println!("memory of lazaret while a program prints one line {one} KiB, 200 MB {much} KiB");
}
