//! All policies of a configuration.

use std::cell::LazyCell;
use std::fmt;
use std::sync::Arc;

use lazaret_analysis::Finding;

use crate::host::Host;
use crate::policy::Policy;
use crate::unit::{Subject, Unit};
use crate::{
    CacheError, HostOptions, LoadError, LogLine, Manifest, PolicyError, PolicySource, Refusal,
};

/// Policies that are ready to judge. May be shared between threads.
pub struct Policies {
    host: Host,
    policies: Vec<Policy>,
}

/// What the policies said about a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// What they found, policy by policy.
    pub findings: Vec<Finding>,
    /// What they logged.
    pub log: Vec<LogLine>,
}

impl Policies {
    /// Loads policies. One that cannot be used makes the whole fail, with the errors of all that
    /// cannot: a control that was asked for is never dropped.
    pub fn load(sources: Vec<PolicySource>, options: &HostOptions) -> Result<Self, Vec<LoadError>> {
        let host = Host::new(options);
        let mut policies: Vec<Policy> = Vec::with_capacity(sources.len());
        let mut errors = Vec::new();
        for source in sources {
            let name = source.name.clone();
            match Policy::load(source, &host).and_then(|policy| distinct(policy, &policies)) {
                Ok(policy) => policies.push(policy),
                Err(reason) => errors.push(LoadError { policy: name, reason }),
            }
        }
        if errors.is_empty() { Ok(Self { host, policies }) } else { Err(errors) }
    }

    /// What the policies are, in the order they were given.
    pub fn manifests(&self) -> impl Iterator<Item = &Manifest> {
        self.policies.iter().map(|policy| &policy.manifest)
    }

    /// Why the cache that was asked for is not used.
    pub fn cache_error(&self) -> Option<&CacheError> {
        self.host.cache_error.as_ref()
    }

    /// What the policies say about a file. Those that have nothing to say about its language, or
    /// ask for nothing that occurs in it, do not start.
    ///
    /// The first policy that cannot judge is the error: what the others say is not the whole.
    pub fn judge<'a>(&self, unit: impl Into<Unit<'a>>) -> Result<Judgement, PolicyError> {
        let unit = unit.into();
        let subject = LazyCell::new(|| Arc::new(Subject::of(&unit)));
        let mut judgement = Judgement::default();
        for policy in &self.policies {
            if !policy.manifest.concerns(unit.language, unit.facts) {
                continue;
            }
            let id = &policy.manifest.id;
            let judged =
                policy.judge(&self.host, &unit, Arc::clone(&subject)).map_err(|reason| {
                    PolicyError { policy: id.clone(), path: unit.path.to_owned(), reason }
                })?;
            judgement.findings.extend(judged.findings);
            let line = |(level, message)| LogLine { policy: id.clone(), level, message };
            judgement.log.extend(judged.lines.into_iter().map(line));
        }
        Ok(judgement)
    }
}

impl fmt::Debug for Policies {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.manifests().map(|manifest| &manifest.id)).finish()
    }
}

/// Two policies with one id could not be told apart in reports.
fn distinct(policy: Policy, others: &[Policy]) -> Result<Policy, Refusal> {
    match others.iter().find(|other| other.manifest.id == policy.manifest.id) {
        Some(other) => {
            Err(Refusal::Duplicate { id: policy.manifest.id, other: other.name.clone() })
        }
        None => Ok(policy),
    }
}
