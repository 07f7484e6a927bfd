//! How policies are compiled: by this crate's build script those that come with Lazaret, and by
//! `lazaret policy build` all others.

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What policies are compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";

const PROFILE: &str = include_str!("../../release.toml");

/// What is set for programs of this machine, or by an outer cargo or clippy for its own compiler.
const FOREIGN: [&str; 4] =
    ["RUSTFLAGS", "CARGO_BUILD_TARGET", "RUSTC_WORKSPACE_WRAPPER", "CLIPPY_ARGS"];

/// Cargo that compiles the policy in `folder`.
pub fn build(folder: &Path) -> Command {
    let mut cargo = Command::new(program("CARGO", "cargo"));
    // Not `--locked`: an outer cargo has just brought the lock file up to date, or was told not to.
    cargo.args(["build", "--release", "--lib", "--target", TARGET]).current_dir(folder);
    let settings = PROFILE.lines().filter(|line| !line.starts_with('#'));
    cargo.args(settings.flat_map(|setting| ["--config", setting]));
    for variable in FOREIGN {
        cargo.env_remove(variable);
    }
    cargo.env("CARGO_ENCODED_RUSTFLAGS", without_home());
    cargo
}

/// Whether the target is installed for the toolchain of `folder`. Cargo would say it under a page of
/// errors.
///
/// # Errors
///
/// When the compiler cannot be started.
pub fn has_target(folder: &Path) -> io::Result<bool> {
    let mut rustc = Command::new(program("RUSTC", "rustc"));
    rustc.args(["--print", "target-libdir", "--target", TARGET]).current_dir(folder);
    let libraries = rustc.output()?.stdout;
    Ok(Path::new(String::from_utf8_lossy(&libraries).trim()).is_dir())
}

/// The flag that keeps the name of cargo's directory, which panics of dependencies mention, out of
/// the file, so that the same source has the same digest for everybody. What is in the policy's own
/// workspace is named from there.
fn without_home() -> OsString {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(Path::new(&env::var_os("HOME")?).join(".cargo")));
    let flag = home.map(|home| format!("--remap-path-prefix={}=cargo", home.display()));
    flag.unwrap_or_default().into()
}

fn program(variable: &str, name: &str) -> OsString {
    env::var_os(variable).unwrap_or_else(|| name.into())
}
