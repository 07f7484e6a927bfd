//! What a policy is and asks for, once it has been checked.

use std::collections::BTreeSet;

use lazaret_analysis::{Fact, FactKind, Language, Severity, printable};
use serde::{Deserialize, Serialize};

use crate::bindings::types;
use crate::convert::severity;
use crate::pattern::matches;
use crate::settings::Schema;
use crate::{PolicyQuery, Refusal};

/// The kinds of facts that a policy can ask for.
const KINDS: [FactKind; 10] = [
    FactKind::Import,
    FactKind::Call,
    FactKind::Reference,
    FactKind::Lookup,
    FactKind::Assign,
    FactKind::Command,
    FactKind::Write,
    FactKind::Text,
    FactKind::Pipeline,
    FactKind::Redirect,
];

/// What a policy may have at most: rules, names that it asks for, bytes of the words of a rule and of
/// those about itself.
const RULES: usize = 500;
const INTERESTS: usize = 1000;
const WORDS: usize = 4 << 10;

/// What a policy is and asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Lower-case words with hyphens; the beginning of its rules' ids in reports.
    pub id: String,
    /// Its version.
    pub version: String,
    /// What it is for, in one line.
    pub summary: String,
    /// Its licence.
    pub license: String,
    /// Where there is more to read.
    pub docs_url: Option<String>,
    /// What it looks for.
    pub rules: Vec<PolicyRule>,
    /// The languages it judges; all of them, where it names none.
    pub languages: Vec<Language>,
    /// A JSON Schema of its settings; empty, where it has none.
    pub settings_schema: String,
    /// The facts it asks for.
    pub interests: Vec<Interest>,
    /// The patterns whose matches it asks for.
    pub queries: Vec<PolicyQuery>,
    /// Whether it wants the file's text.
    pub wants_source: bool,
    /// Whether it judges every file of its languages, also one without a fact it asks for.
    pub always: bool,
    /// Whether it judges all files together, too, and what they need: it exports `submission-policy`.
    pub judges_submissions: bool,
}

/// What a policy looks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyRule {
    /// Its id inside the policy: lower-case words with hyphens.
    pub id: String,
    /// What is there, in one line.
    pub title: String,
    /// How bad it is where a finding does not say otherwise.
    pub severity: Severity,
    /// What to do instead; nothing, where it does not say.
    pub help: Option<String>,
    /// Where there is more to read.
    pub docs_url: Option<String>,
    /// Words it is found by.
    pub tags: Vec<String>,
    /// The weakness in the Common Weakness Enumeration.
    pub cwe: Option<u32>,
}

/// Facts that a policy asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interest {
    /// Their kind: `call`.
    pub kind: String,
    /// Their name; a `*` stands for any characters, or none.
    pub pattern: String,
}

impl Manifest {
    /// The kinds of facts that a policy can ask for.
    pub fn kinds() -> [&'static str; 10] {
        KINDS.map(FactKind::name)
    }

