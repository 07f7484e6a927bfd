//! Installed packages: where a program and what it starts find them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lazaret_agent::message::{Failure, Interpreter, Job, PACKAGES, Part};
use nix::errno::Errno;
use nix::unistd::symlinkat;

use super::files::Directory;
use crate::attempt::{Attempt, failure};

/// What npm calls the directory of all packages.
const NODE_MODULES: &str = "node_modules";

/// The directory of a job's packages.
pub(super) struct Packages {
    path: PathBuf,
    is_for_node: bool,
}

impl Packages {
    /// That of a job which has some. To be looked for as the program, which must be able to read it.
    pub(super) fn of(job: &Job, interpreter: Interpreter) -> Result<Option<Self>, Failure> {
        let Some(name) = &job.packages else { return Ok(None) };
        let path = Path::new(PACKAGES).join(name);
        let is_inside = path.parent() == Some(Path::new(PACKAGES));
        if is_inside && path.is_dir() {
            // Among Python's, there may be anything.
            let is_for_node = match interpreter {
                Interpreter::Python => false,
                Interpreter::Node => true,
                Interpreter::Bash => path.join(NODE_MODULES).is_dir(),
            };
            return Ok(Some(Self { path, is_for_node }));
        }
        Err(failure(Part::Files, "find the packages of the job"))
    }

    /// The directory of Python's modules, if that is what it is.
    pub(super) fn for_python(&self) -> Option<&Path> {
        (!self.is_for_node).then_some(&self.path)
    }

    /// Node looks for packages beside the program and above it, and a variable of the environment is
    /// nothing to `import`. A `node_modules` of the program's own stays.
    pub(super) fn show_in(&self, work: &Directory) -> Result<(), Failure> {
        if !self.is_for_node {
            return Ok(());
        }
        match symlinkat(&self.path.join(NODE_MODULES), &work.0, NODE_MODULES) {
            Err(Errno::EEXIST) => Ok(()),
            other => other.attempt(Part::Files, "show the packages of the job"),
        }
    }

    /// Adds to the environment where other programs look, behind all that is there.
    pub(super) fn add_to(&self, environment: &mut BTreeMap<String, String>) {
        let node_modules = self.path.join(NODE_MODULES);
        let (variable, modules, programs) = if self.is_for_node {
            ("NODE_PATH", node_modules.clone(), node_modules.join(".bin"))
        } else {
            ("PYTHONPATH", self.path.clone(), self.path.join("bin"))
        };
        for (variable, path) in [(variable, modules), ("PATH", programs)] {
            let value = environment.entry(variable.to_owned()).or_default();
            if !value.is_empty() {
                value.push(':');
            }
            value.push_str(&path.to_string_lossy());
        }
    }
}
