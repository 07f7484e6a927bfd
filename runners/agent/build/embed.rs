//! Compiles the program, static, for the machine that the host is compiled for.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tell_cargo;

/// What of this package the program is made of.
const SOURCES: [&str; 6] = ["Cargo.toml", "build", "program", "seccomp", "src", "workers"];

/// Cargo's settings for the program: small, because every run loads it; a panic in process 1 is
/// the end of the sandbox, and needs no unwinding.
const PROFILE: [(&str, &str); 5] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "s"),
    ("CARGO_PROFILE_RELEASE_PANIC", "abort"),
    ("CARGO_PROFILE_RELEASE_STRIP", "symbols"),
    ("CARGO_PROFILE_RELEASE_LTO", "fat"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
];

/// Builds `lazaret-agent` and tells the library where it is.
pub(crate) fn program() {
    for source in SOURCES {
        tell_cargo("rerun-if-changed", source);
    }
    let target = format!("{}-unknown-linux-musl", variable("CARGO_CFG_TARGET_ARCH"));
    let directory = PathBuf::from(variable("OUT_DIR")).join("program");
    let status = cargo(&target, &directory).status().expect("cargo is what runs this script");
    assert!(
        status.success(),
        "cannot compile the agent for {target}; if the target is missing: rustup target add {target}"
    );
    let program = directory.join(target).join("release/lazaret-agent");
    tell_cargo("rustc-env", &format!("LAZARET_AGENT={}", program.display()));
}

/// The nested cargo. It shares nothing with the one that runs this script: another target
/// directory, so that neither waits for the other's lock, and none of its flags, which are for the
/// host's target and not for the program's.
fn cargo(target: &str, directory: &Path) -> Command {
    let mut command = Command::new(variable("CARGO"));
    command.args(["build", "--release", "--quiet", "--no-default-features"]);
    command.args(["--features", "program", "--bin", "lazaret-agent", "--target", target]);
    command
        .arg("--manifest-path")
        .arg(Path::new(&variable("CARGO_MANIFEST_DIR")).join("Cargo.toml"));
    command.arg("--target-dir").arg(directory);
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if is_of_the_outer_build(&name) {
            command.env_remove(name);
        }
    }
    command.envs(PROFILE);
    command
}

/// Whether an environment variable says how the *host* is compiled.
fn is_of_the_outer_build(name: &str) -> bool {
    const NAMES: [&str; 9] = [
        "CARGO_BUILD_TARGET",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_BUILD_RUSTFLAGS",
        "CARGO_MAKEFLAGS",
        "CLIPPY_ARGS",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUSTFLAGS",
        "RUSTDOCFLAGS",
        "CARGO_TARGET_DIR",
    ];
    NAMES.contains(&name) || name.starts_with("CARGO_FEATURE_") || name.starts_with("CARGO_CFG_")
}

/// A variable that cargo sets for every build script.
fn variable(name: &str) -> String {
    tell_cargo("rerun-if-env-changed", name);
    env::var(name).unwrap_or_else(|_| panic!("cargo sets {name} for build scripts"))
}