    /// Whether a policy can have this id: lower-case words with hyphens, at most 64 bytes.
    pub fn is_id(id: &str) -> bool {
        // It is typed into configuration and shown in reports.
        let word = |word: &str| {
            !word.is_empty()
                && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        id.len() <= 64 && id.split('-').all(word)
    }

    /// What the policy says about itself, where that holds together.
    pub(crate) fn check(raw: types::Manifest, judges_submissions: bool) -> Result<Self, Refusal> {
        let mut manifest = Self { judges_submissions, ..Self::from_contract(raw)? };
        manifest.check_sizes()?;
        manifest.check_ids()?;
        manifest.check_interests()?;
        PolicyQuery::check_all(&mut manifest.queries)?;
        Schema::new(&manifest.settings_schema)?;
        Ok(manifest)
    }

    /// Whether the policy has to look at a file with these facts, whatever its queries find.
    pub(crate) fn is_woken_by(&self, facts: &[Fact]) -> bool {
        self.always || facts.iter().any(|fact| self.asks_for(fact))
    }

    /// Whether the policy judges this language.
    pub fn speaks(&self, language: Language) -> bool {
        self.languages.is_empty() || self.languages.contains(&language)
    }

    /// What the policy asks for that this fact is, which wakes it.
    pub fn interest_in(&self, fact: &Fact) -> Option<&Interest> {
        let kind = fact.kind.name();
        self.interests.iter().find(|one| one.kind == kind && matches(&one.pattern, &fact.name))
    }

    /// Whether the policy gets this fact.
    pub(crate) fn asks_for(&self, fact: &Fact) -> bool {
        self.interest_in(fact).is_some()
    }

    /// The rule of this id.
    pub(crate) fn rule(&self, id: &str) -> Option<&PolicyRule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    fn from_contract(raw: types::Manifest) -> Result<Self, Refusal> {
        Ok(Self {
            id: raw.id,
            version: printable(&raw.version),
            summary: printable(&raw.summary),
            license: printable(&raw.license),
            docs_url: raw.docs_url.as_deref().map(printable),
            rules: raw
                .rules
                .into_iter()
                .map(PolicyRule::from_contract)
                .collect::<Result<_, _>>()?,
            languages: raw.languages.iter().map(|name| language(name)).collect::<Result<_, _>>()?,
            settings_schema: raw.settings_schema,
            interests: raw
                .interests
                .into_iter()
                .map(|types::Interest { kind, pattern }| Interest { kind, pattern })
                .collect(),
            queries: raw
                .queries
                .into_iter()
                .map(PolicyQuery::from_contract)
                .collect::<Result<_, _>>()?,
            wants_source: raw.wants_source,
            always: raw.always,
            judges_submissions: false,
        })
    }

    /// Each rule's words are in all its findings, and each name that is asked for is compared with every
    /// name in a file.
    fn check_sizes(&self) -> Result<(), Refusal> {
        let Self { version, summary, license, docs_url, rules, interests, .. } = self;
        let counts = [("rules", rules.len(), RULES), ("interests", interests.len(), INTERESTS)];
        let many = counts.into_iter().find(|(_, count, limit)| count > limit);
        if let Some((what, count, limit)) = many {
            return Err(wrong(format!("it has {count} {what}, and {limit} are taken")));
        }
        let docs_url = docs_url.as_deref().unwrap_or_default();
        let own = [version, summary, license, docs_url].map(str::len).iter().sum();
        let rules = rules.iter().map(|rule| (rule.words(), "of one of its rules"));
        let all = rules.chain([(own, "about itself")]);
        match all.into_iter().find(|(size, _)| *size > WORDS) {
            Some((size, whose)) => {
                Err(wrong(format!("the words {whose} have {size} bytes, and {WORDS} are taken")))
            }
            None => Ok(()),
        }
    }

    fn check_ids(&self) -> Result<(), Refusal> {
        if !Self::is_id(&self.id) {
            return Err(wrong(format!(
                "the id {:?} is not lower-case words with hyphens",
                self.id
            )));
        }
        if self.rules.is_empty() {
            return Err(wrong("it has no rules, so it could find nothing"));
        }
        let mut seen = BTreeSet::new();
        for PolicyRule { id, .. } in &self.rules {
            if !Self::is_id(id) {
                return Err(wrong(format!(
                    "the rule id {id:?} is not lower-case words with hyphens"
                )));
            }
            // Reports say by it that the policy could not judge.
            if id == "failed" {
                return Err(wrong("the rule id \"failed\" stands for a policy that failed"));
            }
            if !seen.insert(id) {
                return Err(wrong(format!("it has two rules `{id}`")));
            }
        }
        Ok(())
    }

    fn check_interests(&self) -> Result<(), Refusal> {
        let starts = self.always || self.judges_submissions;
        if self.interests.is_empty() && self.queries.is_empty() && !starts {
            return Err(wrong(
                "it asks for no facts and no queries and is not `always`, so it would never start",
            ));
        }
        for Interest { kind, pattern } in &self.interests {
            if !Self::kinds().contains(&kind.as_str()) {
                let known = Self::kinds().join("`, `");
                return Err(wrong(format!(
                    "there are no facts of kind {kind:?}; there are `{known}`"
                )));
            }
            if !Interest::is_pattern(pattern) {
                return Err(wrong(format!(
                    "the pattern {pattern:?} has more than 3 stars or 200 bytes"
                )));
            }
        }
        Ok(())
    }
}

impl PolicyQuery {
    fn from_contract(raw: types::Query) -> Result<Self, Refusal> {
        let types::Query { id, language: name, pattern } = raw;
        Ok(Self::new(printable(&id), language(&name)?, pattern))
    }
}

impl Interest {
    /// Whether a name can be asked for like this: it has at most 3 stars and 200 bytes.
    pub fn is_pattern(pattern: &str) -> bool {
        // Matching takes time in the number of stars, and the names are the adversary's.
        pattern.len() <= 200 && pattern.matches('*').count() <= 3
    }
}

impl PolicyRule {
    fn from_contract(raw: types::Rule) -> Result<Self, Refusal> {
        let cwe = match raw.attributes.iter().find(|(name, _)| name == "cwe") {
            Some((_, number)) => Some(number.parse().map_err(|_| {
                wrong(format!(
                    "the attribute `cwe` of `{}` is {number:?}, and not a number",
                    raw.id
                ))
            })?),
            None => None,
        };
        Ok(Self {
            id: raw.id,
            title: printable(&raw.title),
            severity: severity(raw.default_severity),
            help: Some(printable(&raw.help)).filter(|help| !help.is_empty()),
            docs_url: raw.docs_url.as_deref().map(printable),
            tags: raw.tags.iter().map(|tag| printable(tag)).collect(),
            cwe,
        })
    }

