//! `lazaret policy`: what authors of policies work with, and who uses them looks into.

mod bench;
mod build;
mod cargo;
mod compare;
mod compile;
mod dev;
mod diff;
mod explain;
mod inspect;
mod language;
mod new;
mod ready;
mod rules;
mod subject;
mod template;
mod test;
mod tool;
mod watch;

use std::fs;
use std::path::Path;

use clap::Subcommand;

use super::error::CliError;
use crate::app::App;
use crate::config::Layers;

pub(crate) use compile::compiler;

#[derive(Subcommand)]
pub(super) enum PolicyCommand {
    /// Makes a folder with a policy that builds, its tests and its fixtures
    #[command(after_help = new::CODES)]
    New(new::NewArgs),
    /// Compiles a policy: one in Rust, C, JavaScript or Python, or rules in TOML
    #[command(after_help = build::CODES)]
    Build(build::BuildArgs),
    /// Judges a policy's fixtures, and says what was expected and what was found instead
    #[command(after_help = test::CODES)]
    Test(test::TestArgs),
    /// Builds and tests a policy whenever it is changed
    #[command(after_help = dev::CODES)]
    Dev(dev::DevArgs),
    /// Tells what a policy looks for, asks for and can reach
    #[command(after_help = inspect::CODES)]
    Inspect(inspect::InspectArgs),
    /// Measures what policies cost, and how often they sleep
    #[command(after_help = bench::WHAT)]
    Bench(bench::BenchArgs),
    /// Tells what one version of a policy finds and another does not
    #[command(after_help = diff::CODES)]
    Diff(diff::DiffArgs),
    /// Tells which policies looked at a line, what woke them, and why the others slept
    #[command(after_help = explain::CODES)]
    Explain(explain::ExplainArgs),
    /// Makes machine code of a policy, for Lazaret itself
    #[command(hide = true)]
    Compile(compile::CompileArgs),
}

/// Does what is asked for.
pub(super) fn policy(app: &App, layers: Layers, command: &PolicyCommand) -> Result<u8, CliError> {
    match command {
        PolicyCommand::New(arguments) => new::new(arguments),
        PolicyCommand::Build(arguments) => build::build(arguments),
        PolicyCommand::Test(arguments) => test::test(arguments),
        PolicyCommand::Dev(arguments) => dev::dev(arguments),
        PolicyCommand::Bench(arguments) => bench::bench(app, layers, arguments),
        PolicyCommand::Diff(arguments) => diff::diff(layers, arguments),
        PolicyCommand::Explain(arguments) => explain::explain(app, layers, arguments),
        PolicyCommand::Inspect(arguments) => inspect::inspect(arguments),
        PolicyCommand::Compile(arguments) => Ok(compile::compile(arguments)),
    }
}

/// Writes a file, in a folder that is made where it does not exist. It takes the place of a link, and
/// what that leads to stays as it is.
fn write(path: &Path, contents: impl AsRef<[u8]>) -> Result<(), CliError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let unlinked = || if path.is_symlink() { fs::remove_file(path) } else { Ok(()) };
    fs::create_dir_all(folder)
        .and_then(|()| unlinked())
        .and_then(|()| fs::write(path, contents))
        .map_err(|error| CliError::caused(format!("cannot write `{}`", path.display()), &error))
}
