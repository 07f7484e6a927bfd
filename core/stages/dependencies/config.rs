//! The table `[dependencies]`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use globset::{Glob, GlobSet, GlobSetBuilder};
use lazaret_analysis::{Ecosystem, Finding, Span};
use lazaret_packages::{Cache, Installer, Pinned, Requirement, Settings, Sources};
use lazaret_sandbox::{Isolation, Limits, Runner};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::sync::OnceCell;

use super::{DependenciesStage, choice};
use crate::app::{BuildError, Parts};
use crate::config::{RelativePathBuf, Size, Time};
use crate::stage::{Phase, Stage, StageConfig, StageError};

/// Processes of an installer: npm and uv use many threads.
const PROCESSES: u32 = 256;
/// What an installer may say, and its answer.
const OUTPUT: u64 = 16 * 1024 * 1024;

/// The table `[dependencies]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DependenciesConfig {
    /// Whether what the code imports is installed without being asked for.
    detect: bool,
    /// Whether code of packages may be run to build them or set them up.
    builds: bool,
    /// Whether nothing is downloaded.
    offline: bool,
    /// For how long versions that were found are not looked for anew.
    fresh: Time,
    /// How long an installation may take.
    timeout: Time,
    /// Memory of an installation.
    memory: Size,
    /// The size of all packages of a program.
    size: Size,
    /// Where packages are kept.
    cache: Option<PathBuf>,
    /// The size of all packages that are kept.
    cache_size: Size,
    /// A file with the certificates of authorities, in PEM, that indexes are believed by.
    #[schemars(with = "Option<PathBuf>")]
    ca_bundle: Option<RelativePathBuf>,
    /// The address of a proxy for installers.
    proxy: Option<String>,
    /// Packages of Python.
    python: PythonTable,
    /// Packages of JavaScript and TypeScript.
    node: NodeTable,
}

/// The table `[dependencies.python]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PythonTable {
    /// The index (PEP 503); empty for none.
    index: String,
    /// Further indexes.
    extra_indexes: Vec<String>,
    /// Directories with wheels.
    #[schemars(with = "Vec<PathBuf>")]
    find_links: Vec<RelativePathBuf>,
    /// Whether tenants share what comes from there.
    shared: bool,
    /// Names, with wildcards, of the only packages that may be asked for; all, without any.
    allow: Vec<String>,
    /// Names, with wildcards, of packages that must not be installed, whoever needs them.
    deny: Vec<String>,
    /// The versions of packages, whatever is asked for, and whoever needs them.
    pins: BTreeMap<String, String>,
}

/// The table `[dependencies.node]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NodeTable {
    /// The registry; empty for none.
    index: String,
    /// Whether tenants share what comes from there.
    shared: bool,
    /// Names, with wildcards, of the only packages that may be asked for; all, without any.
    allow: Vec<String>,
    /// Names, with wildcards, of packages that must not be installed, whoever needs them.
    deny: Vec<String>,
    /// The versions of packages, whatever is asked for, and whoever needs them.
    pins: BTreeMap<String, String>,
}

impl PythonTable {
    fn rules(&self) -> Result<Rules, BuildError> {
        Rules::new("python", Ecosystem::PyPi, &self.allow, &self.deny, &self.pins)
    }

    fn sources(self, pins: Vec<Requirement>) -> Result<Sources, BuildError> {
        if self.index.is_empty() && !self.extra_indexes.is_empty() {
            let reason = "there are further indexes, and no first one".into();
            let help = Some("name one of them as `index`".into());
            return Err(BuildError { help, ..wrong("python.extra_indexes", reason) });
        }
        Ok(Sources {
            index: some(self.index),
            extra_indexes: self.extra_indexes,
            find_links: self.find_links.iter().map(absolute).collect(),
            pins,
            shared: self.shared,
        })
    }
}

impl NodeTable {
    fn rules(&self) -> Result<Rules, BuildError> {
        Rules::new("node", Ecosystem::Npm, &self.allow, &self.deny, &self.pins)
    }

    fn sources(self, pins: Vec<Requirement>) -> Sources {
        Sources { index: some(self.index), pins, shared: self.shared, ..Sources::default() }
    }
}

/// Which packages may be installed.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) ecosystem: Ecosystem,
    allow: Option<GlobSet>,
    deny: GlobSet,
    pins: BTreeMap<String, Requirement>,
}

/// What the stage is made of.
#[derive(Debug)]
pub(super) struct Setup {
    pub(super) detect: bool,
    pub(super) python: Rules,
    pub(super) node: Rules,
    settings: Settings,
    ca_bundle: Option<PathBuf>,
    pub(super) cache: PathBuf,
    pub(super) cache_size: u64,
}

