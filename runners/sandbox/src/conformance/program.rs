//! Small programs, written down and run in one breath.

use serde_json::Value;

use crate::{
    Events, Form, InputFile, Interpreter, Job, Limits, Outcome, Printed, Runner, RunnerError,
    Status,
};

/// A program to run, as a script unless it is told otherwise.
#[derive(Clone, Debug)]
pub struct Program {
    /// The job that it becomes.
    pub job: Job,
}

/// A program in Python.
pub fn python(code: &str) -> Program {
    Program::new(Interpreter::Python, "main.py", code)
}

/// A program in JavaScript.
pub fn node(code: &str) -> Program {
    Program::new(Interpreter::Node, "main.js", code)
}

/// A program in Bash.
pub fn bash(code: &str) -> Program {
    Program::new(Interpreter::Bash, "main.sh", code)
}

impl Program {
    /// A program in a file of this name.
    pub fn new(interpreter: Interpreter, path: &str, code: &str) -> Self {
        Self { job: Job::script(interpreter, path, code) }
    }

    /// Calls its `main` with these arguments.
    #[must_use]
    pub fn main(mut self, arguments: Value) -> Self {
        let Value::Object(arguments) = arguments else { panic!("arguments have names") };
        self.job.entry.form = Form::Main { arguments };
        self
    }

    /// Gives the script words.
    #[must_use]
    pub fn words(mut self, words: &[&str]) -> Self {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        self.job.entry.form = Form::Script { words };
        self
    }

    /// Puts a file beside it.
    #[must_use]
    pub fn file(mut self, path: &str, contents: &str) -> Self {
        self.job.files.push(InputFile { path: path.into(), contents: contents.into() });
        self
    }

    /// Gives it something to read.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.job.stdin = bytes.into();
        self
    }

    /// Changes its limits.
    #[must_use]
    pub fn limit(mut self, change: impl FnOnce(&mut Limits)) -> Self {
        change(&mut self.job.limits);
        self
    }

    /// Runs it.
    pub async fn run(self, runner: &dyn Runner) -> Outcome {
        runner.run(self.job, Events::none()).await.expect("the runner runs it")
    }

    /// Runs it, and expects it to succeed.
    pub async fn succeed(self, runner: &dyn Runner) -> Outcome {
        self.end(runner, Status::Success).await
    }

    /// Runs it, and expects it to end so.
    pub async fn end(self, runner: &dyn Runner, status: Status) -> Outcome {
        let outcome = self.run(runner).await;
        assert_eq!(outcome.status, status, "{}", story(&outcome));
        outcome
    }

    /// Expects the runner to refuse it.
    pub async fn refused(self, runner: &dyn Runner) -> RunnerError {
        runner.run(self.job, Events::none()).await.expect_err("the runner refuses it")
    }
}

/// What was printed, as text.
pub fn text(printed: &Printed) -> String {
    String::from_utf8_lossy(&printed.bytes).into_owned()
}

/// What was printed to standard output, as text.
pub fn stdout(outcome: &Outcome) -> String {
    text(&outcome.stdout)
}

/// What was printed to standard error, as text.
pub fn stderr(outcome: &Outcome) -> String {
    text(&outcome.stderr)
}

/// What happened, for the message of a case that fails. Output can be long.
pub fn story(outcome: &Outcome) -> String {
    const MOST: usize = 2000;
    let start = |text: String| text.chars().take(MOST).collect::<String>();
    format!(
        "exit code {:?}, signal {:?}, {:?}\nstdout: {}\nstderr: {}",
        outcome.exit_code,
        outcome.signal,
        outcome.usage,
        start(stdout(outcome)),
        start(stderr(outcome))
    )
}
