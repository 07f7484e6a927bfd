//! Why a policy looked at a file, or did not, and what came of it on one line.

use std::collections::BTreeMap;

use lazaret_analysis::{Analysis, Fact, Finding};
use lazaret_wasm::{Answer, Manifest};

use super::config::{Mode, PoliciesConfig};
use super::date::Date;
use super::load::Loaded;

/// A policy, and what it did about a file.
pub(crate) struct Explained {
    /// Its id; of one that is off, its table's name.
    pub(crate) policy: String,
    /// What it did; or why it slept.
    pub(crate) did: Result<Awake, String>,
}

/// A policy that was woken.
pub(crate) struct Awake {
    /// By what: on the line first, then in the rest of the file.
    pub(crate) by: Vec<Waker>,
    /// What it found on the line, and whether that counts; or why it could not judge.
    pub(crate) found: Result<Vec<(Mode, Finding)>, String>,
    /// How much it found on other lines.
    pub(crate) elsewhere: usize,
}

/// A fact that wakes a policy; nothing more is needed.
pub(crate) struct Waker {
    pub(crate) line: usize,
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    /// What the policy asks for, which the name fits.
    pub(crate) pattern: String,
}

/// What every policy did about `line` of a file, by id.
pub(crate) fn explain(
    config: &PoliciesConfig,
    loaded: &Loaded,
    analysis: &Analysis,
    line: usize,
) -> Vec<Explained> {
    let answers =
        loaded.policies.judge_each(analysis, |manifest| loaded.covers(manifest, analysis));
    let mut answers: BTreeMap<String, Answer<'_>> =
        answers.map(|answer| (answer.manifest.id.clone(), answer)).collect();
    let mut explained: Vec<Explained> = off(config).collect();
    for manifest in loaded.policies.manifests() {
        let did = match answers.remove(&manifest.id) {
            Some(answer) => Ok(awake(answer, loaded, analysis, line)),
            None => Err(asleep(manifest, loaded, analysis)),
        };
        explained.push(Explained { policy: manifest.id.clone(), did });
    }
    explained.sort_by(|one, other| one.policy.cmp(&other.policy));
    explained
}

fn off(config: &PoliciesConfig) -> impl Iterator<Item = Explained> {
    let off = config.0.iter().filter(|(_, table)| table.mode == Mode::Off);
    off.map(|(name, _)| Explained {
        policy: name.clone(),
        did: Err(format!("`policies.{name}.mode` is \"off\"")),
    })
}

fn awake(answer: Answer<'_>, loaded: &Loaded, analysis: &Analysis, line: usize) -> Awake {
    let (terms, today) = (&loaded.terms[&answer.manifest.id], Date::today());
    let is_here = |finding: &Finding| analysis.position(finding.span.start).line == line;
    let (found, elsewhere) = match answer.said {
        Ok(findings) => {
            let (here, others): (Vec<_>, Vec<_>) = findings.into_iter().partition(is_here);
            (Ok(here.into_iter().map(|one| terms.weigh(one, today)).collect()), others.len())
        }
        Err(error) => (Err(lazaret_sandbox::causes(&error)), 0),
    };
    let mut by = wakers(answer.manifest, analysis);
    by.sort_by_key(|waker| (waker.line != line, waker.line));
    Awake { by, found, elsewhere }
}

fn wakers(manifest: &Manifest, analysis: &Analysis) -> Vec<Waker> {
    let waker = |fact: &Fact| {
        Some(Waker {
            line: analysis.position(fact.span.start).line,
            kind: fact.kind.name(),
            name: fact.name.clone(),
            pattern: manifest.interest_in(fact)?.pattern.clone(),
        })
    };
    analysis.facts.iter().filter_map(waker).collect()
}

fn asleep(manifest: &Manifest, loaded: &Loaded, analysis: &Analysis) -> String {
    let language = analysis.language();
    if let Some(key) = loaded.terms[&manifest.id].left_out_by(analysis) {
        return format!("its table leaves the file out by `{key}`");
    }
    if !manifest.speaks(language) {
        return format!("it does not judge {}", language.name());
    }
    let asked: Vec<String> = manifest
        .interests
        .iter()
        .map(|interest| format!("{} `{}`", interest.kind, interest.pattern))
        .collect();
    format!("nothing that it asks for is in the file: {}", asked.join(", "))
}
