//! How each interpreter is started, and told what to run.
//!
//! Python and Node start with a helper of ours, which says that it is up, reads its instructions,
//! and runs the program as the interpreter itself would. The helper is the command's text, so that
//! there is no file which a program could replace. Code is a file, never a part of a command.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use lazaret_agent::frame::{self, Frame, Kind};
use lazaret_agent::message::{Failure, Form, Interpreter, Part, Preparation};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::WORK;
use super::job::Received;
use crate::attempt::{Attempt, failure};
use crate::descriptors::Reserved;

const PYTHON: &str = include_str!("../../workers/python.py");
const NODE: &str = include_str!("../../workers/node.js");
const BASH: &str = include_str!("../../workers/bash.sh");

/// What an interpreter writes as a result when it is up, before it has heard of any program.
pub(super) const UP: u8 = b'\n';

/// What an interpreter is told to run.
#[derive(Serialize, Deserialize)]
struct Instructions<'a> {
    /// Relative to the work directory.
    entry: Cow<'a, str>,
    /// What follows the name of a script; none where `main` is called.
    words: Option<Cow<'a, [String]>>,
    /// The program's whole environment.
    environment: BTreeMap<String, String>,
    /// The arguments of `main`, an object.
    #[serde(borrow)]
    arguments: Option<&'a RawValue>,
}

/// The interpreter as it waits for its instructions; none where it cannot wait. No environment of a
/// job is among this: what a process was started with can be read by others.
pub(super) fn command(preparation: &Preparation) -> Option<Command> {
    let options: &[&str] = match preparation.interpreter {
        Interpreter::Python => &["-I", "-c", PYTHON],
        Interpreter::Node => &["--eval", NODE],
        Interpreter::Bash => return None,
    };
    let mut command = started_with(&preparation.command);
    command.args(options).envs(usual_environment(&preparation.command));
    Some(command)
}

/// The interpreter with its instructions, where it cannot wait for them.
pub(super) fn command_with(
    preparation: &Preparation,
    frame: &Frame,
    reserved: &Reserved,
) -> Result<Command, Failure> {
    let unreadable = |error| failure(Part::Conversation, format!("read instructions: {error}"));
    let instructions: Instructions = serde_json::from_slice(&frame.payload).map_err(unreadable)?;
    let mut command = started_with(&preparation.command);
    command.args(["--noprofile", "--norc"]).envs(&instructions.environment);
    match &instructions.words {
        Some(words) => {
            reserved.close_on_exec().attempt(Part::Interpreter, "close the program's pipes")?;
            command.args(["--", &instructions.entry]).args(words.iter());
        }
        None => drop(command.args(["-c", BASH, &instructions.entry])),
    }
    Ok(command)
}

fn started_with(line: &[String]) -> Command {
    let mut words = line.iter();
    let mut command = Command::new(words.next().map_or("", String::as_str));
    command.args(words).env_clear().current_dir(WORK);
    command
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

/// What the interpreter reads: one text in JSON, and for Bash a frame with that and then the
/// arguments.
pub(super) fn instructions(received: &Received) -> Result<Vec<u8>, Failure> {
    let job = &received.job;
    let is_bash = received.interpreter == Interpreter::Bash;
    let is_main = job.form == Form::Main;
    let mut environment = usual_environment(&received.command);
    environment.extend(job.environment.clone());
    let instructions = Instructions {
        entry: job.entry.as_str().into(),
        words: match &job.form {
            Form::Script(words) => Some(words.into()),
            Form::Main => None,
        },
        environment,
        arguments: if is_main && !is_bash { Some(object(&received.arguments)?) } else { None },
    };
    let text = serde_json::to_vec(&instructions).expect("instructions are plain data");
    if !is_bash {
        return Ok(text);
    }
    let mut bytes = Vec::new();
    let too_long = |error| failure(Part::Conversation, format!("pass instructions on: {error}"));
    frame::encode(Kind::Job, &text, &mut bytes).map_err(too_long)?;
    if is_main {
        bytes.extend(variables(&received.arguments)?);
    }
    Ok(bytes)
}

/// The arguments as the host has sent them; nothing is an empty object.
fn object(arguments: &[u8]) -> Result<&RawValue, Failure> {
    let arguments = if arguments.is_empty() { b"{}" } else { arguments };
    serde_json::from_slice(arguments).map_err(|error| unreadable(&error))
}

fn unreadable(error: &serde_json::Error) -> Failure {
    failure(Part::Conversation, format!("read the arguments: {error}"))
}

/// Names and values with NUL between: texts as they are, all else as JSON.
fn variables(arguments: &[u8]) -> Result<Vec<u8>, Failure> {
    let values: Map<String, Value> =
        serde_json::from_slice(arguments).map_err(|error| unreadable(&error))?;
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
    fn the_work_directory_is_on_no_path() {
        let path = |command: &str| usual_environment(&[command.to_owned()]).remove("PATH");
        assert_eq!(path("bash").as_deref(), Some("/usr/local/bin:/usr/bin:/bin"));
        let beside = "/opt/python/bin:/usr/local/bin:/usr/bin:/bin";
        assert_eq!(path("/opt/python/bin/python3").as_deref(), Some(beside));
    }

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
