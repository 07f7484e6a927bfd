//! `policy dev`, which an author leaves running while writing.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::spawn;
use std::time::Duration;

use crate::support::{Place, finish, within};

/// A build in a debug build of this program, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_mins(2);

/// A running `policy dev`, and what it has printed since somebody looked last.
struct Dev {
    process: Child,
    printed: Arc<Mutex<String>>,
}

impl Dev {
    fn start(place: &Place) -> Self {
        let mut command = place.command();
        command.args(["policy", "dev", "mine"]).env("TMPDIR", place.path());
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let printed = Arc::new(Mutex::new(String::new()));
        collect(process.stdout.take().unwrap(), &printed);
        collect(process.stderr.take().unwrap(), &printed);
        Self { process, printed }
    }

    /// Waits until all of this has been printed, and forgets it.
    #[track_caller]
    fn prints(&self, parts: &[&str]) {
        let has_all = || parts.iter().all(|part| self.printed.lock().unwrap().contains(part));
        assert!(within(PATIENCE, has_all), "{parts:?} are not in {}", self.printed.lock().unwrap());
        self.printed.lock().unwrap().clear();
    }

    /// Ends it as Ctrl-C does, and tells its exit code.
    fn end(mut self) -> Option<i32> {
        finish(Command::new("kill").args(["-INT", &self.process.id().to_string()]), b"");
        self.process.wait().unwrap().code()
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        // It has ended, unless a test has failed.
        let _ = self.process.kill();
    }
}

fn collect(mut from: impl Read + Send + 'static, printed: &Arc<Mutex<String>>) {
    let printed = Arc::clone(printed);
    spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            printed.lock().unwrap().push_str(&String::from_utf8_lossy(&buffer[..length]));
        }
    });
}

const WAITING: &str = "waiting for a change; Ctrl-C ends this\n";

#[test]
fn dev_tests_again_after_every_change() {
    let place = Place::new();
    place.lazaret(&["policy", "new", "mine", "--lang", "toml"]);
    let dev = Dev::start(&place);
    dev.prints(&["testing the policy in `mine`\n", ", all right\n", WAITING]);
    place.write("mine/fixtures/good.py", "import subprocess\nsubprocess.run(a, shell=True)\n");
    let again = "testing the policy in `mine` again: fixtures/good.py changed\n";
    dev.prints(&[again, "found `shell-true`, which is not expected\n", ", 1 wrong\n", WAITING]);
    let rules = std::fs::read_to_string(place.path().join("mine/policy.toml")).unwrap();
    place.write("mine/policy.toml", rules.replace("severity", "severty"));
    dev.prints(&["policy.toml changed\n", "there is no `severty`\n", "`severity`?\n", WAITING]);
    place.write("mine/policy.toml", &rules);
    dev.prints(&["policy.toml changed\n", ", 1 wrong\n", WAITING]);
    std::fs::remove_file(place.path().join("mine/fixtures/good.py")).unwrap();
    dev.prints(&["fixtures/good.py changed\n", ", all right\n", WAITING]);
    assert_eq!(dev.end(), Some(0));
}

/// A compiler that starts others, and is in the middle of it.
const SLOW: &str = "#!/bin/sh\nsleep 1000 &\necho $! > started\nwait\n";

#[test]
fn what_a_build_has_started_ends_with_it() {
    let place = Place::new();
    place.write("mine/policy.c", "int x;\n");
    let compiler = place.write("mine/.venv/bin/zig", SLOW);
    finish(Command::new("chmod").arg("755").arg(compiler), b"");
    let started = place.path().join("mine/started");
    let is_running = |id: &str| {
        let id = id.trim();
        // One that has ended and that nobody has waited for is still in the list.
        let state = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        !state.is_empty() && !state.contains(") Z ")
    };
    let next = || {
        let read = || std::fs::read_to_string(&started).unwrap_or_default();
        assert!(within(PATIENCE, || read().ends_with('\n')), "the compiler does not start");
        let id = read();
        std::fs::remove_file(&started).unwrap();
        id
    };
    place.write("mine/.gitignore", "started\n");
    let dev = Dev::start(&place);
    let first = next();
    assert!(is_running(&first));
    place.write("mine/policy.c", "int y = 1;\n");
    let second = next();
    assert!(within(PATIENCE, || !is_running(&first)), "a change does not end the build");
    assert!(is_running(&second));
    assert_eq!(dev.end(), Some(0));
    assert!(within(PATIENCE, || !is_running(&second)), "the end does not end the build");
    let left = std::fs::read_dir(place.path()).unwrap().filter_map(Result::ok);
    let left: Vec<_> = left.map(|entry| entry.file_name()).filter(|name| name != "mine").collect();
    assert!(left.is_empty(), "{left:?} are left");
}

#[test]
fn dev_without_a_policy_says_what_to_do() {
    let ran = Place::new().lazaret(&["policy", "dev"]);
    let error = "error: cannot build `.`: none of Cargo.toml, policy.c";
    assert!(ran.code == 2 && ran.stderr.starts_with(error), "{ran:?}");
}
