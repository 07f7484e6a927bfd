//! The table `[docker]`.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;

use lazaret_sandbox::{Installation, Interpreter, RunnerError, Size};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The settings of the Docker runner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DockerConfig {
    /// Where engines listen: `unix:///run/docker.sock`, `tcp://host:2376`. Without any,
    /// `DOCKER_HOST`, then the engine of this machine.
    pub hosts: Vec<String>,
    /// TLS files for engines behind `tcp://`, in PEM. Without them, `DOCKER_TLS_VERIFY` and
    /// `DOCKER_CERT_PATH` decide for the engine of `DOCKER_HOST`, and others are spoken to in the
    /// clear.
    pub tls: Option<Tls>,
    /// The engine's runtime; one called `runsc…` has to prove that it is gVisor.
    pub runtime: String,
    /// Base images that have the interpreter.
    pub images: Images,
    /// Sandboxes that wait ready, on each engine.
    pub warm: Warm,
    /// Sandboxes that programs run in at one time, on each engine.
    pub max: NonZeroU32,
    /// Sandboxes that are started at one time, on each engine.
    pub starting: NonZeroU32,
    /// Whether a sandbox may serve more than one run.
    pub reuse: Reuse,
    /// Processors of one sandbox.
    pub cpus: Option<Processors>,
    /// Swap of one sandbox, beside its memory. Without it there is none.
    pub swap: Option<Size>,
    /// The engine's network that sandboxes are in.
    pub network: String,
    /// Whether the root file system cannot be written to.
    pub read_only: bool,
    /// The mode of user namespaces: empty for the engine's own, or `host`.
    pub userns: String,
    /// The profile of `AppArmor`: empty for the engine's own.
    pub apparmor: String,
    /// A file with a profile of system calls. Without it, the engine's own.
    pub seccomp: Option<PathBuf>,
    /// The label of `SELinux`, such as `type:sandbox_t`, or `disable`; empty for the engine's own.
    pub selinux: String,
    /// Capabilities of the container, beside the three that the agent needs. Programs have none.
    pub capabilities: Vec<String>,
    /// Labels that containers carry, beside our own.
    pub labels: BTreeMap<String, String>,
    /// What is different for the sandboxes that packages are installed in.
    pub install: Install,
}

/// The sandboxes that packages are installed in. No program of a tenant's runs there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Install {
    /// The engine's runtime; empty for `docker.runtime`.
    pub runtime: String,
    /// The engine's network, from which indexes can be reached.
    pub network: String,
}

impl Default for Install {
    fn default() -> Self {
        Self { runtime: String::new(), network: "bridge".into() }
    }
}

/// The base image of each interpreter. Without one, its programs cannot run here. One that declares
/// volumes is refused: nothing limits them.
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

/// How many sandboxes of each interpreter wait ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Warm {
    /// With Python.
    pub python: u32,
    /// With Node.js.
    pub node: u32,
    /// With Bash.
    pub bash: u32,
    /// Beside these: for how many of the packages that are asked for often one is kept with Python that
    /// has them imported.
    pub ahead: u32,
}

/// The three files of a client's TLS, in PEM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The authority that signs engines' certificates.
    pub ca: PathBuf,
    /// Our certificate.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// A number of processors greater than zero; parts are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "f64")]
pub struct Processors(f64);

impl Processors {
    /// As an engine counts them.
    #[allow(clippy::cast_possible_truncation, reason = "the number is bounded where it is read")]
    pub(crate) fn billionths(self) -> i64 {
        (self.0 * 1e9) as i64
    }
}

impl TryFrom<f64> for Processors {
    type Error = &'static str;

    fn try_from(number: f64) -> Result<Self, Self::Error> {
        // An engine knows hundredths, and no machine has more.
        const RANGE: std::ops::RangeInclusive<f64> = 0.01..=4096.0;
        if RANGE.contains(&number) {
            Ok(Self(number))
        } else {
            Err("a number of processors lies between 0.01 and 4096; nothing is unlimited")
        }
    }
}

/// Whether a sandbox may serve more than one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reuse {
    /// It serves one run.
    #[default]
    Never,
    /// It serves runs of one tenant, and is made clean between them.
    Tenant,
}

impl Default for DockerConfig {
    fn default() -> Self {
        Self {
            hosts: Vec::new(),
            tls: None,
            runtime: "runsc".into(),
            images: Images::default(),
            warm: Warm::default(),
            max: const { NonZeroU32::new(16).unwrap() },
            starting: const { NonZeroU32::new(2).unwrap() },
            reuse: Reuse::Never,
            cpus: None,
            swap: None,
            network: "none".into(),
            read_only: true,
            userns: String::new(),
            apparmor: String::new(),
            seccomp: None,
            selinux: String::new(),
            capabilities: Vec::new(),
            labels: BTreeMap::new(),
            install: Install::default(),
        }
    }
}

impl Default for Warm {
    fn default() -> Self {
        Self { python: 2, node: 1, bash: 1, ahead: 2 }
    }
}

impl DockerConfig {
    /// The runtime of sandboxes for an installation, or for programs.
    pub(crate) fn runtime_of(&self, installation: Option<&Installation>) -> &str {
        if installation.is_some() && !self.install.runtime.is_empty() {
            &self.install.runtime
        } else {
            &self.runtime
        }
    }

    /// The network of sandboxes for an installation, or for programs.
    pub(crate) fn network_of(&self, installation: Option<&Installation>) -> &str {
        match installation {
            Some(Installation { network: true, .. }) => &self.install.network,
            Some(_) => "none",
            None => &self.network,
        }
    }

    /// The base image of an interpreter that a job needs.
    pub(crate) fn base(&self, interpreter: Interpreter) -> Result<&str, RunnerError> {
        self.images.base(interpreter).ok_or_else(|| RunnerError::Interpreter {
            what: format!("an image with {}", interpreter.name()),
            help: format!("set `docker.images.{}` to a base image", interpreter.name()),
        })
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

    /// The interpreters that have one.
    pub(crate) fn interpreters(&self) -> impl Iterator<Item = Interpreter> {
        Interpreter::ALL.into_iter().filter(|interpreter| self.base(*interpreter).is_some())
    }
}

impl Warm {
    /// How many of an interpreter.
    pub(crate) fn of(&self, interpreter: Interpreter) -> usize {
        let count = match interpreter {
            Interpreter::Python => self.python,
            Interpreter::Node => self.node,
            Interpreter::Bash => self.bash,
        };
        usize::try_from(count).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_values_are_the_defaults() {
        let documented = include_str!("../../../core/config/lazaret.toml");
        let documented: toml::Table = toml::from_str(documented).expect("TOML");
        let documented: DockerConfig = documented["docker"].clone().try_into().expect("a table");
        assert_eq!(documented, DockerConfig::default());
    }
}
