//! What is imported and what is declared, put together.
//!
//! Declared beats inferred: where several packages can be meant, or nobody knows, the one that is
//! declared is. What is only imported is unlisted, what is only declared unused.

use std::collections::BTreeMap;

use crate::dependency::speaking::{Declarations, Speaking};
use crate::dependency::{normal, suspicion};
use crate::{
    Analysis, Dependency, DependencyKind, Ecosystem, Group, KnownBy, Manifest, Marker, Package,
    Refused, Requirement, Span,
};

/// All that some files and their manifests need from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Each package once, by its ecosystem and name.
    pub needs: Vec<Need>,
    /// What manifests ask for and do not get, with the file.
    pub refused: Vec<(String, Refused)>,
}

/// A package that is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Where such packages come from.
    pub ecosystem: Ecosystem,
    /// The name that is imported; of what is declared alone, the package's.
    pub name: String,
    /// The package.
    pub package: Package,
    /// All that is imported of it.
    pub modules: Vec<String>,
    /// Whether something needs it to run.
    pub kind: DependencyKind,
    /// Where it is needed, if not everywhere.
    pub marker: Option<Marker>,
    /// Where it is imported, once a file.
    pub imported: Vec<Place>,
    /// What is declared of it, with the file.
    pub declared: Vec<(String, Requirement)>,
    /// What a person should know of it.
    pub notes: Vec<Note>,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file.
    pub path: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The bytes.
    pub span: Span,
}

/// What a person should know of a package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Note {
    /// It is imported, and no manifest that speaks for the file declares it.
    Unlisted,
    /// It is declared, and nothing that was read imports it.
    Unused,
    /// Its name is that of a much used package but for one letter.
    OneEdit {
        /// That package.
        from: String,
    },
    /// Its name is that of two much used packages.
    Joined {
        /// The first.
        one: String,
        /// The second.
        other: String,
    },
    /// A package of this name is much used elsewhere, and not here.
    OtherEcosystem {
        /// Where.
        ecosystem: Ecosystem,
    },
    /// Its name is one that is imported, and what is imported by it comes with another package.
    ImportName {
        /// That package, or those that can be meant.
        packages: Vec<String>,
    },
}

impl Note {
    /// What is suspicious about the name of a package that somebody asks for; of Python's, in the
    /// normal form.
    pub fn suspicions(ecosystem: Ecosystem, name: &str) -> Vec<Self> {
        suspicion::about(ecosystem, name)
    }

    /// Whether the name of the package looks like that of another.
    pub fn is_suspicion(&self) -> bool {
        !matches!(self, Self::Unlisted | Self::Unused)
    }
}

type Key = (Ecosystem, String);

impl Plan {
    /// Of these files, and of the manifests that were found beside them.
    pub fn of(analyses: &[Analysis], manifests: &[Manifest]) -> Self {
        let scripts = analyses.iter().filter_map(|analysis| analysis.script.clone());
        let manifests: Vec<Manifest> = manifests.iter().cloned().chain(scripts).collect();
        let mut needs = BTreeMap::<Key, Need>::new();
        let declarations = Declarations::of(&manifests);
        for analysis in analyses {
            let speaking = declarations.speaking(analysis.path());
            for dependency in &analysis.dependencies {
                infer(&mut needs, analysis, dependency, &speaking);
            }
        }
        for manifest in &manifests {
            for requirement in &manifest.requirements {
                declare(&mut needs, manifest, requirement);
            }
        }
        let mut needs: Vec<Need> = needs.into_values().collect();
        for need in &mut needs {
            finish(need);
        }
        let refused = manifests.into_iter().flat_map(|manifest| {
            let path = manifest.path;
            manifest.refused.into_iter().map(move |refused| (path.clone(), refused))
        });
        Self { needs, refused: refused.collect() }
    }
}

