//! A sandbox that has been reset is as it was, under gVisor and under runc: a program leaves
//! something wherever it can, and the next program looks for it everywhere.
//!
//! These tests need Docker with the runtimes `runsc` and `runc`, and the images that
//! `tests/engine/up` makes.

mod support;

use std::process::Command;

use lazaret_agent::host::ConversationError;
use lazaret_sandbox::{Events, Interpreter, Isolation, Job, Outcome, Status};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use self::support::{Sandbox, limits};

const RUNTIMES: [&str; 2] = ["runsc", "runc"];

/// Leaves something in every directory of the file system that it can write to, and says where.
const LEAVE: &str = r#"
import ctypes, os, socket, subprocess, sys
libc = ctypes.CDLL(None, use_errno=True)
for directory, inner, _ in os.walk("/", followlinks=False):
    if directory == "/proc":
        inner.clear()
        continue
    try:
        open(os.path.join(directory, "left"), "w").close()
        print(directory)
        os.mkdir(os.path.join(directory, ".1"))
        os.makedirs(os.path.join(directory, "closed/closed"))
        open(os.path.join(directory, "closed/closed/file"), "w").close()
        os.symlink("/usr", os.path.join(directory, "closed/link"))
        os.mkfifo(os.path.join(directory, "fifo"))
        socket.socket(socket.AF_UNIX).bind(os.path.join(directory, "socket"))
        os.link(os.path.join(directory, "left"), os.path.join(directory, "linked"))
        os.chmod(os.path.join(directory, "closed/closed"), 0)
        os.chmod(os.path.join(directory, "closed"), 0)
    except OSError as error:
        if os.path.exists(os.path.join(directory, "left")):
            print(directory, error, file=sys.stderr)
    for attempt in (lambda: os.setxattr(directory, "user.left", b"1"), lambda: os.chmod(directory, 0o700)):
        try:
            attempt()
            print("changed", directory)
        except OSError:
            pass
os.chdir("/tmp")
for _ in range(300):
    os.mkdir("deep")
    os.chdir("deep")
subprocess.Popen(["sleep", "1000"], process_group=0)
if os.fork() == 0:
    if os.fork() == 0:
        os.setpgid(0, 0)
        held = socket.socket(socket.AF_UNIX)
        held.bind("\0left")
        server = socket.socket()
        server.bind(("127.0.0.1", 4444))
        server.listen()
        while True:
            pass
    os._exit(0)
os.wait()
IPC_CREAT = 0o1666
X86 = os.uname().machine == "x86_64"
for name, number, arguments in (
    ("shmget", 29 if X86 else 194, (7, 4096, IPC_CREAT)),
    ("semget", 64 if X86 else 190, (7, 1, IPC_CREAT)),
    ("msgget", 68 if X86 else 186, (7, IPC_CREAT)),
    ("mq_open", 240 if X86 else 180, (b"left", 0o102, 0o666, None)),
    ("memfd_create", 319 if X86 else 279, (b"left", 0)),
    ("add_key", 248 if X86 else 217, (b"user", b"left", b"1", 1, -4)),
):
    if libc.syscall(number, *arguments) >= 0:
        print("made", name)
import json, builtins
json.dumps = builtins.print
"#;

/// Finds what another program has left.
const LOOK: &str = r#"
import os, socket
for directory, inner, files in os.walk("/", followlinks=False):
    if directory == "/proc":
        print("processes", [name for name in inner if name.isdigit() and int(name) not in (1, os.getpid())])
        inner.clear()
        continue
    if directory in ("/work", "/tmp", "/dev/shm", "/dev/mqueue"):
        print(directory, sorted(inner + files), oct(os.stat(directory).st_mode))
    if "left" in files:
        print("found", directory)
    try:
        print("attributes", os.listxattr(directory)) if os.listxattr(directory) else None
    except OSError:
        pass
for family, address in ((socket.AF_UNIX, "\0left"), (socket.AF_INET, ("127.0.0.1", 4444))):
    try:
        socket.socket(family).connect(address)
        print("connected")
    except OSError:
        pass
try:
    print([line for line in open("/proc/sysvipc/sem")][1:])
except OSError:
    pass
print(sorted(os.environ))
"#;

fn job(code: &str) -> Job {
    Job { limits: limits(), ..Job::script(Interpreter::Python, "main.py", code) }
}

async fn run(sandbox: &mut Sandbox, job: &Job) -> Outcome {
    let outcome = sandbox.conversation.run(job, Isolation::Container, &Events::none()).await;
    outcome.expect("it runs")
}

fn stdout(outcome: &Outcome) -> String {
    String::from_utf8_lossy(&outcome.stdout.bytes).into_owned()
}

