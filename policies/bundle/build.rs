//! Compiles the policies beside this folder, for the library to embed.
//!
//! It runs cargo inside cargo: with a target directory of its own, because the outer cargo holds
//! the lock of the usual one, and without the flags of the outer build, which are for another
//! target.

mod bindings;
#[path = "src/cargo.rs"]
#[allow(unreachable_pub, reason = "the library exports it")]
mod cargo;

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::exit;

use sha2::{Digest, Sha256};

/// The policy that is none before rules are written into it.
const RULES: &str = "rules";

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
    let rules = Policy { name: RULES.to_owned(), folder: policies_folder.join(RULES) };
    watch(policies_folder);
    if !cargo::has_target(&here)? {
        let add = format!("run `rustup target add {}`", cargo::TARGET);
        return Err(format!("cannot compile the policies: the target is missing; {add}").into());
    }
    for policy in policies.iter().chain([&rules]) {
        compile(policy, &out)?;
    }
    let mut code = table(&policies, &out)?;
    writeln!(code, "/// See `rules`.\nstatic RULES: &[u8] = {};", embedded(&rules, &out)?)?;
    code.push_str(&bindings::in_c(policies_folder, &out)?);
    fs::write(out.join("policies.rs"), code)?;
    Ok(())
}

/// The folders beside this one that hold a policy, by name.
fn policies(folder: &Path) -> Result<Vec<Policy>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let folder = entry?.path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !["sdk", "bundle", RULES].contains(&name.as_str()) && folder.join("Cargo.toml").is_file()
        {
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

fn compile(policy: &Policy, out: &Path) -> Result<()> {
    let mut cargo = cargo::build(&policy.folder);
    let output = cargo.arg("--target-dir").arg(target_directory(out)).output()?;
    if output.status.success() {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    for line in errors.lines() {
        directive(&format!("warning={line}"));
    }
    Err(format!("cannot compile the policy `{}`; cargo's own words are above", policy.name).into())
}

fn table(policies: &[Policy], out: &Path) -> Result<String> {
    let mut table = String::from("static POLICIES: &[BundledPolicy] = &[\n");
    for policy in policies {
        let (name, wasm) = (&policy.name, embedded(policy, out)?);
        let sha256: [u8; 32] = Sha256::digest(fs::read(compiled(policy, out))?).into();
        writeln!(
            table,
            "    BundledPolicy {{ name: {name:?}, wasm: {wasm}, sha256: {sha256:?} }},"
        )?;
    }
    table.push_str("];\n");
    Ok(table)
}

/// The compiled policy, as an expression.
fn embedded(policy: &Policy, out: &Path) -> Result<String> {
    include(&compiled(policy, out))
}

/// Where cargo puts the policy.
fn compiled(policy: &Policy, out: &Path) -> PathBuf {
    let file = format!("lazaret_policy_{}.wasm", policy.name.replace('-', "_"));
    target_directory(out).join(cargo::TARGET).join("release").join(file)
}

/// A file's contents, as an expression.
fn include(path: &Path) -> Result<String> {
    let path = path.to_str().ok_or("the target directory's name is not UTF-8")?;
    Ok(format!("include_bytes!({path:?})"))
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
