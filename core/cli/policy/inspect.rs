//! `lazaret policy inspect`.

use std::path::PathBuf;

use clap::Args;
use lazaret_wasm::{Inspection, PolicySource};

use super::compile::host;
use crate::app::BuildError;
use crate::cli::error::CliError;
use crate::cli::{OK, print, print_json};
use crate::report::policy::{Policy, human};
use crate::stages::policies::bundled;

/// What the exit codes say.
pub(super) const CODES: &str = "\
Exit codes:
  0  the file is a policy that this version runs
  2  it is not, or wrong usage";

#[derive(Args)]
pub(in crate::cli) struct InspectArgs {
    /// The policy: a file, or `builtin:` and the name of one that comes with Lazaret
    #[arg(value_name = "FILE.wasm|builtin:NAME")]
    file: PathBuf,
    /// Prints what it is as JSON (schemas/policy.v1.json)
    #[arg(long)]
    json: bool,
}

/// Compiles the policy, asks it what it is, and prints that.
pub(super) fn inspect(arguments: &InspectArgs) -> Result<u8, CliError> {
    let source = match arguments.file.to_str().and_then(bundled) {
        Some(bundled) => bundled.map_err(unknown)?,
        None => PolicySource::from_file(&arguments.file)?,
    };
    let policy = Policy::from(&Inspection::of(source, &host())?);
    if arguments.json {
        print_json(&policy)?;
    } else {
        print(&human::policy(&policy))?;
    }
    Ok(OK)
}

/// There is none of this name.
fn unknown(error: BuildError) -> CliError {
    let told = CliError::new(error.reason);
    match error.help {
        Some(help) => told.help(help),
        None => told,
    }
}