impl StageConfig for DependenciesConfig {
    const NAME: &'static str = "dependencies";
    const PHASE: Phase = Phase::Prepare;

    fn build(self, parts: &Parts) -> Result<Box<dyn Stage>, BuildError> {
        let setup = self.setup(parts.isolation)?;
        let runner = Arc::clone(&parts.runner);
        Ok(Box::new(DependenciesStage { runner, setup, installer: OnceCell::new() }))
    }
}

impl DependenciesConfig {
    /// Where packages are kept.
    pub(crate) fn cache(&self) -> Option<PathBuf> {
        self.cache.clone().or_else(|| Some(crate::directories::cache()?.join("packages")))
    }

    /// How large all packages that are kept may be, in bytes.
    pub(crate) fn cache_size(&self) -> u64 {
        self.cache_size.0
    }

    pub(super) fn setup(self, isolation: Isolation) -> Result<Setup, BuildError> {
        let limits = self.limits();
        limits.validate().map_err(|error| {
            let key = if error.name == "wall" { "timeout" } else { error.name };
            wrong(key, error.to_string())
        })?;
        let cache = self.cache().ok_or_else(|| BuildError {
            help: Some("set it to a directory, or set HOME".into()),
            ..wrong("cache", "there is no place for packages".into())
        })?;
        let (python, node) = (self.python.rules()?, self.node.rules()?);
        let settings = Settings {
            fresh: self.fresh.0,
            offline: self.offline,
            builds: self.builds,
            limits,
            size: self.size.0,
            isolation,
            certificates: None,
            environment: proxies(self.proxy.as_deref()),
            python: self.python.sources(python.pins())?,
            node: self.node.sources(node.pins()),
        };
        let ca_bundle = self.ca_bundle.as_ref().map(absolute);
        let (detect, cache_size) = (self.detect, self.cache_size.0);
        Ok(Setup { detect, python, node, settings, ca_bundle, cache, cache_size })
    }

    fn limits(&self) -> Limits {
        Limits {
            wall: self.timeout.0,
            // On all processors together.
            cpu: self.timeout.0.saturating_mul(16),
            memory: self.memory.0,
            processes: PROCESSES,
            output: OUTPUT,
            disk: self.size.0,
            artifact_size: OUTPUT,
            ..Limits::default()
        }
    }
}

impl Setup {
    /// What installs. Opens the cache, and reads the certificates.
    pub(super) fn installer(&self, runner: &Arc<dyn Runner>) -> Result<Installer, StageError> {
        let cache = Cache::open(&self.cache, self.cache_size).map_err(|error| StageError {
            help: Some("set `dependencies.cache` to a directory of one's own".into()),
            source: Some(error.into()),
            ..StageError::new("cannot keep packages")
        })?;
        Ok(Installer::new(cache, Arc::clone(runner), self.settings()?))
    }

    /// Bytes that an installation may leave.
    pub(super) fn largest(&self) -> u64 {
        self.settings.size
    }

    /// How installations go, with the certificates.
    pub(super) fn settings(&self) -> Result<Settings, StageError> {
        let certificates = self.certificates()?;
        Ok(Settings { certificates, ..self.settings.clone() })
    }

    /// Those that are configured, or those that this machine believes.
    fn certificates(&self) -> Result<Option<Vec<u8>>, StageError> {
        let Some(path) = &self.ca_bundle else {
            let found = openssl_probe::probe().cert_file;
            return Ok(found.and_then(|path| std::fs::read(path).ok()));
        };
        let read = std::fs::read(path).map_err(|error| StageError {
            help: Some("set `dependencies.ca_bundle` to a file that can be read".into()),
            source: Some(error.into()),
            ..StageError::new(format!("cannot read the certificates `{}`", path.display()))
        });
        read.map(Some)
    }
}

impl Rules {
    fn new(
        table: &str,
        ecosystem: Ecosystem,
        allow: &[String],
        deny: &[String],
        pins: &BTreeMap<String, String>,
    ) -> Result<Self, BuildError> {
        let patterns = |key: &str, names: &[String]| {
            patterns(ecosystem, names)
                .map_err(|error| wrong(&format!("{table}.{key}"), error.to_string()))
        };
        let allow = if allow.is_empty() { None } else { Some(patterns("allow", allow)?) };
        let pins = pins.iter().map(|(name, versions)| pin(table, ecosystem, name, versions));
        let pins = pins.collect::<Result<_, _>>()?;
        Ok(Self { ecosystem, allow, deny: patterns("deny", deny)?, pins })
    }

