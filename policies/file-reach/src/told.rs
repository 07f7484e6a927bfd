//! What the catalogue tells by itself, so that it is not told twice: names, and what their paths begin
//! with. A test compares `told.json` with the catalogue.

use lazaret_policy::serde_json;
use serde::Deserialize;

const TOLD: &str = include_str!("../told.json");

/// Of the catalogue's rules, what this policy has to know.
#[derive(Deserialize)]
struct Told {
    names: Vec<String>,
    begins: Vec<String>,
}

/// What the catalogue tells.
pub(crate) struct Catalogue(Vec<Told>);

impl Catalogue {
    pub(crate) fn load() -> Self {
        Self(serde_json::from_str(TOLD).expect("`told.json` is of this form"))
    }

    /// Whether it tells that this function is given this path.
    pub(crate) fn tells(&self, name: &str, path: &str) -> bool {
        self.about(name).any(|begin| path.starts_with(begin))
    }

    /// Whether it tells that this function is given a path that is put together as it is written here.
    pub(crate) fn tells_within(&self, name: &str, written: &str) -> bool {
        self.about(name).any(|begin| written.contains(begin))
    }

    fn about(&self, name: &str) -> impl Iterator<Item = &str> {
        let rules = self.0.iter().filter(move |told| told.names.iter().any(|known| known == name));
        rules.flat_map(|told| &told.begins).map(String::as_str)
    }

    /// The names that it tells something of.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|told| &told.names).map(String::as_str)
    }
}
