//! The one way in: a file goes in, what it does comes out.

use std::collections::{BTreeMap, BTreeSet};

use tree_sitter::Tree;

use crate::catalogue::{self, OverrideError, Overrides};
use crate::clock::Clock;
use crate::dependency;
use crate::grammar::SyntaxError;
use crate::judge::{self, Judge};
use crate::survey::{self, Seen, Survey};
use crate::text::Text;
use crate::{
    Aliases, Dependency, Fact, FactKind, Finding, Language, Manifest, NotARequirement,
    NotAnalysable, Position, Rule, SourceFile, Span, grammar,
};

/// What a file does.
#[derive(Debug)]
pub struct Analysis {
    /// What was established, in the order of its places.
    pub facts: Vec<Fact>,
    /// What the catalogue says about it, and syntax errors, in the order of their places. Of more
    /// than a thousand, the worst.
    pub findings: Vec<Finding>,
    /// The packages that it needs from outside, each once.
    pub dependencies: Vec<Dependency>,
    /// What it says in its own comments that it needs (PEP 723).
    pub script: Option<Manifest>,
    path: String,
    language: Language,
    text: Text,
    tree: Tree,
    syntax_errors: usize,
}

impl Analysis {
    /// The file, as [`SourceFile::path`] has it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What it is written in.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The text that was parsed. As long as the file's contents, byte for byte; in Python, a
    /// carriage return that ends a line by itself became a line feed.
    pub fn text(&self) -> &str {
        self.text.as_str()
    }

    /// The tree that the text was parsed to.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// How many places the grammar did not understand; of many, the first few are counted.
    pub fn syntax_errors(&self) -> usize {
        self.syntax_errors
    }

    /// The line and column of a byte.
    pub fn position(&self, byte: usize) -> Position {
        self.text.position(byte)
    }

    /// The text at a span.
    pub fn excerpt(&self, span: Span) -> &str {
        self.text.at(span)
    }
}

/// The paths that are known to exist beside the file: imports of them are local, and never a
/// dependency.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// Files, named like [`SourceFile::path`].
    pub paths: BTreeSet<String>,
    /// Names that JavaScript and TypeScript know some of them by.
    pub aliases: Vec<Aliases>,
}

/// Judges files by a catalogue.
#[derive(Clone, Debug, Default)]
pub struct Analyser {
    overrides: Overrides,
    python_minor: Option<u8>,
    distributions: BTreeMap<String, String>,
}

impl Analyser {
    /// With the severities that a configuration sets.
    pub fn new(overrides: &Overrides) -> Result<Self, OverrideError> {
        if !overrides.levels.is_empty() {
            let known = catalogue::all().map(|catalogue| &catalogue.entries);
            overrides.check(known.into_iter().flatten().map(|entry| entry.id.as_str()))?;
        }
        Ok(Self { overrides: overrides.clone(), ..Self::default() })
    }

    /// For Python 3.`minor`: what its standard library lacks is a dependency. Otherwise
    /// everything that any supported version has is taken for its own.
    #[must_use]
    pub fn for_python(mut self, minor: u8) -> Self {
        self.python_minor = Some(minor);
        self
    }

    /// With the distributions that modules of Python come with, beside those that are known:
    /// `company.tools` with `company-tools>=2`.
    pub fn with_distributions(
        mut self,
        distributions: BTreeMap<String, String>,
    ) -> Result<Self, NotARequirement> {
        for written in distributions.values() {
            dependency::distribution_of(written)?;
        }
        self.distributions = distributions;
        Ok(self)
    }

    /// Every rule there is, with its own severity.
    pub fn catalogue() -> Vec<Rule> {
        let entries = catalogue::all().map(|catalogue| &catalogue.entries);
        entries.into_iter().flatten().map(catalogue::Entry::rule).collect()
    }

    /// The rules that are applied, with the severity that they are given.
    pub fn rules(&self) -> Vec<Rule> {
        let applied = |mut rule: Rule| {
            rule.severity = self.overrides.severity(&rule.id, rule.severity)?;
            Some(rule)
        };
        Self::catalogue().into_iter().filter_map(applied).collect()
    }

    /// What the catalogues say, each of what is in its language.
    fn judged(
        &self,
        file: &SourceFile,
        text: &Text,
        errors: &[SyntaxError],
        survey: &Survey,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        let within = survey.seen.iter().map(|seen| seen.language);
        let languages: BTreeSet<Language> = within.chain([file.language]).collect();
        for language in languages {
            let mut judge = Judge::new(&file.path, language, &self.overrides, text);
            if language == file.language {
                judge.syntax(errors);
            }
            judge.uses(&survey.seen);
            findings.extend(judge.findings());
        }
        judge::sorted(findings)
    }

    /// Parses `file`, resolves its names, and judges what it reaches.
    pub fn analyse(&self, file: &SourceFile, project: &Project) -> Result<Analysis, NotAnalysable> {
        let clock = Clock::start();
        let text = Text::of(file)?;
        let tree = grammar::parse(file.language, text.as_str(), &clock)?;
        let syntax_errors = grammar::syntax_errors(&tree);
        let survey = survey::of(file.language, &tree, &text, &clock)?;
        let findings = self.judged(file, &text, &syntax_errors, &survey);
        let Survey { seen, imports, others, .. } = survey;
        let mut facts: Vec<Fact> = seen.into_iter().filter_map(|seen| fact(file, seen)).collect();
        facts.extend(others);
        facts.sort_by_key(|fact| fact.span);
        let known = dependency::Known {
            project,
            python_minor: self.python_minor,
            distributions: &self.distributions,
        };
        let is_python = file.language == Language::Python;
        Ok(Analysis {
            facts,
            findings,
            dependencies: dependency::of(file, &imports, &known),
            script: is_python.then(|| dependency::script(&file.path, text.as_str())).flatten(),
            path: file.path.clone(),
            language: file.language,
            text,
            tree,
            syntax_errors: syntax_errors.len(),
        })
    }
}

/// A fact as policies see it. They know one language in a file; of code in others, the commands of
/// Bash.
fn fact(file: &SourceFile, Seen { mut fact, language, .. }: Seen) -> Option<Fact> {
    if language == file.language {
        return Some(fact);
    }
    let is_command = language == Language::Bash && fact.kind == FactKind::Call;
    fact.kind = FactKind::Command;
    is_command.then_some(fact)
}
