//! What the manifests that speak for a file say of a name.
//!
//! A file can import thousands of names, and manifests have thousands each: every name is looked up, and
//! nothing is gone through.

use std::collections::HashMap;
use std::hash::Hash;

use crate::{Ecosystem, Manifest};

/// The manifests that have each name.
pub(super) struct Declarations<'a> {
    manifests: &'a [Manifest],
    rows: HashMap<(Ecosystem, &'a str), Vec<usize>>,
    /// Those that have the types of each.
    types: HashMap<String, Vec<usize>>,
}

impl<'a> Declarations<'a> {
    pub(super) fn of(manifests: &'a [Manifest]) -> Self {
        let (mut rows, mut types) = (HashMap::new(), HashMap::new());
        for (row, manifest) in manifests.iter().enumerate() {
            for one in &manifest.requirements {
                add(&mut rows, (one.ecosystem, one.name.as_str()), row);
                if let Some(name) = has_types_of(&one.name) {
                    add(&mut types, name, row);
                }
            }
        }
        Self { manifests, rows, types }
    }

    /// What those say that speak for a file. A program that says itself what it needs has no others.
    pub(super) fn speaking(&self, path: &str) -> Speaking<'_> {
        let mut speaks: Vec<bool> =
            self.manifests.iter().map(|manifest| manifest.speaks_for(path)).collect();
        let has_script =
            self.manifests.iter().zip(&speaks).any(|(one, speaks)| *speaks && one.is_script);
        if has_script {
            for (manifest, speaks) in self.manifests.iter().zip(&mut speaks) {
                *speaks &= manifest.is_script;
            }
        }
        Speaking { declarations: self, speaks }
    }
}

/// The manifests that speak for a file.
pub(super) struct Speaking<'a> {
    declarations: &'a Declarations<'a>,
    /// Of each manifest, whether it does.
    speaks: Vec<bool>,
}

impl Speaking<'_> {
    fn manifests(&self) -> impl Iterator<Item = &Manifest> {
        let all = self.declarations.manifests.iter().zip(&self.speaks);
        all.filter(|(_, speaks)| **speaks).map(|(manifest, _)| manifest)
    }

    fn have(&self, rows: Option<&Vec<usize>>) -> bool {
        rows.into_iter().flatten().any(|row| self.speaks[*row])
    }

    /// Whether any asks for the package.
    pub(super) fn declare(&self, ecosystem: Ecosystem, name: &str) -> bool {
        self.have(self.declarations.rows.get(&(ecosystem, name)))
    }

    /// Whether any asks for the package, or for its types.
    pub(super) fn cover(&self, ecosystem: Ecosystem, name: &str) -> bool {
        let has_types = ecosystem == Ecosystem::Npm && self.have(self.declarations.types.get(name));
        has_types || self.declare(ecosystem, name)
    }

    /// Whether any is that of the package itself.
    pub(super) fn own(&self, name: &str) -> bool {
        self.manifests().any(|manifest| manifest.own.iter().any(|own| own == name))
    }

    /// Whether any says what is needed from there.
    pub(super) fn list(&self, ecosystem: Ecosystem) -> bool {
        let lists = |one: &Manifest| one.requirements.iter().any(|one| one.ecosystem == ecosystem);
        self.manifests().any(|manifest| manifest.is_script || lists(manifest))
    }
}

fn add<Key: Eq + Hash>(rows: &mut HashMap<Key, Vec<usize>>, key: Key, row: usize) {
    let rows = rows.entry(key).or_default();
    if rows.last() != Some(&row) {
        rows.push(row);
    }
}

/// `@types/node` has the types of `node`, `@types/babel__core` those of `@babel/core`.
fn has_types_of(name: &str) -> Option<String> {
    let name = name.strip_prefix("@types/")?;
    Some(match name.split_once("__") {
        Some((scope, name)) => format!("@{scope}/{name}"),
        None => name.to_owned(),
    })
}
