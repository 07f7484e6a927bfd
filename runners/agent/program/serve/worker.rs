//! How each interpreter is started, and told what to run.
//!
//! Each starts with a worker of ours, which says that it is up, reads its instructions, and runs
//! the program as the interpreter itself would. The worker is the command's text, so that there is
//! no file which a program could replace. Code is a file, never a part of a command.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use lazaret_agent::message::{
    Ahead, Failure, Form, Interpreter, PACKAGES, Part, Preparation, WORK,
};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::command::Command;
use super::job::Received;
use super::lockdown::{self, Role};
use super::packages::Packages;
use crate::attempt::failure;

const PYTHON: &str = concat!(include_str!("../../workers/python.py"), "\n\nserve()\n");
const PYTHON_ZYGOTE: &str = concat!(
    include_str!("../../workers/python.py"),
    "\n\n",
    include_str!("../../workers/zygote.py")
);
const NODE: &str = include_str!("../../workers/node.js");
const BASH: &str = include_str!("../../workers/bash.sh");

/// What Python and Node are told to run, as JSON.
#[derive(Serialize)]
struct Instructions<'a> {
    /// Relative to the work directory.
    entry: &'a str,
    /// What follows the name of a script; none where `main` is called.
    words: Option<&'a [String]>,
    /// The program's whole environment.
    environment: BTreeMap<String, String>,
    /// The arguments of `main`, an object.
    arguments: &'a RawValue,
    /// The directory of Python's packages.
    packages: Option<&'a Path>,
    /// The names of the program's files and directories, without their endings: what a module of
    /// its own can be called.
    names: BTreeSet<&'a str>,
}

/// The interpreter as it waits for its instructions. No environment of a job is among this: what a
/// process was started with can be read by others.
pub(super) fn command(preparation: &Preparation, role: Role) -> Result<Command, Failure> {
    let (soft, hard) = lockdown::seconds(&preparation.limits, preparation.kernel);
    let seconds = [soft.to_string(), hard.to_string()];
    let [soft, hard] = seconds.each_ref().map(String::as_str);
    let worker: &[&str] = match (preparation.interpreter, role) {
        (Interpreter::Python, Role::Program) => &["-I", "-c", PYTHON],
        (Interpreter::Python, Role::Zygote) => &["-I", "-c", PYTHON_ZYGOTE, soft, hard],
        // With the usual megabyte for what is new, the first collection of garbage comes just when
        // a small program ends, and takes gVisor longer than the program.
        (Interpreter::Node, _) => &["--min-semi-space-size=8", "--eval", NODE],
        (Interpreter::Bash, _) => &["--noprofile", "--norc", "-c", BASH],
    };
    let ahead = ahead(preparation, role);
    let words = preparation.command.iter().map(String::as_str).chain(worker.iter().copied());
    let words = words.chain(ahead.iter().map(String::as_str));
    let environment = usual_environment(&preparation.command);
    Command::new(&words.collect::<Vec<_>>(), &environment)
        .map_err(|_| failure(Part::Interpreter, "start what has a NUL in its name"))
}

/// Where packages are and what is imported of them before there is a job. What makes programs of itself
/// makes them for any job.
fn ahead(preparation: &Preparation, role: Role) -> Vec<String> {
    match (&preparation.ahead, role) {
        (Some(Ahead { packages, modules }), Role::Program) => {
            let place = Path::new(PACKAGES).join(packages).display().to_string();
            [vec![place], modules.clone()].concat()
        }
        _ => Vec::new(),
    }
}

