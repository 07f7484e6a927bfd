//! Where a sandbox serves several runs under gVisor, each program is a copy of an interpreter that
//! none of them has power over, and none of them leaves a trace in.
//!
//! These tests need Docker with the runtime `runsc`, and the images that `tests/engine/up` makes.

mod support;

use std::time::Duration;

use lazaret_agent::host::ConversationError;
use lazaret_sandbox::{Events, Interpreter, Isolation, Job, Outcome, Status};

use self::support::{Sandbox, limits};

/// Tries whatever could change the process that this one is a copy of, and prints what was not
/// refused.
const ATTACK: &str = r#"
import ctypes, os, resource, signal, socket
libc = ctypes.CDLL(None, use_errno=True)
zygote = os.getppid()
print("zygote" if zygote not in (0, 1) else "no zygote")
X86 = os.uname().machine == "x86_64"

def attempt(name, action, *arguments):
    try:
        answer = action(*arguments)
    except OSError:
        return
    print("NOT REFUSED:", name, answer)

def call(name, number, *arguments):
    if libc.syscall(number, *arguments) >= 0:
        print("NOT REFUSED:", name)

def place(name):
    return f"/proc/{zygote}/{name}"

# Whoever is of the same session may send the one that continues, which nothing comes of.
for number in signal.valid_signals() - {signal.SIGCONT}:
    attempt(f"signal {number}", os.kill, zygote, number)
attempt("signal to its group", os.killpg, os.getpgid(zygote), signal.SIGKILL)
attempt("pidfd", lambda: signal.pidfd_send_signal(os.pidfd_open(zygote), signal.SIGKILL))
for name in ("mem", "exe", "cwd", "root", "fd/0", "fd/4", "fd/5"):
    attempt(name, os.open, place(name), os.O_RDONLY)
for name in ("mem", "fd/0", "fd/1", "fd/4"):
    attempt(name, os.open, place(name), os.O_RDWR | os.O_NONBLOCK)
for name in ("oom_score_adj", "comm", "setgroups", "uid_map", "coredump_filter", "clear_refs"):
    attempt(name, lambda: os.write(os.open(place(name), os.O_WRONLY), b"1"))
attempt("priority", os.setpriority, os.PRIO_PROCESS, zygote, 5)
attempt("priority of its group", os.setpriority, os.PRIO_PGRP, os.getpgid(zygote), 5)
attempt("affinity", os.sched_setaffinity, zygote, {0})
attempt("affinity of the agent", os.sched_setaffinity, 1, {0})
attempt("scheduler", os.sched_setscheduler, zygote, os.SCHED_BATCH, os.sched_param(0))
attempt("limit", resource.prlimit, zygote, resource.RLIMIT_NOFILE, (8, 8))
buffer = ctypes.create_string_buffer(8)
vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
remote = (ctypes.c_void_p * 2)(id(print), 8)
for request in (16, 0x4206):
    call(f"ptrace {request}", 101 if X86 else 117, request, zygote, 0, 0)
call("process_vm_readv", 310 if X86 else 270, zygote, vector, 1, remote, 1, 0)
call("process_vm_writev", 311 if X86 else 271, zygote, vector, 1, remote, 1, 0)
call("pidfd_getfd", 438, libc.syscall(434, zygote, 0), 4, 0)
call("ioprio_set", 251 if X86 else 30, 1, zygote, 0x6007)
call("migrate_pages", 256 if X86 else 238, zygote, 0, 0, 0)
call("setsid", 112 if X86 else 157)
for user in (0, 65533):
    attempt(f"user {user}", os.setresuid, -1, user, -1)
attempt("groups", os.setgroups, [0])
for line in open("/proc/net/unix"):
    name = line.split()[-1] if line.count(" ") > 6 else ""
    if name.startswith(("@", "/")):
        attempt(f"socket {name}", socket.socket(socket.AF_UNIX).connect, name.replace("@", "\0"))
# One process joins the group, stops, and is left alone in it: the kernel then hangs up on all.
if os.fork() == 0:
    if os.fork() == 0:
        os.setpgid(0, os.getpgid(zygote))
        os.kill(os.getpid(), signal.SIGSTOP)
        os._exit(0)
    os.waitpid(-1, os.WUNTRACED)
    os._exit(0)
