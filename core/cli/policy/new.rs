//! `lazaret policy new`.

use std::path::{Path, PathBuf};

use clap::Args;
use lazaret_wasm::Manifest;

use super::language::Language;
use super::{template, write};
use crate::cli::error::CliError;
use crate::cli::{OK, print};

/// What the exit codes say.
pub(super) const CODES: &str = "\
Exit codes:
  0  the folder is made
  2  it is not, or wrong usage";

#[derive(Args)]
pub(in crate::cli) struct NewArgs {
    /// The folder to make; its last part is the policy's id
    #[arg(value_name = "NAME")]
    folder: PathBuf,
    /// What the policy is written in
    #[arg(long, value_name = "LANGUAGE", default_value = "rust")]
    lang: Language,
}

/// Makes the folder, and says what to do with it.
pub(super) fn new(arguments: &NewArgs) -> Result<u8, CliError> {
    let folder = &arguments.folder;
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    if !Manifest::is_id(&name) {
        let message = format!("cannot call a policy `{name}`");
        return Err(CliError::new(message).help("use lower-case words with hyphens: `no-telnet`"));
    }
    if folder.exists() {
        let message = format!("cannot make `{}`: it is there already", folder.display());
        return Err(CliError::new(message).help("choose another name, or remove it"));
    }
    for (path, text) in template::files(arguments.lang, &name) {
        write(&folder.join(path), text)?;
    }
    print(&next(folder, &name, arguments.lang))?;
    Ok(OK)
}

fn next(folder: &Path, name: &str, language: Language) -> String {
    let folder = folder.display();
    let judgement = match language {
        Language::Rust => "src/lib.rs",
        other => other.file(),
    };
    let mut steps = vec![format!("cd {folder}")];
    steps.extend(language.install().map(str::to_owned));
    if language == Language::Rust {
        steps.push("cargo test              # without WebAssembly".to_owned());
    }
    steps.push("lazaret policy test     # builds it, and judges the fixtures".to_owned());
    steps.push("lazaret policy dev      # does that again after every change".to_owned());
    steps.push(format!("lazaret policy build    # makes {name}.wasm"));
    format!(
        "made `{folder}`: `{judgement}` is the judgement, and `fixtures` say what it finds\n\n  {}\n",
        steps.join("\n  ")
    )
}
