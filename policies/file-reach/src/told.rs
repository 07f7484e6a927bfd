//! What the catalogue tells by itself, so that it is not told twice: names, and which paths
//! of theirs. A test compares `told.json` with the catalogue.

use lazaret_policy::serde_json;
use serde::Deserialize;

use crate::functions::Given;

const TOLD: &str = include_str!("../told.json");

/// Of the catalogue's rules, what this policy has to know.
#[derive(Deserialize)]
struct Told {
    names: Vec<String>,
    /// Which argument it looks at; at every word, where it names none.
    #[serde(default)]
    argument: Option<usize>,
    /// What the path begins with.
    #[serde(default)]
    begins: Vec<String>,
    /// What the path is.
    #[serde(default)]
    is: Vec<String>,
}

impl Told {
    fn tells(&self, given: &Given) -> bool {
        let is_there = self.argument.is_none() || self.argument == given.place;
        let begins = || self.begins.iter().any(|begin| given.path.starts_with(begin));
        is_there && (begins() || self.is.contains(&given.path))
    }
}

/// What the catalogue tells.
pub(crate) struct Catalogue(Vec<Told>);

impl Catalogue {
    pub(crate) fn load() -> Self {
        Self(serde_json::from_str(TOLD).expect("`told.json` is of this form"))
    }

    /// Whether it tells that this function is given this path.
    pub(crate) fn tells(&self, name: &str, given: &Given) -> bool {
        self.about(name).any(|told| told.tells(given))
    }

    /// Whether it tells that this function is given a path that is put together as it is written here.
    pub(crate) fn tells_within(&self, name: &str, written: &str) -> bool {
        let mut texts = self.about(name).flat_map(|told| told.begins.iter().chain(&told.is));
        texts.any(|text| written.contains(text))
    }

    fn about(&self, name: &str) -> impl Iterator<Item = &Told> {
        self.0.iter().filter(move |told| told.names.iter().any(|known| known == name))
    }

    /// The names that it tells something of.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|told| &told.names).map(String::as_str)
    }
}
