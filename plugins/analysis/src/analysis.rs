//! The one way in: a file goes in, what it does comes out.

use std::collections::{BTreeMap, BTreeSet};

use tree_sitter::Tree;

use crate::catalogue::{
    self, Catalogues, OverrideError, Overrides, Profile, RuleError, RuleFile, Trigger,
};
use crate::clock::Clock;
use crate::dependency;
use crate::disguise::{self, Disguise};
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
    /// Why that is not all that it does, where the profile has to know all: the grammar did not
    /// understand a part.
    pub unjudged: Option<NotAnalysable>,
    /// The first place that the grammar does not understand, however it is read: judged is the rest.
    pub misread: Option<Span>,
    /// The packages that it needs from outside, each once.
    pub dependencies: Vec<Dependency>,
    /// What it says in its own comments that it needs (PEP 723).
    pub script: Option<Manifest>,
    path: String,
    language: Language,
    text: Text,
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

    /// The tree that the text was parsed to: it is parsed again, because a tree takes a hundred
    /// times the memory that its text does, and few ask for it.
    pub fn tree(&self) -> Tree {
        grammar::parse_again(self.language, self.text.as_str())
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
    catalogues: Catalogues,
    overrides: Overrides,
    python_minor: Option<u8>,
    distributions: BTreeMap<String, String>,
}

impl Analyser {
    /// With the severities that a configuration sets.
    pub fn new(overrides: &Overrides) -> Result<Self, OverrideError> {
        Self::default().weighing(overrides)
    }

    /// With the rules of a user beside ours. Their examples are tried.
    pub fn with_rules(files: Vec<RuleFile>) -> Result<Self, RuleError> {
        let added: Vec<Rule> =
            files.iter().flat_map(|file| &file.rule).map(catalogue::Entry::rule).collect();
        if added.is_empty() {
            return Ok(Self::default());
        }
        let analyser = Self { catalogues: Catalogues::extended(files)?, ..Self::default() };
        added.iter().try_for_each(|rule| analyser.try_examples(rule))?;
        Ok(analyser)
    }

    /// The same, with the severities that a configuration sets.
    pub fn weighing(mut self, overrides: &Overrides) -> Result<Self, OverrideError> {
        overrides.check(self.catalogues.entries().map(|entry| entry.id.as_str()))?;
        self.overrides = overrides.clone();
        Ok(self)
    }

    /// Fails where a rule does not do what its examples promise.
    fn try_examples(&self, rule: &Rule) -> Result<(), RuleError> {
        for language in rule.languages.iter().copied() {
            let id = rule.id.clone();
            if !rule.example.is_empty() && !self.fires(rule, language, &rule.example) {
                return Err(RuleError::Example { id, language });
            }
            if !rule.counter.is_empty() && self.fires(rule, language, &rule.counter) {
                return Err(RuleError::Counter { id, language });
            }
        }
        Ok(())
    }

    fn fires(&self, rule: &Rule, language: Language, program: &str) -> bool {
        let (path, contents) = (String::new(), program.as_bytes().to_vec());
        let analysis = self.analyse(&SourceFile { path, language, contents }, &Project::default());
        analysis.is_ok_and(|analysis| analysis.findings.iter().any(|one| one.rule == rule.id))
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

    /// Every rule of ours, with its own severity.
    pub fn catalogue() -> Vec<Rule> {
        Self::default().rules()
    }

    /// The rules that are applied, with the severity that they are given.
    pub fn rules(&self) -> Vec<Rule> {
        let applied = |entry: &catalogue::Entry| {
            let severity = self.overrides.severity(entry)?;
            Some(Rule { severity, ..entry.rule() })
        };
        self.catalogues.entries().filter_map(applied).collect()
    }

    /// What the catalogues say, each of what is in its language.
    fn judged(
        &self,
        file: &SourceFile,
        text: &Text,
        disguises: &[Disguise],
        survey: &Survey,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        let within = survey.seen.iter().map(|seen| seen.language);
        let languages: BTreeSet<Language> = within.chain([file.language]).collect();
        for language in languages {
            let mut judge = Judge::new(
                &file.path,
                language,
                self.catalogues.of(language),
                &self.overrides,
                text,
            );
            if language == file.language {
                judge.syntax(&survey.syntax_errors);
                judge.disguises(disguises);
            }
            judge.uses(&survey.seen);
            findings.extend(judge.findings());
        }
        judge::sorted(findings)
    }

    /// What the grammar does not understand. Whoever gives the rule about syntax errors a level has
    /// thought about it.
    fn misread(&self, language: Language, line: usize) -> Option<NotAnalysable> {
        let catalogue = self.catalogues.of(language);
        let mut rules = catalogue.on(Trigger::Syntax).map(|rule| &catalogue.entries[rule]);
        let is_told = rules.any(|rule| {
            rule.languages.contains(&language) && self.overrides.rules.contains_key(&rule.id)
        });
        (!is_told).then_some(NotAnalysable::Syntax { language, line })
    }

    /// Why what a file does is not known to its end, where somebody has to know.
    fn unknown(&self, language: Language, survey: &Survey, text: &Text) -> Option<NotAnalysable> {
        if self.overrides.profile != Profile::Gate {
            return None;
        }
        let line = |span: Span| text.position(span.start).line;
        let misread = survey.misread.and_then(|span| self.misread(language, line(span)));
        let embedded = survey
            .unjudged_code
            .map(|(language, span)| NotAnalysable::Embedded { language, line: line(span) });
        let lost = survey.lost.map(|span| NotAnalysable::TooInvolved { line: line(span) });
        misread.or(embedded).or(lost)
    }

    /// Parses `file`, resolves its names, and judges what it reaches.
    pub fn analyse(&self, file: &SourceFile, project: &Project) -> Result<Analysis, NotAnalysable> {
        let clock = Clock::start();
        let text = Text::of(file)?;
        let tree = grammar::parse(file.language, text.as_str(), &clock)?;
        let disguises = disguise::of(file.language, &tree, &text, &clock)?;
        let survey = survey::of(file.language, tree, &text, &clock, &self.catalogues)?;
        let findings = self.judged(file, &text, &disguises, &survey);
        let unjudged = self.unknown(file.language, &survey, &text);
        let Survey { seen, imports, others, misread, syntax_errors, .. } = survey;
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
            unjudged,
            misread,
            dependencies: dependency::of(file, &imports, &known),
            script: is_python.then(|| dependency::script(&file.path, text.as_str())).flatten(),
            path: file.path.clone(),
            language: file.language,
            text,
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
