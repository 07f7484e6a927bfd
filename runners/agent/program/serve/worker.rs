//! How each interpreter is started.
//!
//! Code is a file, never a part of a command. Where an interpreter needs help to call `main`, the
//! helper is its command's text, so that there is no file which the program could replace.

use std::collections::BTreeMap;
use std::path::Path;

use lazaret_agent::message::{Failure, Form, Interpreter, Job, Part};
use serde_json::{Map, Value};

use super::WORK;
use super::job::Received;
use crate::attempt::failure;

const PYTHON: &str = include_str!("../../workers/python.py");
const NODE: &str = include_str!("../../workers/node.js");
const BASH: &str = include_str!("../../workers/bash.sh");

/// The program to start, and its words.
pub(super) fn command_line(job: &Job) -> Vec<String> {
    let mut line = job.command.clone();
    let entry = job.entry.as_str();
    let file = format!("{WORK}/{entry}");
    let (options, words): (&[&str], &[String]) = match (job.interpreter, &job.form) {
        (Interpreter::Python, Form::Script(words)) => {
            (&["-I", "-c", PYTHON, "script", entry], words)
        }
        (Interpreter::Python, Form::Main) => (&["-I", "-c", PYTHON, "main", entry], &[]),
        (Interpreter::Node, Form::Script(words)) => (&["--", &file], words),
        (Interpreter::Node, Form::Main) => (&["--eval", NODE, "--", entry], &[]),
        (Interpreter::Bash, Form::Script(words)) => {
            (&["--noprofile", "--norc", "--", entry], words)
        }
        (Interpreter::Bash, Form::Main) => (&["--noprofile", "--norc", "-c", BASH, entry], &[]),
    };
    line.extend(options.iter().map(|option| (*option).to_owned()));
    line.extend(words.iter().cloned());
    line
}

/// The program's environment: what the job says, and below it what every program has.
pub(super) fn environment(job: &Job) -> BTreeMap<String, String> {
    let executable = job.command.first().map(Path::new);
    let beside = executable.and_then(Path::parent).map(|parent| parent.display().to_string());
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", beside.unwrap_or_default());
    let usual = [("PATH", path.as_str()), ("HOME", WORK), ("LANG", "C.UTF-8"), ("TMPDIR", "/tmp")];
    let mut all: BTreeMap<String, String> =
        usual.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    all.extend(job.environment.clone());
    all
}

/// What the interpreter's helper reads as the arguments of `main`.
pub(super) fn arguments(received: &Received) -> Result<Vec<u8>, Failure> {
    match (&received.job.form, received.job.interpreter) {
        (Form::Script(_), _) => Ok(Vec::new()),
        (Form::Main, Interpreter::Bash) => variables(&received.arguments),
        (Form::Main, _) => Ok(received.arguments.clone()),
    }
}

/// Names and values with NUL between: texts as they are, all else as JSON.
fn variables(arguments: &[u8]) -> Result<Vec<u8>, Failure> {
    let unreadable = |error| failure(Part::Conversation, format!("read the arguments: {error}"));
    let values: Map<String, Value> = serde_json::from_slice(arguments).map_err(unreadable)?;
    let mut bytes = Vec::new();
    for (name, value) in values {
        let text = if let Value::String(text) = value { text } else { value.to_string() };
        if !is_identifier(&name) || text.contains('\0') {
            return Err(failure(Part::Conversation, format!("set the variable `{name}`")));
        }
        bytes.extend([name.as_bytes(), b"\0", text.as_bytes(), b"\0"].concat());
    }
    Ok(bytes)
}

/// Anything else as a name could be evaluated by the shell.
fn is_identifier(name: &str) -> bool {
    let starts = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    starts && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_data_whatever_is_in_them() {
        let bytes = variables(br#"{"a": "$(id) \"'", "b": [1, null]}"#).expect("valid");
        assert_eq!(bytes, b"a\0$(id) \"'\0b\0[1,null]\0");
    }

    #[test]
    fn a_name_that_a_shell_would_evaluate_is_refused() {
        assert!(variables(br#"{"a[$(id)]": "1"}"#).is_err());
        assert!(variables(br#"{"": "1"}"#).is_err());
    }
}
