//! The packages that a file needs from outside.
//!
//! What is imported is either the language's own, or the project's, or comes with a package. Which
//! one that is, is looked up and never guessed; no index is asked, so whether a package exists is
//! not known here.

mod aliases;
mod declared;
mod distribution;
mod lines;
mod marker;
mod node;
mod plan;
mod python;
mod speaking;
mod suspicion;

use std::collections::{BTreeMap, HashMap};

use crate::survey::Imported;
use crate::{
    Dependency, DependencyKind, Ecosystem, KnownBy, Language, Package, Project, SourceFile,
};

pub use aliases::Aliases;
pub use declared::{Group, Manifest, NotARequirement, Refusal, Refused, Requirement};
pub(crate) use declared::{distribution_of, is_name, script};
pub(crate) use distribution::normal;
pub use marker::{Marker, Term};
pub use plan::{Need, Note, Place, Plan};

/// Something imported that is neither the language's own nor the project's.
struct External {
    /// Where its package comes from.
    ecosystem: Ecosystem,
    /// The name that is imported, as far as it tells packages apart.
    name: String,
    /// What it comes with.
    package: Package,
    /// What is imported of it.
    module: String,
}

/// What is known beside the file.
pub(crate) struct Known<'a> {
    /// What else the project has.
    pub(crate) project: &'a Project,
    /// Python's minor version, where only one is meant.
    pub(crate) python_minor: Option<u8>,
    /// Distributions of modules, as a configuration has them.
    pub(crate) distributions: &'a BTreeMap<String, String>,
}

/// The packages behind a file's imports, each once, in the order in which they first appear.
pub(crate) fn of(file: &SourceFile, imports: &[Imported], known: &Known<'_>) -> Vec<Dependency> {
    let mut dependencies: Vec<Dependency> = Vec::new();
    let mut places = HashMap::new();
    for import in imports {
        let is_reached = import.marker.as_ref().is_none_or(|one| one.may_hold(known.python_minor));
        let external = match file.language {
            _ if !is_reached => None,
            Language::Python => python::external(file, import, known),
            Language::Bash => None,
            _ => node::external(file, known.project, &import.module),
        };
        let Some(External { ecosystem, name, package, module }) = external else { continue };
        let kind = if is_declarations(file) { DependencyKind::TypeOnly } else { import.kind };
        let key = package.name().unwrap_or(&name).to_owned();
        let mut is_new = false;
        let place = *places.entry((ecosystem, key)).or_insert_with(|| {
            is_new = true;
            let (span, marker) = (import.span, import.marker.clone());
            let modules = Vec::new();
            dependencies.push(Dependency { ecosystem, name, package, modules, kind, marker, span });
            dependencies.len() - 1
        });
        let dependency = &mut dependencies[place];
        dependency.kind = dependency.kind.min(kind);
        if !is_new {
            dependency.marker = Marker::either(dependency.marker.take(), import.marker.clone());
        }
        if !dependency.modules.contains(&module) {
            dependency.modules.push(module);
        }
    }
    dependencies
}

/// `a.d.ts` declares what other files have, and is never run.
fn is_declarations(file: &SourceFile) -> bool {
    [".d.ts", ".d.mts", ".d.cts"].iter().any(|ending| file.path.ends_with(ending))
}

/// A package that has the name that is imported.
fn of_its_name(name: &str) -> Package {
    let (name, versions) = (name.to_owned(), String::new());
    Package::Known { name, versions, by: KnownBy::Name, also: Vec::new() }
}
