//! What the catalogue tells by itself, so that it is not told twice: the calls at which it says that
//! metadata are asked for, and how the texts begin of which it says so. A test compares `told.json` with
//! the catalogue.

use lazaret_policy::prelude::*;
use lazaret_policy::serde_json;
use serde::Deserialize;

const TOLD: &str = include_str!("../told.json");

/// Of a rule of the catalogue, what this policy has to know.
#[derive(Deserialize)]
struct Told {
    names: Vec<String>,
    begins: Vec<String>,
}

impl Told {
    fn all() -> Vec<Self> {
        serde_json::from_str(TOLD).expect("`told.json` is of this form")
    }

    fn tells(&self, name: &str, text: &str) -> bool {
        self.names.iter().any(|known| known == name)
            && self.begins.iter().any(|begin| text.starts_with(begin))
    }
}

/// The calls at which the catalogue tells something.
pub(crate) fn calls() -> Vec<String> {
    Told::all().into_iter().flat_map(|told| told.names).collect()
}

/// Texts of which the catalogue has told that metadata are asked for.
pub(crate) struct Texts(Vec<String>);

impl Texts {
    pub(crate) fn of(cx: &Context) -> Self {
        let rules = Told::all();
        let is_command = cx.language() == "bash";
        let mut texts = Vec::new();
        for call in cx.calls("*") {
            // It looks at the first argument, and at every word of a command.
            let count = if is_command { usize::MAX } else { 1 };
            let given = call.arguments().take(count).filter_map(Argument::literal);
            let given = given.filter_map(|value| value.as_str().map(str::to_owned));
            texts.extend(
                given.filter(|text| rules.iter().any(|told| told.tells(call.name(), text))),
            );
        }
        texts.sort_unstable();
        Self(texts)
    }

    /// Whether one of them is `text`, or goes on behind it: of the constant that it is made of, all is
    /// told too.
    pub(crate) fn begin_with(&self, text: &str) -> bool {
        let row = self.0.partition_point(|told| told.as_str() < text);
        self.0.get(row).is_some_and(|told| told.starts_with(text))
    }
}
