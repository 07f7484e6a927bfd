//! What no runner could run: refused here, before anything is started, and alike by every runner.

use std::collections::BTreeSet;

use crate::{Entry, Form, InputFile, Interpreter, Isolation, Job, RunnerError};

/// Variables that Bash does not let anybody set.
const READ_ONLY_IN_BASH: [&str; 6] =
    ["BASHOPTS", "BASH_VERSINFO", "EUID", "PPID", "SHELLOPTS", "UID"];

impl Job {
    /// Refuses a job that the runner called `runner`, which gives `offered`, cannot run.
    pub fn check(&self, runner: &'static str, offered: Isolation) -> Result<(), RunnerError> {
        if self.isolation > offered {
            return Err(RunnerError::Isolation { runner, demanded: self.isolation, offered });
        }
        self.limits.validate()?;
        self.check_contents().map_err(RunnerError::Job)
    }

    fn check_contents(&self) -> Result<(), String> {
        check_files(&self.files)?;
        if !self.files.iter().any(|file| file.path == self.entry.path) {
            return Err(format!("the entry `{}` is not one of its files", self.entry.path));
        }
        let size: u64 = self.files.iter().map(|file| file.contents.len() as u64).sum();
        if size >= self.limits.disk {
            let disk = self.limits.disk;
            return Err(format!("its files have {size} bytes, and its limit `disk` is {disk}"));
        }
        self.check_environment()?;
        check_form(&self.entry, self.interpreter)
    }

    fn check_environment(&self) -> Result<(), String> {
        for (name, value) in &self.environment {
            if name.is_empty() || name.contains(['=', '\0']) {
                return Err(format!("`{name}` cannot be the name of an environment variable"));
            }
            if value.contains('\0') {
                return Err(format!("the environment variable `{name}` has a NUL in its value"));
            }
        }
        Ok(())
    }
}

/// Each file has a place of its own in the work directory.
fn check_files(files: &[InputFile]) -> Result<(), String> {
    let mut paths = BTreeSet::new();
    for file in files {
        check_path(&file.path)?;
        if !paths.insert(file.path.as_str()) {
            return Err(format!("there are two files `{}`", file.path));
        }
    }
    let parents = |path: &'_ str| {
        let ends: Vec<usize> = path.match_indices('/').map(|(end, _)| end).collect();
        ends.into_iter()
    };
    for path in &paths {
        if let Some(parent) =
            parents(path).filter_map(|end| path.get(..end)).find(|parent| paths.contains(parent))
        {
            return Err(format!("`{parent}` is a file, so there cannot be `{path}`"));
        }
    }
    Ok(())
}

fn check_path(path: &str) -> Result<(), String> {
    if path.contains('\0') {
        return Err(format!("the path `{}` has a NUL", path.escape_default()));
    }
    if path.split('/').any(|name| matches!(name, "" | "." | "..")) {
        return Err(format!("the path `{path}` does not lie in the work directory"));
    }
    Ok(())
}

fn check_form(entry: &Entry, interpreter: Interpreter) -> Result<(), String> {
    match &entry.form {
        Form::Script { words } => match words.iter().find(|word| word.contains('\0')) {
            Some(word) => Err(format!("the word `{}` has a NUL", word.escape_default())),
            None => Ok(()),
        },
        Form::Main { arguments } => {
            if let Some(name) = arguments.keys().find(|name| !is_argument(name, interpreter)) {
                let language = interpreter.name();
                return Err(format!("`{name}` cannot be the name of an argument in {language}"));
            }
            let has_nul =
                |value: &serde_json::Value| value.as_str().is_some_and(|text| text.contains('\0'));
            match arguments.iter().find(|(_, value)| has_nul(value)) {
                Some((name, _)) if interpreter == Interpreter::Bash => {
                    Err(format!("the argument `{name}` has a NUL, which bash cannot hold"))
                }
                _ => Ok(()),
            }
        }
    }
}

/// Whether a program in this language can have an argument with this name.
fn is_argument(name: &str, interpreter: Interpreter) -> bool {
    let ascii = interpreter == Interpreter::Bash;
    let starts = |first: char| first == '_' || first.is_alphabetic();
    let goes_on = |character: char| character == '_' || character.is_alphanumeric();
    name.starts_with(starts)
        && name.chars().all(goes_on)
        && (!ascii || name.is_ascii() && !READ_ONLY_IN_BASH.contains(&name))
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::Limits;

    fn job(paths: &[&str]) -> Job {
        let file = |path: &&str| InputFile { path: (*path).into(), contents: Vec::new() };
        Job {
            interpreter: Interpreter::Python,
            files: paths.iter().map(file).collect(),
            entry: Entry { path: "main.py".into(), form: Form::Script { words: Vec::new() } },
            environment: std::collections::BTreeMap::new(),
            stdin: Vec::new(),
            limits: Limits::default(),
            isolation: Isolation::Process,
            tenant: String::new(),
        }
    }

    fn refusal(job: &Job) -> String {
        job.check("process", Isolation::Process).expect_err("refused").to_string()
    }

    #[test]
    fn a_path_that_leaves_the_work_directory_is_refused() {
        for path in ["../x", "a/../../x", "/etc/passwd", "a//b", "", "."] {
            let refusal = refusal(&job(&["main.py", path]));
            assert!(refusal.ends_with("does not lie in the work directory"), "{path}: {refusal}");
        }
    }

    #[test]
    fn a_file_that_is_a_directory_of_another_is_refused() {
        let refusal = refusal(&job(&["main.py", "main.py/x"]));
        assert!(refusal.ends_with("`main.py` is a file, so there cannot be `main.py/x`"));
    }

    #[test]
    fn an_entry_that_is_not_there_is_refused() {
        assert!(refusal(&job(&["other.py"])).contains("entry `main.py`"));
    }

    #[test]
    fn an_argument_that_is_no_identifier_is_refused() {
        let arguments: Map<String, Value> = [("a b".into(), json!(1))].into_iter().collect();
        let mut job = job(&["main.py"]);
        job.entry.form = Form::Main { arguments };
        assert!(refusal(&job).contains("`a b` cannot be the name of an argument in python"));
    }

    #[test]
    fn bash_cannot_set_the_user() {
        assert!(!is_argument("UID", Interpreter::Bash));
        assert!(is_argument("UID", Interpreter::Python));
        assert!(
            is_argument("größe", Interpreter::Python) && !is_argument("größe", Interpreter::Bash)
        );
    }

    #[test]
    fn a_stronger_sandbox_than_there_is_is_refused() {
        let mut job = job(&["main.py"]);
        job.isolation = Isolation::Gvisor;
        let refused = job.check("process", Isolation::Process).expect_err("refused");
        assert!(matches!(refused, RunnerError::Isolation { .. }));
    }
}
