//! One policy: what it is, and its judgement.

use std::sync::Arc;

use lazaret_analysis::{Analysis, Finding};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::bindings::submission::Located;
use crate::cache::hexadecimal;
use crate::code::{Code, Prepared};
use crate::host::Host;
use crate::judgement::Place;
use crate::query::Match;
use crate::run::{Run, Said};
use crate::subject::Subject;
use crate::submission::View;
use crate::{Failure, Limits, Manifest, PolicySource, Refusal, convert, judgement};

/// A policy that works, or that did at an earlier start with the same bytes and settings.
pub(crate) struct Policy {
    pub(crate) manifest: Manifest,
    settings: String,
    pub(crate) code: Code,
}

impl Policy {
    /// Loads a policy. One that is known from an earlier start is not even compiled before it is
    /// needed.
    pub(crate) fn load(source: PolicySource, host: &Host) -> Result<Self, Refusal> {
        let PolicySource { name, bytes, settings, sha256 } = source;
        let size = bytes.len() as u64;
        if size > host.limits.policy_size {
            return Err(Refusal::TooLarge { size, limit: host.limits.policy_size });
        }
        let code = Code::new(name, bytes, sha256);
        let known = Known::read(&code, host);
        let manifest = match &known {
            Some(known) => known.manifest.clone(),
            None => code.describe(host)?,
        };
        let written = settings.to_string();
        let accepted = hexadecimal(&Sha256::digest(&written).into());
        if known.is_none_or(|known| known.accepted != accepted) {
            code.validate_settings(&settings, &manifest, host)?;
            Known { manifest: manifest.clone(), accepted }.write(&code, host);
        }
        Ok(Self { manifest, settings: written, code })
    }

    /// What the policy says about a file.
    pub(crate) fn judge(
        &self,
        host: &Host,
        analysis: &Analysis,
        subject: Arc<Subject>,
        matches: &[Match],
    ) -> Result<Said<Finding>, Failure> {
        let load = |refusal| Failure::Load(Box::new(refusal));
        let runtime = host.runtime().map_err(load)?;
        let Prepared { policy, reads_tree, .. } = self.code.prepared(host).map_err(load)?;
        let tree = reads_tree.then_some(&*subject);
        let unit = convert::unit(analysis, tree, &self.manifest, matches)?;
        let size = subject.text.len() as u64;
        let run = Run::new(runtime, Some(subject), size, &host.limits);
        let Said { findings, fuel, lines } = run.check(policy, &self.settings, &unit)?;
        let place = Place { path: analysis.path(), text: analysis.text() };
        let findings = findings.into_iter().map(|found| Ok((found, place)));
        let findings = judgement::findings(findings, &self.manifest, &host.limits)?;
        Ok(Said { findings, fuel, lines })
    }

    /// What the policy says about a submission.
    pub(crate) fn judge_submission(
        &self,
        host: &Host,
        view: &View<'_>,
    ) -> Result<Said<Finding>, Failure> {
        let load = |refusal| Failure::Load(Box::new(refusal));
        let runtime = host.runtime().map_err(load)?;
        let prepared = self.code.prepared(host).map_err(load)?;
        let policy = prepared.submission_policy.as_ref().expect("its manifest says that it does");
        let (units, dependencies) = (view.units(&self.manifest)?, view.dependencies());
        let memory = host.limits.memory.saturating_add(view.memory(&units));
        let limits = Limits { memory, ..host.limits.clone() };
        let run = Run::new(runtime, None, view.size(), &limits);
        let said = run.check_submission(policy, &self.settings, &units, dependencies)?;
        let findings = said.findings.into_iter().map(|Located { unit, finding }| {
            let place = view.place(unit, &finding.rule)?;
            Ok((finding, place))
        });
        let findings = judgement::findings(findings, &self.manifest, &host.limits)?;
        Ok(Said { findings, fuel: said.fuel, lines: said.lines })
    }
}

/// What the cache keeps of a policy that worked.
#[derive(Serialize, Deserialize)]
struct Known {
    manifest: Manifest,
    /// The digest of the settings that it took.
    accepted: String,
}

impl Known {
    fn read(code: &Code, host: &Host) -> Option<Self> {
        serde_json::from_slice(&host.cache.as_ref()?.get(&Self::name(code))?).ok()
    }

    fn write(&self, code: &Code, host: &Host) {
        if let (Some(cache), Ok(text)) = (&host.cache, serde_json::to_vec(self)) {
            cache.put(&Self::name(code), &text);
        }
    }

    /// Another version of this host may check more.
    fn name(code: &Code) -> String {
        format!("{}-{}.json", code.name(), env!("CARGO_PKG_VERSION"))
    }
}
