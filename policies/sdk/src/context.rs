//! The file at hand, and what the policy says about it.

use std::cell::{RefCell, RefMut};
use std::ops::Range;

use crate::types::{
    Applicability, Capture, Edit, Fact, Finding, Fix, Label, Point, Query, Severity, Span, Unit,
};
use crate::{Call, Match, limit, pattern};

/// The file at hand, and what the policy says about it.
#[derive(Debug)]
pub struct Context {
    unit: Unit,
    queries: Vec<Query>,
    // Shared, so that a policy can report while it goes through the calls.
    findings: RefCell<Vec<Finding>>,
}

impl Context {
    pub(crate) fn new(unit: Unit, queries: Vec<Query>) -> Self {
        Self { unit, queries, findings: RefCell::default() }
    }

    pub(crate) fn into_findings(self) -> Vec<Finding> {
        self.findings.into_inner()
    }

    /// The file's name.
    pub fn path(&self) -> &str {
        &self.unit.path
    }

    /// What it is written in: `python`.
    pub fn language(&self) -> &str {
        &self.unit.language
    }

    /// The file's text, for a policy that asked for it.
    pub fn source(&self) -> Option<&str> {
        self.unit.source.as_deref()
    }

    /// The calls whose resolved name fits `pattern`, of those that the manifest asks for. A `*`
    /// stands for any characters, or none.
    pub fn calls<'a>(&'a self, pattern: &'a str) -> impl Iterator<Item = Call<'a>> {
        self.facts("call", pattern).map(Call::new)
    }

    /// The commands of Bash that a program in another language runs and whose name fits `pattern`, of those
    /// that the manifest asks for. Their words are the arguments.
    pub fn commands<'a>(&'a self, pattern: &'a str) -> impl Iterator<Item = Call<'a>> {
        self.facts("command", pattern).map(Call::new)
    }

    /// The imports whose name fits `pattern`, of those that the manifest asks for.
    pub fn imports<'a>(&'a self, pattern: &'a str) -> impl Iterator<Item = &'a Fact> {
        self.facts("import", pattern)
    }

    /// What the manifest's query of this id matched, in the order of the file.
    pub fn matches<'a>(&'a self, query: &'a str) -> impl Iterator<Item = Match<'a>> {
        let id = |row: u32| self.queries.get(row as usize).map(|query| query.id.as_str());
        let is_asked = move |found: &&'a _| id(Match::row(found)) == Some(query);
        self.unit.matches.iter().filter(is_asked).map(Match::new)
    }

    /// The texts that fit `pattern`, of those that the manifest asks for: each is the name of a fact.
    pub fn strings<'a>(&'a self, pattern: &'a str) -> impl Iterator<Item = &'a Fact> {
        self.facts("string", pattern)
    }

    /// Reports that `rule` applies at `place`. What it returns adds to the finding.
    ///
    /// The host takes a thousand findings of a file. Of more, the worst are kept, and the last one says
    /// how many are left out.
    pub fn report(&self, rule: &str, place: impl Place) -> Report<'_> {
        let mut findings = self.findings.borrow_mut();
        findings.push(Finding {
            rule: rule.to_owned(),
            severity: None,
            message: String::new(),
            span: place.span(),
            labels: Vec::new(),
            fix: None,
            attributes: Vec::new(),
        });
        Report { context: self, row: findings.len() - 1 }
    }

    /// The facts of this kind whose name fits `pattern`, of those that the manifest asks for.
    pub fn facts<'a>(&'a self, kind: &'a str, pattern: &'a str) -> impl Iterator<Item = &'a Fact> {
        let fits = move |fact: &&Fact| fact.kind == kind && pattern::matches(pattern, &fact.name);
        self.unit.facts.iter().filter(fits)
    }
}

/// A place in the file at hand.
pub trait Place {
    /// Where it is.
    fn span(&self) -> Span;
}

impl Place for Span {
    fn span(&self) -> Span {
        *self
    }
}

/// Bytes of the file, for a policy that reads its text.
impl Place for Range<usize> {
    fn span(&self) -> Span {
        let byte = |byte| u32::try_from(byte).unwrap_or(u32::MAX);
        // The host reads the bytes alone.
        let unsaid = Point { line: 0, column: 0 };
        let (start_byte, end_byte) = (byte(self.start), byte(self.end));
        Span { start_byte, end_byte, start: unsaid, end: unsaid }
    }
}

impl Place for Call<'_> {
    fn span(&self) -> Span {
        Call::span(*self)
    }
}

impl Place for Capture {
    fn span(&self) -> Span {
        self.span
    }
}

impl Place for Fact {
    fn span(&self) -> Span {
        self.span
    }
}

impl<P: Place> Place for &P {
    fn span(&self) -> Span {
        P::span(self)
    }
}

/// Made of edits that touch no byte twice.
///
/// ```
/// use lazaret_policy::types::{Applicability, Fix};
///
/// let fix = Fix::new("let no shell read it", Applicability::Review).replace(10..20, "shell=False");
/// assert_eq!(fix.edits[0].replacement, "shell=False");
/// ```
impl Fix {
    /// One without edits; one is needed.
    pub fn new(title: impl Into<String>, applicability: Applicability) -> Self {
        Self { title: title.into(), applicability, edits: Vec::new() }
    }

    /// Has another text at a place; an empty one takes it away.
    #[must_use]
    pub fn replace(mut self, place: impl Place, replacement: impl Into<String>) -> Self {
        let Span { start_byte, end_byte, .. } = place.span();
        self.edits.push(Edit { start_byte, end_byte, replacement: replacement.into() });
        self
    }
}

/// A finding that was reported. It has the rule's title and severity until told otherwise.
#[derive(Debug)]
pub struct Report<'a> {
    context: &'a Context,
    row: usize,
}

#[expect(clippy::return_self_not_must_use, reason = "the finding is reported already")]
impl Report<'_> {
    /// What is there, in one line. Of a thousand bytes and more, the beginning is told.
    pub fn message(self, message: impl Into<String>) -> Self {
        self.finding().message = limit::shortened(message.into());
        self
    }

    /// How bad it is here.
    pub fn severity(self, severity: Severity) -> Self {
        self.finding().severity = Some(severity);
        self
    }

    /// Another place that explains it.
    pub fn label(self, place: impl Place, message: impl Into<String>) -> Self {
        let label = Label { span: place.span(), message: limit::shortened(message.into()) };
        self.finding().labels.push(label);
        self
    }

    /// What would remove the cause.
    pub fn fix(self, fix: Fix) -> Self {
        self.finding().fix = Some(fix);
        self
    }

    fn finding(&self) -> RefMut<'_, Finding> {
        RefMut::map(self.context.findings.borrow_mut(), |findings| &mut findings[self.row])
    }
}
