//! From the tables to policies that are ready, or to everything that is wrong with any of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lazaret_wasm::{HostOptions, LoadError, Policies, PolicySource, Refusal, SettingsProblem};
use serde_json::Value;

use super::config::{Mode, PoliciesConfig, PolicyConfig, Source, unusable};
use super::progress;
use super::terms::Terms;
use crate::app::{BuildError, Parts};
use crate::config::suggest;

/// Policies that are ready, with the terms of each by its id.
pub(crate) struct Loaded {
    pub(crate) policies: Policies,
    pub(super) terms: BTreeMap<String, Terms>,
}

/// A table that is not off.
struct Table<'a> {
    name: &'a str,
    config: &'a PolicyConfig,
    source: Source,
}

/// Loads the policies that are not off. Whoever has made several mistakes hears of all.
/// Where the code's author is not trusted, paths narrow nothing.
pub(super) fn load(config: &PoliciesConfig, parts: &Parts) -> Result<Loaded, BuildError> {
    let options = HostOptions {
        cache: parts.cache.as_ref().map(|cache| cache.join("policies")),
        compiler: parts.compiler.clone(),
        on_compile: Some(progress::show),
        ..HostOptions::default()
    };
    let mut loaded = Loaded { policies: Policies::new(&options), terms: BTreeMap::new() };
    let mut mistakes = Vec::new();
    for (name, config) in config.0.iter().filter(|(_, config)| config.mode == Mode::Off) {
        mistakes.extend(wrong_off(config).into_iter().map(|mistake| below(name, mistake)));
    }
    let own = files(config);
    for table in tables(config) {
        let mut wrong = table.wrong_folder();
        // Each of its policies would refuse what is not for it.
        let sources = if wrong.is_empty() { table.source.open(&own) } else { Vec::new() };
        for source in sources {
            match source {
                Ok(source) => wrong.extend(loaded.add(&table, source, parts.trusted)),
                Err(mistake) => wrong.push(mistake),
            }
        }
        mistakes.extend(wrong.into_iter().map(|mistake| below(table.name, mistake)));
    }
    BuildError::all(mistakes).map(|()| loaded)
}

/// What is off is not loaded, and so its rules are not known. A policy that does not exist was not meant,
/// and neither was a rule of it that counts.
fn wrong_off(config: &PolicyConfig) -> Vec<BuildError> {
    let source = config.source();
    let builtin = matches!(source, Source::Builtin(_)).then(|| source.open(&[]));
    let unknown = builtin.into_iter().flatten().filter_map(Result::err);
    let enforced = config.enforced().map(|id| BuildError {
        key: format!("rules.{id}.mode"),
        reason: "the policy is off, so none of its rules is looked for".to_owned(),
        help: Some("turn off its other rules instead".to_owned()),
        ..BuildError::default()
    });
    unknown.chain(enforced).collect()
}

/// The files that have tables of their own, whatever their modes: a folder's table is not for them.
fn files(config: &PoliciesConfig) -> Vec<PathBuf> {
    let file = |config: &PolicyConfig| match config.source() {
        Source::File(path) => path.canonicalize().ok(),
        Source::Builtin(_) | Source::Folder(_) => None,
    };
    config.0.values().filter_map(file).collect()
}

/// Folders come last: a policy that another table names with another file is one too many in the folder.
fn tables(config: &PoliciesConfig) -> Vec<Table<'_>> {
    let on = config.0.iter().filter(|(_, config)| config.mode != Mode::Off);
    let mut tables: Vec<Table<'_>> =
        on.map(|(name, config)| Table { name, config, source: config.source() }).collect();
    tables.sort_by_key(Table::is_folder);
    tables
}

impl Loaded {
    /// Adds a policy on the terms of its table, and tells what is wrong with any of both.
    fn add(&mut self, table: &Table<'_>, source: PolicySource, trusted: bool) -> Vec<BuildError> {
        let settings = Value::Object(table.config.settings.clone());
        let (mut mistakes, manifest) = match self.policies.add(PolicySource { settings, ..source })
        {
            Ok(manifest) => (Vec::new(), manifest.clone()),
            // The rest of its table is looked at, too.
            Err(LoadError { reason: Refusal::Settings { problems, manifest }, .. }) => {
                (problems.iter().map(wrong_setting).collect(), *manifest)
            }
            // One of both tables does not have the policy's name, and hears of it.
            Err(LoadError { reason: Refusal::Duplicate { id, .. }, .. }) if !table.is_folder() => {
                return table.misnamed(&id).into_iter().collect();
            }
            Err(error) => return vec![table.refused(&error)],
        };
        mistakes.extend(table.misnamed(&manifest.id));
        match Terms::new(table.config, &manifest, trusted) {
            Ok(terms) => drop(self.terms.insert(manifest.id, terms)),
            Err(wrong) => mistakes.extend(wrong),
        }
        mistakes
    }
}

impl Table<'_> {
    fn is_folder(&self) -> bool {
        matches!(self.source, Source::Folder(_))
    }

    /// What is wrong with a policy of its. In a folder it can be one too many.
    fn refused(&self, error: &LoadError) -> BuildError {
        let mistake = unusable(error);
        let (Refusal::Duplicate { id, other }, Source::Folder(folder)) =
            (&error.reason, &self.source)
        else {
            return mistake;
        };
        let help = if Path::new(other).parent() == Some(folder) {
            "take one of both files out of the folder".to_owned()
        } else {
            let file = &error.policy;
            format!("say `source = \"{file}\"` in `policies.{id}`, or take it out of the folder")
        };
        BuildError { help: Some(help), ..mistake }
    }

    /// One that is called otherwise than its table would have another name in reports.
    fn misnamed(&self, id: &str) -> Option<BuildError> {
        (id != self.name && !self.is_folder()).then(|| BuildError {
            reason: format!("the id of `{}` is `{id}`", self.source),
            help: Some(format!("call the table `policies.{id}`")),
            ..BuildError::default()
        })
    }

    /// Settings and rules are one policy's, and a folder has several.
    fn wrong_folder(&self) -> Vec<BuildError> {
        let PolicyConfig { settings, rules, .. } = self.config;
        let written = [("settings", !settings.is_empty()), ("rules", !rules.is_empty())];
        let wrong = written.into_iter().filter(|(_, is_written)| *is_written && self.is_folder());
        let mistake = |(key, _): (&str, bool)| BuildError {
            key: key.to_owned(),
            reason: format!("`{}` is a folder, and this is for one policy", self.source),
            help: Some("give the policy a table of its own, with its file as `source`".to_owned()),
            ..BuildError::default()
        };
        wrong.map(mistake).collect()
    }
}

fn wrong_setting(problem: &SettingsProblem) -> BuildError {
    BuildError {
        key: "settings".to_owned(),
        reason: problem.to_string(),
        help: (!problem.choice.is_empty()).then(|| {
            let choice: Vec<&str> = problem.choice.iter().map(String::as_str).collect();
            suggest(&problem.written, &choice)
        }),
        ..BuildError::default()
    }
}

/// A mistake in the table of this name.
fn below(name: &str, mistake: BuildError) -> BuildError {
    let key = match mistake.key.as_str() {
        "" => name.to_owned(),
        key => format!("{name}.{key}"),
    };
    BuildError { key, ..mistake }
}
