//! What no runner could run: refused here, before anything is started, and alike by every runner.

use std::collections::BTreeSet;

use crate::{Entry, Form, InputFile, Interpreter, Isolation, Job, RunnerError};

/// The most bytes in a name of a file, and in its path (`NAME_MAX` and `PATH_MAX` of Linux, less
/// the work directory).
const LONGEST_NAME: usize = 255;
const LONGEST_PATH: usize = 4000;

/// What a file takes is counted in pages, in bytes.
const PAGE: u64 = 4096;

/// Files that are not the job's: the directories of the sandbox itself, and a first one that the
/// program makes.
const OTHER_FILES: u64 = 8;

/// The most bytes in one word or variable, and in all together: what the kernel hands on to another
/// program (`MAX_ARG_STRLEN`; of `ARG_MAX`, three quarters are left to the program).
const LONGEST_WORD: usize = 128 * 1024 - 1;
const MOST_WORDS: usize = 512 * 1024;

/// The most bytes of arguments, as JSON. The agent holds them until the program has read them.
const MOST_ARGUMENTS: usize = 16 * 1024 * 1024;

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

    /// Whether the scratch space has room for the files, and for one more.
    fn check_room(&self) -> Result<(), String> {
        let pages = |file: &InputFile| (file.contents.len() as u64).div_ceil(PAGE) * PAGE;
        let (size, disk) = (self.files.iter().map(pages).sum::<u64>(), self.limits.disk);
        if size >= disk {
            return Err(format!(
                "its files take {size} bytes (each whole pages of {PAGE}), and its limit `disk` is {disk}"
            ));
        }
        let most = self.limits.files().saturating_sub(OTHER_FILES);
        let names = count_names(&self.files) as u64;
        if names > most {
            return Err(format!(
                "it has {names} files and directories, and with its limit `disk` there can be {most}"
            ));
        }
        Ok(())
    }

    fn check_environment(&self) -> Result<(), String> {
        for (name, value) in &self.environment {
            if name.is_empty() || name.contains(['=', '\0']) {
                return Err(format!("`{name}` cannot be the name of an environment variable"));
            }
            if self.interpreter == Interpreter::Bash && !is_variable(name, Interpreter::Bash) {
                return Err(format!("bash cannot set the environment variable `{name}`"));
            }
            if value.contains('\0') {
                return Err(format!("the environment variable `{name}` has a NUL in its value"));
            }
        }
        Ok(())
    }

    /// What is handed to every process of the program: its environment and its words.
    fn check_words(&self) -> Result<(), String> {
        let words = match &self.entry.form {
            Form::Script { words } => words.as_slice(),
            Form::Main { .. } => &[],
        };
        let variables = self.environment.iter().map(|(name, value)| name.len() + 1 + value.len());
        let lengths = words.iter().map(String::len).chain(variables);
        let (mut longest, mut all) = (0, 0);
        for length in lengths {
            longest = longest.max(length);
            all += length + 1;
        }
        if longest > LONGEST_WORD || all > MOST_WORDS {
            return Err(format!(
                "its environment and its words are too long: {LONGEST_WORD} bytes is the most for one \
                 of them, and {MOST_WORDS} for all; send more as a file or on standard input"
            ));
        }
        Ok(())
    }
}

/// How many files and directories the files are.
fn count_names(files: &[InputFile]) -> usize {
    let directories: BTreeSet<&str> = files.iter().flat_map(|file| parents(&file.path)).collect();
    files.len() + directories.len()
}

