//! The table `[docker]`.

use lazaret_sandbox::Interpreter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The settings of the Docker runner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DockerConfig {
    /// Where the engine listens: `unix:///run/docker.sock`, `tcp://host:2375`. Without it,
    /// `DOCKER_HOST`, then the engine of this machine.
    pub host: Option<String>,
    /// The engine's runtime; one called `runsc…` has to prove that it is gVisor.
    pub runtime: String,
    /// Base images that have the interpreter.
    pub images: Images,
}

/// The base image of each interpreter. Without one, its programs cannot run here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Images {
    /// Has `python3` on its `PATH`.
    pub python: Option<String>,
    /// Has `node`.
    pub node: Option<String>,
    /// Has `bash`.
    pub bash: Option<String>,
}

impl Default for DockerConfig {
    fn default() -> Self {
        Self { host: None, runtime: "runsc".into(), images: Images::default() }
    }
}

impl Images {
    /// The base image of an interpreter.
    pub(crate) fn base(&self, interpreter: Interpreter) -> Option<&str> {
        match interpreter {
            Interpreter::Python => self.python.as_deref(),
            Interpreter::Node => self.node.as_deref(),
            Interpreter::Bash => self.bash.as_deref(),
        }
    }

    /// Whether any is named.
    pub(crate) fn is_empty(&self) -> bool {
        Interpreter::ALL.into_iter().all(|interpreter| self.base(interpreter).is_none())
    }
}
