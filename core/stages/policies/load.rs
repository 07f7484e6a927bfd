//! From the tables to policies that are ready, or to everything that is wrong with any of them.

use std::collections::BTreeMap;
use std::path::Path;

use lazaret_wasm::{HostOptions, LoadError, Manifest, Policies, Refusal, SettingsProblem};
use serde_json::Value;

use super::config::{Mode, PoliciesConfig, PolicyConfig, Source, unusable};
use super::terms::Terms;
use crate::app::BuildError;
use crate::config::suggest;

/// Policies that are ready, with the terms of each by its id.
pub(crate) struct Loaded {
    pub(crate) policies: Policies,
    pub(super) terms: BTreeMap<String, Terms>,
}

/// Loads the policies that are not off. Whoever has made several mistakes hears of all.
/// Where the code's author is not `trusted`, paths narrow nothing.
pub(crate) fn load(
    config: &PoliciesConfig,
    cache: Option<&Path>,
    trusted: bool,
) -> Result<Loaded, BuildError> {
    let mut mistakes = Vec::new();
    let mut sources = Vec::new();
    // The table that a source was named by.
    let mut tables = BTreeMap::new();
    for (name, table) in config.0.iter().filter(|(_, table)| table.mode != Mode::Off) {
        mistakes.extend(wrong_folder(table).map(|mistake| below(name, mistake)));
        match table.source().open() {
            Ok(opened) => {
                let named = opened.iter().map(|source| (source.name.clone(), (name, table)));
                tables.extend(named);
                sources.extend(opened);
            }
            Err(mistake) => mistakes.push(below(name, mistake)),
        }
    }
    let (policies, errors) = Policies::load_those_that_work(sources, &options(config, cache));
    mistakes.extend(errors.iter().flat_map(|error| explained(error, tables[&error.policy].0)));
    let mut terms = BTreeMap::new();
    let with_wrong_settings = errors.iter().filter_map(manifest);
    for (source, manifest) in policies.named_manifests().chain(with_wrong_settings) {
        let (name, table) = tables[source];
        mistakes.extend(misnamed(name, table, manifest));
        match Terms::new(table, manifest, trusted) {
            Ok(made) => drop(terms.insert(manifest.id.clone(), made)),
            Err(wrong) => mistakes.extend(wrong.into_iter().map(|mistake| below(name, mistake))),
        }
    }
    BuildError::all(mistakes).map(|()| Loaded { policies, terms })
}

fn options(config: &PoliciesConfig, cache: Option<&Path>) -> HostOptions {
    let settings = |(name, table): (&String, &PolicyConfig)| {
        (name.clone(), Value::Object(table.settings.clone()))
    };
    HostOptions {
        cache: cache.map(|cache| cache.join("policies")),
        settings: config.0.iter().map(settings).collect(),
        ..HostOptions::default()
    }
}

/// What a policy is whose settings alone are wrong: the rest of its table is looked at, too.
fn manifest(error: &LoadError) -> Option<(&str, &Manifest)> {
    let Refusal::Settings { manifest, .. } = &error.reason else { return None };
    Some((&error.policy, manifest))
}

/// What is wrong with one policy, below its table's name.
fn explained(error: &LoadError, name: &str) -> Vec<BuildError> {
    let Refusal::Settings { problems, .. } = &error.reason else {
        return vec![below(name, unusable(error))];
    };
    let mistake = |problem: &SettingsProblem| BuildError {
        key: format!("{name}.settings"),
        reason: problem.to_string(),
        help: (!problem.choice.is_empty()).then(|| {
            let choice: Vec<&str> = problem.choice.iter().map(String::as_str).collect();
            suggest(&problem.written, &choice)
        }),
        ..BuildError::default()
    };
    problems.iter().map(mistake).collect()
}

/// One that is called otherwise than its table would have no settings, and another name in reports.
fn misnamed(name: &str, table: &PolicyConfig, manifest: &Manifest) -> Option<BuildError> {
    let id = &manifest.id;
    let is_wrong = id != name && !matches!(table.source(), Source::Folder(_));
    is_wrong.then(|| BuildError {
        key: name.to_owned(),
        reason: format!("the id of `{}` is `{id}`", table.source()),
        help: Some(format!("call the table `policies.{id}`")),
        ..BuildError::default()
    })
}

/// Settings and rules are one policy's, and a folder has several.
fn wrong_folder(table: &PolicyConfig) -> Option<BuildError> {
    let is_wrong = matches!(table.source(), Source::Folder(_))
        && !(table.settings.is_empty() && table.rules.is_empty());
    is_wrong.then(|| BuildError {
        key: if table.rules.is_empty() { "settings" } else { "rules" }.to_owned(),
        reason: format!("`{}` is a folder, and this is for one policy", table.source()),
        help: Some("give the policy a table of its own, with its file as `source`".to_owned()),
        ..BuildError::default()
    })
}

fn below(name: &str, mistake: BuildError) -> BuildError {
    BuildError { key: format!("{name}.{}", mistake.key), ..mistake }
}
