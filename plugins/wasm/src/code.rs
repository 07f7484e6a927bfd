//! The code of one policy: compiled when it is first needed, and asked what it is.

use std::borrow::Cow;
use std::sync::OnceLock;

use lazaret_analysis::printable;

use crate::bindings::{LazaretPolicyPre, SettingsError};
use crate::cache::{digest, hexadecimal};
use crate::host::Host;
use crate::run::Run;
use crate::state::State;
use crate::{Manifest, Refusal};

/// The code of one policy.
pub(crate) struct Code {
    bytes: Cow<'static, [u8]>,
    name: String,
    prepared: OnceLock<LazaretPolicyPre<State>>,
}

impl Code {
    pub(crate) fn new(bytes: Cow<'static, [u8]>) -> Self {
        let name = hexadecimal(&digest([&bytes]));
        Self { bytes, name, prepared: OnceLock::new() }
    }

    /// What it was given as.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its name in the cache: other bytes have another.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The policy with its imports, so that an instance takes microseconds.
    pub(crate) fn prepared(&self, host: &Host) -> Result<&LazaretPolicyPre<State>, Refusal> {
        if let Some(prepared) = self.prepared.get() {
            return Ok(prepared);
        }
        let component = host.component(self)?;
        let linked = host.runtime()?.linker.instantiate_pre(&component);
        let prepared = linked.and_then(LazaretPolicyPre::new);
        let prepared = prepared.map_err(|error| Refusal::Types(error.into()))?;
        Ok(self.prepared.get_or_init(|| prepared))
    }

    /// What the policy is. This is also its trial: `instantiate_pre` does not notice a record whose
    /// fields are not the contract's.
    pub(crate) fn describe(&self, host: &Host) -> Result<Manifest, Refusal> {
        let policy = self.prepared(host)?;
        let run = Run::new(host.runtime()?, None, &host.limits);
        Manifest::check(run.describe(policy).map_err(Refusal::Trial)?)
    }

    /// Has the policy look at what it will be told.
    pub(crate) fn validate_settings(&self, settings: &String, host: &Host) -> Result<(), Refusal> {
        let policy = self.prepared(host)?;
        let run = Run::new(host.runtime()?, None, &host.limits);
        let problems = run.validate_settings(policy, settings).map_err(Refusal::Trial)?;
        if problems.is_empty() {
            return Ok(());
        }
        let problem =
            |SettingsError { pointer, message }| (printable(&pointer), printable(&message));
        Err(Refusal::Settings(problems.into_iter().map(problem).collect()))
    }
}