/// The directories that a path leads through, without the work directory.
fn parents(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').filter_map(|(end, _)| path.get(..end))
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
    for path in &paths {
        if let Some(parent) = parents(path).find(|parent| paths.contains(parent)) {
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
    if path.len() > LONGEST_PATH || path.split('/').any(|name| name.len() > LONGEST_NAME) {
        let start: String = path.chars().take(40).collect();
        return Err(format!(
            "the path `{start}...` is too long: {LONGEST_NAME} bytes is the most for a name, and \
             {LONGEST_PATH} for all"
        ));
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
            let size = serde_json::to_string(arguments).map_or(0, |text| text.len());
            if size > MOST_ARGUMENTS {
                return Err(format!(
                    "its arguments have {size} bytes as JSON, and {MOST_ARGUMENTS} is the most; send \
                     more as a file"
                ));
            }
            if let Some(name) = arguments.keys().find(|name| !is_variable(name, interpreter)) {
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

/// Whether a program in this language can be given a variable with this name.
fn is_variable(name: &str, interpreter: Interpreter) -> bool {
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

    fn job(paths: &[&str]) -> Job {
        let file = |path: &&str| InputFile { path: (*path).into(), contents: Vec::new() };
        Job {
            files: paths.iter().map(file).collect(),
            ..Job::script(Interpreter::Python, "main.py", "")
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
    fn names_that_no_file_system_holds_are_refused() {
        let long = "x".repeat(256);
        assert!(refusal(&job(&["main.py", &long])).contains("is too long"));
        let deep = "directory/".repeat(401) + "x";
        assert!(refusal(&job(&["main.py", &deep])).contains("4000 for all"));
    }

    #[test]
    fn more_files_than_there_is_room_for_are_refused() {
        let mut job = job(&["main.py"]);
        let most = job.limits.files() - OTHER_FILES;
        let file = |index| InputFile { path: format!("d/{index}"), contents: Vec::new() };
        job.files.extend((2..=most).map(file));
        assert!(refusal(&job).contains(&format!("there can be {most}")));
        job.files.pop();
        assert!(job.check("process", Isolation::Process).is_ok());
    }

    #[test]
    fn each_file_takes_whole_pages() {
        let mut job = job(&["main.py", "a", "b"]);
        job.limits.disk = 3 * PAGE;
        job.files.iter_mut().for_each(|file| file.contents = vec![b'#']);
        assert!(refusal(&job).contains("take 12288 bytes"));
    }

    #[test]
    fn words_that_the_kernel_does_not_hand_on_are_refused() {
        let mut one = job(&["main.py"]);
        one.environment.insert("LONG".into(), "x".repeat(LONGEST_WORD));
        assert!(refusal(&one).contains("too long"));
        let mut many = job(&["main.py"]);
        many.entry.form = Form::Script { words: vec!["x".repeat(LONGEST_WORD); 9] };
        assert!(refusal(&many).contains("too long"));
    }

    #[test]
    fn arguments_that_nobody_could_hold_are_refused() {
        let mut job = job(&["main.py"]);
        let arguments = [("x".into(), json!("x".repeat(MOST_ARGUMENTS)))].into_iter().collect();
        job.entry.form = Form::Main { arguments };
        assert!(refusal(&job).contains("send more as a file"));
    }

    #[test]
    fn bash_gets_no_variable_that_it_cannot_set() {
        for name in ["UID", "a-b", "1"] {
            let mut job = job(&["main.py"]);
            job.environment.insert(name.into(), String::new());
            assert!(job.check("process", Isolation::Process).is_ok(), "{name}");
            job.interpreter = Interpreter::Bash;
            assert!(refusal(&job).contains(&format!("variable `{name}`")));
        }
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
    fn an_argument_that_is_no_identifier_is_refused() {
        let arguments: Map<String, Value> = [("a b".into(), json!(1))].into_iter().collect();
        let mut job = job(&["main.py"]);
        job.entry.form = Form::Main { arguments };
        assert!(refusal(&job).contains("`a b` cannot be the name of an argument in python"));
    }

    #[test]
    fn bash_cannot_set_the_user() {
        assert!(!is_variable("UID", Interpreter::Bash));
        assert!(is_variable("UID", Interpreter::Python));
        assert!(
            is_variable("größe", Interpreter::Python) && !is_variable("größe", Interpreter::Bash)
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
