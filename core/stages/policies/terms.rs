//! On what terms a policy judges: which files, and what comes of what it finds.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use lazaret_analysis::{Finding, Language, Span};
use lazaret_wasm::{Manifest, Part, PolicyError};

use super::config::{Mode, OnError, PolicyConfig, RuleConfig};
use super::date::Date;
use super::paths::Paths;
use crate::app::BuildError;
use crate::config::suggest;

/// On what terms a policy judges.
#[derive(Debug)]
pub(super) struct Terms {
    mode: Mode,
    pub(super) on_error: OnError,
    paths: Option<Paths>,
    languages: Vec<Language>,
    /// By the rule's id, with the policy's.
    rules: BTreeMap<String, RuleConfig>,
}

impl Terms {
    /// The terms that `config` says for the policy, or all that is wrong with them. Where the
    /// code's author is not `trusted`, files of every name are judged: the author has named them.
    pub(super) fn new(
        config: &PolicyConfig,
        manifest: &Manifest,
        trusted: bool,
    ) -> Result<Self, Vec<BuildError>> {
        let mut mistakes = wrong_rules(config, manifest);
        mistakes.extend(wrong_languages(config, manifest));
        let paths = Paths::new(&config.paths).unwrap_or_else(|wrong| {
            mistakes.extend(wrong);
            None
        });
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let rule =
            |(id, rule): (&String, &RuleConfig)| (format!("{}/{id}", manifest.id), rule.clone());
        Ok(Self {
            mode: config.mode,
            on_error: config.on_error(),
            paths: paths.filter(|_| trusted),
            languages: config.languages.clone(),
            rules: config.rules.iter().map(rule).collect(),
        })
    }

    /// The key that leaves this file out; nothing, where the policy is asked about it. A manifest is
    /// left out with the languages that it is for.
    pub(super) fn left_out_by(&self, file: &Part<'_>) -> Option<&'static str> {
        let is_named = self.languages.iter().any(|language| file.is_for(*language));
        if !self.languages.is_empty() && !is_named {
            return Some("languages");
        }
        let is_out = |paths: &Paths| !paths.contain(file.path());
        self.paths.as_ref().is_some_and(is_out).then_some("paths")
    }

    /// What comes of a finding on this day: it counts, or is only monitored, or nothing does.
    pub(super) fn apply(&self, mut finding: Finding, today: &Date) -> (Mode, Finding) {
        let Some(rule) = self.rules.get(&finding.rule) else { return (self.mode, finding) };
        let (severity, mode) =
            (rule.severity.unwrap_or(finding.severity), rule.mode.unwrap_or(self.mode));
        if let Some(until) = rule.until.as_ref().filter(|until| *until < today) {
            let (was, is) = ((weight(mode), severity), (weight(self.mode), finding.severity));
            finding.message.push_str(&ran_out(until, was.cmp(&is)));
            return (self.mode, finding);
        }
        finding.severity = severity;
        (mode, finding)
    }
}

/// What is said of a finding for which something else held until this day: how its weight was, beside
/// what it is now.
fn ran_out(until: &Date, was: Ordering) -> String {
    match was {
        Ordering::Less => format!(" (its exception ran out on {until})"),
        Ordering::Greater => format!(" (it weighed more until {until})"),
        Ordering::Equal => String::new(),
    }
}

fn weight(mode: Mode) -> u8 {
    match mode {
        Mode::Off => 0,
        Mode::Monitor => 1,
        Mode::Enforce => 2,
    }
}

/// That a policy failed, where that is only monitored.
pub(super) fn failed(error: &PolicyError) -> Finding {
    Finding {
        rule: format!("{}/failed", error.policy),
        capability: None,
        severity: lazaret_analysis::Severity::High,
        message: lazaret_sandbox::causes(error),
        path: error.path.clone(),
        span: Span { start: 0, end: 0 },
        labels: Vec::new(),
        fix: None,
        help: error.help(),
        cwe: None,
    }
}

fn wrong_rules(config: &PolicyConfig, manifest: &Manifest) -> Vec<BuildError> {
    let known: Vec<&str> = manifest.rules.iter().map(|rule| rule.id.as_str()).collect();
    let unknown = config.rules.keys().filter(|id| !known.contains(&id.as_str()));
    let mistake = |id: &String| BuildError {
        key: format!("rules.{id}"),
        reason: format!("the policy has no rule `{id}`"),
        help: Some(suggest(id, &known)),
        ..BuildError::default()
    };
    unknown.map(mistake).collect()
}

fn wrong_languages(config: &PolicyConfig, manifest: &Manifest) -> Vec<BuildError> {
    let known = &manifest.languages;
    let is_unknown = |language: &&Language| !known.is_empty() && !known.contains(language);
    let names: Vec<&str> = known.iter().map(|language| language.name()).collect();
    let mistake = |language: &Language| BuildError {
        key: "languages".to_owned(),
        reason: format!("the policy does not judge `{}`", language.name()),
        help: Some(suggest(language.name(), &names)),
        ..BuildError::default()
    };
    config.languages.iter().filter(is_unknown).map(mistake).collect()
}
