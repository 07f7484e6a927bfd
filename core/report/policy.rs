//! What a policy is, as JSON, version 1.
//!
//! These types are the wire format, apart from the manifest that the host works with: they change
//! only by additions, and `schemas/policy.v1.json` is their published schema.

pub mod human;
mod settings;

use lazaret_analysis::{Language, Severity};
use lazaret_wasm::{Inspection, PolicyRule};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::config::SeverityName;

/// What a policy is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Policy {
    /// Always 1.
    pub version: u32,
    /// The beginning of its rules' names in reports.
    pub id: String,
    /// Its own version.
    pub policy_version: String,
    /// What it is for, in one line.
    pub summary: String,
    /// The licence, as an SPDX expression; empty where it does not say.
    pub license: String,
    /// Where there is more to read.
    pub docs_url: Option<String>,
    /// What it looks for.
    pub rules: Vec<Rule>,
    /// The languages it judges; empty for all.
    pub languages: Vec<&'static str>,
    /// The facts that wake it.
    pub interests: Vec<Interest>,
    /// The tree-sitter queries whose matches wake it.
    pub queries: Vec<Query>,
    /// Whether it judges every file of its languages, with such a fact or without.
    pub always: bool,
    /// Whether it judges all files together, too, and the packages that they need.
    pub judges_submissions: bool,
    /// Whether it is given the file's text.
    pub wants_source: bool,
    /// A JSON Schema of its settings; null where it has none.
    pub settings_schema: Option<Value>,
    /// The interfaces that it imports, which is all that it can reach.
    pub imports: Vec<String>,
    /// The file itself.
    pub file: File,
}

/// A pattern whose matches a policy asks for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Query {
    /// What the policy calls it.
    pub id: String,
    /// The language whose trees it is about.
    pub language: &'static str,
    /// The pattern.
    pub pattern: String,
}

impl From<lazaret_wasm::PolicyQuery> for Query {
    fn from(query: lazaret_wasm::PolicyQuery) -> Self {
        let lazaret_wasm::PolicyQuery { id, language, pattern, .. } = query;
        Self { id, language: language.name(), pattern }
    }
}

/// What a policy looks for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Rule {
    /// Its name in reports and configuration, with the policy's.
    pub id: String,
    /// What is there, in one line.
    pub title: String,
    /// How bad it is where a finding does not say otherwise.
    #[schemars(with = "SeverityName")]
    pub severity: Severity,
    /// What to do instead.
    pub help: Option<String>,
    /// Where there is more to read.
    pub docs_url: Option<String>,
    /// Words it is found by.
    pub tags: Vec<String>,
    /// The weakness in the Common Weakness Enumeration.
    pub cwe: Option<u32>,
}

/// Facts that wake a policy.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Interest {
    /// Their kind: `call`.
    pub kind: String,
    /// Their name; a `*` stands for any characters, or none.
    pub pattern: String,
}

/// A policy's file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct File {
    /// What it is.
    pub form: Form,
    /// Its size in bytes.
    pub size: u64,
    /// The size in bytes of the component.
    pub component_size: u64,
    /// The SHA-256 in hexadecimal.
    pub sha256: String,
}

/// What a policy's file is.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A component.
    Component,
    /// A core module, which is made a component when it is loaded.
    CoreModule,
}

impl From<&Inspection> for Policy {
    fn from(inspection: &Inspection) -> Self {
        let manifest = inspection.manifest.clone();
        let interest = |one: lazaret_wasm::Interest| {
            let lazaret_wasm::Interest { kind, pattern } = one;
            Interest { kind, pattern }
        };
        Self {
            version: 1,
            rules: manifest.rules.iter().map(|rule| Rule::of(&manifest.id, rule)).collect(),
            id: manifest.id,
            policy_version: manifest.version,
            summary: manifest.summary,
            license: manifest.license,
            docs_url: manifest.docs_url,
            languages: manifest.languages.into_iter().map(Language::name).collect(),
            interests: manifest.interests.into_iter().map(interest).collect(),
            queries: manifest.queries.into_iter().map(Query::from).collect(),
            always: manifest.always,
            judges_submissions: manifest.judges_submissions,
            wants_source: manifest.wants_source,
            settings_schema: serde_json::from_str(&manifest.settings_schema).ok(),
            imports: inspection.imports.clone(),
            file: File::of(inspection),
        }
    }
}

impl Rule {
    fn of(policy: &str, rule: &PolicyRule) -> Self {
        Self {
            id: format!("{policy}/{}", rule.id),
            title: rule.title.clone(),
            severity: rule.severity,
            help: rule.help.clone(),
            docs_url: rule.docs_url.clone(),
            tags: rule.tags.clone(),
            cwe: rule.cwe,
        }
    }
}

impl File {
    fn of(inspection: &Inspection) -> Self {
        Self {
            form: match inspection.form {
                lazaret_wasm::Form::Component => Form::Component,
                lazaret_wasm::Form::CoreModule => Form::CoreModule,
            },
            size: inspection.size,
            component_size: inspection.component_size,
            sha256: inspection.sha256.clone(),
        }
    }
}

/// The published schema.
pub fn schema() -> Value {
    schemars::schema_for!(Policy).to_value()
}
