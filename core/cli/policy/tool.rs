//! How policies in C, JavaScript and Python are compiled: by tools of those languages, from the
//! contract that this program speaks.
//!
//! Tools are looked for where their languages put what a project installs, and then as any program.
//! What they need and make is in the project's folder `build`, where editors find it too.

use std::env;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use lazaret_wasm::PolicySource;

use super::write;
use crate::cli::error::CliError;

/// The contract, as the host has it.
const CONTRACT: &[u8] = include_bytes!("../../../policies/sdk/wit/policy.wit");

/// A program that compiles policies.
struct Tool {
    /// What it can be called.
    programs: &'static [&'static str],
    /// Where a project has it.
    place: &'static str,
    /// What installs it there, in a folder that names no version of it.
    install: &'static str,
}

const ZIG: Tool = Tool {
    programs: &["python-zig", "zig"],
    place: ".venv/bin",
    install: "python3 -m venv .venv && .venv/bin/pip install ziglang",
};

const COMPONENTIZE_QJS: Tool = Tool {
    programs: &["componentize-qjs"],
    place: "node_modules/.bin",
    install: "npm install componentize-qjs",
};

const COMPONENTIZE_PY: Tool = Tool {
    programs: &["componentize-py"],
    place: ".venv/bin",
    install: "python3 -m venv .venv && .venv/bin/pip install componentize-py",
};

/// A policy in C: a core module, which the host makes a component of.
pub(super) fn c(folder: &Path) -> Result<PolicySource, CliError> {
    for (name, contents) in lazaret_bundle::c_bindings() {
        write(&folder.join("build").join(name), contents)?;
    }
    // WASI's C library has what C expects, and asks for WASI only where it is used.
    let target = ["cc", "-target", "wasm32-wasi", "-mexec-model=reactor"];
    let options = ["-Os", "-s", "-Wall", "-I", "build", "-o", "build/policy.wasm"];
    let files = ["policy.c", "build/policy.c", "build/policy_component_type.o"];
    ZIG.compile(folder, target.iter().chain(&options).chain(&files))
}

/// A policy in JavaScript, with `QuickJS`.
pub(super) fn javascript(folder: &Path) -> Result<PolicySource, CliError> {
    write(&folder.join("build/policy.wit"), CONTRACT)?;
    // Without `--sync` it asks for asynchronous functions, which no host of policies has.
    let options = ["--sync", "--stub-wasi", "--module-root", "."];
    let contract = ["--wit", "build/policy.wit", "--world", "lazaret-policy"];
    let files = ["--js", "policy.js", "--output", "build/policy.wasm"];
    COMPONENTIZE_QJS.compile(folder, options.iter().chain(&contract).chain(&files))
}

/// A policy in Python, with its interpreter.
pub(super) fn python(folder: &Path) -> Result<PolicySource, CliError> {
    write(&folder.join("build/policy.wit"), CONTRACT)?;
    let contract = ["--quiet", "--wit-path", "build/policy.wit", "--world", "lazaret-policy"];
    let options = ["componentize", "--stub-wasi", "--python-path", "."];
    let files = ["--output", "build/policy.wasm", "policy"];
    COMPONENTIZE_PY.compile(folder, contract.iter().chain(&options).chain(&files))
}

impl Tool {
    /// Runs the tool in `folder`, where it makes `build/policy.wasm`.
    fn compile(
        &self,
        folder: &Path,
        arguments: impl Iterator<Item = impl AsRef<OsStr>>,
    ) -> Result<PolicySource, CliError> {
        let program = self.find(folder)?;
        let mut command = Command::new(&program);
        command.current_dir(folder).args(arguments).stdin(Stdio::null());
        // Where in the tool somebody's mistake was found helps nobody.
        command.env("RUST_BACKTRACE", "0");
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        let output = command
            .output()
            .map_err(|error| CliError::caused(format!("cannot start `{name}`"), &error))?;
        if !output.status.success() {
            let words = [output.stdout, output.stderr].concat();
            let words = io::Error::other(String::from_utf8_lossy(&words).trim().to_owned());
            let message = format!("cannot compile the policy in `{}`", folder.display());
            return Err(
                CliError::caused(message, &words).help(format!("those are `{name}`'s words"))
            );
        }
        Ok(PolicySource::from_file(folder.join("build/policy.wasm"))?)
    }

    /// Its path, which is absolute: it is started in another directory.
    fn find(&self, folder: &Path) -> Result<PathBuf, CliError> {
        let path = env::var_os("PATH").unwrap_or_default();
        let places = [folder.join(self.place)].into_iter().chain(env::split_paths(&path));
        let mut paths =
            places.flat_map(|place| self.programs.iter().map(move |name| place.join(name)));
        let found =
            paths.find(|path| path.is_file()).and_then(|path| std::path::absolute(path).ok());
        found.ok_or_else(|| {
            let message = format!("cannot compile the policy: `{}` is missing", self.programs[0]);
            CliError::new(message).help(format!(
                "in `{}`, run `{}`",
                folder.display(),
                self.install
            ))
        })
    }
}
