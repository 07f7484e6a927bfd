//! The policy that is tested: compiled once, and loaded with the settings of each fixture.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lazaret_wasm::{HostOptions, LoadError, Manifest, Policies, PolicySource, Refusal};
use serde_json::Value;
use tempfile::TempDir;

use super::build;
use super::compile::host;
use crate::cli::error::CliError;

/// A policy that is tested.
pub(super) struct Subject {
    /// What it is.
    pub(super) manifest: Manifest,
    source: PolicySource,
    options: HostOptions,
    loaded: BTreeMap<String, Policies>,
    _compiled: TempDir,
}

impl Subject {
    /// The policy in a folder, which is built, or in a file; and the folder that it belongs to.
    pub(super) fn at(path: &Path) -> Result<(Self, PathBuf), CliError> {
        if path.is_file() {
            let folder = path.parent().unwrap_or(Path::new(""));
            return Ok((Self::new(PolicySource::from_file(path)?)?, folder.to_owned()));
        }
        Ok((Self::new(build::compiled(path)?)?, path.to_owned()))
    }

    fn new(source: PolicySource) -> Result<Self, CliError> {
        let compiled = tempfile::tempdir()
            .map_err(|error| CliError::caused("cannot make a temporary directory", &error))?;
        // The host makes it, for this user alone, and would not use one that others can reach.
        let cache = Some(compiled.path().join("policies"));
        let options = HostOptions { cache, ..host() };
        let manifest = match Policies::new(&options).add(source.clone()) {
            Ok(manifest) => manifest.clone(),
            // There are some that it cannot do without, and fixtures may have them.
            Err(LoadError { reason: Refusal::Settings { manifest, .. }, .. }) => *manifest,
            Err(error) => return Err(error.into()),
        };
        let loaded = BTreeMap::new();
        Ok(Self { manifest, source, options, loaded, _compiled: compiled })
    }

    /// The policy with these settings.
    pub(super) fn with(&mut self, settings: Value) -> Result<&mut Policies, Refusal> {
        let name = settings.to_string();
        if !self.loaded.contains_key(&name) {
            let mut policies = Policies::new(&self.options);
            let source = PolicySource { settings, ..self.source.clone() };
            policies.add(source).map_err(|error| error.reason)?;
            self.loaded.insert(name.clone(), policies);
        }
        Ok(self.loaded.get_mut(&name).expect("it is there, or was put there"))
    }
}
