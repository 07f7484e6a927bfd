//! All policies of a configuration.

use std::cell::LazyCell;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lazaret_analysis::{Analysis, Finding};

use crate::host::Host;
use crate::policy::Policy;
use crate::query::{Match, Matches, Queries};
use crate::run::Said;
use crate::subject::Subject;
use crate::submission::View;
use crate::{
    CacheError, Failure, HostOptions, Limits, LoadError, LogLine, Manifest, Part, PolicyError,
    PolicySource, Refusal, Submission,
};

/// Policies that are ready to judge. May be shared between threads.
pub struct Policies {
    host: Host,
    all: Vec<Policy>,
    queries: Queries,
}

impl Policies {
    /// No policies yet.
    pub fn new(options: &HostOptions) -> Self {
        Self { host: Host::new(options), all: Vec::new(), queries: Queries::default() }
    }

    /// Loads a policy, and tells what it is. Where it is refused, what there is so far does not judge
    /// by all that was asked for: that is the caller's to see to, as [`Policies::load`] does.
    pub fn add(&mut self, source: PolicySource) -> Result<&Manifest, LoadError> {
        let name = source.name.clone();
        let loaded = Policy::load(source, &self.host);
        let distinct = loaded.and_then(|policy| distinct(policy, &self.all));
        let policy = distinct.map_err(|reason| LoadError { policy: name, reason })?;
        self.queries.add(self.all.len(), &policy.manifest);
        Ok(&self.all.push_mut(policy).manifest)
    }

    /// Loads policies. One that cannot be used makes the whole fail, with the errors of all that
    /// cannot: a control that was asked for is never dropped.
    pub fn load(sources: Vec<PolicySource>, options: &HostOptions) -> Result<Self, Vec<LoadError>> {
        let mut policies = Self::new(options);
        let add = |source| policies.add(source).err();
        let errors: Vec<LoadError> = sources.into_iter().filter_map(add).collect();
        if errors.is_empty() { Ok(policies) } else { Err(errors) }
    }

    /// Judges by these limits from now on.
    pub fn limit(&mut self, limits: Limits) {
        self.host.limits = limits;
    }

    /// What the policies are, in the order they were given.
    pub fn manifests(&self) -> impl Iterator<Item = &Manifest> {
        self.all.iter().map(|policy| &policy.manifest)
    }

    /// Why the cache that was asked for is not used.
    pub fn cache_error(&self) -> Option<&CacheError> {
        self.host.cache_error.as_ref()
    }

    /// What the policies say about a file, policy by policy. Those that have nothing to say about
    /// its language, or ask for nothing that occurs in it, do not start.
    ///
    /// The first policy that cannot judge is the error: what the others say is not the whole.
    pub fn judge(&self, analysis: &Analysis) -> Result<Vec<Finding>, PolicyError> {
        self.judge_with_log(analysis, &mut Vec::new())
    }

    /// Like [`Policies::judge`], and adds to `log` what the policies logged.
    pub fn judge_with_log(
        &self,
        analysis: &Analysis,
        log: &mut Vec<LogLine>,
    ) -> Result<Vec<Finding>, PolicyError> {
        let mut findings = Vec::new();
        for Answer { said, log: lines, .. } in self.judge_each(analysis, |_| true) {
            findings.extend(said?);
            log.extend(lines);
        }
        Ok(findings)
    }

