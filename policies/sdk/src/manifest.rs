//! What a policy is and asks for.

use crate::types::{self, Interest, Query, Severity};

/// What a policy is and asks for.
#[derive(Clone, Debug)]
pub struct Manifest(types::Manifest);

impl Manifest {
    /// A policy of this id (lower-case words with hyphens) and version, usually
    /// `env!("CARGO_PKG_VERSION")`.
    pub fn new(id: &str, version: &str) -> Self {
        Self(types::Manifest {
            id: id.to_owned(),
            version: version.to_owned(),
            summary: String::new(),
            license: String::new(),
            docs_url: None,
            rules: Vec::new(),
            languages: Vec::new(),
            settings_schema: String::new(),
            interests: Vec::new(),
            queries: Vec::new(),
            wants_source: false,
            always: false,
            attributes: Vec::new(),
        })
    }

    /// What it is for, in one line.
    #[must_use]
    pub fn summary(mut self, summary: &str) -> Self {
        summary.clone_into(&mut self.0.summary);
        self
    }

    /// The licence, as an SPDX expression.
    #[must_use]
    pub fn license(mut self, license: &str) -> Self {
        license.clone_into(&mut self.0.license);
        self
    }

    /// Where there is more to read.
    #[must_use]
    pub fn docs_url(mut self, url: &str) -> Self {
        self.0.docs_url = Some(url.to_owned());
        self
    }

    /// The languages it judges: `python`, `javascript`. All, where it names none.
    #[must_use]
    pub fn languages<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.0.languages.extend(names.into_iter().map(str::to_owned));
        self
    }

    /// Asks for calls by resolved name: `os.system`, `subprocess.*`.
    #[must_use]
    pub fn calls<'a>(self, patterns: impl IntoIterator<Item = &'a str>) -> Self {
        self.interests("call", patterns)
    }

    /// Asks for commands of Bash that a program in another language runs: `rm`.
    #[must_use]
    pub fn commands<'a>(self, patterns: impl IntoIterator<Item = &'a str>) -> Self {
        self.interests("command", patterns)
    }

    /// Asks for imports by name: `socket`, `urllib.*`.
    #[must_use]
    pub fn imports<'a>(self, patterns: impl IntoIterator<Item = &'a str>) -> Self {
        self.interests("import", patterns)
    }

    /// Asks for texts, written out or put together, by what they are: `ghp_*`.
    #[must_use]
    pub fn strings<'a>(self, patterns: impl IntoIterator<Item = &'a str>) -> Self {
        self.interests("string", patterns)
    }

    /// Asks for what a tree-sitter query matches in trees of this language:
    /// `(while_statement condition: (true)) @loop`. An `id` may have a query for each language.
    #[must_use]
    pub fn query(mut self, id: &str, language: &str, pattern: &str) -> Self {
        let [id, language, pattern] = [id, language, pattern].map(str::to_owned);
        self.0.queries.push(Query { id, language, pattern });
        self
    }

    /// Starts the policy for every file of its languages, whether what it asks for occurs or not.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.0.always = true;
        self
    }

    /// Asks for the file's text.
    #[must_use]
    pub fn wants_source(mut self) -> Self {
        self.0.wants_source = true;
        self
    }

    /// A rule that it judges by.
    #[must_use]
    pub fn rule(mut self, rule: Rule) -> Self {
        self.0.rules.push(rule.0);
        self
    }

    pub(crate) fn into_contract(self) -> types::Manifest {
        self.0
    }

    /// Asks for facts of this kind by name; the contract lists the kinds.
    #[must_use]
    pub fn interests<'a>(
        mut self,
        kind: &str,
        patterns: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let interest =
            |pattern: &str| Interest { kind: kind.to_owned(), pattern: pattern.to_owned() };
        self.0.interests.extend(patterns.into_iter().map(interest));
        self
    }
}

/// What a policy looks for.
#[derive(Clone, Debug)]
pub struct Rule(types::Rule);

impl Rule {
    /// A rule of this id (lower-case words with hyphens), as bad as this where a finding does not
    /// say otherwise, and its one-line title.
    pub fn new(id: &str, severity: Severity, title: &str) -> Self {
        Self(types::Rule {
            id: id.to_owned(),
            title: title.to_owned(),
            default_severity: severity,
            help: String::new(),
            docs_url: None,
            tags: Vec::new(),
            attributes: Vec::new(),
        })
    }

    /// What to do instead, in one line.
    #[must_use]
    pub fn help(mut self, help: &str) -> Self {
        help.clone_into(&mut self.0.help);
        self
    }

    /// Where there is more to read.
    #[must_use]
    pub fn docs_url(mut self, url: &str) -> Self {
        self.0.docs_url = Some(url.to_owned());
        self
    }

    /// The weakness in the Common Weakness Enumeration: `78`.
    #[must_use]
    pub fn cwe(mut self, number: u32) -> Self {
        self.0.attributes.push(("cwe".to_owned(), number.to_string()));
        self
    }

    /// Words that rules are found by.
    #[must_use]
    pub fn tags<'a>(mut self, tags: impl IntoIterator<Item = &'a str>) -> Self {
        self.0.tags.extend(tags.into_iter().map(str::to_owned));
        self
    }
}
