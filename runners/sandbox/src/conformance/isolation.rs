//! What a program can see and change.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::program::{bash, python, stdout};
use crate::Runner;

/// Every directory that a program can write to is found by trying, and is empty for the next.
pub async fn nothing_of_a_run_is_seen_by_the_next(runner: &dyn Runner) {
    let leave = "
import os
for directory, _, _ in os.walk('/', followlinks=False):
    if directory.startswith('/proc'):
        continue
    try:
        open(os.path.join(directory, 'left-by-another-run'), 'w').close()
        print(directory)
    except OSError:
        pass
";
    let look = "
import os
for directory, directories, files in os.walk('/', followlinks=False):
    if 'left-by-another-run' in files:
        print(directory)
";
    let outcome = python(leave).succeed(runner).await;
    assert!(stdout(&outcome).lines().any(|place| place == "/work"), "{}", stdout(&outcome));
    assert_eq!(stdout(&python(look).succeed(runner).await), "");
}

/// No home, no accounts, no secrets of the machine, and none of its files. An image has files of
/// its own; what is planted on the machine is not among them.
pub async fn nothing_of_a_home_is_seen(runner: &dyn Runner) {
    let planted = Planted::everywhere();
    let secrets = "/etc/shadow /root/.bashrc /root/.ssh/* /home/*/.bashrc /etc/ssl/private/* \
                   /var/run/docker.sock /run/docker.sock";
    let code = format!(
        "cat {secrets}; find /root /home /srv /mnt -mindepth 1; find / -name {}; true",
        planted.name
    );
    assert_eq!(stdout(&bash(&code).succeed(runner).await), "");
}

/// Files of the machine, gone when this is dropped.
struct Planted {
    name: String,
    paths: Vec<PathBuf>,
}

impl Planted {
    /// In every place where a machine keeps something and this process may write.
    fn everywhere() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("planted-{}-{count}", std::process::id());
        let places =
            ["/root", "/home", "/var/lib", "/run", "/boot", "/srv", "/mnt", "/opt", "/var/tmp"];
        let temporary = std::env::temp_dir();
        let places = places.iter().map(Path::new).chain([temporary.as_path()]);
        let paths: Vec<PathBuf> = places.map(|place| place.join(&name)).collect();
        let paths: Vec<PathBuf> =
            paths.into_iter().filter(|path| fs::write(path, "of the machine").is_ok()).collect();
        assert!(!paths.is_empty(), "there is a directory for temporary files");
        Self { name, paths }
    }
}

impl Drop for Planted {
    fn drop(&mut self) {
        for path in &self.paths {
            let _ = fs::remove_file(path);
        }
    }
}

/// The system is there to be read.
pub async fn only_the_scratch_space_can_be_written_to(runner: &dyn Runner) {
    let code = "for place in / /usr /usr/bin /etc /dev /proc /proc/sys/kernel /bin; do \
                touch $place/x 2>/dev/null && echo $place; done; \
                for place in /work /tmp /dev/shm; do touch $place/x && echo $place; done; \
                echo x >> /usr/bin/env; echo x >> /etc/passwd; echo 1 > /proc/sys/kernel/sysrq; true";
    let outcome = bash(code).succeed(runner).await;
    assert_eq!(stdout(&outcome), "/work\n/tmp\n/dev/shm\n");
}

/// Neither the host's nor another run's. There may be one beside the agent that belongs to the sandbox
/// itself, of which the program is a copy; it is somebody else's, and out of the program's reach.
pub async fn only_its_own_processes_are_seen(runner: &dyn Runner) {
    let code = "import os\ndef is_foreign(process):\n    try:\n        os.kill(process, 0)\n    \
                except PermissionError:\n        \
                return os.stat(f'/proc/{process}').st_uid != os.getuid()\n\
                others = {int(n) for n in os.listdir('/proc') if n.isdigit()} - {1, os.getpid()}\n\
                foreign = {process for process in others if is_foreign(process)}\n\
                print(sorted(others - foreign), len(foreign) <= 1)";
    let outcome = python(code).succeed(runner).await;
    assert_eq!(stdout(&outcome), "[] True\n");
}

/// The same, without one of the sandbox itself: where each sandbox serves one run. Not among the cases,
/// because where one serves several there may be such a one.
pub async fn nobody_else_is_seen(runner: &dyn Runner) {
    let code = "import os\nothers = {int(n) for n in os.listdir('/proc') if n.isdigit()}\n\
                print(sorted(others - {1, os.getpid()}))";
    let outcome = python(code).succeed(runner).await;
    assert_eq!(stdout(&outcome), "[]\n");
}

/// The usual three for a script, two more for `main`.
pub async fn only_its_own_descriptors_are_open(runner: &dyn Runner) {
    let code = "import os\ndef opened():\n    found = []\n    for n in range(1024):\n        \
                try:\n            os.fstat(n)\n            found.append(n)\n        \
                except OSError:\n            pass\n    return found\n\
                def main():\n    return opened()\nprint(opened())";
    let outcome = python(code).succeed(runner).await;
    assert_eq!(stdout(&outcome), "[0, 1, 2]\n");
    // The arguments were read and closed before; the result has not been written yet.
    let outcome = python(code).main(serde_json::json!({})).succeed(runner).await;
    assert_eq!(outcome.result, Some(serde_json::json!([0, 1, 2, 3])));
}

/// Whatever the host ignores or blocks. Python, and Bash where it says so, tell what they found.
pub async fn signals_mean_what_they_usually_mean(runner: &dyn Runner) {
    let outcome = bash("trap -p").succeed(runner).await;
    assert_eq!(stdout(&outcome), "");
    let code = "import signal\nprint(signal.pthread_sigmask(signal.SIG_BLOCK, []))\n\
                own = {signal.SIGPIPE, signal.SIGXFSZ}\n\
                print([n for n in set(signal.Signals) - own if signal.getsignal(n) == signal.SIG_IGN])";
    let outcome = python(code).succeed(runner).await;
    assert_eq!(stdout(&outcome), "set()\n[]\n");
}

/// Not root, no capability, and no way to become anybody else.
pub async fn the_program_is_nobody_and_can_do_nothing(runner: &dyn Runner) {
    let code = "import ctypes, os\nprint(os.getresuid(), os.getresgid(), os.getgroups())\n\
                status = open('/proc/self/status').read().split('\\n')\n\
                print([l.split()[1] for l in status if l.startswith(('CapEff', 'CapPrm', 'CapInh', 'Seccomp:'))])\n\
                PR_GET_NO_NEW_PRIVS = 39\n\
                print(ctypes.CDLL(None).prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0))\n\
                for change in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0])):\n    \
                try:\n        change()\n        print('changed')\n    except OSError:\n        pass";
    let outcome = python(code).succeed(runner).await;
    let nobody = "(65534, 65534, 65534)";
    let none = "'0000000000000000'";
    let expected = format!("{nobody} {nobody} []\n[{none}, {none}, {none}, '2']\n1\n");
    assert_eq!(stdout(&outcome), expected);
}
