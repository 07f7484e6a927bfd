//! The command line.

mod cache;
mod check;
mod config;
mod deps;
mod doctor;
mod error;
mod input;
mod policy;
mod pool;
mod run;
mod serve;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use serde::Serialize;

use crate::app::App;
use crate::config::Layers;
use error::CliError;

pub(crate) use policy::compiler;

/// Nothing stands at or above the gate, or the program itself ended with 0.
const OK: u8 = 0;
/// Findings at or above the gate.
const FINDINGS: u8 = 1;
/// Wrong usage or configuration.
const USAGE: u8 = 2;
/// `check` could not decide.
const UNDECIDED: u8 = 3;
/// `run` could not do it: wrong usage or configuration, or no sandbox.
const CANNOT_RUN: u8 = 125;

const LOG: &str = "\
With LAZARET_LOG=info in the environment, Lazaret tells on standard error what it does.";

const CHECK_CODES: &str = "\
Exit codes:
  0  nothing was found at or above the gate
  1  something was
  2  wrong usage or configuration
  3  could not decide: a file that cannot be judged, a policy that failed";

/// Checks code nobody has vouched for, and runs it where it can do no harm.
#[derive(Parser)]
#[command(name = "lazaret", version, max_term_width = 100, after_help = LOG)]
struct Cli {
    /// A configuration file, in place of your own and the project's
    #[arg(long, global = true, value_name = "FILE", display_order = 100)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Checks files and directories
    #[command(after_help = CHECK_CODES)]
    Check(check::CheckArgs),
    /// Tells which packages files need from outside
    #[command(after_help = deps::CODES)]
    Deps(deps::DepsArgs),
    /// Checks a program, then runs it in a sandbox
    #[command(after_help = run::CODES)]
    Run(Box<run::RunArgs>),
    /// Answers requests over HTTP
    Serve(serve::ServeArgs),
    /// Checks that everything needed to run programs is there, and says what to do if not
    #[command(after_help = doctor::CODES)]
    Doctor(doctor::DoctorArgs),
    /// Shows the queue and the pools of a running service
    #[command(after_help = pool::CODES)]
    Pool(pool::PoolArgs),
    /// Shows and tidies the packages that were installed for programs
    #[command(after_help = cache::CODES)]
    Cache(cache::CacheArgs),
    /// Tools for those who write policies, and those who use them
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Shows the configuration
    #[command(subcommand)]
    Config(config::ConfigCommand),
}

/// Reads the command line, and does what it says.
pub(crate) fn main(app: &App) -> ExitCode {
    log_to_stderr();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return wrong_usage(&error),
    };
    let failed = match &cli.command {
        Command::Run(_) => CANNOT_RUN,
        _ => USAGE,
    };
    match dispatch(app, cli) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            complain(&error);
            ExitCode::from(failed)
        }
    }
}

fn dispatch(app: &App, cli: Cli) -> Result<u8, CliError> {
    let runners = app.runners.iter().map(|part| part.name).collect();
    let layers = Layers { file: cli.config, runners, ..Layers::default() };
    match cli.command {
        Command::Check(arguments) => check::check(app, layers, arguments),
        Command::Deps(arguments) => deps::deps(layers, &arguments),
        Command::Run(arguments) => run::run(app, layers, &arguments),
        Command::Serve(arguments) => serve::serve(app, layers, arguments),
        Command::Doctor(arguments) => doctor::doctor(app, layers, &arguments),
        Command::Pool(arguments) => pool::pool(layers, &arguments),
        Command::Cache(arguments) => cache::cache(layers, &arguments),
        Command::Policy(command) => policy::policy(app, layers, &command),
        Command::Config(command) => config::config(app, layers, &command),
    }
}

/// One runtime for the whole program, on as many threads as the machine has processors.
fn runtime() -> Result<tokio::runtime::Runtime, CliError> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::caused("cannot start the runtime", &error))
}

/// Clap knows the usage; the exit code depends on the command that was meant.
fn wrong_usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if !error.use_stderr() {
        return ExitCode::from(OK);
    }
    let runs = std::env::args()
        .skip(1)
        .find(|word| !word.starts_with('-'))
        .is_some_and(|word| word == "run");
    ExitCode::from(if runs { CANNOT_RUN } else { USAGE })
}

/// What Lazaret notes about itself, with `LAZARET_LOG=info`. Never user code, nor its output.
fn log_to_stderr() {
    let Ok(filter) = std::env::var("LAZARET_LOG") else { return };
    let _ = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .try_init();
}

/// Writes to standard output.
fn print(text: &str) -> Result<(), CliError> {
    let mut stdout = anstream::stdout();
    written(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
}

/// Writes to standard output as JSON, on several lines.
fn print_json(value: &impl Serialize) -> Result<(), CliError> {
    let json = serde_json::to_string_pretty(value).expect("all keys of what is reported are text");
    print(&format!("{json}\n"))
}

/// A reader that has gone away is no error (`lazaret … | head`); a full disk is one.
fn written(result: std::io::Result<()>) -> Result<(), CliError> {
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(CliError::caused("cannot write the output", &error))
        }
        _ => Ok(()),
    }
}

/// Writes to standard error.
fn tell(text: &str) {
    let _ = anstream::stderr().write_all(text.as_bytes());
}

fn complain(error: &CliError) {
    tell(&error.render());
}
