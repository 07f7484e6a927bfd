//! Rules of a user's own, beside ours and in the same form.
//!
//! They are held to what ours are held to: a rule that could never speak is a mistake, and is told
//! when it is read, not found out when it was needed.

use std::collections::HashSet;
use std::sync::Arc;

use serde::Deserialize;
use thiserror::Error;

use super::{Catalogue, Entry, Trigger, World, all, of};
use crate::Language;

/// A file of rules, in the form of the catalogue's own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    #[serde(default)]
    pub(crate) rule: Vec<Entry>,
}

impl RuleFile {
    /// The ids of its rules.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.rule.iter().map(|rule| rule.id.as_str())
    }
}

/// What is wrong with a rule.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RuleError {
    /// Another rule has its id.
    #[error("cannot use the id `{id}` twice")]
    Duplicate {
        /// The id.
        id: String,
    },
    /// Its id is not written as ids are.
    #[error(
        "cannot use the id `{id}`: it is not like `group/name`, in small letters, digits and `-`"
    )]
    Id {
        /// The id.
        id: String,
    },
    /// It speaks of no language.
    #[error("cannot use `{id}`: its `languages` are empty")]
    NoLanguage {
        /// The rule's id.
        id: String,
    },
    /// Nothing could set it off.
    #[error("cannot use `{id}`: its `names` are empty, and nothing could set it off")]
    NoNames {
        /// The rule's id.
        id: String,
    },
    /// One of its names could never be found.
    #[error("cannot use the name `{name}` of `{id}`: {reason}")]
    Name {
        /// The rule's id.
        id: String,
        /// The name.
        name: String,
        /// Why not, and what could.
        reason: String,
    },
    /// Its example does not set it off.
    #[error("cannot use `{id}`: its `example` does not set it off in {}", language.name())]
    Example {
        /// The rule's id.
        id: String,
        /// The language it was tried in.
        language: Language,
    },
    /// Its counter-example sets it off.
    #[error("cannot use `{id}`: its `counter` sets it off in {}", language.name())]
    Counter {
        /// The rule's id.
        id: String,
        /// The language it was tried in.
        language: Language,
    },
}

impl RuleError {
    /// The id of the rule.
    pub fn id(&self) -> &str {
        match self {
            Self::Duplicate { id }
            | Self::Id { id }
            | Self::NoLanguage { id }
            | Self::NoNames { id }
            | Self::Name { id, .. }
            | Self::Example { id, .. }
            | Self::Counter { id, .. } => id,
        }
    }
}

/// The catalogues that files are judged by: ours, or ours and a user's rules.
#[derive(Clone, Debug, Default)]
pub(crate) struct Catalogues {
    extended: [Option<Arc<Catalogue>>; 3],
}

impl Catalogues {
    /// Ours, with rules beside them that were looked at.
    pub(crate) fn extended(files: Vec<RuleFile>) -> Result<Self, RuleError> {
        let rules: Vec<Entry> = files.into_iter().flat_map(|file| file.rule).collect();
        let mut ids: HashSet<&str> =
            all().into_iter().flat_map(|own| &own.entries).map(|own| own.id.as_str()).collect();
        for rule in &rules {
            rule.check()?;
            if !ids.insert(&rule.id) {
                return Err(RuleError::Duplicate { id: rule.id.clone() });
            }
        }
        let mut extended = [None, None, None];
        for language in [Language::Python, Language::JavaScript, Language::Bash] {
            let speaks =
                |rule: &&Entry| rule.languages.iter().any(|one| family(*one) == family(language));
            let more: Vec<Entry> = rules.iter().filter(speaks).cloned().collect();
            if !more.is_empty() {
                let catalogue = Catalogue::read(language, more);
                extended[family(language)] = Some(Arc::new(catalogue));
            }
        }
        Ok(Self { extended })
    }

    /// The catalogue that a language is judged by.
    pub(crate) fn of(&self, language: Language) -> &Catalogue {
        self.extended[family(language)].as_deref().unwrap_or_else(|| of(language))
    }

    /// Every rule there is, a user's last.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> + Clone {
        let languages = [Language::Python, Language::JavaScript, Language::Bash];
        languages.into_iter().flat_map(|language| {
            // A rule for several languages stands in several catalogues.
            let is_first = move |entry: &&Entry| family(entry.languages[0]) == family(language);
            self.of(language).entries.iter().filter(is_first)
        })
    }
}

/// The place of a language's catalogue: those of JavaScript share one.
fn family(language: Language) -> usize {
    match language {
        Language::Python => 0,
        Language::JavaScript | Language::TypeScript | Language::Tsx => 1,
        Language::Bash => 2,
    }
}

impl Entry {
    /// Refuses a rule that could never speak, or that nobody could name.
    fn check(&self) -> Result<(), RuleError> {
        let id = self.id.clone();
        if !is_id(&id) {
            return Err(RuleError::Id { id });
        }
        if self.languages.is_empty() {
            return Err(RuleError::NoLanguage { id });
        }
        if self.names.is_empty() && self.on.is_named() {
            return Err(RuleError::NoNames { id });
        }
        for name in &self.names {
            if let Some(reason) = self.never_found(name) {
                return Err(RuleError::Name { id, name: name.clone(), reason });
            }
        }
        Ok(())
    }

    /// Why nothing is ever called so.
    fn never_found(&self, name: &str) -> Option<String> {
        let beginning = name.strip_suffix('*').unwrap_or(name);
        if beginning.trim().is_empty() {
            return Some("it is empty".to_owned());
        }
        if beginning.contains('*') {
            return Some("`*` stands for anything only at the end".to_owned());
        }
        // Files are also named by how they begin.
        let is_whole = self.on != Trigger::Redirect;
        if beginning.len() < name.len() && is_whole && !beginning.ends_with(['.', '/', ' ']) {
            let right = beginning.rfind(['.', '/']).map_or("os.", |at| &beginning[..=at]);
            return Some(format!("`*` stands for what is below a name: `{right}*`"));
        }
        let known = self.languages.iter().map(|one| known_as(&of(*one).world, beginning));
        let other = known.into_iter().find(|known| known != beginning)?;
        Some(format!("it is known as `{other}`; write that"))
    }
}

/// The one path for everything that is the same: `posix.system` is `os.system`.
fn known_as(world: &World, name: &str) -> String {
    let (first, rest) = match name.find('.') {
        Some(at) if at > 0 => name.split_at(at),
        _ => return name.to_owned(),
    };
    format!("{}{rest}", world.path(first))
}

/// `group/name`
fn is_id(id: &str) -> bool {
    let is_word = |word: &str| {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !word.is_empty() && word.chars().all(is_plain)
    };
    id.split_once('/').is_some_and(|(group, name)| is_word(group) && is_word(name))
}

impl Trigger {
    /// Whether names set it off.
    fn is_named(self) -> bool {
        matches!(self, Self::Use | Self::Import | Self::Pipeline | Self::Redirect)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_rules_are_held_to_it_too() {
        for entry in Catalogues::default().entries() {
            assert_eq!(entry.check(), Ok(()));
        }
    }
}
