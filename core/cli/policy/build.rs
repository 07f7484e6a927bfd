//! `lazaret policy build`: what cargo makes of a policy, tried before it is handed over.

use std::path::{Path, PathBuf};

use clap::Args;
use lazaret_wasm::{Inspection, PolicySource};

use super::cargo;
use crate::cli::error::CliError;
use crate::cli::{OK, print};
use crate::config::Size;
use crate::report::human::count;

/// What is made, and what the exit codes say.
pub(super) const CODES: &str = "\
The policy is compiled small and for release, and is written into its folder as <its id>.wasm.

Exit codes:
  0  it is built, and this version runs it
  2  it is not, or wrong usage";

#[derive(Args)]
pub(in crate::cli) struct BuildArgs {
    /// The policy's folder, with its Cargo.toml
    #[arg(value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
}

/// A policy that is compiled, and stands in its folder.
pub(super) struct Built {
    pub(super) path: PathBuf,
    pub(super) inspection: Inspection,
}

/// Builds the policy, and says what was made.
pub(super) fn build(arguments: &BuildArgs) -> Result<u8, CliError> {
    let Built { path, inspection } = built(&arguments.folder)?;
    let manifest = &inspection.manifest;
    print(&format!(
        "built `{}`: {} {}, {}, {}\n",
        path.display(),
        manifest.id,
        manifest.version,
        count(manifest.rules.len(), "rule"),
        Size(inspection.size),
    ))?;
    Ok(OK)
}

/// The policy in `folder`, compiled. One that could not be loaded is not left for somebody to find.
pub(super) fn built(folder: &Path) -> Result<Built, CliError> {
    let compiled = cargo::compile(folder)?;
    let source = PolicySource::from_file(&compiled)?;
    let bytes = source.bytes.clone();
    let inspection = Inspection::of(source)?;
    let path = folder.join(format!("{}.wasm", inspection.manifest.id));
    let path = path.strip_prefix(".").map(Path::to_owned).unwrap_or(path);
    std::fs::write(&path, &bytes)
        .map_err(|error| CliError::caused(format!("cannot write `{}`", path.display()), &error))?;
    Ok(Built { path, inspection })
}
