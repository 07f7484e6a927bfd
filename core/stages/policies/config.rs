//! The tables below `[policies]`, as they are written.
//!
//! A table's name is the policy's id, so that reports, settings and exceptions call it alike. A
//! folder of policies has a table, too, for what is to hold for all of them but those whose files
//! have tables of their own.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use lazaret_analysis::{Language, Severity};
use lazaret_wasm::{LoadError, PolicySource};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::date::Date;
use crate::app::BuildError;
use crate::config::{RelativePathBuf, SeverityName, from_here, suggest};

/// What stands before the name of a policy that comes with Lazaret.
const BUILTIN: &str = "builtin:";

/// The tables below `[policies]`, by name.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct PoliciesConfig(pub(super) BTreeMap<String, PolicyConfig>);

/// A policy, or a folder of policies.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct PolicyConfig {
    /// A `.wasm` file, a folder with such files, or `builtin:` and the name of one that comes with
    /// Lazaret.
    #[schemars(with = "String")]
    pub(super) source: RelativePathBuf,
    /// Whether what it finds counts.
    #[serde(default)]
    pub(super) mode: Mode,
    /// What happens where it cannot judge a file: `block` where anything of it counts, and `monitor`
    /// where all is only monitored, unless it is said here.
    pub(super) on_error: Option<OnError>,
    /// The files that it judges, by patterns as in `.gitignore`; all, where there are none.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(super) paths: Vec<RelativePathBuf>,
    /// The languages that it judges, of those that it can; all, where there are none.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(super) languages: Vec<Language>,
    /// Its settings. Its own schema says what there is.
    #[serde(default)]
    pub(super) settings: Map<String, Value>,
    /// What is different for a rule of its.
    #[serde(default)]
    pub(super) rules: BTreeMap<String, RuleConfig>,
}

/// What is different for a rule.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleConfig {
    /// How bad it is.
    #[schemars(with = "Option<SeverityName>")]
    pub(super) severity: Option<Severity>,
    /// Whether what it finds counts, in place of the policy's mode.
    pub(super) mode: Option<Mode>,
    /// The last day on which this holds.
    #[schemars(with = "Option<String>")]
    pub(super) until: Option<Date>,
}

/// Whether what is found counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    /// It does.
    #[default]
    Enforce,
    /// It is only monitored: it is in reports, and stops nothing.
    Monitor,
    /// Nothing is looked for.
    Off,
}

/// What happens where a policy cannot judge a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OnError {
    /// Nobody knows, so the verdict is `unknown`.
    Block,
    /// That is only monitored, and the others decide.
    Monitor,
}

/// Where a policy is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Builtin(String),
    Folder(PathBuf),
    File(PathBuf),
}

impl PolicyConfig {
    pub(super) fn source(&self) -> Source {
        let written = self.source.original().to_string_lossy();
        if let Some(name) = written.strip_prefix(BUILTIN) {
            return Source::Builtin(name.to_owned());
        }
        let path = from_here(&self.source);
        if path.is_dir() { Source::Folder(path) } else { Source::File(path) }
    }

    pub(super) fn on_error(&self) -> OnError {
        let is_monitored = self.mode == Mode::Monitor && self.enforced().next().is_none();
        let default = if is_monitored { OnError::Monitor } else { OnError::Block };
        self.on_error.unwrap_or(default)
    }

    /// The rules that count whatever the mode is.
    pub(super) fn enforced(&self) -> impl Iterator<Item = &str> {
        let rules = self.rules.iter().filter(|(_, rule)| rule.mode == Some(Mode::Enforce));
        rules.map(|(id, _)| id.as_str())
    }
}

impl Source {
    /// The policies that are there, and what is wrong with the others. A folder's are those whose files
    /// are not `elsewhere`.
    pub(super) fn open(&self, elsewhere: &[PathBuf]) -> Vec<Result<PolicySource, BuildError>> {
        let read = |path: &PathBuf| PolicySource::from_file(path).map_err(|error| unusable(&error));
        match self {
            Self::Builtin(name) => vec![builtin(name)],
            Self::File(path) => vec![read(path)],
            Self::Folder(folder) => match files(folder) {
                Ok(files) => {
                    files.iter().filter(|file| !is_among(file, elsewhere)).map(read).collect()
                }
                Err(reason) => vec![Err(wrong_source(reason, None))],
            },
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Builtin(name) => write!(formatter, "{BUILTIN}{name}"),
            Self::Folder(path) | Self::File(path) => path.display().fmt(formatter),
        }
    }
}

/// The policy that is written like this, where that is one that comes with Lazaret.
pub(crate) fn bundled(written: &str) -> Option<Result<PolicySource, BuildError>> {
    written.strip_prefix(BUILTIN).map(builtin)
}

fn builtin(name: &str) -> Result<PolicySource, BuildError> {
    let policies = lazaret_bundle::policies();
    let found = policies.iter().find(|policy| policy.name == name);
    let source = found.map(|policy| {
        PolicySource::embedded(format!("{BUILTIN}{name}"), policy.wasm, policy.sha256)
    });
    source.ok_or_else(|| {
        let names: Vec<&str> = policies.iter().map(|policy| policy.name).collect();
        let reason = format!("no policy `{name}` comes with Lazaret");
        wrong_source(reason, Some(suggest(name, &names)))
    })
}

/// Whether one of `files`, which have no links in their paths, is this one.
fn is_among(file: &Path, files: &[PathBuf]) -> bool {
    file.canonicalize().is_ok_and(|file| files.contains(&file))
}

/// A folder without policies is not what anybody means.
fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let cannot = |error| format!("cannot read `{}`: {error}", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(format!("there is no .wasm file in `{}`", folder.display()));
    }
    Ok(files)
}

/// A policy that cannot be loaded.
pub(super) fn unusable(error: &LoadError) -> BuildError {
    wrong_source(lazaret_sandbox::causes(error), error.help())
}

fn wrong_source(reason: String, help: Option<String>) -> BuildError {
    BuildError { key: "source".to_owned(), reason, help, ..BuildError::default() }
}