os.wait()
os.kill(0, signal.SIGCONT)
"#;

/// Changes whatever a process can change of itself.
const CHANGE: &str = r#"
import builtins, fcntl, gc, os, resource, signal, sys, threading, time
open("/proc/self/comm", "w").write("changed")
threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
os.umask(0o77)
os.chdir("/tmp")
os.setpgid(0, os.getppid())
for number in range(5):
    try:
        fcntl.fcntl(number, fcntl.F_SETFL, os.O_NONBLOCK | os.O_APPEND)
        fcntl.fcntl(number, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
        fcntl.fcntl(number, fcntl.F_SETPIPE_SZ, 4096)
    except OSError:
        pass
for limit in range(16):
    try:
        resource.setrlimit(limit, (100, 100))
    except (OSError, ValueError):
        pass
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.setitimer(signal.ITIMER_REAL, 1000)
for change in (lambda: os.nice(5), lambda: os.sched_setaffinity(0, {0})):
    try:
        change()
    except OSError:
        pass
builtins.print = builtins.len = None
sys.modules["json"].dumps = None
sys.path.append("/tmp")
sys.setrecursionlimit(100)
os.environ["LEFT"] = "1"
time.tzset()
gc.disable()
"#;

/// Says what a process inherits.
const TELL: &str = r#"
import fcntl, gc, os, resource, signal, sys
def tell(name, value):
    print(name, value)
tell("modules", sorted(sys.modules))
tell("descriptors", sorted(os.listdir("/proc/self/fd")))
for number in range(3):
    tell(number, [fcntl.fcntl(number, what) for what in (fcntl.F_GETFL, fcntl.F_GETFD, 1032)])
tell("umask", os.umask(0o22))
tell("directory", os.getcwd())
tell("leads its group", os.getpgid(0) == os.getpid())
tell("users", (os.getresuid(), os.getresgid(), os.getgroups()))
tell("limits", [resource.getrlimit(limit) for limit in range(16)])
tell("blocked", signal.pthread_sigmask(signal.SIG_BLOCK, ()))
tell("signals", [signal.getsignal(number) for number in signal.valid_signals()])
tell("timer", signal.getitimer(signal.ITIMER_REAL))
tell("priority", (os.getpriority(os.PRIO_PROCESS, 0), sorted(os.sched_getaffinity(0))))
tell("python", (sys.path, sys.argv, sys.getrecursionlimit(), gc.isenabled(), sorted(os.environ)))
kept = ("Name", "State", "Groups", "NoNewPrivs", "Seccomp", "Cap", "Sig", "Threads", "Uid", "Gid")
for line in open("/proc/self/status"):
    if line.startswith(kept):
        tell("status", line.split())
tell("memory", open("/proc/self/oom_score_adj").read())
"#;

fn job(code: &str) -> Job {
    Job { limits: limits(), ..Job::script(Interpreter::Python, "main.py", code) }
}

async fn run(sandbox: &mut Sandbox, code: &str) -> Outcome {
    let job = job(code);
    let outcome = sandbox.conversation.run(&job, Isolation::Gvisor, &Events::none()).await;
    outcome.expect("it runs")
}

async fn succeed(sandbox: &mut Sandbox, code: &str) -> (String, Outcome) {
    let outcome = run(sandbox, code).await;
    assert_eq!(outcome.status, Status::Success, "{outcome:?}");
    (String::from_utf8_lossy(&outcome.stdout.bytes).into_owned(), outcome)
}

#[tokio::test]
async fn a_program_has_no_power_over_what_it_is_a_copy_of() {
    let mut sandbox = Sandbox::start("runsc", Interpreter::Python).await;
    for _ in 0..2 {
        let (printed, outcome) = succeed(&mut sandbox, ATTACK).await;
        assert_eq!(printed, "zygote\n", "{outcome:?}");
        sandbox.conversation.reset().await.expect("the zygote lives");
    }
}

#[tokio::test]
async fn what_a_program_changes_of_itself_is_not_inherited() {
    let mut sandbox = Sandbox::start("runsc", Interpreter::Python).await;
    let (fresh, _) = succeed(&mut sandbox, TELL).await;
    sandbox.conversation.reset().await.expect("it is reset");
    succeed(&mut sandbox, CHANGE).await;
    sandbox.conversation.reset().await.expect("it is reset");
    let (again, _) = succeed(&mut sandbox, TELL).await;
    assert_eq!(again, fresh);
    for line in ["descriptors ['0', '1', '2', '3']", "leads its group True", "CapPrm:"] {
        assert!(fresh.contains(line), "{line} is not in {fresh}");
    }
}

/// What is by chance in Python is by chance once for all runs of such a sandbox, and documented so.
#[tokio::test]
async fn programs_are_copies() {
    let mut sandbox = Sandbox::start("runsc", Interpreter::Python).await;
    let code = "import random\nprint(hash('x'), id(print))\nprint(random.random())";
    let (first, _) = succeed(&mut sandbox, code).await;
    sandbox.conversation.reset().await.expect("it is reset");
    let (second, _) = succeed(&mut sandbox, code).await;
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(&first)[0], lines(&second)[0]);
    assert_ne!(lines(&first)[1], lines(&second)[1]);
}

