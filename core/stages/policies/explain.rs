//! Why a policy looked at a file, or did not, and what came of it on one line.

use std::collections::BTreeMap;

use lazaret_analysis::{Analysis, Fact, Finding, Language};
use lazaret_wasm::{Answer, Interest, Manifest, Part, PolicyError};

use super::config::{Mode, PoliciesConfig};
use super::date::Date;
use super::load::Loaded;

/// What is asked for where it is no kind of fact.
const QUERY: &str = "query";

/// A policy, and what it did about a file.
pub(crate) struct Explained {
    /// Its id; of one that is off, its table's name.
    pub(crate) policy: String,
    pub(crate) did: Did,
}

/// What a policy did about a file.
pub(crate) enum Did {
    /// Nothing: its mode is `off`.
    Off,
    /// It slept, for this reason.
    Slept(Asleep),
    /// It was woken.
    Woken(Awake),
}

/// Why a policy slept.
pub(crate) enum Asleep {
    /// Its table leaves the file out by this key.
    LeftOut(&'static str),
    /// It does not judge the file's language.
    Language(Language),
    /// It asks for nothing of a file alone.
    Together,
    /// Nothing that it asks for is in the file: facts, and matches of its queries by their ids.
    NothingAsked(Vec<Interest>),
}

/// A policy that was woken.
pub(crate) struct Awake {
    /// By what: on the line first, then in the rest of the file.
    pub(crate) by: Vec<Waker>,
    /// What it found on the line, and what comes of it; or why it could not judge.
    pub(crate) found: Result<Vec<(Mode, Finding)>, PolicyError>,
    /// How much it found on other lines.
    pub(crate) elsewhere: usize,
}

/// A fact or a match of a query that wakes a policy; nothing more is needed.
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
    let answers = loaded.answers(analysis);
    let mut answers: BTreeMap<&str, Answer<'_>> =
        answers.map(|answer| (answer.manifest.id.as_str(), answer)).collect();
    let off = config.0.iter().filter(|(_, table)| table.mode == Mode::Off);
    let mut explained: Vec<Explained> =
        off.map(|(name, _)| Explained { policy: name.clone(), did: Did::Off }).collect();
    for manifest in loaded.policies.manifests() {
        let did = match answers.remove(manifest.id.as_str()) {
            Some(answer) => Did::Woken(awake(answer, loaded, analysis, line)),
            None => Did::Slept(asleep(manifest, loaded, analysis)),
        };
        explained.push(Explained { policy: manifest.id.clone(), did });
    }
    explained.sort_by(|one, other| one.policy.cmp(&other.policy));
    explained
}

fn awake(answer: Answer<'_>, loaded: &Loaded, analysis: &Analysis, line: usize) -> Awake {
    let (terms, today) = (&loaded.terms[&answer.manifest.id], Date::today());
    let mut by = wakers(&answer, analysis);
    by.sort_by_key(|waker| (waker.line != line, waker.line));
    let is_here = |finding: &Finding| analysis.position(finding.span.start).line == line;
    let (found, elsewhere) = match answer.said {
        Ok(findings) => {
            let (here, others): (Vec<_>, Vec<_>) = findings.into_iter().partition(is_here);
            (Ok(here.into_iter().map(|one| terms.apply(one, &today)).collect()), others.len())
        }
        Err(error) => (Err(error), 0),
    };
    Awake { by, found, elsewhere }
}

fn wakers(answer: &Answer<'_>, analysis: &Analysis) -> Vec<Waker> {
    let waker = |kind, name: &String, pattern: &String, at| Waker {
        line: analysis.position(at).line,
        kind,
        name: name.clone(),
        pattern: pattern.clone(),
    };
    let fact = |fact: &Fact| {
        let asked = answer.manifest.interest_in(fact)?;
        Some(waker(fact.kind.name(), &fact.name, &asked.pattern, fact.span.start))
    };
    let matched = answer.matched.iter().map(|(id, at)| waker(QUERY, id, id, *at));
    analysis.facts.iter().filter_map(fact).chain(matched).collect()
}

fn asleep(manifest: &Manifest, loaded: &Loaded, analysis: &Analysis) -> Asleep {
    let language = analysis.language();
    match loaded.terms[&manifest.id].left_out_by(&Part::Code(analysis)) {
        Some(key) => Asleep::LeftOut(key),
        None if !manifest.speaks(language) => Asleep::Language(language),
        None => match asked(manifest, language) {
            asked if asked.is_empty() => Asleep::Together,
            asked => Asleep::NothingAsked(asked),
        },
    }
}

/// What would wake a policy.
fn asked(manifest: &Manifest, language: Language) -> Vec<Interest> {
    let queries = manifest.queries.iter().filter(|query| query.language == language);
    let query = |id: &String| Interest { kind: QUERY.to_owned(), pattern: id.clone() };
    let queries = queries.map(|one| query(&one.id));
    manifest.interests.iter().cloned().chain(queries).collect()
}
