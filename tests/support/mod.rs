//! The real program, as a user starts it.

pub(crate) mod schema;
pub(crate) mod service;
pub(crate) mod transcript;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The program under test.
pub(crate) const LAZARET: &str = env!("CARGO_BIN_EXE_lazaret");

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What a command printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// The report that `--json` printed.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }
}

/// A directory that goes away, and the program started in it: with no configuration but the one
/// that a test writes.
pub(crate) struct Place {
    directory: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().expect("a directory for the test") }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Writes a file, and tells its path.
    pub(crate) fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        let parent = path.parent().expect("a file in a directory");
        std::fs::create_dir_all(parent).expect("a directory for the file");
        std::fs::write(&path, contents).expect("the file is written");
        path
    }

    /// A command that starts the program here.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(LAZARET);
        self.prepare(command.current_dir(self.path()));
        command
    }

    /// Gives a command, which starts the program, what all tests share.
    pub(crate) fn prepare(&self, command: &mut Command) {
        command.env("XDG_CONFIG_HOME", self.path().join(".config"));
        // One cache for all tests: policies are compiled once, as for a user.
        command.env("XDG_CACHE_HOME", root().join("target/tests/cache"));
    }

    /// Starts the program here, and waits for its end.
    pub(crate) fn lazaret(&self, arguments: &[&str]) -> Ran {
        finish(self.command().args(arguments), b"")
    }

    /// The same, with something to read from standard input.
    pub(crate) fn lazaret_reading(&self, arguments: &[&str], stdin: &[u8]) -> Ran {
        finish(self.command().args(arguments), stdin)
    }
}

/// The lines of a request's head, to a server of a test's own.
pub(crate) fn head(stream: &TcpStream) -> std::io::Result<Vec<String>> {
    let lines = BufReader::new(stream.try_clone()?).lines().map_while(Result::ok);
    Ok(lines.take_while(|line| !line.is_empty()).collect())
}

/// Whether something comes true in time.
pub(crate) fn within(patience: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < patience {
        if condition() {
            return true;
        }
        sleep(Duration::from_millis(50));
    }
    false
}

/// Runs a command to its end.
pub(crate) fn finish(command: &mut Command, stdin: &[u8]) -> Ran {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child =
        command.spawn().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
    let _ = child.stdin.take().expect("a pipe").write_all(stdin);
    let Output { status, stdout, stderr } = child.wait_with_output().expect("it ends");
    Ran {
        code: status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
    }
}
