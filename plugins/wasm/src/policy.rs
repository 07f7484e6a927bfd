//! One policy: loaded, and compiled when it is first needed.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use crate::bindings::LazaretPolicyPre;
use crate::cache::{Sha, digest, hexadecimal};
use crate::convert::{self, escaped};
use crate::host::Host;
use crate::manifest::Manifest;
use crate::run::Run;
use crate::state::{LogLevel, State};
use crate::unit::{Subject, Unit};
use crate::{Failure, PolicySource, Refusal, judgement};

/// Changes when an entry of the cache would be read differently.
const FORMAT: &str = concat!("1 ", env!("CARGO_PKG_VERSION"));

/// A policy that is known to work, or was known to at an earlier start.
pub(crate) struct Policy {
    /// What errors of loading call it.
    pub(crate) name: String,
    pub(crate) manifest: Manifest,
    bytes: Cow<'static, [u8]>,
    settings: String,
    ready: OnceLock<Result<LazaretPolicyPre<State>, Arc<Refusal>>>,
}

/// What a policy said about a file.
pub(crate) struct Judged {
    pub(crate) findings: Vec<lazaret_analysis::Finding>,
    pub(crate) lines: Vec<(LogLevel, String)>,
}

impl Policy {
    /// Loads a policy. One whose manifest is in the cache is not even compiled before it is needed.
    pub(crate) fn load(source: PolicySource, host: &Host) -> Result<Self, Refusal> {
        let PolicySource { name, bytes, settings } = source;
        let settings = settings.to_string();
        let size = bytes.len() as u64;
        if size > host.limits.policy_size {
            return Err(Refusal::TooLarge { size, limit: host.limits.policy_size });
        }
        let key = digest([FORMAT.as_bytes(), &bytes, settings.as_bytes()]);
        let ready = OnceLock::new();
        let manifest = if let Some(manifest) = known(host, &key) {
            manifest
        } else {
            let policy = prepare(&bytes, host)?;
            let manifest = try_out(&policy, &settings, host)?;
            remember(host, &key, &manifest);
            let _ = ready.set(Ok(policy));
            manifest
        };
        Ok(Self { name, manifest, bytes, settings, ready })
    }

    /// What the policy says about a file.
    pub(crate) fn judge(
        &self,
        host: &Host,
        unit: &Unit<'_>,
        subject: Arc<Subject>,
    ) -> Result<Judged, Failure> {
        let runtime = host.runtime().map_err(|refusal| Failure::Load(Arc::new(refusal)))?;
        let policy = self.ready.get_or_init(|| prepare(&self.bytes, host).map_err(Arc::new));
        let policy = policy.as_ref().map_err(|refusal| Failure::Load(Arc::clone(refusal)))?;
        let given = convert::unit(unit, &self.manifest)?;
        let said =
            Run::new(runtime, Some(subject), &host.limits).check(policy, &self.settings, &given)?;
        let findings = judgement::findings(said.findings, &self.manifest, unit, &host.limits)?;
        Ok(Judged { findings, lines: said.lines })
    }
}

/// The policy with its imports, so that an instance takes microseconds.
fn prepare(bytes: &[u8], host: &Host) -> Result<LazaretPolicyPre<State>, Refusal> {
    let component = host.component(bytes)?;
    let linked = host.runtime()?.linker.instantiate_pre(&component);
    linked.and_then(LazaretPolicyPre::new).map_err(|error| Refusal::Types(error.into()))
}

/// Has the policy describe itself and look at its settings: `instantiate_pre` does not notice a
/// record whose fields are not the contract's.
fn try_out(
    policy: &LazaretPolicyPre<State>,
    settings: &String,
    host: &Host,
) -> Result<Manifest, Refusal> {
    let runtime = host.runtime()?;
    let trial = || Run::new(runtime, None, &host.limits);
    let manifest = Manifest::check(trial().describe(policy).map_err(Refusal::Trial)?)?;
    let problems = trial().validate_settings(policy, settings).map_err(Refusal::Trial)?;
    if problems.is_empty() {
        return Ok(manifest);
    }
    let problem = |problem: crate::bindings::SettingsError| {
        (escaped(&problem.pointer), escaped(&problem.message))
    };
    Err(Refusal::Settings(problems.into_iter().map(problem).collect()))
}

/// The manifest of a policy that worked with these settings before.
fn known(host: &Host, key: &Sha) -> Option<Manifest> {
    serde_json::from_slice(&host.cache.as_ref()?.get(&manifest_name(key))?).ok()
}

fn remember(host: &Host, key: &Sha, manifest: &Manifest) {
    if let (Some(cache), Ok(text)) = (&host.cache, serde_json::to_vec(manifest)) {
        cache.put(&manifest_name(key), &text);
    }
}

fn manifest_name(key: &Sha) -> String {
    format!("{}.manifest", hexadecimal(key))
}
