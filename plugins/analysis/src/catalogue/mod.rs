//! The rules, and what else is known of each language's world. All of it is data: the files
//! in `catalogue/` are the reference, and what is here finds it.
//!
//! Start-up is felt by everyone who has a commit hook. So the build script has read the files, and
//! what it wrote down is taken up when the first program of its language is judged.

/// A part of the catalogue, as the build script has written it down.
macro_rules! written {
    ($part:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $part, ".catalogue"))
    };
}

mod code;
mod commands;
mod condition;
mod entry;
mod extension;
mod form;
mod overrides;
mod profile;
mod reducer;
mod runner;
mod world;
mod writer;

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::de::DeserializeOwned;

use crate::{Argument, Capability, Language};

pub(crate) use commands::commands;
pub(crate) use extension::Catalogues;
pub use extension::{RuleError, RuleFile};
pub(crate) use form::{Code, Entry, Runner, Trigger, World, Writer};
pub use overrides::{Level, OverrideError, Overrides};
pub use profile::Profile;
pub(crate) use reducer::Reducer;
pub(crate) use runner::Runs;

/// The rules of some languages.
#[derive(Debug)]
pub(crate) struct Catalogue {
    /// The rules, in the order of their file.
    pub(crate) entries: Vec<Entry>,
    /// What else is known of these languages.
    pub(crate) world: World,
    /// Calls that run code, and by their names where they stand there.
    code: Vec<Code>,
    code_by_name: HashMap<String, Vec<usize>>,
    exact: HashMap<(Trigger, String), Vec<usize>>,
    below: HashMap<(Trigger, String), Vec<usize>>,
    /// The length of the longest name that has something below it.
    longest: usize,
}

/// Every catalogue there is, each for languages that share their names.
pub(crate) fn all() -> [&'static Catalogue; 3] {
    [of(Language::Python), of(Language::JavaScript), of(Language::Bash)]
}

/// The catalogue that a language is judged by.
pub(crate) fn of(language: Language) -> &'static Catalogue {
    static PYTHON: OnceLock<Catalogue> = OnceLock::new();
    static JAVASCRIPT: OnceLock<Catalogue> = OnceLock::new();
    static BASH: OnceLock<Catalogue> = OnceLock::new();
    let catalogue = match language {
        Language::Python => &PYTHON,
        Language::JavaScript | Language::TypeScript | Language::Tsx => &JAVASCRIPT,
        Language::Bash => &BASH,
    };
    catalogue.get_or_init(|| Catalogue::read(language, Vec::new()))
}

/// The files of the languages that share their names with this one.
fn file(language: Language) -> form::File {
    written(match language {
        Language::Python => written!("python"),
        Language::JavaScript | Language::TypeScript | Language::Tsx => written!("javascript"),
        Language::Bash => written!("bash"),
    })
}

fn written<T: DeserializeOwned>(part: &[u8]) -> T {
    postcard::from_bytes(part).expect("the build script has written it by the same types")
}

impl Catalogue {
    /// What our files say of a language, with rules beside theirs.
    fn read(language: Language, more: Vec<Entry>) -> Self {
        let mut file = file(language);
        file.rule.extend(more);
        let names = file.rule.iter().map(|entry| entry.names.len()).sum();
        let mut exact = HashMap::<_, Vec<_>>::with_capacity(names);
        let mut below = HashMap::<_, Vec<_>>::new();
        for (at, entry) in file.rule.iter().enumerate() {
            for name in &entry.names {
                match name.strip_suffix('*') {
                    Some(prefix) => below.entry((entry.on, prefix.to_owned())).or_default(),
                    None => exact.entry((entry.on, name.clone())).or_default(),
                }
                .push(at);
            }
        }
        let mut world = file.world;
        world.learn(&file.rule);
        let mut code_by_name = HashMap::<_, Vec<_>>::new();
        for (at, code) in file.code.iter().enumerate() {
            for name in &code.names {
                code_by_name.entry(name.clone()).or_default().push(at);
            }
        }
        let longest = below.keys().map(|(_, prefix)| prefix.len()).max().unwrap_or(0);
        Self { longest, entries: file.rule, world, code: file.code, code_by_name, exact, below }
    }

    /// The ways in which a call of this name may run code.
    pub(crate) fn code(&self, name: &str) -> impl Iterator<Item = &Code> {
        self.code_by_name.get(name).into_iter().flatten().map(|at| &self.code[*at])
    }

    /// The rules that name this name, by their place in [`Self::entries`].
    pub(crate) fn named(&self, on: Trigger, name: &str) -> Vec<usize> {
        if on == Trigger::Lookup {
            return self.on(on).collect();
        }
        let mut key = (on, name.to_owned());
        let mut found = self.exact.get(&key).cloned().unwrap_or_default();
        // A name may be as long as the file, with a dot at every other byte.
        let end = (0..=self.longest.min(name.len())).rev().find(|end| name.is_char_boundary(*end));
        if self.longest > 0 {
            // Files are also named by how they begin: `/dev/sd*`.
            let name = &name[..end.unwrap_or(0)];
            let is_break = |(_, character): &(usize, char)| {
                on == Trigger::Redirect || matches!(character, '.' | '/' | ' ')
            };
            for (at, character) in name.char_indices().rev().filter(is_break) {
                key.1.truncate(at + character.len_utf8());
                found.extend(self.below.get(&key).into_iter().flatten());
            }
        }
        found
    }

    /// Whether a call with these arguments does something, as a rule says.
    pub(crate) fn does(&self, capability: Capability, name: &str, given: &[Argument]) -> bool {
        let rules = self.named(Trigger::Use, name);
        let mut entries = rules.into_iter().map(|at| &self.entries[at]);
        entries.any(|entry| entry.capability == capability && entry.holds(given))
    }

    /// The commands of Bash that rules name, or that run others.
    pub(crate) fn commands(&self) -> impl Iterator<Item = &str> {
        let used = self.exact.keys().filter(|(on, _)| *on == Trigger::Use);
        let named = used.map(|(_, name)| name.as_str());
        named.chain(commands().names())
    }

    /// Whether a rule is about what is written to this.
    pub(crate) fn is_written(&self, name: &str) -> bool {
        self.exact.contains_key(&(Trigger::Assign, name.to_owned()))
    }

    /// The rules for something that has no name, such as a syntax error.
    pub(crate) fn on(&self, on: Trigger) -> impl Iterator<Item = usize> {
        let matching = move |(_, entry): &(usize, &Entry)| entry.on == on;
        self.entries.iter().enumerate().filter(matching).map(|(at, _)| at)
    }
}
