//! Compiles a policy in Rust, and finds the file.
//!
//! Cargo says itself where it has put what it made: target directories can be anywhere.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use lazaret_bundle::cargo;
use serde_json::Value;

use crate::cli::error::CliError;

/// Compiles the policy in `folder`, and tells where the file is. Cargo's progress and errors go
/// to standard error.
pub(super) fn compile(folder: &Path) -> Result<PathBuf, CliError> {
    let manifest = folder.join("Cargo.toml");
    // Anything else would be compiled first, or would fail with a page of errors.
    if !is_a_component(&manifest) {
        return Err(makes_no_file(&manifest));
    }
    if !cargo::has_target(folder).map_err(|error| not_started(&error))? {
        let message =
            format!("cannot compile policies: Rust's target `{}` is missing", cargo::TARGET);
        return Err(
            CliError::new(message).help(format!("run `rustup target add {}`", cargo::TARGET))
        );
    }
    let mut cargo = cargo::build(folder);
    cargo.args(["--message-format", "json-render-diagnostics"]).stderr(Stdio::inherit());
    let output = cargo.output().map_err(|error| not_started(&error))?;
    if !output.status.success() {
        let message = format!("cannot compile the policy in `{}`", folder.display());
        return Err(CliError::new(message).help("cargo's own words are above"));
    }
    let file = made(&String::from_utf8_lossy(&output.stdout), &manifest);
    file.ok_or_else(|| makes_no_file(&manifest))
}

/// Whether the package makes a file of its own that can be a policy. What cannot be read is told by cargo.
fn is_a_component(manifest: &Path) -> bool {
    let text = std::fs::read_to_string(manifest).ok();
    let Some(table) = text.and_then(|text| text.parse::<toml::Table>().ok()) else { return true };
    let types = table.get("lib").and_then(|lib| lib.get("crate-type")?.as_array());
    types.is_some_and(|types| types.iter().any(|one| one.as_str() == Some("cdylib")))
}

/// The file that cargo's messages name for the package of this manifest.
fn made(messages: &str, manifest: &Path) -> Option<PathBuf> {
    let manifest = manifest.canonicalize().ok()?;
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let ours = messages.filter(|message| {
        message["reason"] == "compiler-artifact"
            && message["manifest_path"].as_str().map(Path::new) == Some(&manifest)
    });
    let files =
        ours.flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default());
    let mut files = files.filter_map(|file| file.as_str().map(PathBuf::from));
    files.find(|file| file.extension().is_some_and(|extension| extension == "wasm"))
}

fn makes_no_file(manifest: &Path) -> CliError {
    CliError::new(format!("cannot find a .wasm file that `{}` makes", manifest.display()))
        .help("say `crate-type = [\"cdylib\", \"rlib\"]` below `[lib]`")
}

fn not_started(error: &std::io::Error) -> CliError {
    CliError::caused("cannot start Rust's compiler", error)
        .help("install Rust, from https://rustup.rs")
}
