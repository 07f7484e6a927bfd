//! What is submitted: the program and its files, and how it is started.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use lazaret_analysis::Language;
use lazaret_sandbox::{Form, InputFile};
use serde_json::{Map, Value};

use super::RunArgs;
use crate::cli::error::CliError;
use crate::cli::input;
use crate::submission::{Program, RequestedLimits, Submission};

/// Reads what the arguments name.
pub(super) fn submission(arguments: &RunArgs) -> Result<Submission, CliError> {
    let mut program = input::read(&arguments.program, String::new())?;
    let entry = file_name(&arguments.program)?;
    program.path.clone_from(&entry);
    let told = arguments.language.or_else(|| Language::of(&entry, &program.contents));
    let language = told.ok_or_else(|| {
        CliError::new(format!("cannot tell the language of `{entry}`")).help(input::language_help())
    })?;
    let mut files = vec![program];
    for file in &arguments.files {
        files.push(further_file(file, &files)?);
    }
    let mut submission =
        Submission::new(files, Some((&entry, language)), lazaret_analysis::Project::default());
    submission.dependencies.clone_from(&arguments.dependencies);
    submission.program = Some(Program {
        entry,
        language,
        form: form(arguments)?,
        environment: environment(&arguments.environment)?,
        stdin: standard_input(arguments.stdin.as_deref())?,
        limits: RequestedLimits::default(),
    });
    Ok(submission)
}

fn file_name(path: &Path) -> Result<String, CliError> {
    let name = path.file_name().and_then(|name| name.to_str());
    name.map(str::to_owned).ok_or_else(|| {
        CliError::new(format!("cannot run `{}`: its name is not UTF-8", path.display()))
            .help("rename it")
    })
}

fn further_file(word: &str, before: &[InputFile]) -> Result<InputFile, CliError> {
    // A path may hold `=` itself; what exists as it is written is meant as it is written.
    let (path, name) = match word.rsplit_once('=') {
        Some((path, name)) if !Path::new(word).exists() => (Path::new(path), name.to_owned()),
        _ => (Path::new(word), file_name(Path::new(word))?),
    };
    if before.iter().any(|file| file.path == name) {
        return Err(CliError::new(format!("cannot place two files under the name `{name}`"))
            .help("give one another name: `--file PATH=NAME`"));
    }
    input::read(path, name)
}

fn form(arguments: &RunArgs) -> Result<Form, CliError> {
    if !arguments.main && arguments.arguments.is_empty() && arguments.args.is_none() {
        return Ok(Form::Script { words: arguments.words.clone() });
    }
    if !arguments.words.is_empty() {
        return Err(
            CliError::new("cannot give words to `main`").help("pass them with `--arg NAME=VALUE`")
        );
    }
    let mut named = match &arguments.args {
        Some(path) => arguments_file(path)?,
        None => Map::new(),
    };
    for word in &arguments.arguments {
        let (name, value) = word.split_once('=').ok_or_else(|| {
            CliError::new(format!("cannot use `--arg {word}`")).help("write it `--arg NAME=VALUE`")
        })?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
        named.insert(name.to_owned(), value);
    }
    Ok(Form::Main { arguments: named })
}

fn arguments_file(path: &Path) -> Result<Map<String, Value>, CliError> {
    let file = input::read(path, String::new())?;
    serde_json::from_slice(&file.contents).map_err(|error| {
        CliError::caused(format!("cannot use the arguments in `{}`", path.display()), &error)
            .help("the file holds one JSON object: {\"name\": value}")
    })
}

fn environment(words: &[String]) -> Result<BTreeMap<String, String>, CliError> {
    let variable = |word: &String| match word.split_once('=') {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => match std::env::var(word) {
            Ok(value) => Ok((word.clone(), value)),
            Err(error) => {
                Err(CliError::caused(format!("cannot pass the variable `{word}`"), &error)
                    .help(format!("give it a value: `--env {word}=VALUE`")))
            }
        },
    };
    words.iter().map(variable).collect()
}

fn standard_input(path: Option<&Path>) -> Result<Vec<u8>, CliError> {
    match path {
        None => Ok(Vec::new()),
        Some(path) if path == Path::new("-") => {
            let mut bytes = Vec::new();
            let read = std::io::stdin().read_to_end(&mut bytes);
            read.map_err(|error| CliError::caused("cannot read standard input", &error))?;
            Ok(bytes)
        }
        Some(path) => Ok(input::read(path, String::new())?.contents),
    }
}
