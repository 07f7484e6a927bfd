//! How a policy in Rust is compiled.
//!
//! Cargo says itself where it has put what it made: target directories can be anywhere.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::cli::error::CliError;

const TARGET: &str = "wasm32-unknown-unknown";

/// What the bundled policies are compiled with, too.
const PROFILE: &str = include_str!("../../../policies/release.toml");

/// What is set for programs of this machine, and not for a policy.
const FOREIGN: [&str; 2] = ["RUSTFLAGS", "CARGO_BUILD_TARGET"];

/// Compiles the policy in `folder`, and tells where the file is. Cargo's progress and errors go
/// to standard error.
pub(super) fn compile(folder: &Path) -> Result<PathBuf, CliError> {
    let manifest = folder.join("Cargo.toml");
    if !manifest.is_file() {
        let message = format!("cannot build `{}`: there is no Cargo.toml in it", folder.display());
        return Err(CliError::new(message)
            .help("name the folder of a policy; `lazaret policy new NAME` makes one"));
    }
    require_target(folder)?;
    let mut cargo = Command::new(program("CARGO", "cargo"));
    cargo.args(["build", "--release", "--lib", "--target", TARGET]);
    cargo.args(["--message-format", "json-render-diagnostics"]);
    let settings = PROFILE.lines().filter(|line| !line.starts_with('#'));
    cargo.args(settings.flat_map(|setting| ["--config", setting]));
    for variable in FOREIGN {
        cargo.env_remove(variable);
    }
    cargo.env("CARGO_ENCODED_RUSTFLAGS", without_paths(&manifest));
    let output = cargo.current_dir(folder).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| not_started(&error))?;
    if !output.status.success() {
        let message = format!("cannot compile the policy in `{}`", folder.display());
        return Err(CliError::new(message).help("cargo's own words are above"));
    }
    let file = made(&String::from_utf8_lossy(&output.stdout), &manifest);
    file.ok_or_else(|| makes_no_file(&manifest))
}

/// Says what to do about a missing target, which cargo would say under a page of errors.
fn require_target(folder: &Path) -> Result<(), CliError> {
    let mut rustc = Command::new(program("RUSTC", "rustc"));
    // Which toolchain it is can depend on the folder.
    rustc.args(["--print", "target-libdir", "--target", TARGET]).current_dir(folder);
    let output = rustc.output().map_err(|error| not_started(&error))?;
    if Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir() {
        return Ok(());
    }
    let message = format!("cannot compile policies: Rust's target `{TARGET}` is missing");
    Err(CliError::new(message).help(format!("run `rustup target add {TARGET}`")))
}

/// The flags that keep the names of this machine's directories, which panics mention, out of the
/// file, so that the same source has the same digest for everybody.
fn without_paths(manifest: &Path) -> OsString {
    let folder = manifest.canonicalize().ok().and_then(|path| Some(path.parent()?.to_owned()));
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(Path::new(&env::var_os("HOME")?).join(".cargo")));
    let remap = |(from, to): (Option<PathBuf>, &str)| {
        Some(format!("--remap-path-prefix={}={to}", from?.display()))
    };
    let flags: Vec<String> =
        [(folder, "policy"), (home, "cargo")].into_iter().filter_map(remap).collect();
    flags.join("\x1f").into()
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

fn program(variable: &str, name: &str) -> OsString {
    env::var_os(variable).unwrap_or_else(|| name.into())
}
