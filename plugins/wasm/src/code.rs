//! The code of one policy: compiled when it is first needed, and asked what it is.

use std::borrow::Cow;

use lazaret_analysis::printable;
use once_cell::sync::OnceCell;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::admission::SUBMISSION_POLICY;
use crate::bindings::submission::LazaretSubmissionPolicyPre;
use crate::bindings::{LazaretPolicyPre, SettingsError};
use crate::cache::{Sha, hexadecimal};
use crate::host::Host;
use crate::run::Run;
use crate::settings::Schema;
use crate::state::State;
use crate::{Manifest, Refusal, SettingsProblem};

/// What a policy imports that reads the tree, whatever the version.
const TREE: &str = "lazaret:policy/tree@";

/// The code of one policy.
pub(crate) struct Code {
    /// What errors of loading call it.
    pub(crate) source: String,
    bytes: Cow<'static, [u8]>,
    name: String,
    prepared: OnceCell<Prepared>,
}

/// A policy with its imports.
pub(crate) struct Prepared {
    pub(crate) policy: LazaretPolicyPre<State>,
    /// The same, where it judges submissions, too.
    pub(crate) submission_policy: Option<LazaretSubmissionPolicyPre<State>>,
    /// Whether it imports the tree. To make that takes longer than most policies do.
    pub(crate) reads_tree: bool,
}

impl Code {
    /// The code in these bytes; with their SHA-256, where it is known.
    pub(crate) fn new(source: String, bytes: Cow<'static, [u8]>, sha256: Option<Sha>) -> Self {
        let name = hexadecimal(&sha256.unwrap_or_else(|| Sha256::digest(&bytes).into()));
        Self { source, bytes, name, prepared: OnceCell::new() }
    }

    /// What it was given as.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its name in the cache, as `sha256sum` tells it of its file.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The policy with its imports, so that an instance takes microseconds. Of several threads that
    /// need it one makes it, and the others wait.
    pub(crate) fn prepared(&self, host: &Host) -> Result<&Prepared, Refusal> {
        self.prepared.get_or_try_init(|| self.prepare(host))
    }

    fn prepare(&self, host: &Host) -> Result<Prepared, Refusal> {
        let component = host.component(self)?;
        let (own, engine) = (component.component_type(), component.engine());
        let reads_tree = own.imports(engine).any(|(name, _)| name.starts_with(TREE));
        let judges_submissions = own.exports(engine).any(|(name, _)| is_submission_policy(name));
        let wrong = |error: wasmtime::Error| Refusal::Types(error.into());
        let linked = host.runtime()?.linker.instantiate_pre(&component).map_err(wrong)?;
        let submission_policy =
            judges_submissions.then(|| LazaretSubmissionPolicyPre::new(linked.clone()));
        Ok(Prepared {
            submission_policy: submission_policy.transpose().map_err(wrong)?,
            policy: LazaretPolicyPre::new(linked).map_err(wrong)?,
            reads_tree,
        })
    }

    /// What the policy is. This is also its trial: `instantiate_pre` does not notice a record whose
    /// fields are not the contract's.
    pub(crate) fn describe(&self, host: &Host) -> Result<Manifest, Refusal> {
        let Prepared { policy, submission_policy, .. } = self.prepared(host)?;
        let run = || Ok(Run::new(host.runtime()?, None, 0, &host.limits));
        if let Some(policy) = submission_policy {
            run()?.try_submission(policy).map_err(Refusal::Trial)?;
        }
        let described = run()?.describe(policy).map_err(Refusal::Trial)?;
        Manifest::check(described, submission_policy.is_some())
    }

    /// Holds the settings against the policy's schema, and has the policy look at it.
    pub(crate) fn validate_settings(
        &self,
        settings: &Value,
        manifest: &Manifest,
        host: &Host,
    ) -> Result<(), Refusal> {
        let problems = Schema::new(&manifest.settings_schema)?.problems(settings);
        // A policy may rely on its schema.
        let problems =
            if problems.is_empty() { self.complaints(settings, host)? } else { problems };
        if problems.is_empty() {
            return Ok(());
        }
        Err(Refusal::Settings { problems, manifest: Box::new(manifest.clone()) })
    }

    fn complaints(&self, settings: &Value, host: &Host) -> Result<Vec<SettingsProblem>, Refusal> {
        let policy = &self.prepared(host)?.policy;
        let run = Run::new(host.runtime()?, None, 0, &host.limits);
        let said = run.validate_settings(policy, &settings.to_string()).map_err(Refusal::Trial)?;
        let problem = |SettingsError { pointer, message }| {
            SettingsProblem::new(printable(&pointer), printable(&message))
        };
        Ok(said.into_iter().map(problem).collect())
    }
}

/// Whether an export is what judges submissions; its version was looked at when the file was admitted.
fn is_submission_policy(name: &str) -> bool {
    name.split('@').next() == Some(SUBMISSION_POLICY)
}