#[tokio::test]
async fn what_a_run_used_is_its_own() {
    let mut sandbox = Sandbox::start("runsc", Interpreter::Python).await;
    let hungry = "import time\nx = bytearray(100_000_000)\nend = time.time() + 0.5\n\
                  while time.time() < end: pass";
    let (_, large) = succeed(&mut sandbox, hungry).await;
    sandbox.conversation.reset().await.expect("it is reset");
    let (_, small) = succeed(&mut sandbox, "pass").await;
    let time = |outcome: &Outcome| outcome.usage.user + outcome.usage.system;
    assert!(time(&large) > Duration::from_millis(300), "{:?}", large.usage);
    assert!(time(&small) < Duration::from_millis(100), "{:?}", small.usage);
    assert!(large.usage.peak_memory > 100_000_000, "{:?}", large.usage);
    assert!(small.usage.peak_memory < 40_000_000, "{:?}", small.usage);
    assert_eq!(small.usage.peak_processes, 1);
}

#[tokio::test]
async fn processes_that_stay_behind_are_ended_and_the_zygote_is_not() {
    const LEAVE: &str = "import os, time\nfor _ in range(8):\n    if os.fork() == 0:\n        \
                         if os.fork() == 0: time.sleep(1000)\n        time.sleep(1000)";
    let mut sandbox = Sandbox::start("runsc", Interpreter::Python).await;
    succeed(&mut sandbox, LEAVE).await;
    sandbox.conversation.reset().await.expect("nobody is left");
    let count =
        "import os\nprint([name for name in os.listdir('/proc') if name.isdigit()].__len__())";
    assert_eq!(succeed(&mut sandbox, count).await.0, "3\n");
}

#[tokio::test]
async fn a_fork_bomb_is_judged_as_everywhere() {
    let mut sandbox = Sandbox::start("runsc", Interpreter::Python).await;
    let bomb = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass";
    let status = run(&mut sandbox, bomb).await.status;
    // So many interpreters take about as much memory as they may have.
    assert!(matches!(status, Status::ProcessLimit | Status::MemoryLimit), "{status:?}");
    let refused = sandbox.conversation.reset().await.expect_err("a limit was hit");
    assert!(matches!(refused, ConversationError::Refused(_)), "{refused}");
}

#[tokio::test]
async fn without_its_zygote_a_sandbox_finishes_its_run_and_serves_no_other() {
    let mut sandbox = Sandbox::start("runsc", Interpreter::Python).await;
    let (zygote, _) = succeed(&mut sandbox, "import os\nprint(os.getppid())").await;
    sandbox.conversation.reset().await.expect("the zygote lives");
    let code = format!("import os\nos.kill({}, 9)", zygote.trim());
    let killed = std::process::Command::new("docker")
        .args(["exec", "--user=65533", &sandbox.name, "python3", "-c", &code])
        .status();
    assert!(killed.expect("docker is here").success());
    succeed(&mut sandbox, "pass").await;
    let refused = sandbox.conversation.reset().await.expect_err("it is gone");
    assert!(matches!(refused, ConversationError::Refused(_)), "{refused}");
}
