//! Whoever dies, nothing is left behind: no process, no mount, no control group.
//!
//! The agent is a child of this process, so it is found among those; and its control groups have
//! its number in their names. Each test starts one agent and looks for its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use lazaret_process::{ProcessConfig, ProcessRunner};
use lazaret_sandbox::conformance::program::{Program, bash, story};
use lazaret_sandbox::{Event, Events, Outcome, Runner, RunnerError, Status};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// How long the kernel may take to clean up.
const PATIENCE: Duration = Duration::from_secs(20);

/// A run that has begun, with the processes that it is made of.
struct Run {
    task: JoinHandle<Result<Outcome, RunnerError>>,
    /// The agent's outer process, and process 1 of the sandbox.
    outer: Pid,
    inner: Pid,
    _listener: Receiver<Event>,
}

/// Starts a program that sleeps for as many seconds as no other, and waits for its first word.
async fn begin(seconds: &str) -> Run {
    let code = format!("setsid sleep {seconds} & echo begun; sleep {seconds}");
    begin_as(bash(&code).limit(|limits| limits.wall = Duration::from_secs(2)), seconds).await
}

/// Starts a program of which two processes sleep.
async fn begin_as(program: Program, seconds: &str) -> Run {
    let (events, mut listener) = Events::channel(1);
    let runner = ProcessRunner::new(ProcessConfig::default());
    let task = tokio::spawn(async move { runner.run(program.job, events).await });
    assert_eq!(listener.recv().await, Some(Event::Stdout(b"begun\n".to_vec())));
    let program = sleeper(seconds).await;
    let (mut outer, mut inner) = (parent(program), program);
    while parent(outer) != std::process::id() {
        (outer, inner) = (parent(outer), outer);
    }
    let pid = |number: u32| Pid::from_raw(number.cast_signed());
    Run { task, outer: pid(outer), inner: pid(inner), _listener: listener }
}

/// Waits until both sleep, the program's first process and its daemon; answers with one of them.
async fn sleeper(seconds: &str) -> u32 {
    let begun = async {
        loop {
            match processes(seconds).as_slice() {
                [.., one, _] => return *one,
                _ => sleep(Duration::from_millis(10)).await,
            }
        }
    };
    timeout(PATIENCE, begun).await.expect("it began")
}

/// Waits until the program, the agent and its control groups are gone.
async fn all_is_gone(run: &Run, seconds: &str) {
    let gone = async {
        while !(processes(seconds).is_empty() && !exists(run.outer) && groups(run.outer).is_empty())
        {
            sleep(Duration::from_millis(10)).await;
        }
    };
    let in_time = timeout(PATIENCE, gone).await.is_ok();
    assert!(in_time, "left: {:?} {:?}", processes(seconds), groups(run.outer));
}

#[tokio::test]
async fn a_dropped_run_leaves_nothing() {
    let before = mounts();
    let run = begin("86401").await;
    run.task.abort();
    all_is_gone(&run, "86401").await;
    assert_eq!(mounts(), before);
}

/// What is mounted, but by engines: other tests start containers at the same time.
fn mounts() -> Vec<String> {
    let all = fs::read_to_string("/proc/self/mountinfo").expect("readable");
    all.lines().filter(|line| !line.contains("docker")).map(str::to_owned).collect()
}

#[tokio::test]
async fn an_agent_that_is_killed_takes_everything_along() {
    let mut run = begin("86402").await;
    kill(run.inner, Signal::SIGKILL).expect("killed");
    let outcome = (&mut run.task).await.expect("no panic").expect("it ran");
    assert_eq!(outcome.status, Status::SandboxCrashed, "{}", story(&outcome));
    all_is_gone(&run, "86402").await;
}

