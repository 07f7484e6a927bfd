//! `pyproject.toml`: the tables `[project]` and `[build-system]`, and the groups of
//! `[dependency-groups]`.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Spanned, Value};

use super::{Group, Manifest, Refusal, line_of};
use crate::dependency::normal;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct PyProject {
    project: Option<Project>,
    build_system: Option<Build>,
    #[serde(default)]
    dependency_groups: BTreeMap<String, Vec<Spanned<Value>>>,
}

/// What builds the project. It runs on every machine that installs the project from its sources.
#[derive(Deserialize)]
struct Build {
    #[serde(default)]
    requires: Vec<Spanned<Value>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Project {
    name: Option<String>,
    #[serde(default)]
    dependencies: Vec<Spanned<Value>>,
    #[serde(default)]
    optional_dependencies: BTreeMap<String, Vec<Spanned<Value>>>,
}

/// Reads the tables.
pub(super) fn read(manifest: &mut Manifest, text: &str) {
    let read: PyProject = match toml::from_str(text) {
        Ok(read) => read,
        Err(error) => {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            return manifest.unreadable(error.message(), line);
        }
    };
    if let Some(project) = read.project {
        manifest.own.extend(project.name.as_deref().map(normal));
        keep(manifest, text, &project.dependencies, Group::Run);
        for list in project.optional_dependencies.values() {
            keep(manifest, text, list, Group::Optional);
        }
    }
    if let Some(build) = read.build_system {
        keep(manifest, text, &build.requires, Group::Development);
    }
    for list in read.dependency_groups.values() {
        keep(manifest, text, list, Group::Development);
    }
}

fn keep(manifest: &mut Manifest, text: &str, list: &[Spanned<Value>], group: Group) {
    for item in list {
        let line = line_of(text, item.span().start);
        match item.get_ref() {
            Value::String(requirement) => manifest.python(requirement, group, line),
            // `{ include-group = "test" }`: that group is read by itself.
            Value::Table(table) if table.contains_key("include-group") => {}
            other => manifest.refuse(&other.to_string(), Refusal::Shape("requirement"), line),
        }
    }
}