    /// What each of the policies says about a file that `is_asked` and have something to look at in
    /// it, whether others fail or not. It judges when the next answer is asked for.
    pub fn judge_each<'a>(
        &'a self,
        analysis: &'a Analysis,
        mut is_asked: impl FnMut(&Manifest) -> bool + 'a,
    ) -> impl Iterator<Item = Answer<'a>> + 'a {
        let subject = LazyCell::new(|| Arc::new(Subject::of(analysis)));
        let mut matches: Option<Matches> = None;
        let language = analysis.language();
        self.all.iter().enumerate().filter_map(move |(row, policy)| {
            let manifest = &policy.manifest;
            if !manifest.speaks(language) || !is_asked(manifest) {
                return None;
            }
            let mut found = Ok(Vec::new());
            if manifest.queries.iter().any(|query| query.language == language) {
                let matches = matches.get_or_insert_with(|| {
                    self.queries.matches(language, &subject, &self.host.limits)
                });
                found = matches.remove(&row).unwrap_or(found);
            }
            let is_awake = !matches!(&found, Ok(matches) if matches.is_empty())
                || manifest.is_woken_by(&analysis.facts);
            is_awake.then(|| self.answer(policy, analysis, Arc::clone(&subject), found))
        })
    }

    /// What each of the policies that judge all files together says about them, of those that have
    /// something to judge in them. A policy gets the files that `is_asked` names.
    pub fn judge_submission<'a>(
        &'a self,
        submission: &'a Submission<'a>,
        is_asked: impl Fn(&Manifest, &Part<'_>) -> bool + 'a,
    ) -> impl Iterator<Item = Answer<'a>> + 'a {
        let together = self.all.iter().filter(|policy| policy.manifest.judges_submissions);
        together.filter_map(move |policy| {
            let manifest = &policy.manifest;
            let view = View::new(submission, |part| {
                part.is_spoken_by(manifest) && is_asked(manifest, part)
            });
            let judge = || policy.judge_submission(&self.host, &view);
            view.wakes(manifest).then(|| Answer::of(manifest, "", Vec::new(), judge))
        })
    }

    /// Whether any of the policies judges all files together.
    pub fn judge_submissions(&self) -> bool {
        self.manifests().any(|manifest| manifest.judges_submissions)
    }

    fn answer<'a>(
        &self,
        policy: &'a Policy,
        analysis: &Analysis,
        subject: Arc<Subject>,
        matches: Result<Vec<Match>, Failure>,
    ) -> Answer<'a> {
        let manifest = &policy.manifest;
        let places = matches.iter().flatten().map(|found| found.place(manifest)).collect();
        Answer::of(manifest, analysis.path(), places, || {
            matches.and_then(|matches| policy.judge(&self.host, analysis, subject, &matches))
        })
    }
}

impl<'a> Answer<'a> {
    /// What comes of `judge`, which judges what is called `path`.
    fn of(
        manifest: &'a Manifest,
        path: &str,
        matched: Vec<(String, usize)>,
        judge: impl FnOnce() -> Result<Said<Finding>, Failure>,
    ) -> Self {
        let begun = Instant::now();
        let judged = judge();
        let time = begun.elapsed();
        let (said, fuel, lines) = match judged {
            Ok(judged) => (Ok(judged.findings), judged.fuel, judged.lines),
            Err(reason) => {
                let (policy, path) = (manifest.id.clone(), path.to_owned());
                (Err(PolicyError { policy, path, reason }), 0, Vec::new())
            }
        };
        let line = |(level, message)| LogLine { policy: manifest.id.clone(), level, message };
        Self { manifest, matched, said, fuel, time, log: lines.into_iter().map(line).collect() }
    }
}

/// What one policy says about a file, or about all files together.
#[derive(Debug)]
pub struct Answer<'a> {
    /// The policy.
    pub manifest: &'a Manifest,
    /// What its queries matched: each by its id, and where the match begins, in bytes.
    pub matched: Vec<(String, usize)>,
    /// What it found; or why it could not judge.
    pub said: Result<Vec<Finding>, PolicyError>,
    /// The fuel that it took, where it could judge: the same at every run.
    pub fuel: u64,
    /// How long it took. Code that was not used since the start is compiled or loaded in it.
    pub time: Duration,
    /// What it logged, where it could judge.
    pub log: Vec<LogLine>,
}

impl fmt::Debug for Policies {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.manifests().map(|manifest| &manifest.id)).finish()
    }
}

/// Two policies with one id could not be told apart in reports.
fn distinct(policy: Policy, others: &[Policy]) -> Result<Policy, Refusal> {
    let id = &policy.manifest.id;
    match others.iter().find(|other| other.manifest.id == *id) {
        Some(other) => Err(Refusal::Duplicate { id: id.clone(), other: other.code.source.clone() }),
        None => Ok(policy),
    }
}
