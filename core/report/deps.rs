//! What files need from outside, as JSON, version 1.
//!
//! These types are the wire format, apart from the ones that analysis works with: they change only
//! by additions, and `schemas/deps.v1.json` is their published schema.

pub mod human;
pub mod requirements;

use lazaret_analysis::{Group, Need, Note, Package, Plan};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::v1;
use crate::stage;

/// What files need from outside.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Dependencies {
    /// Always 1.
    pub version: u32,
    /// The packages, by ecosystem and name.
    pub needs: Vec<Needed>,
    /// What manifests ask for and do not get.
    pub refused: Vec<Refused>,
    /// The files that could not be read, so that nobody knows what they need.
    pub unjudged: Vec<v1::Unjudged>,
}

/// A package that is needed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Needed {
    /// Where such packages come from: `pypi`, `npm` or `jsr`.
    pub ecosystem: &'static str,
    /// The name that is imported; of what is declared alone, the package's.
    pub name: String,
    /// The package; null where nobody knows, or several can be meant.
    pub package: Option<String>,
    /// The packages that can be meant, where there are several; the most used first.
    pub candidates: Vec<String>,
    /// Packages that ship what is imported too, and are not what is meant.
    pub also: Vec<String>,
    /// The versions that have what is imported, where not all do: `<82`.
    pub versions: Option<String>,
    /// How the package is known: by its `name`, by a `configuration`, a `declaration`, the
    /// reviewed `table` or its `wheel`.
    pub known_by: Option<&'static str>,
    /// Whether something needs it to run.
    pub kind: v1::Need,
    /// Where it is needed, as a marker of PEP 508; null for everywhere.
    pub marker: Option<String>,
    /// All that is imported of it.
    pub modules: Vec<String>,
    /// Where it is imported, once a file.
    pub imported: Vec<Line>,
    /// Where it is declared.
    pub declared: Vec<Declared>,
    /// What a person should know of it.
    pub notes: Vec<Noted>,
}

/// A line of a file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Line {
    /// The file, with `/` between names.
    pub path: String,
    /// The line, counted from 1.
    pub line: usize,
}

/// A requirement in a manifest.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Declared {
    /// Where.
    pub place: Line,
    /// The versions that do; empty for any.
    pub versions: String,
    /// Parts of the package that are asked for.
    pub extras: Vec<String>,
    /// Where it is needed, as a marker of PEP 508; null for everywhere.
    pub marker: Option<String>,
    /// When it is needed.
    pub group: When,
}

/// When something that is declared is needed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Always.
    Run,
    /// With an extra, or where it can be had.
    Optional,
    /// By whoever works on the project.
    Development,
}

/// What a person should know of a package.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Noted {
    /// What sort of note: `unlisted`, `unused`, `one_edit`, `joined`, `other_ecosystem` or
    /// `import_name`.
    pub kind: &'static str,
    /// The note as a sentence.
    pub message: String,
    /// The packages that it names.
    pub packages: Vec<String>,
}

/// What a manifest asks for and does not get.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Refused {
    /// Where.
    pub place: Line,
    /// What is written there.
    pub written: String,
    /// Why it is refused.
    pub reason: String,
}

impl Dependencies {
    /// Of a plan, and of the files that could not be read.
    pub fn new(plan: &Plan, unjudged: &[stage::Unjudged]) -> Self {
        let refused = plan.refused.iter().map(|(path, refused)| Refused {
            place: Line { path: path.clone(), line: refused.line },
            written: refused.written.clone(),
            reason: refused.reason.to_string(),
        });
        let unjudged = unjudged.iter().map(v1::Unjudged::from);
        Self {
            version: 1,
            needs: plan.needs.iter().map(Needed::from).collect(),
            refused: refused.collect(),
            unjudged: unjudged.collect(),
        }
    }
}

impl From<&Need> for Needed {
    fn from(need: &Need) -> Self {
        let (mut candidates, mut also, mut versions, mut known_by) =
            (Vec::new(), Vec::new(), None, None);
        match &need.package {
            Package::Known { versions: known, by, also: others, .. } => {
                also.clone_from(others);
                versions = (!known.is_empty()).then(|| known.clone());
                known_by = Some(by.name());
            }
            Package::OneOf(packages) => candidates.clone_from(packages),
            Package::Unresolved => {}
        }
        let imported = need.imported.iter();
        Self {
            ecosystem: need.ecosystem.name(),
            name: need.name.clone(),
            package: need.package.name().map(str::to_owned),
            candidates,
            also,
            versions,
            known_by,
            kind: need.kind.into(),
            marker: need.marker.as_ref().map(ToString::to_string),
            modules: need.modules.clone(),
            imported: imported
                .map(|place| Line { path: place.path.clone(), line: place.line })
                .collect(),
            declared: need.declared.iter().map(Declared::from).collect(),
            notes: need.notes.iter().map(Noted::from).collect(),
        }
    }
}

impl From<&(String, lazaret_analysis::Requirement)> for Declared {
    fn from((path, requirement): &(String, lazaret_analysis::Requirement)) -> Self {
        Self {
            place: Line { path: path.clone(), line: requirement.line },
            versions: requirement.versions.clone(),
            extras: requirement.extras.clone(),
            marker: requirement.marker.as_ref().map(ToString::to_string),
            group: match requirement.group {
                Group::Run => When::Run,
                Group::Optional => When::Optional,
                Group::Development => When::Development,
            },
        }
    }
}

impl From<&Note> for Noted {
    fn from(note: &Note) -> Self {
        let (kind, packages) = match note {
            Note::Unlisted => ("unlisted", Vec::new()),
            Note::Unused => ("unused", Vec::new()),
            Note::OneEdit { from } => ("one_edit", vec![from.clone()]),
            Note::Joined { one, other } => ("joined", vec![one.clone(), other.clone()]),
            Note::OtherEcosystem { .. } => ("other_ecosystem", Vec::new()),
            Note::ImportName { packages } => ("import_name", packages.clone()),
        };
        Self { kind, message: human::note(note), packages }
    }
}

/// The published schema.
pub fn schema() -> Value {
    schemars::schema_for!(Dependencies).to_value()
}
