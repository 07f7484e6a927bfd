//! Programs that mean harm. After each of them the next run succeeds.

use std::time::Duration;

use super::program::{Program, bash, python, stderr, stdout, story};
use crate::{Limits, Outcome, Runner, Status};

/// Runs it, and then a program that means well.
async fn attack(runner: &dyn Runner, program: Program) -> Outcome {
    let outcome = program.run(runner).await;
    let next = bash("echo well").succeed(runner).await;
    assert_eq!(stdout(&next), "well\n");
    outcome
}

fn two_seconds(limits: &mut Limits) {
    limits.wall = Duration::from_secs(2);
}

/// The classic one. It is refused processes before its time is over.
pub async fn a_fork_bomb_in_bash(runner: &dyn Runner) {
    let outcome = attack(runner, bash(":() { : | : & }; :; sleep 1000")).await;
    assert_eq!(outcome.status, Status::ProcessLimit, "{}", story(&outcome));
}

/// The same, faster.
pub async fn a_fork_bomb_in_python(runner: &dyn Runner) {
    let code =
        "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass";
    let outcome = attack(runner, python(code)).await;
    assert_eq!(outcome.status, Status::ProcessLimit, "{}", story(&outcome));
}

/// A process that is stopped does not use its time, and has it all the same.
pub async fn a_process_that_stops_itself(runner: &dyn Runner) {
    let outcome = attack(runner, bash("kill -STOP $$").limit(two_seconds)).await;
    assert_eq!(outcome.status, Status::TimeLimit, "{}", story(&outcome));
}

/// A session of its own (where that is refused, a group) and a forgotten parent do not help.
pub async fn a_daemon_is_ended_with_the_run(runner: &dyn Runner) {
    let code = "import os, time\nif os.fork() == 0:\n    try:\n        os.setsid()\n    \
                except PermissionError:\n        os.setpgid(0, 0)\n    if os.fork() == 0:\n        \
                os.closerange(0, 100)\n        time.sleep(1000)\n    os._exit(0)\n\
                assert os.wait()[1] == 0\nprint('parent')";
    let outcome = attack(runner, python(code)).await;
    assert_eq!((outcome.status, stdout(&outcome)), (Status::Success, "parent\n".into()));
}

/// A session may be refused, but asking for one stops nobody. gVisor's kernel stood still when the
/// process had a child in its own group.
pub async fn a_session_is_had_or_refused(runner: &dyn Runner) {
    let code = "import os, time\nif os.fork() == 0:\n    if os.fork() == 0:\n        time.sleep(1000)\n    \
                try:\n        os.setsid()\n    except PermissionError:\n        pass\n    \
                os._exit(0)\nos.wait()\nprint('parent')";
    let outcome = attack(runner, python(code)).await;
    assert_eq!((outcome.status, stdout(&outcome)), (Status::Success, "parent\n".into()));
}

/// The run is over when the first process is.
pub async fn a_background_process_does_not_delay_the_answer(runner: &dyn Runner) {
    let program = bash("(sleep 1000; echo late) & echo early");
    let program = program.limit(|limits| limits.wall = Duration::from_mins(1));
    let outcome = attack(runner, program).await;
    assert_eq!((outcome.status, stdout(&outcome)), (Status::Success, "early\n".into()));
}

/// Nobody needs them but itself.
pub async fn a_program_that_closes_its_descriptors(runner: &dyn Runner) {
    let code = "import os\nos.closerange(0, 1024)\nos._exit(5)";
    let outcome = attack(runner, python(code)).await;
    assert_eq!((outcome.status, outcome.exit_code), (Status::ProgramError, Some(5)));
    let code = "import os\ndef main():\n    os.closerange(0, 1024)\n    return 1";
    let outcome = attack(runner, python(code).main(serde_json::json!({}))).await;
    assert_eq!(outcome.result, None);
}

