//! `lazaret policy build`: what the tools of a language make of a policy, tried before it is handed over.

use std::path::{Path, PathBuf};

use clap::Args;
use lazaret_wasm::{Inspection, PolicySource};

use super::compile::host;
use super::language::Language;
use super::write;
use crate::cli::error::CliError;
use crate::cli::{OK, print};
use crate::config::Size;
use crate::report::human::count;

/// What is made, and what the exit codes say.
pub(super) const CODES: &str = "\
The policy is compiled small and for release, and is written into its folder as <its id>.wasm. A file
says what it is written in: Cargo.toml, policy.c, policy.js, policy.py, or policy.toml, which has rules.

What the folder says runs on this machine, as with every build of cargo's: of a stranger's policy take
the .wasm, which `lazaret policy inspect` looks into.

Exit codes:
  0  it is built, and this version runs it
  2  it is not, or wrong usage";

#[derive(Args)]
pub(in crate::cli) struct BuildArgs {
    /// The policy's folder
    #[arg(value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
}

/// Builds the policy, and says what was made. One that could not be loaded is not left for somebody
/// to find.
pub(super) fn build(arguments: &BuildArgs) -> Result<u8, CliError> {
    let source = compiled(&arguments.folder)?;
    let bytes = source.bytes.clone();
    let Inspection { manifest, size, .. } = Inspection::of(source, &host())?;
    let path = arguments.folder.join(format!("{}.wasm", manifest.id));
    let path = path.strip_prefix(".").map(Path::to_owned).unwrap_or(path);
    write(&path, &bytes)?;
    print(&format!(
        "built `{}`: {} {}, {}, {}\n",
        path.display(),
        manifest.id,
        manifest.version,
        count(manifest.rules.len(), "rule"),
        Size(size),
    ))?;
    Ok(OK)
}

/// The policy in `folder`, compiled.
pub(super) fn compiled(folder: &Path) -> Result<PolicySource, CliError> {
    Language::of(folder)?.compile(folder)
}