/// What a program held in pipes is free a moment after it was killed, and the kernel does not wait: it
/// may take the agent next. Here it is made to take the agent first.
#[tokio::test]
async fn an_agent_that_the_kernel_ends_for_want_of_memory_is_the_programs_doing() {
    let code = "sleep 86406 & sleep 86406 & echo begun; kill -STOP $$; \
                head -c 200M /dev/zero > /dev/shm/file";
    let program = bash(code).limit(|limits| (limits.memory, limits.disk) = (64 << 20, 1 << 30));
    let mut run = begin_as(program, "86406").await;
    let [program] = children(run.inner.as_raw().cast_unsigned()).try_into().expect("the program");
    let score = |process: u32, score: &str| {
        fs::write(format!("/proc/{process}/oom_score_adj"), score).expect("allowed");
    };
    score(run.inner.as_raw().cast_unsigned(), "1000");
    for process in processes("86406").into_iter().chain([program.as_raw().cast_unsigned()]) {
        score(process, "0");
    }
    kill(program, Signal::SIGCONT).expect("continued");
    let outcome = (&mut run.task).await.expect("no panic").expect("it ran");
    assert_eq!(outcome.status, Status::MemoryLimit, "{}", story(&outcome));
}

#[tokio::test]
async fn what_a_killed_outer_process_leaves_is_removed_by_the_next_runner() {
    let mut run = begin("86403").await;
    kill(run.outer, Signal::SIGKILL).expect("killed");
    let outcome = (&mut run.task).await.expect("no panic").expect("it ran");
    assert_eq!(outcome.status, Status::SandboxCrashed, "{}", story(&outcome));
    while !processes("86403").is_empty() {
        sleep(Duration::from_millis(10)).await;
    }
    ProcessRunner::new(ProcessConfig::default()).ready().await.expect("ready");
    all_is_gone(&run, "86403").await;
}

#[tokio::test]
async fn an_agent_that_hangs_is_not_waited_for() {
    let mut run = begin("86404").await;
    kill(run.inner, Signal::SIGSTOP).expect("stopped");
    let outcome = (&mut run.task).await.expect("no panic").expect("it ran");
    assert_eq!(outcome.status, Status::TimeLimit, "{}", story(&outcome));
    all_is_gone(&run, "86404").await;
}

/// The host itself is killed: nobody is left who could clean up but the agent.
#[tokio::test]
async fn a_host_that_is_killed_leaves_nothing() {
    let own = std::env::current_exe().expect("this program");
    let mut host = Command::new(own)
        .args(["--ignored", "--exact", "a_host_for_the_test_above"])
        .stdout(Stdio::null())
        .spawn()
        .expect("started");
    sleeper("86405").await;
    let outer = children(host.id());
    host.kill().and_then(|()| host.wait()).expect("killed");
    let gone = async {
        while !processes("86405").is_empty() || outer.iter().any(|outer| exists(*outer)) {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, gone).await.expect("all is gone");
    assert_eq!(
        outer.iter().flat_map(|outer| groups(*outer)).collect::<Vec<_>>(),
        [] as [PathBuf; 0]
    );
}

#[tokio::test]
#[ignore = "is started, and killed, by the test above"]
async fn a_host_for_the_test_above() {
    let program = bash("setsid sleep 86405 & sleep 86405");
    let program = program.limit(|limits| limits.wall = Duration::from_hours(1));
    program.run(&ProcessRunner::new(ProcessConfig::default())).await;
}

/// The processes of this machine that have the word among their own.
fn processes(word: &str) -> Vec<u32> {
    let numbers = fs::read_dir("/proc").expect("/proc is mounted").flatten();
    let numbers = numbers.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers.filter(|number| has_word(*number, word)).collect()
}

fn has_word(process: u32, word: &str) -> bool {
    let line = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
    line.split(|byte| *byte == 0).any(|found| found == word.as_bytes())
}

fn parent(process: u32) -> u32 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it is alive");
    let line = status.lines().find_map(|line| line.strip_prefix("PPid:")).expect("has a parent");
    line.trim().parse().expect("a number")
}

fn children(process: u32) -> Vec<Pid> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).expect("it is alive").flatten();
    let texts =
        threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    let numbers = texts.flat_map(|text| {
        text.split_whitespace().filter_map(|word| word.parse().ok()).collect::<Vec<i32>>()
    });
    numbers.map(Pid::from_raw).collect()
}

fn exists(process: Pid) -> bool {
    Path::new(&format!("/proc/{process}")).exists()
}

/// The control groups of an agent, in all hierarchies.
fn groups(outer: Pid) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut places = vec![PathBuf::from("/sys/fs/cgroup")];
    while let Some(place) = places.pop() {
        let entries = fs::read_dir(place).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
            if entry.file_name().to_str() == Some(&format!("lazaret-{outer}")) {
                found.push(entry.path());
            }
            places.push(entry.path());
        }
    }
    found
}