    /// The size of all that it says in words.
    fn words(&self) -> usize {
        let tags = self.tags.iter().map(String::len).sum::<usize>();
        let others = [&self.help, &self.docs_url].into_iter().flatten().map(String::len);
        self.id.len() + self.title.len() + tags + others.sum::<usize>()
    }
}

fn language(name: &str) -> Result<Language, Refusal> {
    let known = Language::ALL.into_iter().find(|language| language.name() == name);
    known.ok_or_else(|| {
        let all = Language::ALL.map(Language::name).join("`, `");
        wrong(format!("there is no language {name:?}; there are `{all}`"))
    })
}

fn wrong(what: impl Into<String>) -> Refusal {
    Refusal::Manifest(what.into())
}

#[cfg(test)]
mod tests {
    use super::Manifest;
    use crate::pattern::matches;

    #[test]
    fn a_star_stands_for_any_characters_or_none() {
        assert!(matches("subprocess.*", "subprocess.run"));
        assert!(matches("*child_process.exec", "node:child_process.exec"));
        assert!(!matches("subprocess.*", "subprocess"));
        assert!(!matches("os.system", "os.system2"));
        assert!(matches("a*c*e", "abcde") && matches("*", "") && matches("a*a", "aa"));
        assert!(!matches("a*c*e", "abcd") && !matches("a*a", "a") && !matches("*ab*b", "xab"));
    }

    /// Names are the adversary's: a matcher that tries again took minutes for this.
    #[test]
    fn no_name_takes_long() {
        assert!(!matches("*a*a*b", &"a".repeat(100_000)));
    }

    #[test]
    fn an_id_is_lower_case_words_with_hyphens() {
        assert!(Manifest::is_id("no-shell-2"));
        for id in ["", "-", "a--b", "A", "a/b", "a b", "é", "a\n"] {
            assert!(!Manifest::is_id(id), "{id:?}");
        }
    }
}
