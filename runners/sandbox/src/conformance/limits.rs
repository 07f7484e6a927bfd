//! Every limit, with its status.

use std::time::Duration;

use serde_json::json;

use super::program::{bash, python, story};
use crate::{Events, Isolation, LimitError, Limits, Runner, RunnerError, Status};

const MIB: u64 = 1024 * 1024;

fn one_second(limits: &mut Limits) {
    limits.wall = Duration::from_secs(1);
}

/// A program that waits for ever.
pub async fn the_wall_clock_is_held(runner: &dyn Runner) {
    let outcome =
        bash("echo begun; sleep 1000").limit(one_second).end(runner, Status::TimeLimit).await;
    assert_eq!(outcome.stdout.bytes, b"begun\n");
    assert_eq!(outcome.exit_code, None);
}

/// Also against a tree of processes that will not listen.
pub async fn the_wall_clock_is_held_against_who_ignores_signals(runner: &dyn Runner) {
    let code = "import os, signal, time\nfor number in set(signal.Signals) - {9, 19}:\n    \
                signal.signal(number, signal.SIG_IGN)\nos.fork()\nos.fork()\ntry:\n    os.setsid()\n\
                except PermissionError:\n    pass\nwhile True:\n    time.sleep(1)";
    python(code).limit(one_second).end(runner, Status::TimeLimit).await;
}

/// A program that computes for ever.
pub async fn the_processor_is_held(runner: &dyn Runner) {
    let cpu = |limits: &mut Limits| limits.cpu = Duration::from_millis(500);
    bash("while :; do :; done").limit(cpu).end(runner, Status::CpuLimit).await;
}

/// Living or dead, children are part of the run.
pub async fn the_processors_of_children_count(runner: &dyn Runner) {
    let cpu = |limits: &mut Limits| limits.cpu = Duration::from_millis(600);
    let spin = "while :; do :; done";
    let living = format!("({spin}) & ({spin}) & ({spin}) & wait");
    bash(&living).limit(cpu).end(runner, Status::CpuLimit).await;
    let dead = "while :; do (for n in {1..20000}; do :; done); done";
    bash(dead).limit(cpu).end(runner, Status::CpuLimit).await;
}

/// A program that touches more memory than it may.
pub async fn memory_is_held(runner: &dyn Runner) {
    let code = "data = []\nwhile True:\n    data.append(bytearray(b'x' * (1 << 20)))";
    python(code).limit(|limits| limits.memory = 64 * MIB).end(runner, Status::MemoryLimit).await;
}

/// The parent sees its child die, and says that all is well.
pub async fn memory_of_a_child_counts_though_the_parent_exits_with_0(runner: &dyn Runner) {
    let code = "import os, sys\nif os.fork() == 0:\n    data = []\n    while True:\n        \
                data.append(bytearray(b'x' * (1 << 20)))\nos.wait()\nsys.exit(0)";
    python(code).limit(|limits| limits.memory = 64 * MIB).end(runner, Status::MemoryLimit).await;
}

/// What is written to the scratch space is memory.
pub async fn memory_in_files_counts(runner: &dyn Runner) {
    let code = "head -c 200M /dev/zero > /tmp/file; sleep 1000";
    let limits = |limits: &mut Limits| (limits.memory, limits.disk) = (64 * MIB, 256 * MIB);
    bash(code).limit(limits).end(runner, Status::MemoryLimit).await;
}

/// More processes than it may, and it says that all is well.
pub async fn processes_are_held(runner: &dyn Runner) {
    let code = "import os, time\nfor _ in range(200):\n    try:\n        if os.fork() == 0:\n            \
                time.sleep(1000)\n    except OSError:\n        pass\ntime.sleep(2)";
    python(code).limit(|limits| limits.processes = 20).end(runner, Status::ProcessLimit).await;
}

/// The first bytes arrive, and it is said that there were more.
pub async fn output_with_newlines_is_held(runner: &dyn Runner) {
    let outcome =
        bash("yes").limit(|limits| limits.output = 5000).end(runner, Status::OutputLimit).await;
    assert_eq!(outcome.stdout.bytes, b"y\n".repeat(2500));
    assert!(outcome.stdout.truncated);
}

/// A line without an end is no different.
pub async fn output_without_newlines_is_held(runner: &dyn Runner) {
    let program = bash("cat /dev/zero").limit(|limits| limits.output = 5000);
    let outcome = program.end(runner, Status::OutputLimit).await;
    assert_eq!(outcome.stdout.bytes, [0; 5000]);
}