    /// Why a package must not be asked for, where it must not.
    pub(super) fn denies(&self, name: &str) -> Option<&'static str> {
        if self.deny.is_match(name) {
            return Some("it is denied");
        }
        let is_allowed = self.allow.as_ref().is_none_or(|allow| allow.is_match(name));
        if is_allowed { None } else { Some("it is none of those that are allowed") }
    }

    /// The finding on a package that others bring along, where it must not be installed.
    pub(super) fn denies_among_others(&self, package: &Pinned) -> Option<Finding> {
        let name = &normal(self.ecosystem, own_name(package));
        let reason = "it is denied, and a package that is needed brings it along";
        let is_denied = self.deny.is_match(name);
        is_denied.then(|| choice::finding(name, reason, String::new(), Span::default()))
    }

    /// The versions of a package that count, whatever is asked for.
    pub(super) fn pin(&self, name: &str) -> Option<&str> {
        self.pins.get(name).map(Requirement::specifier)
    }

    fn pins(&self) -> Vec<Requirement> {
        self.pins.values().cloned().collect()
    }
}

fn patterns(ecosystem: Ecosystem, names: &[String]) -> Result<GlobSet, globset::Error> {
    let mut set = GlobSetBuilder::new();
    for name in names {
        set.add(Glob::new(&normal(ecosystem, name))?);
    }
    set.build()
}

/// A package, and the versions that it is held to. Extras are nothing that it can be held to.
fn pin(
    table: &str,
    ecosystem: Ecosystem,
    name: &str,
    versions: &str,
) -> Result<(String, Requirement), BuildError> {
    let name = normal(ecosystem, name);
    let pin = match ecosystem {
        Ecosystem::PyPi => Requirement::of_python(&name, versions),
        _ => Requirement::of_npm(&name, versions),
    };
    let is_version = |pin: &Requirement| {
        let specifier = pin.specifier();
        !specifier.is_empty() && !specifier.starts_with('[')
    };
    match pin.ok().filter(is_version) {
        Some(pin) => Ok((name, pin)),
        None => Err(BuildError {
            help: Some("write it like `==2.32.3` for Python, `4.17.21` for npm".into()),
            ..wrong(&format!("{table}.pins.{name}"), format!("`{versions}` is no version"))
        }),
    }
}

/// No package's name begins or ends with such a sign.
fn normal(ecosystem: Ecosystem, name: &str) -> String {
    let edges = |c: char| ecosystem == Ecosystem::PyPi && "-_.".contains(c);
    ecosystem.normal_name(name.trim_matches(edges))
}

/// Of npm, a package's name is the place where it lies, and one that lies there under another name has its
/// own in the version.
fn own_name(package: &Pinned) -> &str {
    let alias = package.version.strip_prefix("npm:").and_then(|alias| alias.rsplit_once('@'));
    let place = package.name.rsplit("node_modules/").next().unwrap_or(&package.name);
    alias.map_or(place, |(name, _)| name)
}

/// What programs look for: some for the one spelling, some for the other.
fn proxies(proxy: Option<&str>) -> BTreeMap<String, String> {
    const NAMES: [&str; 4] = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];
    let each = |proxy: &str| NAMES.map(|name| (name.to_owned(), proxy.to_owned())).into();
    proxy.map(each).unwrap_or_default()
}

/// From the root: installers and engines start elsewhere.
fn absolute(path: &RelativePathBuf) -> PathBuf {
    let path = path.relative();
    std::path::absolute(&path).unwrap_or(path)
}

fn some(address: String) -> Option<String> {
    Some(address).filter(|address| !address.is_empty())
}

fn wrong(key: &str, reason: String) -> BuildError {
    BuildError { key: key.into(), reason, ..BuildError::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever publishes a package can have it bring along any other under another name.
    #[test]
    fn a_denied_package_is_denied_under_every_name() {
        let deny = ["@bad/*".to_owned(), "left-pad".to_owned()];
        let rules =
            Rules::new("node", Ecosystem::Npm, &[], &deny, &BTreeMap::new()).expect("rules");
        let denies = |name: &str, version: &str| {
            let (name, version) = (name.into(), version.into());
            rules.denies_among_others(&Pinned { name, version, hash: String::new() }).is_some()
        };
        for (name, version) in [
            ("left-pad", "1.3.0"),
            ("a/node_modules/left-pad", "1.3.0"),
            ("harmless", "npm:left-pad@1.3.0"),
            ("a/node_modules/harmless", "npm:@bad/thing@1.0.0"),
        ] {
            assert!(denies(name, version), "{name} {version}");
        }
        assert!(!denies("harmless", "1.3.0") && !denies("harmless", "npm:@good/thing@1.0.0"));
    }
}
