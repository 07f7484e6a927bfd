//! `lazaret run`.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use lazaret_analysis::{Language, Severity};
use lazaret_sandbox::{Event, Events, Form, InputFile, Outcome, Status};
use serde_json::{Map, Value};
use tokio::sync::mpsc;

use super::error::CliError;
use super::{CANNOT_RUN, OK, complain, input, print, runtime, tell, written};
use crate::app::App;
use crate::config::{Config, Layers};
use crate::pipeline::{Pipeline, Report};
use crate::report::{human, v1};
use crate::stage::Phase;
use crate::submission::{Program, RequestedLimits, Submission};
use crate::verdict::Verdict;

/// Chunks of output that wait for a slow terminal before the program is made to wait.
const WAITING_EVENTS: usize = 16;

/// How long what still goes on may take to end: removing a sandbox takes a fraction of it.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Args)]
pub(super) struct RunArgs {
    /// The program
    #[arg(value_name = "PROGRAM")]
    program: PathBuf,
    /// What follows the program's name in its arguments
    #[arg(last = true, value_name = "WORD")]
    words: Vec<String>,
    /// Calls `main` with this argument: JSON, or else a string
    #[arg(long = "arg", value_name = "NAME=VALUE")]
    arguments: Vec<String>,
    /// Calls `main` with the arguments in a JSON file
    #[arg(long, value_name = "FILE")]
    args: Option<PathBuf>,
    /// Calls `main`, with no arguments
    #[arg(long)]
    main: bool,
    /// What the program reads from standard input; `-` for what this command reads
    #[arg(long, value_name = "FILE")]
    stdin: Option<PathBuf>,
    /// A further file in the program's work directory, under its own name or another
    #[arg(long = "file", value_name = "PATH[=NAME]")]
    files: Vec<String>,
    /// A variable in the program's environment; without a value, as it is here
    #[arg(long = "env", value_name = "NAME[=VALUE]")]
    environment: Vec<String>,
    /// The program's language, whatever its name says
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<Language>,
    /// Time on the clock, in place of `execution.timeout`: `500ms`, `10s`
    #[arg(long, value_name = "DURATION")]
    timeout: Option<String>,
    /// Memory, in place of `execution.memory`: `256MiB`
    #[arg(long, value_name = "SIZE")]
    memory: Option<String>,
    /// The weakest sandbox, in place of `execution.isolation`: process, container or gvisor
    #[arg(long, value_name = "ISOLATION")]
    isolation: Option<String>,
    /// The severity that is too bad, in place of `gate.deny`
    #[arg(long, value_name = "SEVERITY")]
    deny: Option<String>,
    /// Writes the files that the program left in `artifacts/` to this directory
    #[arg(long, value_name = "DIRECTORY")]
    artifacts: Option<PathBuf>,
    /// Prints the report as JSON (schemas/report.v1.json), and the program's output only in it
    #[arg(long)]
    json: bool,
}

/// Checks the program, runs it, and reports.
pub(super) fn run(app: &App, mut layers: Layers, arguments: &RunArgs) -> Result<u8, CliError> {
    layers.flags.extend(flags(arguments));
    let config = Config::load(layers)?;
    let runner = app.build_runner(&config)?;
    let pipeline = app.pipeline_on(Arc::clone(&runner), &config)?;
    if !pipeline.executes() {
        return Err(CliError::new("cannot run anything: no stage of the pipeline executes")
            .help("add `execution` to `pipeline` in the configuration"));
    }
    let submission = submission(arguments)?;
    let runtime = runtime()?;
    let report = runtime.block_on(execute(&pipeline, submission, arguments.json));
    // What the program ran in goes; a sandbox that hangs is left to the next start.
    let _ = runtime.block_on(async { tokio::time::timeout(PATIENCE, runner.close()).await });
    // Whoever reads the output may have stopped reading, and the printer waits for that. After an
    // interrupt nobody wants to wait with it.
    runtime.shutdown_timeout(PATIENCE);
    let report = report?;
    show(&report, arguments.json)?;
    if let (Some(directory), Some(outcome)) = (&arguments.artifacts, &report.run.outcome) {
        write_artifacts(directory, outcome)?;
    }
    Ok(exit_code(&report))
}

fn flags(arguments: &RunArgs) -> Vec<(&'static str, figment::value::Value)> {
    let flags = [
        ("execution.timeout", &arguments.timeout),
        ("execution.memory", &arguments.memory),
        ("execution.isolation", &arguments.isolation),
        ("gate.deny", &arguments.deny),
    ];
    let set = flags.into_iter().filter_map(|(key, value)| Some((key, value.clone()?)));
    set.map(|(key, value)| (key, value.into())).collect()
}