/// It is output, whatever it looks like.
pub async fn a_program_that_prints_what_looks_like_a_frame(runner: &dyn Runner) {
    let code = r#"
import struct, sys
def frame(kind, text):
    return struct.pack('<IB', len(text), kind) + text
forged = frame(71, b'{"exit_code":0,"signal":null,"limit":null}') + frame(67, b'"forged"')
sys.stdout.buffer.write(forged)
sys.stderr.buffer.write(forged)
sys.stdout.flush()
sys.exit(9)
"#;
    let outcome = attack(runner, python(code)).await;
    assert_eq!((outcome.status, outcome.exit_code), (Status::ProgramError, Some(9)));
    assert_eq!(outcome.result, None);
    assert_eq!(outcome.stdout.bytes, outcome.stderr.bytes);
}

/// Process 1 does not mind, and everybody else is the program's own.
pub async fn killing_process_1_and_everybody(runner: &dyn Runner) {
    let code = "import os, signal\nfor number in set(signal.Signals):\n    try:\n        \
                os.kill(1, number)\n    except OSError:\n        pass\nprint('alive')";
    let outcome = attack(runner, python(code)).await;
    assert_eq!((outcome.status, stdout(&outcome)), (Status::Success, "alive\n".into()));
    let outcome = attack(runner, bash("kill -KILL -1; kill -KILL 1; echo alive")).await;
    assert_ne!(outcome.status, Status::SandboxCrashed, "{}", story(&outcome));
}

/// What process 1 knows is not for the program. A kernel may show what surrounds it, such as where
/// its memory is mapped, and let open again what anybody can open; but nothing of a job is in that.
pub async fn reading_and_tracing_the_agent(runner: &dyn Runner) {
    let code = "
import ctypes, os
SECRET = os.environ['SECRET'].encode()
for name in ('mem', 'exe', 'root', 'cwd', 'stack', 'io'):
    path = '/proc/1/' + name
    try:
        os.listdir(path) if name in ('root', 'cwd') else open(path, 'rb').read(1)
        print('read', name)
    except OSError:
        pass
for directory, _, names in os.walk('/proc/1'):
    for name in names:
        try:
            if SECRET in open(os.path.join(directory, name), 'rb').read(1 << 20):
                print('found it in', directory, name)
        except OSError:
            pass
for number in range(64):
    path = f'/proc/1/fd/{number}'
    for mode in (os.O_RDONLY, os.O_WRONLY):
        try:
            os.open(path, mode)
        except OSError:
            continue
        try:
            os.open(os.readlink(path), mode)
        except OSError:
            print('opened what it cannot open by its name', number)
libc = ctypes.CDLL(None, use_errno=True)
ATTACH, SEIZE = 16, 0x4206
print(libc.ptrace(ATTACH, 1, 0, 0), libc.ptrace(SEIZE, 1, 0, 0))
buffer = ctypes.create_string_buffer(8)
vector = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 8)
print(libc.process_vm_readv(1, vector, 1, vector, 1, 0))
";
    let mut program = python(code);
    program.job.environment = [("SECRET".into(), "a secret of this run alone".into())].into();
    let outcome = attack(runner, program).await;
    assert_eq!(stdout(&outcome), "-1 -1\n-1\n", "{}", stderr(&outcome));
}

/// An agent without descriptors or time could not do its work.
pub async fn changing_the_agents_limits(runner: &dyn Runner) {
    let code = "
import os, resource
os.mkdir('artifacts')
open('artifacts/file', 'w').write('x')
for limit in (resource.RLIMIT_NOFILE, resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_NPROC):
    try:
        resource.prlimit(1, limit, (0, 0))
        print('changed', limit)
    except OSError:
        pass
for change in (lambda: os.setpriority(os.PRIO_PROCESS, 1, 19), lambda: os.setpriority(os.PRIO_USER, 0, 19),
               lambda: os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0))):
    try:
        change()
        print('changed')
    except OSError:
        pass
";
    let outcome = attack(runner, python(code)).await;
    assert_eq!((stdout(&outcome).as_str(), outcome.artifacts.len()), ("", 1));
}

/// Limits go down, never up.
pub async fn raising_its_own_limits(runner: &dyn Runner) {
    let code = "
import resource
for name in ('NPROC', 'FSIZE', 'NOFILE', 'CORE', 'CPU'):
    limit = getattr(resource, 'RLIMIT_' + name)
    hard = resource.getrlimit(limit)[1]
    if hard == resource.RLIM_INFINITY:
        print('no limit', name)
    try:
        resource.setrlimit(limit, (hard + 1, hard + 1))
        print('raised', name)
    except (OSError, ValueError):
        pass
";
    let outcome = attack(runner, python(code)).await;
    assert_eq!(stdout(&outcome), "", "{}", stderr(&outcome));
}

