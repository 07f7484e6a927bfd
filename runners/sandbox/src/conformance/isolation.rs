//! What a program can see and change.

use super::program::{bash, python, stderr, stdout};
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

/// No home, no accounts, and no secrets of the machine.
pub async fn nothing_of_a_home_is_seen(runner: &dyn Runner) {
    let code = "cat /etc/shadow /root/.bashrc /root/.ssh/* /home/*/.bashrc /etc/ssl/private/* \
                /var/run/docker.sock /run/docker.sock; ls -A /root /home /var/lib /run /boot /sys /srv /mnt";
    let outcome = bash(&format!("{code}; true")).succeed(runner).await;
    assert_eq!(stdout(&outcome), "", "{}", stderr(&outcome));
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

/// Neither the host's nor another run's.
pub async fn only_its_own_processes_are_seen(runner: &dyn Runner) {
    let code = "import os\nothers = [int(n) for n in os.listdir('/proc') if n.isdigit()]\n\
                print(sorted(n for n in others if n not in (1, os.getpid())))";
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

/// Whatever the host ignores or blocks.
pub async fn signals_mean_what_they_usually_mean(runner: &dyn Runner) {
    let outcome = bash("grep -E 'Sig(Ign|Blk)' /proc/self/status").succeed(runner).await;
    let none = "0000000000000000";
    assert_eq!(stdout(&outcome), format!("SigBlk:\t{none}\nSigIgn:\t{none}\n"));
}

/// Not root, no capability, and no way to become anybody else.
pub async fn the_program_is_nobody_and_can_do_nothing(runner: &dyn Runner) {
    let code = "import os\nprint(os.getresuid(), os.getresgid(), os.getgroups())\n\
                status = open('/proc/self/status').read().split('\\n')\n\
                print([l.split()[1] for l in status if l.startswith(('CapEff', 'CapPrm', 'CapInh', 'NoNewPrivs', 'Seccomp:'))])\n\
                for change in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0])):\n    \
                try:\n        change()\n        print('changed')\n    except OSError:\n        pass";
    let outcome = python(code).succeed(runner).await;
    let nobody = "(65534, 65534, 65534)";
    let none = "'0000000000000000'";
    let expected = format!("{nobody} {nobody} []\n[{none}, {none}, {none}, '1', '2']\n");
    assert_eq!(stdout(&outcome), expected);
}
