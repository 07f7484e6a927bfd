//! `lazaret run`.

mod answer;
mod progress;
mod submission;

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use lazaret_analysis::Language;
use lazaret_sandbox::{Event, Events};
use tokio::sync::mpsc;

pub(super) use self::answer::CODES;
use self::answer::{exit_code, show, write_artifacts};
use self::progress::Bar;
use self::submission::submission;
use super::error::CliError;
use super::{runtime, written};
use crate::app::App;
use crate::config::{Config, Layers};
use crate::pipeline::{Pipeline, Report};
use crate::stage::Phase;
use crate::submission::Submission;

/// Chunks of output that wait for a slow terminal before the program is made to wait.
const WAITING_EVENTS: usize = 16;

/// How long what still goes on may take to end: removing a sandbox takes a fraction of it.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Args)]
pub(super) struct RunArgs {
    /// The program
    #[arg(value_name = "PROGRAM")]
    program: PathBuf,
    /// Words passed to the script
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
    /// A package that the program needs, as `requests>=2` or `lodash@^4`, beside those it imports
    #[arg(long = "dep", value_name = "PACKAGE")]
    dependencies: Vec<String>,
    /// A variable in the program's environment; without a value, the one set here
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
    /// Findings of this severity or worse are refused, in place of `gate.deny`
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

/// Runs it, and passes its output on as it is printed. Ctrl-C ends it and removes its sandbox.
async fn execute(
    pipeline: &Pipeline,
    submission: Submission,
    json: bool,
) -> Result<Report, CliError> {
    let (events, receiver) = if json {
        (Events::none(), None)
    } else {
        let (events, receiver) = Events::instead(WAITING_EVENTS);
        (events, Some(receiver))
    };
    let printing = tokio::task::spawn(pass_on(receiver));
    let report = tokio::select! {
        report = pipeline.run(submission, events, Phase::Execute) => report,
        _ = tokio::signal::ctrl_c() => return Err(CliError::new("cannot finish: interrupted")),
    };
    printing
        .await
        .map_err(|error| CliError::caused("cannot print the program's output", &error))??;
    Ok(report)
}

/// The program's bytes, exactly as it printed them. What cannot be written is no reason to stop the
/// program, but the first such error is told when it has ended.
async fn pass_on(receiver: Option<mpsc::Receiver<Event>>) -> Result<(), CliError> {
    let Some(mut receiver) = receiver else { return Ok(()) };
    let mut outcome = Ok(());
    let mut bar = Bar::default();
    while let Some(event) = receiver.recv().await {
        let (stdout, stderr) = (&mut std::io::stdout(), &mut std::io::stderr());
        let result = match event {
            Event::Installing(progress) => {
                bar.show(&progress);
                continue;
            }
            Event::Stdout(bytes) => {
                bar.clear();
                write(stdout, &bytes)
            }
            Event::Stderr(bytes) => {
                bar.clear();
                write(stderr, &bytes)
            }
        };
        outcome = outcome.and(written(result));
    }
    outcome
}

fn write(stream: &mut impl Write, bytes: &[u8]) -> std::io::Result<()> {
    stream.write_all(bytes)?;
    stream.flush()
}
