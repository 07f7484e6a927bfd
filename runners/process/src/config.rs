//! The table `[process]`.

use std::path::PathBuf;

use lazaret_agent::message;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The settings of the embedded runner. The default looks for everything by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ProcessConfig {
    /// The executable of Python; else the first `python3` on the `PATH` that is no script.
    pub python: Option<PathBuf>,
    /// The executable of Node.js; else the first `node` on the `PATH` that is no script.
    pub node: Option<PathBuf>,
    /// The executable of Bash; else the first `bash` on the `PATH`.
    pub bash: Option<PathBuf>,
    /// Directories that programs may read, beside those of the system and of the interpreter.
    pub readable: Vec<PathBuf>,
    /// Whether the kernel's rules for files (Landlock) are used.
    pub landlock: Demand,
    /// Whether the kernel counts memory and processes of a run in control groups. Without them the
    /// agent counts by itself, every few milliseconds.
    pub cgroups: Demand,
}

/// Whether a part of the sandbox has to be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Demand {
    /// It is not used.
    Off,
    /// It is used where this machine has it.
    #[default]
    WhenAvailable,
    /// Without it nothing is run.
    Required,
}

impl From<Demand> for message::Demand {
    fn from(demand: Demand) -> Self {
        match demand {
            Demand::Off => Self::Off,
            Demand::WhenAvailable => Self::WhenAvailable,
            Demand::Required => Self::Required,
        }
    }
}