/// Exactly the limit is allowed; one byte more on the other stream is not.
pub async fn output_of_both_streams_counts_together(runner: &dyn Runner) {
    let limit = |limits: &mut Limits| limits.output = 10;
    let outcome = bash("printf 12345; printf 12345 >&2").limit(limit).succeed(runner).await;
    assert!(!outcome.stdout.truncated && !outcome.stderr.truncated);
    let outcome = bash("printf 12345; sleep 0.2; printf 123456 >&2; sleep 1000").limit(limit);
    let outcome = outcome.end(runner, Status::OutputLimit).await;
    assert_eq!(
        (outcome.stdout.bytes.as_slice(), outcome.stderr.bytes.as_slice()),
        (&b"12345"[..], &b"12345"[..])
    );
    assert_eq!((outcome.stdout.truncated, outcome.stderr.truncated), (false, true));
}

/// Each place that can be written to, and all of them together.
pub async fn disk_is_held(runner: &dyn Runner) {
    for place in ["/work", "/tmp", "/dev/shm"] {
        let code = format!("for n in {{1..9}}; do head -c 1M /dev/zero > {place}/$n; done; exit 0");
        bash(&code).limit(|limits| limits.disk = 4 * MIB).end(runner, Status::DiskLimit).await;
    }
    let code = "for n in 1 2; do for place in /work /tmp /dev/shm; do \
                head -c 1M /dev/zero > $place/$n; done; done";
    bash(code).limit(|limits| limits.disk = 4 * MIB).end(runner, Status::DiskLimit).await;
}

/// Files without contents cost memory, too.
pub async fn many_small_files_are_held(runner: &dyn Runner) {
    let code = "import os\nos.chdir('/tmp')\ntry:\n    for n in range(10_000_000):\n        \
                open(str(n), 'w').close()\nexcept OSError:\n    pass";
    python(code).limit(|limits| limits.disk = 4 * MIB).end(runner, Status::DiskLimit).await;
}

/// Nobody listens for longer than the program may run.
pub async fn a_slow_listener_does_not_stop_the_clock(runner: &dyn Runner) {
    let (events, mut listener) = Events::channel(1);
    let program = bash("yes").limit(one_second).limit(|limits| limits.output = 1000 * MIB);
    let wait = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        while listener.recv().await.is_some() {}
    };
    let (outcome, ()) = tokio::join!(runner.run(program.job, events), wait);
    let outcome = outcome.expect("it runs");
    assert_eq!(outcome.status, Status::TimeLimit, "{}", story(&outcome));
    assert!(outcome.stdout.bytes.len() < 100 << 20, "the program had to wait");
}

/// Zero is no limit, and never means that there is none.
pub async fn a_limit_of_zero_is_refused(runner: &dyn Runner) {
    let changes: [fn(&mut Limits); 7] = [
        |limits| limits.wall = Duration::ZERO,
        |limits| limits.cpu = Duration::ZERO,
        |limits| limits.memory = 0,
        |limits| limits.processes = 0,
        |limits| limits.output = 0,
        |limits| limits.disk = 0,
        |limits| limits.artifact_size = 0,
    ];
    for change in changes {
        let refused = bash("true").limit(change).refused(runner).await;
        assert!(matches!(refused, RunnerError::Limit(LimitError { .. })), "{refused}");
    }
}

/// A job that demands more than the runner has does not run with less.
pub async fn a_stronger_sandbox_than_there_is_is_refused(runner: &dyn Runner) {
    let offered = runner.ready().await.expect("ready");
    for isolation in [Isolation::Process, Isolation::Container, Isolation::Gvisor] {
        let mut program = bash("true");
        program.job.isolation = isolation;
        if isolation > offered {
            let refused = program.refused(runner).await;
            assert!(matches!(refused, RunnerError::Isolation { .. }), "{refused}");
        } else {
            assert_eq!(program.succeed(runner).await.isolation, offered);
        }
    }
}

/// In each language.
pub async fn an_argument_that_is_no_identifier_is_refused(runner: &dyn Runner) {
    for program in [bash("true"), python("x = 1"), super::program::node("1")] {
        for name in ["a[$(id)]", "", "1a", "a b", "a-b"] {
            let refused = program.clone().main(json!({ name: 1 })).refused(runner).await;
            assert!(matches!(refused, RunnerError::Job(_)), "{name}: {refused}");
        }
    }
}