fn infer(
    needs: &mut BTreeMap<Key, Need>,
    analysis: &Analysis,
    dependency: &Dependency,
    speaking: &Speaking<'_>,
) {
    let ecosystem = dependency.ecosystem;
    let package = settled(dependency, speaking);
    let name = package.name().unwrap_or(&dependency.name);
    if speaking.own(name) {
        return;
    }
    let key = (ecosystem, name.to_owned());
    let line = analysis.position(dependency.span.start).line;
    let place = Place { path: analysis.path().to_owned(), line, span: dependency.span };
    let is_unlisted = speaking.list(ecosystem) && !speaking.cover(ecosystem, name);
    let need = needs.entry(key).or_insert_with(|| Need {
        ecosystem,
        name: dependency.name.clone(),
        package,
        modules: Vec::new(),
        kind: dependency.kind,
        marker: dependency.marker.clone(),
        imported: Vec::new(),
        declared: Vec::new(),
        notes: Vec::new(),
    });
    if !need.imported.is_empty() {
        need.marker = Marker::either(need.marker.take(), dependency.marker.clone());
    }
    need.kind = need.kind.min(dependency.kind);
    need.modules.extend(dependency.modules.iter().cloned());
    need.imported.push(place);
    // Types that are declared are all that type checkers need.
    need.notes.extend(is_unlisted.then_some(Note::Unlisted));
}

/// The package, after what is declared was looked at.
fn settled(dependency: &Dependency, speaking: &Speaking<'_>) -> Package {
    let declared = |name: &str| speaking.declare(dependency.ecosystem, name);
    let known = |name: String| Package::Known {
        name,
        versions: String::new(),
        by: KnownBy::Declaration,
        also: Vec::new(),
    };
    match &dependency.package {
        Package::OneOf(candidates) => {
            let chosen: Vec<&String> = candidates.iter().filter(|name| declared(name)).collect();
            match chosen[..] {
                [chosen] => known(chosen.clone()),
                _ => dependency.package.clone(),
            }
        }
        Package::Known { name, also, .. } if !declared(name) => {
            let chosen = also.iter().find(|name| declared(name));
            chosen.map_or_else(|| dependency.package.clone(), |chosen| known(chosen.clone()))
        }
        Package::Unresolved => {
            let top = normal(dependency.name.split('.').next().unwrap_or_default());
            if declared(&top) { known(top) } else { Package::Unresolved }
        }
        Package::Known { .. } => dependency.package.clone(),
    }
}

fn declare(needs: &mut BTreeMap<Key, Need>, manifest: &Manifest, requirement: &Requirement) {
    let key = (requirement.ecosystem, requirement.name.clone());
    let need = needs.entry(key).or_insert_with(|| Need {
        ecosystem: requirement.ecosystem,
        name: requirement.name.clone(),
        package: Package::Known {
            name: requirement.name.clone(),
            versions: String::new(),
            by: KnownBy::Declaration,
            also: Vec::new(),
        },
        modules: Vec::new(),
        kind: match requirement.group {
            Group::Run => DependencyKind::Required,
            Group::Optional | Group::Development => DependencyKind::Optional,
        },
        marker: requirement.marker.clone(),
        imported: Vec::new(),
        declared: Vec::new(),
        notes: Vec::new(),
    });
    need.declared.push((manifest.path.clone(), requirement.clone()));
}

/// What is to be said of a package when all is known.
fn finish(need: &mut Need) {
    need.modules.sort();
    need.modules.dedup();
    let is_for_running = need.declared.iter().any(|(_, one)| one.group == Group::Run);
    let is_types = need.name.starts_with("@types/");
    if need.imported.is_empty() && is_for_running && !is_types {
        need.notes.push(Note::Unused);
    }
    // What was found in a wheel or a table is what is meant; what somebody wrote may be a mistake.
    let written = match &need.package {
        Package::Known { name, by: KnownBy::Declaration | KnownBy::Name, .. } => Some(name),
        Package::Known { .. } | Package::OneOf(_) => None,
        Package::Unresolved => Some(&need.name),
    };
    if let Some(name) = written {
        let name = need.ecosystem.normal_name(name);
        need.notes.extend(suspicion::about(need.ecosystem, &name));
    }
    need.notes.sort();
    need.notes.dedup();
}
