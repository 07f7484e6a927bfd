//! What no runner could run: refused here, before anything is started, and alike by every runner.

mod files;
mod words;

use self::files::check_files;
use self::words::check_form;
use crate::{Interpreter, Isolation, Job, RunnerError};

impl Job {
    /// Refuses a job that the runner called `runner`, which gives `offered`, cannot run.
    pub fn check(&self, runner: &'static str, offered: Isolation) -> Result<(), RunnerError> {
        if self.isolation > offered {
            return Err(RunnerError::Isolation { runner, demanded: self.isolation, offered });
        }
        self.limits.validate()?;
        self.check_contents().map_err(RunnerError::Job)
    }

    #[allow(
        clippy::case_sensitive_file_extension_comparisons,
        reason = "Node.js goes by the letters as they are"
    )]
    fn check_contents(&self) -> Result<(), String> {
        check_files(&self.files)?;
        if !self.files.iter().any(|file| file.path == self.entry.path) {
            return Err(format!("the entry `{}` is not one of its files", self.entry.path));
        }
        if self.interpreter == Interpreter::Node && self.entry.path.ends_with(".tsx") {
            return Err(format!("Node.js runs no JSX: compile `{}` before", self.entry.path));
        }
        self.check_room()?;
        self.check_environment()?;
        self.check_words()?;
        check_form(&self.entry, self.interpreter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InputFile;

    pub(super) fn job(paths: &[&str]) -> Job {
        let file = |path: &&str| InputFile { path: (*path).into(), contents: Vec::new() };
        Job {
            files: paths.iter().map(file).collect(),
            ..Job::script(Interpreter::Python, "main.py", "")
        }
    }

    pub(super) fn refusal(job: &Job) -> String {
        job.check("process", Isolation::Process).expect_err("refused").to_string()
    }

    #[test]
    fn an_entry_that_is_not_there_is_refused() {
        assert!(refusal(&job(&["other.py"])).contains("entry `main.py`"));
    }

    #[test]
    fn no_interpreter_runs_jsx_in_typescript() {
        let mut job = job(&["main.tsx"]);
        (job.interpreter, job.entry.path) = (Interpreter::Node, "main.tsx".into());
        assert!(refusal(&job).ends_with("compile `main.tsx` before"));
    }

    #[test]
    fn a_stronger_sandbox_than_there_is_is_refused() {
        let mut job = job(&["main.py"]);
        job.isolation = Isolation::Gvisor;
        let refused = job.check("process", Isolation::Process).expect_err("refused");
        assert!(matches!(refused, RunnerError::Isolation { .. }));
    }
}