fn submission(arguments: &RunArgs) -> Result<Submission, CliError> {
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
                Err(CliError::caused(format!("cannot pass the variable `{word}`"), &error))
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

/// Runs it, and passes its output on as it is printed. Ctrl-C ends it and removes its sandbox.
async fn execute(
    pipeline: &Pipeline,
    submission: Submission,
    json: bool,
) -> Result<Report, CliError> {
    let (events, receiver) = if json { (Events::none(), None) } else { listen() };
    let run = async {
        let report = pipeline.run(submission, events, Phase::Execute).await;
        // The last sender goes with the run, so that the printer ends.
        Report { run: crate::stage::Run { events: Events::none(), ..report.run }, ..report }
    };
    let printing = tokio::task::spawn(pass_on(receiver));
    let report = tokio::select! {
        report = run => report,
        _ = tokio::signal::ctrl_c() => return Err(CliError::new("cannot finish: interrupted")),
    };
    printing
        .await
        .map_err(|error| CliError::caused("cannot print the program's output", &error))??;
    Ok(report)
}

fn listen() -> (Events, Option<mpsc::Receiver<Event>>) {
    let (events, receiver) = Events::instead(WAITING_EVENTS);
    (events, Some(receiver))
}

/// The program's bytes, exactly as it printed them. What cannot be written is no reason to stop the
/// program, but the first such error is told when it has ended.
async fn pass_on(receiver: Option<mpsc::Receiver<Event>>) -> Result<(), CliError> {
    let Some(mut receiver) = receiver else { return Ok(()) };
    let mut outcome = Ok(());
    while let Some(event) = receiver.recv().await {
        let result = match event {
            Event::Stdout(bytes) => write(&mut std::io::stdout(), &bytes),
            Event::Stderr(bytes) => write(&mut std::io::stderr(), &bytes),
        };
        outcome = outcome.and(written(result));
    }
    outcome
}

fn write(stream: &mut impl Write, bytes: &[u8]) -> std::io::Result<()> {
    stream.write_all(bytes)?;
    stream.flush()
}

fn show(report: &Report, json: bool) -> Result<(), CliError> {
    if json {
        return print(&format!("{}\n", v1::Report::from(report).to_json()));
    }
    if let Some(value) = report.run.outcome.as_ref().and_then(|outcome| outcome.result.as_ref()) {
        print(&format!("{value}\n"))?;
    }
    if report.verdict != Verdict::Allow {
        tell(&human::findings(report, Severity::Medium));
    }
    if let Some(error) = CliError::from_verdict(&report.verdict) {
        complain(&error);
    }
    if let Some(missing) = human::missing_dependencies(report) {
        tell(&format!("note: {missing}\n"));
    }
    tell(&format!("lazaret: {}\n", human::run_summary(report)));
    Ok(())
}

/// Writes artifacts below `directory`, where nothing of their names is yet.
fn write_artifacts(directory: &Path, outcome: &Outcome) -> Result<(), CliError> {
    for artifact in &outcome.artifacts {
        let path = directory.join(&artifact.path);
        let plain = |part| matches!(part, std::path::Component::Normal(_));
        if !Path::new(&artifact.path).components().all(plain) {
            return Err(CliError::new(format!(
                "cannot write the artifact `{}`: its name leaves the directory",
                artifact.path
            )));
        }
        let written = std::fs::create_dir_all(path.parent().unwrap_or(directory))
            .and_then(|()| std::fs::File::create_new(&path))
            .and_then(|mut file| file.write_all(&artifact.contents));
        written.map_err(|error| {
            CliError::caused(format!("cannot write the artifact `{}`", path.display()), &error)
                .help("choose a new directory with `--artifacts`")
        })?;
    }
    Ok(())
}

fn exit_code(report: &Report) -> u8 {
    /// As an interpreter has it for an error that nothing caught.
    const NO_RESULT: u8 = 1;
    /// As the shell has it for a command that was found and not run.
    const REFUSED: u8 = 126;
    /// As timeout(1) has it.
    const TIME_LIMIT: u8 = 124;
    /// As the shell has it after SIGKILL.
    const OTHER_LIMIT: u8 = 137;
    let Some(outcome) = &report.run.outcome else {
        return if report.verdict == Verdict::Deny { REFUSED } else { CANNOT_RUN };
    };
    match outcome.status {
        Status::Success => OK,
        Status::TimeLimit | Status::CpuLimit => TIME_LIMIT,
        Status::MemoryLimit | Status::OutputLimit | Status::ProcessLimit | Status::DiskLimit => {
            OTHER_LIMIT
        }
        Status::SandboxCrashed => CANNOT_RUN,
        Status::NoResult => NO_RESULT,
        Status::ProgramError => program_code(outcome),
    }
}

fn program_code(outcome: &Outcome) -> u8 {
    let signal = |signal: i32| u8::try_from(128 + signal).unwrap_or(u8::MAX);
    let code = |code: i32| u8::try_from(code).unwrap_or(u8::MAX);
    outcome.signal.map(signal).or(outcome.exit_code.map(code)).unwrap_or(1)
}
