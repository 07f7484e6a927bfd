//! One rule, as its file has it.

use serde::Deserialize;

use super::condition::Condition;
use super::{Code, World};
use crate::{Argument, Capability, Language, Rule, Severity};

/// A file of the catalogue.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) world: World,
    #[serde(default)]
    pub(super) code: Vec<Code>,
    pub(super) rule: Vec<Entry>,
}

/// What sets a rule off.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Trigger {
    /// The name is called, or its value taken.
    #[default]
    Use,
    /// The module is loaded.
    Import,
    /// A member of something that rules name is looked up by a name that is not known.
    Lookup,
    /// Something is written to this member, or to this variable of Bash.
    Assign,
    /// In Bash, what one command prints is run by another.
    Pipeline,
    /// In Bash, a file is opened.
    Redirect,
    /// Something that a rule of some weight names is reached by a name that is computed.
    Roundabout,
    /// The file is not in the language's grammar.
    Syntax,
    /// A character turns the direction of the text.
    Direction,
    /// There is something that is not seen, in a name or many in a row.
    Unseen,
    /// A name is written in other letters than it is read in.
    Disguise,
    /// The first line gives the file to another language, or runs code.
    FirstLine,
}

/// A rule.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) languages: Vec<Language>,
    pub(crate) capability: Capability,
    #[serde(default)]
    pub(crate) on: Trigger,
    #[serde(default)]
    pub(crate) names: Vec<String>,
    pub(crate) severity: Severity,
    /// What programs of one's own do every day: in the profile `repo` it weighs less where the
    /// line that does it says all that it does.
    #[serde(default)]
    pub(crate) everyday: bool,
    pub(crate) message: String,
    pub(crate) help: String,
    pub(crate) cwe: Option<u32>,
    /// It holds only if all of these do.
    #[serde(default)]
    pub(crate) when: Vec<Condition>,
    /// It does not hold if any of these does.
    #[serde(default)]
    pub(crate) unless: Vec<Condition>,
    /// The smallest program that it fires on. Every rule of ours has both.
    #[serde(default)]
    pub(crate) example: String,
    /// A program much like it, that it does not fire on.
    #[serde(default)]
    pub(crate) counter: String,
}

impl Entry {
    /// Whether its conditions hold.
    pub(crate) fn holds(&self, given: &[Argument]) -> bool {
        self.when.iter().all(|condition| condition.holds(given))
            && !self.unless.iter().any(|condition| condition.holds(given))
    }

    /// The rule as the outside sees it.
    pub(crate) fn rule(&self) -> Rule {
        Rule {
            id: self.id.clone(),
            languages: self.languages.clone(),
            capability: self.capability,
            names: self.names.clone(),
            severity: self.severity,
            message: self.message.clone(),
            help: self.help.clone(),
            cwe: self.cwe,
            example: self.example.clone(),
            counter: self.counter.clone(),
        }
    }
}
