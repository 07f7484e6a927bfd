//! Compiles the policies beside this folder, for the library to embed.
//!
//! It runs cargo inside cargo: with a target directory of its own, because the outer cargo holds
//! the lock of the usual one, and without the flags of the outer build, which are for another
//! target.

use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, exit};

const TARGET: &str = "wasm32-unknown-unknown";

/// What policies are compiled with, as `lazaret policy build` compiles them.
const PROFILE: &str = include_str!("../release.toml");

/// What the outer cargo, or clippy, sets for its own target or its own compiler.
const FOREIGN: [&str; 4] =
    ["RUSTFLAGS", "CARGO_BUILD_TARGET", "RUSTC_WORKSPACE_WRAPPER", "CLIPPY_ARGS"];

/// A folder with a policy in it.
struct Policy {
    name: String,
    folder: PathBuf,
}

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() {
    if let Err(error) = build() {
        directive(&format!("error={}", error.to_string().replace('\n', " ")));
        exit(1);
    }
}

fn build() -> Result<()> {
    let here = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let policies_folder = here.parent().ok_or("the bundle is in no folder")?;
    let out = PathBuf::from(variable("OUT_DIR")?);
    let policies = policies(policies_folder)?;
    watch(policies_folder);
    require_target()?;
    for policy in &policies {
        compile(policy, policies_folder, &out)?;
    }
    fs::write(out.join("policies.rs"), table(&policies, &out)?)?;
    Ok(())
}

/// The folders beside this one that hold a package, by name, without the SDK.
fn policies(folder: &Path) -> Result<Vec<Policy>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let folder = entry?.path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !["sdk", "bundle"].contains(&name.as_str()) && folder.join("Cargo.toml").is_file() {
            found.push(Policy { name, folder });
        }
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

/// Has cargo run this script again when a policy or the SDK changes, or a policy is added.
fn watch(folder: &Path) {
    for path in [folder.to_owned(), folder.join("../Cargo.lock")] {
        directive(&format!("rerun-if-changed={}", path.display()));
    }
}

/// Says what to do about a missing target, which cargo would say under a page of errors.
fn require_target() -> Result<()> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let arguments = ["--print", "target-libdir", "--target", TARGET];
    let output = Command::new(rustc).args(arguments).output()?;
    let libraries = String::from_utf8(output.stdout)?;
    if Path::new(libraries.trim()).is_dir() {
        return Ok(());
    }
    Err(format!(
        "cannot compile the policies: the target is missing; run `rustup target add {TARGET}`"
    )
    .into())
}

fn compile(policy: &Policy, policies: &Path, out: &Path) -> Result<()> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // Not `--locked`: the outer cargo has just brought the lock file up to date, or was told not to.
    cargo.args(["build", "--release", "--lib", "--target", TARGET]);
    cargo.arg("--manifest-path").arg(policy.folder.join("Cargo.toml"));
    cargo.arg("--target-dir").arg(target_directory(out));
    let settings = PROFILE.lines().filter(|line| !line.starts_with('#'));
    cargo.args(settings.flat_map(|setting| ["--config", setting]));
    for variable in FOREIGN {
        cargo.env_remove(variable);
    }
    cargo.env("CARGO_ENCODED_RUSTFLAGS", without_paths(policies)?);
    let output = cargo.output()?;
    if output.status.success() {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    for line in errors.lines() {
        directive(&format!("warning={line}"));
    }
    Err(format!("cannot compile the policy `{}`; cargo's own words are above", policy.name).into())
}

/// The flags that keep the names of this machine's directories, which panics mention, out of what
/// is embedded.
fn without_paths(policies: &Path) -> Result<OsString> {
    let home = env::var_os("CARGO_HOME")
        .or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cargo").into()))
        .unwrap_or_default();
    let workspace = policies.canonicalize()?;
    let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    let mut flags = vec![remap(&workspace, "policies")];
    if !home.is_empty() {
        flags.push(remap(Path::new(&home), "cargo"));
    }
    Ok(flags.join("\x1f").into())
}

fn table(policies: &[Policy], out: &Path) -> Result<String> {
    let mut table = String::from("static POLICIES: &[BundledPolicy] = &[\n");
    for policy in policies {
        let file = format!("lazaret_policy_{}.wasm", policy.name.replace('-', "_"));
        let path = target_directory(out).join(TARGET).join("release").join(file);
        let path = path.to_str().ok_or("the target directory's name is not UTF-8")?;
        let name = &policy.name;
        writeln!(table, "    BundledPolicy {{ name: {name:?}, wasm: include_bytes!({path:?}) }},")?;
    }
    table.push_str("];\n");
    Ok(table)
}

fn target_directory(out: &Path) -> PathBuf {
    out.join("target")
}

fn variable(name: &str) -> Result<String> {
    env::var(name).map_err(|_| format!("cargo does not set `{name}`").into())
}

/// Tells cargo something.
fn directive(text: &str) {
    println!("cargo::{text}");
}
