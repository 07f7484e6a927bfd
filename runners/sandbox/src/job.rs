//! What is to be run: the files, where it starts, and what it may use.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::{Isolation, Limits};

/// Everything a runner needs for one run.
#[derive(Clone, Debug)]
pub struct Job {
    /// What runs the entry file.
    pub interpreter: Interpreter,
    /// The files that the program finds in its work directory, the entry file among them.
    pub files: Vec<InputFile>,
    /// Where the program starts.
    pub entry: Entry,
    /// The program's whole environment, beside what the sandbox itself sets (`PATH`, `HOME`,
    /// `LANG`, `TMPDIR`). May hold secrets: a runner hands it to the program and to nothing else.
    pub environment: BTreeMap<String, String>,
    /// Installed packages, which the program finds and cannot change.
    pub packages: Option<Packages>,
    /// What it may do beside, where its program is an installer.
    pub installation: Option<Installation>,
    /// What the program reads from standard input; then end of file.
    pub stdin: Vec<u8>,
    /// What the program may use.
    pub limits: Limits,
    /// The weakest sandbox that is accepted. A runner that cannot give it refuses the job.
    pub isolation: Isolation,
    /// Whose job it is; empty where nobody says. Turns are shared fairly between tenants, and no
    /// sandbox ever serves two of them.
    pub tenant: String,
}

impl Job {
    /// A script in one file, with nothing to read, the usual limits, and any sandbox.
    pub fn script(interpreter: Interpreter, path: &str, code: &str) -> Self {
        Self {
            interpreter,
            files: vec![InputFile { path: path.into(), contents: code.into() }],
            entry: Entry { path: path.into(), form: Form::Script { words: Vec::new() } },
            environment: BTreeMap::new(),
            packages: None,
            installation: None,
            stdin: Vec::new(),
            limits: Limits::default(),
            isolation: Isolation::Process,
            tenant: String::new(),
        }
    }

    /// The platform that its packages, or those that it installs, are for, as
    /// [`Runner::platform`](crate::Runner::platform) says it.
    pub fn platform(&self) -> Option<&str> {
        let packages = self.packages.as_ref().map(|packages| &packages.platform);
        let installation = self.installation.as_ref().map(|installation| &installation.platform);
        packages.or(installation).map(String::as_str)
    }

    /// Whether its entry is TypeScript, which not every Node.js runs.
    pub fn is_typescript(&self) -> bool {
        let ending = self.entry.path.rsplit_once('.').map(|(_, ending)| ending);
        self.interpreter == Interpreter::Node && matches!(ending, Some("ts" | "mts" | "cts"))
    }
}

/// Packages that were installed for programs of an interpreter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packages {
    /// A directory of this machine: with Python's modules, or a `node_modules`. Its name is seen by the
    /// program.
    pub directory: PathBuf,
    /// What [`Runner::platform`](crate::Runner::platform) said when they were installed.
    pub platform: String,
    /// What of them the program imports, as far as that is known. A runner may have it imported in a
    /// sandbox before the next such job comes.
    pub modules: Vec<String>,
}

/// What an installer may do that no other program may. Of a tenant's, only the name belongs into its job:
/// whose turn it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// A directory of this machine that everybody may write to: the program fills it, under the name
    /// [`Installation::INTO`]. What it leaves there may belong to a user whom nobody knows.
    pub into: PathBuf,
    /// Directories of this machine that it may read, under the names that [`Installation::source`] gives.
    pub sources: Vec<PathBuf>,
    /// What [`Runner::platform`](crate::Runner::platform) said of whom it installs for.
    pub platform: String,
    /// Whether it may reach the network: the engine's, or this machine's where there is no engine.
    pub network: bool,
}

impl Installation {
    /// Where the program finds the directory that it fills.
    pub const INTO: &str = "/install";

    /// Where the program finds the directory of this number in [`Installation::sources`].
    pub fn source(number: usize) -> PathBuf {
        PathBuf::from(format!("/sources/{number}"))
    }
}

/// What runs a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Interpreter {
    /// `CPython`, 3.9 or newer.
    Python,
    /// Node.js, 18 or newer.
    Node,
    /// GNU Bash, 4.4 or newer.
    Bash,
}

impl Interpreter {
    /// Every interpreter there is.
    pub const ALL: [Self; 3] = [Self::Python, Self::Node, Self::Bash];

    /// The name in messages and in configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Node => "node",
            Self::Bash => "bash",
        }
    }

    /// What its executable is called, on a `PATH`.
    pub fn executable(self) -> &'static str {
        match self {
            Self::Python => "python3",
            Self::Node => "node",
            Self::Bash => "bash",
        }
    }
}

/// A file in the work directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFile {
    /// Relative to the work directory: `/` between names, no `..`, not absolute.
    pub path: String,
    /// What is in it.
    pub contents: Vec<u8>,
}

/// Where a program starts, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The path of one of the job's files.
    pub path: String,
    /// How that file is started.
    pub form: Form,
}

/// The two ways to start a program.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// The file is run as a script: `__name__` is `"__main__"`, there is no result.
    Script {
        /// What follows the script's name in `sys.argv`, `process.argv` or `$@`.
        words: Vec<String>,
    },
    /// The file is loaded, its `main` is called, and what `main` returns is the result.
    ///
    /// Python: `main(**arguments)`. JavaScript: `main(arguments)`, which may be async. Bash: each
    /// argument is a variable, and what `main` writes to file descriptor 3 as JSON is the result.
    Main {
        /// The arguments by name.
        arguments: Map<String, Value>,
    },
}
