//! The command line.

mod check;
mod doctor;
mod error;
mod input;
mod pool;
mod run;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};

use crate::app::App;
use crate::config::{self, Config, Layers};
use crate::serve::{Queue, ServeConfig};
use crate::stage::StageConfig;
use crate::stages::execution::ExecutionConfig;
use error::CliError;

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

const RUN_CODES: &str = "\
Exit codes:
  the program's own, 128 + N after signal N, or
  1    it ended before `main` returned
  124  it reached its limit of time, on the clock or on processors
  125  Lazaret could not run it: wrong usage, no sandbox, nobody could judge it
  126  refused: something was found at or above the gate
  137  it reached another limit: memory, output, processes, disk

The program's output goes to standard output and standard error, then what `main` returned, as
JSON, to standard output. Everything Lazaret says goes to standard error.";

const DOCTOR_CODES: &str = "\
Exit codes:
  0  programs can run, with the isolation that `execution.isolation` asks for
  1  they cannot
  2  wrong usage or configuration";

const POOL_CODES: &str = "\
Exit codes:
  0  the service answered
  1  it did not
  2  wrong usage or configuration";

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
    /// Checks a program, then runs it in a sandbox
    #[command(after_help = RUN_CODES)]
    Run(Box<run::RunArgs>),
    /// Answers requests over HTTP
    Serve(ServeArgs),
    /// Looks whether everything is there that running needs, and says what to do where it is not
    #[command(after_help = DOCTOR_CODES)]
    Doctor(doctor::DoctorArgs),
    /// Shows the queue and the pools of a running service
    #[command(after_help = POOL_CODES)]
    Pool(pool::PoolArgs),
    /// Shows the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
}

#[derive(Args)]
struct ServeArgs {
    /// Where to listen, in place of `serve.listen`
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Every value, with where it came from
    Show,
    /// A JSON Schema of the configuration file, for editors
    Schema,
    /// The default configuration, which is its manual
    Default,
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
        Command::Run(arguments) => run::run(app, layers, &arguments),
        Command::Serve(arguments) => serve(app, layers, arguments),
        Command::Doctor(arguments) => doctor::doctor(app, layers, &arguments),
        Command::Pool(arguments) => pool::pool(layers, &arguments),
        Command::Config(command) => show_config(app, layers, &command),
    }
}

fn serve(app: &App, mut layers: Layers, arguments: ServeArgs) -> Result<u8, CliError> {
    if let Some(listen) = arguments.listen {
        layers.flags.push(("serve.listen", listen.into()));
    }
    let config = Config::load(layers)?;
    let table: ServeConfig = config.table("serve")?;
    let runner = app.build_runner(&config)?;
    table.check(&*runner).map_err(|error| config.refuse("serve", error))?;
    let queue = table.queue(runner);
    let pipeline = app.pipeline_on(Arc::<Queue>::clone(&queue), &config)?;
    let limits = config.table::<ExecutionConfig>(ExecutionConfig::NAME)?.limits();
    let served = runtime()?.block_on(crate::serve::serve(table, pipeline, queue, &limits));
    served.map_err(|error| {
        CliError::caused("cannot serve", &error).help("choose another address with `--listen`")
    })?;
    Ok(OK)
}

fn show_config(app: &App, mut layers: Layers, command: &ConfigCommand) -> Result<u8, CliError> {
    let text = match command {
        ConfigCommand::Default => config::DEFAULTS.to_owned(),
        ConfigCommand::Schema => format!("{:#}\n", config::schema(app)),
        ConfigCommand::Show => {
            layers.project = layers.file.is_none().then(|| PathBuf::from("."));
            layers.trusted = true;
            let config = Config::load(layers)?;
            app.pipeline(&config)?;
            config::show(&config)
        }
    };
    print(&text)?;
    Ok(OK)
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
