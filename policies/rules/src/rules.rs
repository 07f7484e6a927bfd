//! Rules as they are written.
//!
//! The words are the catalogue's, so that a rule of one can be read by who knows the other.

use serde::{Deserialize, Serialize};

/// A policy without code: what it is, and its rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Lower-case words with hyphens.
    pub id: String,
    /// Its version.
    pub version: String,
    /// What it is for, in one line.
    #[serde(default)]
    pub summary: String,
    /// Its licence, as an SPDX expression.
    #[serde(default)]
    pub license: String,
    /// Where there is more to read.
    #[serde(default, rename = "docs-url")]
    pub docs_url: Option<String>,
    /// The languages that it judges; all of them, where it names none.
    #[serde(default)]
    pub languages: Vec<String>,
    /// What it looks for.
    pub rule: Vec<Rule>,
}

/// What a policy looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Lower-case words with hyphens.
    pub id: String,
    /// The languages that it is about; those of the policy, where it names none.
    #[serde(default)]
    pub languages: Vec<String>,
    /// What sets it off, a kind of fact: `call`.
    #[serde(default = "call")]
    pub on: String,
    /// The names that set it off; a `*` stands for any characters, or none.
    #[serde(default)]
    pub names: Vec<String>,
    /// The tree-sitter query whose matches set it off; a rule has one, or names.
    #[serde(default)]
    pub query: Option<String>,
    /// All of these must be known to hold.
    #[serde(default)]
    pub when: Vec<Condition>,
    /// None of these may be known to hold.
    #[serde(default)]
    pub unless: Vec<Condition>,
    /// How bad it is: `high`.
    pub severity: String,
    /// What is there, in one line; `{name}` stands for what was found, or for what a query captured
    /// as `@name`.
    pub message: String,
    /// What to do instead.
    #[serde(default)]
    pub help: String,
    /// The weakness in the Common Weakness Enumeration.
    #[serde(default)]
    pub cwe: Option<u32>,
    /// Where there is more to read.
    #[serde(default, rename = "docs-url")]
    pub docs_url: Option<String>,
    /// Words it is found by.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// What a rule asks of an argument: of the one that is called `keyword`, or else of the one that
/// stands at the place `argument`. One that is not given fulfils nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Its place; the first is 0.
    #[serde(default)]
    pub argument: Option<usize>,
    /// Its name.
    #[serde(default)]
    pub keyword: Option<String>,
    /// It is one of these: a text, or any other constant as JSON has it (`true`, `null`, `8080`).
    #[serde(default)]
    pub is: Vec<String>,
    /// It is a text that begins with one of these.
    #[serde(default)]
    pub begins: Vec<String>,
    /// It is a constant, or is none.
    #[serde(default)]
    pub constant: Option<bool>,
}

impl Rules {
    /// What can be said about a policy.
    pub const KEYS: &[&str] =
        &["id", "version", "summary", "license", "docs-url", "languages", "rule"];
}

impl Rule {
    /// What can be said about a rule.
    pub const KEYS: &[&str] = &[
        "id",
        "languages",
        "on",
        "names",
        "query",
        "when",
        "unless",
        "severity",
        "message",
        "help",
        "cwe",
        "docs-url",
        "tags",
    ];
    /// What is said about facts, and not about what a query matches.
    pub const OF_FACTS: &[&str] = &["on", "names", "when", "unless"];
    /// How bad it can be.
    pub const SEVERITIES: &[&str] = &["info", "low", "medium", "high", "critical"];
}

impl Rules {
    /// The languages whose trees the query of `rule` is about.
    pub fn languages_of<'a>(&'a self, rule: &'a Rule) -> &'a [String] {
        if rule.languages.is_empty() { &self.languages } else { &rule.languages }
    }
}

impl Condition {
    /// What can be asked of an argument.
    pub const KEYS: &[&str] = &["argument", "keyword", "is", "begins", "constant"];
}

fn call() -> String {
    "call".to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{Condition, Rule, Rules};

    /// A key that only one of them knew would be refused, or would do nothing.
    #[test]
    fn the_keys_are_those_of_the_form() {
        let keys = |value: serde_json::Result<Value>| {
            let value = value.unwrap();
            value.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
        };
        let sorted = |keys: &[&'static str]| {
            let mut keys = keys.to_vec();
            keys.sort_unstable();
            keys
        };
        assert_eq!(keys(serde_json::to_value(Rules::default())), sorted(Rules::KEYS));
        assert_eq!(keys(serde_json::to_value(Rule::default())), sorted(Rule::KEYS));
        assert_eq!(keys(serde_json::to_value(Condition::default())), sorted(Condition::KEYS));
    }
}
