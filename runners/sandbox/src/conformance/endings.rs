//! What is left when a run is over, or was never finished.

use std::fs;
use std::time::Duration;

use super::program::{bash, python, stdout};
use crate::{Event, Events, Runner, Source};

/// How long a process may take to go.
const PATIENCE: Duration = Duration::from_secs(10);

/// The future is dropped while the program, and a daemon of it, run.
pub async fn a_run_that_is_dropped_leaves_no_process(runner: &dyn Runner) {
    // Nobody else sleeps so long.
    let marker = format!("86400.{}", std::process::id());
    let program = bash(&format!("setsid sleep {marker} & echo begun; sleep {marker}"));
    let (events, mut listener) = Events::channel(1);
    {
        let run = runner.run(program.job, events);
        tokio::pin!(run);
        let begun = tokio::select! {
            outcome = &mut run => panic!("it ended by itself: {outcome:?}"),
            event = listener.recv() => event,
        };
        assert_eq!(begun, Some(Event::Stdout(b"begun\n".to_vec())));
    }
    let gone = async {
        while is_running(&marker) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.expect("the program has ended");
    assert_eq!(stdout(&bash("echo well").succeed(runner).await), "well\n");
}

/// Whether any process of this machine has the word among its own.
fn is_running(word: &str) -> bool {
    let processes = fs::read_dir("/proc").expect("/proc is mounted").flatten();
    let mut lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    lines.any(|line| line.split(|byte| *byte == 0).any(|found| found == word.as_bytes()))
}

/// Each has its own files, processes and output.
pub async fn runs_beside_each_other_do_not_meet(runner: &dyn Runner) {
    let run = |name: &'static str| async move {
        let code = format!("echo {name} > /tmp/name; sleep 0.3; cat /tmp/name; ls /tmp");
        stdout(&bash(&code).succeed(runner).await)
    };
    let (one, two, three) = tokio::join!(run("one"), run("two"), run("three"));
    assert_eq!([one, two, three], ["one\nname\n", "two\nname\n", "three\nname\n"]);
}

/// And its outcomes say the same.
pub async fn a_ready_runner_says_how_strong_it_is(runner: &dyn Runner) {
    let offered = runner.ready().await.expect("ready");
    let outcome = bash("true").succeed(runner).await;
    assert_eq!(outcome.isolation, offered);
    assert!(!outcome.isolation_parts.is_empty());
}

/// Roughly: what each number is measured by differs.
pub async fn what_was_used_is_told(runner: &dyn Runner) {
    const MB: u64 = 1_000_000;
    let code = "import os, time\nkept = bytearray(b'x' * 60_000_000)\nchildren = []\n\
                for _ in range(3):\n    child = os.fork()\n    if child == 0:\n        time.sleep(0.5)\n        \
                os._exit(0)\n    children.append(child)\nopen('/tmp/file', 'wb').write(b'x' * 5_000_000)\n\
                while time.process_time() < 0.3:\n    pass\n\
                for child in children:\n    os.waitpid(child, 0)\nprint('x' * 999, flush=True)\n\
                os.write(2, b'y' * 500)";
    let usage = python(code).succeed(runner).await.usage;
    assert!(usage.wall >= Duration::from_millis(500) && usage.wall < PATIENCE, "{usage:?}");
    let cpu = usage.user + usage.system;
    assert!(cpu >= Duration::from_millis(250) && cpu <= usage.wall * 8, "{usage:?}");
    assert!((60 * MB..200 * MB).contains(&usage.peak_memory), "{usage:?}");
    assert_eq!(usage.peak_processes, 4, "{usage:?}");
    assert!((5 * MB..6 * MB).contains(&usage.peak_disk), "{usage:?}");
    assert_eq!(usage.printed, 1500, "{usage:?}");
    assert!(usage.measured.cpu != Source::Unknown && usage.measured.memory != Source::Unknown);
}

/// Of those also for whom nobody waits.
pub async fn what_children_used_is_told(runner: &dyn Runner) {
    let burn = "import time\nwhile time.process_time() < 0.4: pass";
    let code = format!(
        "import subprocess, sys, time\ndef main():\n    \
         subprocess.Popen([sys.executable, '-c', {burn:?}])\n    time.sleep(1.5)\n    return 1"
    );
    let usage = python(&code).main(serde_json::json!({})).succeed(runner).await.usage;
    assert!(usage.user + usage.system >= Duration::from_millis(300), "{usage:?}");
    assert_eq!(usage.peak_processes, 2, "{usage:?}");
}
