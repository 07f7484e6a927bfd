//! Where attacks run: the real program, with a configuration that lets them past the gate.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::attack::{Attack, Runner};
use super::bait::Bait;
use super::judge;
use crate::support::Place;

/// How much later than its time limit an answer may come before the run is taken for hung. It
/// guards the suite, and measures nothing: the machine may be busy.
const GRACE: Duration = Duration::from_mins(1);

/// The check that every pipeline has to begin with finds nothing: what is tested is the sandbox.
const CONFIGURATION: &str = r#"
pipeline = ["nothing", "execution"]
[stages.nothing]
command = ["/bin/sh", "-c", "cat > /dev/null; echo '{\"findings\": []}'"]
timeout = "60s"
[docker.images]
python = "lazaret-base/python"
node = "lazaret-base/node"
bash = "lazaret-base/bash"
"#;

/// A program that means well, in each language.
const WELL: [&str; 3] = ["well.sh", "well.py", "well.js"];

/// A runner, a directory to start it in, and what attackers would like to have.
pub(crate) struct Arena {
    pub(crate) runner: Runner,
    pub(crate) bait: Bait,
    place: Place,
}

/// How the program answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// There was none in time.
    pub(crate) is_late: bool,
}

impl Arena {
    pub(crate) fn new(runner: Runner) -> Self {
        let place = Place::new();
        let head = format!(
            "runner = \"{}\"\nexecution.isolation = \"{}\"",
            runner.name(),
            runner.isolation()
        );
        place.write("arena.toml", format!("{head}{CONFIGURATION}"));
        std::fs::create_dir(place.path().join("temporary")).unwrap();
        Self { runner, bait: Bait::new(place.path()), place }
    }

    /// Runs each language once, so that what is made once is there before anybody counts.
    pub(crate) fn warm_up(&self) {
        for name in WELL {
            let complaints = self.judged(&Attack::companion(name));
            assert!(complaints.is_empty(), "nothing runs: {}", complaints.join("\n"));
        }
    }

    /// Runs an attack with its companions, and then a program that means well. Answers with all
    /// that is not as it must be.
    pub(crate) fn attack(&self, attack: &Attack) -> Vec<String> {
        let mut complaints = Vec::new();
        for name in attack.values("After", self.runner) {
            complaints.extend(self.judged(&Attack::companion(name)));
        }
        let companion = attack.value("While", self.runner);
        let companion = companion.map(|name| {
            let mut command = self.command(&Attack::companion(name));
            command.stderr(Stdio::null());
            Begun::start(command)
        });
        complaints.extend(self.judged(attack));
        if companion.is_some_and(|mut begun| begun.has_ended()) {
            complaints.push(format!("{}: its companion did not live to see it", attack.name));
        }
        let next = self.judged(&Attack::companion(WELL[0]));
        complaints.extend(next.iter().map(|story| format!("after {}: {story}", attack.name)));
        complaints
    }

    fn judged(&self, attack: &Attack) -> Vec<String> {
        judge::complaints(attack, self.runner, &self.run(attack))
    }

    /// Runs it, and waits for the answer.
    pub(crate) fn run(&self, attack: &Attack) -> Answer {
        // Files, because a pipe that nobody reads would hold the program up.
        let (stdout, stderr) = (tempfile::NamedTempFile::new(), tempfile::NamedTempFile::new());
        let (stdout, stderr) = (stdout.unwrap(), stderr.unwrap());
        let mut command = self.command(attack);
        command.arg("--json").stdout(stdout.reopen().unwrap()).stderr(stderr.reopen().unwrap());
        let mut child = command.spawn().unwrap();
        let is_late = !ends(&mut child, self.timeout(attack) + GRACE);
        let read =
            |path: &Path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
        Answer { stdout: read(stdout.path()), stderr: read(stderr.path()), is_late }
    }

    fn timeout(&self, attack: &Attack) -> Duration {
        let limits = self.limits(attack);
        let timeout = limits.iter().find(|(key, _)| *key == "timeout");
        let text = timeout.map_or("10s", |(_, text)| text);
        let seconds = text.strip_suffix('s').and_then(|number| number.parse().ok());
        Duration::from_secs(seconds.expect("the timeout is in whole seconds"))
    }

    fn limits<'a>(&self, attack: &'a Attack) -> Vec<(&'a str, &'a str)> {
        let lines = attack.values("Limits", self.runner).into_iter();
        let words = lines.flat_map(|line| line.split(' ').filter(|word| !word.is_empty()));
        words.map(|word| word.split_once('=').expect("`key=value` in `Limits:`")).collect()
    }

    /// The command, without what it prints to.
    pub(crate) fn command(&self, attack: &Attack) -> Command {
        let mut command = self.place.command();
        command.args(["--config", "arena.toml", "run"]).arg(&attack.path).stdin(Stdio::null());
        command.env("TMPDIR", self.place.path().join("temporary"));
        for (key, value) in self.limits(attack) {
            command.env(format!("LAZARET_EXECUTION__{}", key.to_uppercase()), value);
        }
        for (path, name) in attack.neighbours() {
            command.arg("--file").arg(format!("{}={name}", path.display()));
        }
        if let Some(arguments) = attack.json("Arguments", self.runner) {
            command.arg("--main");
            for (name, value) in arguments.as_object().expect("`Arguments:` is an object") {
                command.arg("--arg").arg(format!("{name}={value}"));
            }
        }
        self.bait.hold_out(&mut command);
        command
    }
}

/// A run that goes on until this is dropped.
pub(crate) struct Begun {
    child: Child,
    /// What it has printed until now, and its end of the pipe, which stays open.
    pub(crate) first_line: String,
    _stdout: BufReader<ChildStdout>,
}

impl Begun {
    /// Starts the command, and waits until the program has printed a line.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let (mut stdout, mut first_line) =
            (BufReader::new(child.stdout.take().unwrap()), String::new());
        stdout.read_line(&mut first_line).unwrap();
        Self { child, first_line, _stdout: stdout }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it is over already.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        let _ = kill(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGINT);
        ends(&mut self.child, GRACE);
    }
}

/// Whether it ends in time; else it is ended.
fn ends(child: &mut Child, time: Duration) -> bool {
    let deadline = Instant::now() + time;
    while Instant::now() < deadline {
        if child.try_wait().unwrap().is_some() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().and_then(|()| child.wait()).unwrap();
    false
}