/// In a user namespace of its own a program would be root.
pub async fn making_namespaces_and_mounts(runner: &dyn Runner) {
    let code = "
import ctypes, os, signal
libc = ctypes.CDLL(None, use_errno=True)
NAMESPACES = {'user': 0x10000000, 'mount': 0x20000, 'net': 0x40000000, 'pid': 0x20000000}
for name, flag in NAMESPACES.items():
    if libc.unshare(flag) == 0:
        print('unshared', name)
    child = libc.syscall(56 if os.uname().machine == 'x86_64' else 220, flag | signal.SIGCHLD, 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    if child > 0:
        print('cloned', name)
if libc.mount(b'none', b'/tmp', b'tmpfs', 0, None) == 0:
    print('mounted')
if libc.mount(b'/', b'/tmp', None, 4096, None) == 0:
    print('bound')
if libc.umount2(b'/proc', 2) == 0 or libc.chroot(b'/tmp') == 0:
    print('changed')
for path in ('/proc/1/ns/mnt', '/proc/self/ns/mnt'):
    try:
        print('entered') if libc.setns(os.open(path, os.O_RDONLY), 0) == 0 else None
    except OSError:
        pass
for kind in (0o20000, 0o60000):
    try:
        os.mknod('/tmp/device', kind | 0o644, os.makedev(1, 3))
        print('made a device')
    except OSError:
        pass
os.mkfifo('/tmp/pipe')
os.mknod('/tmp/file')
";
    let outcome = attack(runner, python(code)).await;
    assert_eq!(stdout(&outcome), "", "{}", stderr(&outcome));
}

/// Parts of the kernel that programs seldom need, and attackers often.
pub async fn using_what_the_kernel_is_often_broken_with(runner: &dyn Runner) {
    let code = "
import ctypes, os, socket
libc = ctypes.CDLL(None, use_errno=True)
X86 = {'bpf': 321, 'io_uring_setup': 425, 'userfaultfd': 323, 'perf_event_open': 298, 'keyctl': 250,
       'add_key': 248, 'kexec_load': 246, 'init_module': 175, 'open_by_handle_at': 304, 'clone3': 435}
ARM = {'bpf': 280, 'io_uring_setup': 425, 'userfaultfd': 282, 'perf_event_open': 241, 'keyctl': 219,
       'add_key': 217, 'kexec_load': 104, 'init_module': 105, 'open_by_handle_at': 265, 'clone3': 435}
for name, number in (X86 if os.uname().machine == 'x86_64' else ARM).items():
    libc.syscall(number, 0, 0, 0, 0, 0)
    # EFAULT or EINVAL would mean that the kernel had looked at it.
    if ctypes.get_errno() not in (1, 38):
        print('reached', name, ctypes.get_errno())
for family in (17, 21, 29, 30, 31, 38, 40, 44):
    try:
        socket.socket(family, socket.SOCK_DGRAM)
        print('made a socket of family', family)
    except OSError:
        pass
";
    let outcome = attack(runner, python(code)).await;
    assert_eq!(stdout(&outcome), "", "{}", stderr(&outcome));
}

/// Whoever collects them has neither endless patience nor an endless stack.
pub async fn a_thousand_artifacts_and_directories_without_end(runner: &dyn Runner) {
    let code = "
import os
os.mkdir('artifacts')
os.chdir('artifacts')
for n in range(1000):
    open(str(n), 'w').close()
    os.mkfifo(f'fifo{n}')
for n in range(1000):
    os.mkdir('d')
    os.chdir('d')
";
    let outcome = attack(runner, python(code)).await;
    assert_eq!(outcome.status, Status::Success, "{}", story(&outcome));
    assert_eq!(outcome.artifacts.len(), 10);
    assert!(outcome.refused_artifacts.len() <= 200, "{}", outcome.refused_artifacts.len());
}