/// What every program has in its environment, unless its job says otherwise.
fn usual_environment(command: &[String]) -> BTreeMap<String, String> {
    const PATH: &str = "/usr/local/bin:/usr/bin:/bin";
    // A name alone has an empty parent, and that in a PATH is the work directory.
    let beside = command.first().and_then(|executable| Path::new(executable).parent());
    let path = match beside.filter(|parent| parent.is_absolute()) {
        Some(parent) => format!("{}:{PATH}", parent.display()),
        None => PATH.to_owned(),
    };
    let usual = [("PATH", path.as_str()), ("HOME", WORK), ("LANG", "C.UTF-8"), ("TMPDIR", "/tmp")];
    usual.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// What the interpreter reads, up to the end of its pipe.
pub(super) fn instructions(received: &Received) -> Result<Vec<u8>, Failure> {
    let mut environment = usual_environment(&received.command);
    environment.extend(received.job.environment.clone());
    if let Some(packages) = &received.packages {
        packages.add_to(&mut environment);
    }
    if received.interpreter == Interpreter::Bash {
        return for_bash(received, &environment);
    }
    let instructions = Instructions {
        entry: &received.job.entry,
        words: match &received.job.form {
            Form::Script(words) => Some(words),
            Form::Main => None,
        },
        environment,
        arguments: object(&received.arguments)?,
        packages: received.packages.as_ref().and_then(Packages::for_python),
        names: received.paths.iter().flat_map(|path| names(path)).collect(),
    };
    Ok(serde_json::to_vec(&instructions).expect("instructions are plain data"))
}

/// The names in a path, without their endings.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|name| name.split('.').next())
}

/// The arguments as the host has sent them; nothing is an empty object.
fn object(arguments: &[u8]) -> Result<&RawValue, Failure> {
    let arguments = if arguments.is_empty() { b"{}" } else { arguments };
    serde_json::from_slice(arguments).map_err(|error| unreadable(&error))
}

fn unreadable(error: &serde_json::Error) -> Failure {
    failure(Part::Conversation, format!("read the arguments: {error}"))
}

/// Texts in the order in which the worker takes them, each with a byte after it that UTF-8 does not
/// have; before them, how many bytes that is.
fn for_bash(
    received: &Received,
    environment: &BTreeMap<String, String>,
) -> Result<Vec<u8>, Failure> {
    let mut texts: Vec<String> = Vec::new();
    for (name, value) in environment {
        push_variable(name, value.clone(), &mut texts)?;
    }
    texts.push(String::new());
    let entry = received.job.entry.clone();
    match &received.job.form {
        Form::Script(words) => {
            texts.extend(["script".to_owned(), entry]);
            texts.extend(words.iter().cloned());
        }
        Form::Main => {
            texts.extend(["main".to_owned(), entry]);
            push_arguments(&received.arguments, &mut texts)?;
        }
    }
    let bytes: Vec<u8> =
        texts.iter().flat_map(|text| [text.as_bytes(), b"\xff"].concat()).collect();
    Ok([format!("{}\n", bytes.len()).into_bytes(), bytes].concat())
}

/// Names and values of the arguments: texts as they are, all else as JSON.
fn push_arguments(arguments: &[u8], texts: &mut Vec<String>) -> Result<(), Failure> {
    let values: Map<String, Value> =
        serde_json::from_str(object(arguments)?.get()).map_err(|error| unreadable(&error))?;
    for (name, value) in values {
        let text = if let Value::String(text) = value { text } else { value.to_string() };
        push_variable(&name, text, texts)?;
    }
    Ok(())
}

fn push_variable(name: &str, value: String, texts: &mut Vec<String>) -> Result<(), Failure> {
    if !is_identifier(name) || value.contains('\0') {
        return Err(failure(Part::Conversation, format!("set the variable `{name}` in Bash")));
    }
    texts.extend([name.to_owned(), value]);
    Ok(())
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
    fn the_work_directory_is_on_no_path() {
        let path = |command: &str| usual_environment(&[command.to_owned()]).remove("PATH");
        assert_eq!(path("bash").as_deref(), Some("/usr/local/bin:/usr/bin:/bin"));
        let beside = "/opt/python/bin:/usr/local/bin:/usr/bin:/bin";
        assert_eq!(path("/opt/python/bin/python3").as_deref(), Some(beside));
    }

    #[test]
    fn values_are_data_whatever_is_in_them() {
        let mut texts = Vec::new();
        push_arguments(br#"{"a": "$(id) \"'", "b": [1, null]}"#, &mut texts).expect("valid");
        assert_eq!(texts, ["a", "$(id) \"'", "b", "[1,null]"]);
    }

    #[test]
    fn a_name_that_a_shell_would_evaluate_is_refused() {
        for name in ["a[$(id)]", "", "a-b"] {
            assert!(push_variable(name, String::new(), &mut Vec::new()).is_err(), "{name}");
        }
    }

    #[test]
    fn directories_can_be_modules_too() {
        let found: Vec<&str> = names("json/decoder.so.py").collect();
        assert_eq!(found, ["json", "decoder"]);
    }
}