#[tokio::test]
async fn nothing_of_a_run_is_there_after_a_reset() {
    for runtime in RUNTIMES {
        let mut sandbox = Sandbox::start(runtime, Interpreter::Python).await;
        let fresh = run(&mut sandbox, &job(LOOK)).await;
        sandbox.conversation.reset().await.expect("it is reset");
        let mut leave = job(LEAVE);
        leave.environment.insert("SECRET".into(), "of another run".into());
        let left = run(&mut sandbox, &leave).await;
        assert_eq!(left.status, Status::Success, "{runtime}: {left:?}");
        let places = stdout(&left);
        for place in ["/work", "/tmp", "/dev/shm"] {
            assert!(places.lines().any(|line| line == place), "{runtime}: {places}");
        }
        assert!(!places.contains("made") && !places.contains("changed"), "{runtime}: {places}");
        sandbox.conversation.reset().await.expect("it is reset");
        let again = run(&mut sandbox, &job(LOOK)).await;
        assert_eq!(stdout(&again), stdout(&fresh), "{runtime}: {places}");
        assert!(stdout(&again).contains("/work ['main.py']"), "{runtime}: {}", stdout(&again));
    }
}

/// Leaves a listener, an abstract socket and a file without a name, all held by a socket that is sent
/// over itself. Linux finds such circles and removes them.
const CIRCLE: &str = r#"
import array, os, socket
one, other = socket.socketpair()
server = socket.socket()
server.bind(("127.0.0.1", 4444))
server.listen()
named = socket.socket(socket.AF_UNIX)
named.bind("\0left")
named.listen()
file = os.open("/tmp/left", os.O_CREAT | os.O_RDWR)
os.write(file, b"x" * 30_000_000)
os.unlink("/tmp/left")
held = array.array("i", [other.fileno(), server.fileno(), named.fileno(), file])
one.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, held)])
other.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [one.fileno()]))])
"#;

#[tokio::test]
async fn what_a_circle_of_sockets_holds_is_never_there_for_the_next_run() {
    for runtime in RUNTIMES {
        let mut sandbox = Sandbox::start(runtime, Interpreter::Python).await;
        let left = run(&mut sandbox, &job(CIRCLE)).await;
        assert_eq!(left.status, Status::Success, "{runtime}: {left:?}");
        if let Err(refused) = sandbox.conversation.reset().await {
            assert!(refused.to_string().contains("left no sockets"), "{refused}");
            continue;
        }
        let next = run(&mut sandbox, &job(LOOK)).await;
        assert!(!stdout(&next).contains("connected"), "{runtime}: {}", stdout(&next));
    }
}

#[tokio::test]
async fn a_sandbox_whose_programs_used_sockets_is_reset() {
    let mut sandbox = Sandbox::start("runsc", Interpreter::Python).await;
    let code = "import socket\na, b = socket.socketpair()\ns = socket.socket()\ns.bind(('127.0.0.1', 0))\ns.listen()\n";
    for _ in 0..3 {
        assert_eq!(run(&mut sandbox, &job(code)).await.status, Status::Success);
        sandbox.conversation.reset().await.expect("it is reset");
    }
}

#[tokio::test]
async fn a_run_that_hit_a_limit_is_the_last_of_its_sandbox() {
    let mut sandbox = Sandbox::start("runsc", Interpreter::Python).await;
    let mut job = job("print('x' * 10000)");
    job.limits.output = 100;
    assert_eq!(run(&mut sandbox, &job).await.status, Status::OutputLimit);
    let refused = sandbox.conversation.reset().await.expect_err("refused");
    assert!(matches!(refused, ConversationError::Refused(_)), "{refused}");
}

#[tokio::test]
async fn what_is_said_out_of_turn_is_an_error_here_already() {
    let mut sandbox = Sandbox::start("runsc", Interpreter::Python).await;
    sandbox.conversation.ping().await.expect("it is well");
    let refused = sandbox.conversation.reset().await.expect_err("nothing has run");
    assert!(matches!(refused, ConversationError::OutOfTurn(_)), "{refused}");
    let refused = sandbox.conversation.ping().await.expect_err("it is over");
    assert!(matches!(refused, ConversationError::OutOfTurn(_)), "{refused}");
}

#[tokio::test]
async fn a_job_with_limits_that_the_kernel_was_not_told_is_refused() {
    let mut sandbox = Sandbox::start("runsc", Interpreter::Python).await;
    let mut job = job("pass");
    job.limits.memory *= 2;
    let events = Events::none();
    let refused = sandbox.conversation.run(&job, Isolation::Container, &events).await;
    assert!(matches!(refused, Err(ConversationError::Refused(_))), "{refused:?}");
}

/// On this machine's kernel the interpreter is seen from outside, and can be killed.
#[tokio::test]
async fn an_interpreter_that_dies_while_it_waits_is_told() {
    let mut sandbox = Sandbox::start("runc", Interpreter::Python).await;
    let agent = Command::new("docker")
        .args(["inspect", "--format", "{{.State.Pid}}", &sandbox.name])
        .output()
        .expect("docker is here");
    let agent = String::from_utf8_lossy(&agent.stdout).trim().to_owned();
    let children = std::fs::read_to_string(format!("/proc/{agent}/task/{agent}/children"));
    let interpreter: i32 = children.expect("it runs").trim().parse().expect("it has one child");
    kill(Pid::from_raw(interpreter), Signal::SIGKILL).expect("killed");
    let told = loop {
        // The kernel takes its time for a kill.
        if let Err(told) = sandbox.conversation.ping().await {
            break told;
        }
    };
    assert!(matches!(told, ConversationError::Refused(_)), "{told}");
}
