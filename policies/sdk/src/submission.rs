//! All files of a submission and what they need from outside, and what the policy says about them.

use crate::bindings::submission::exports::lazaret::policy::submission_policy::Located;
use crate::context::{Context, Place, Report};
use crate::types::{Point, Span, Unit};

pub use crate::bindings::submission::exports::lazaret::policy::submission_policy::Dependency;

/// All files of a submission and what they need from outside, and what the policy says about them.
#[derive(Debug)]
pub struct Submission {
    files: Vec<Context>,
    dependencies: Vec<Dependency>,
    /// What is found in no file.
    nowhere: Context,
}

impl Submission {
    pub(crate) fn new(units: Vec<Unit>, dependencies: Vec<Dependency>) -> Self {
        let nowhere = Unit {
            path: String::new(),
            language: String::new(),
            size: 0,
            syntax_errors: 0,
            source: None,
            facts: Vec::new(),
            matches: Vec::new(),
            attributes: Vec::new(),
        };
        let context = |unit| Context::new(unit, Vec::new());
        let files = units.into_iter().map(context).collect();
        Self { files, dependencies, nowhere: context(nowhere) }
    }

    pub(crate) fn into_findings(self) -> Vec<Located> {
        let rows = (0..).map(Some).zip(self.files).chain([(None, self.nowhere)]);
        let located = rows.flat_map(|(unit, file)| {
            file.into_findings().into_iter().map(move |finding| Located { unit, finding })
        });
        located.collect()
    }

    /// The files of the policy's languages, each with the facts that the manifest asks for, and the
    /// manifests of their packages, whose language is `requirements.txt`, `pyproject.toml` or
    /// `package.json`. What is reported of one is reported in it; queries have no matches here.
    pub fn files(&self) -> impl Iterator<Item = &Context> {
        self.files.iter()
    }

    /// The packages that are needed, once for each place that names one.
    pub fn dependencies(&self) -> impl Iterator<Item = &Dependency> {
        self.dependencies.iter()
    }

    /// Reports that `rule` applies to a dependency, where it is named. What it returns adds to the
    /// finding.
    ///
    /// The host takes a thousand findings of a submission. Of more, the worst are kept, and the last one
    /// says how many are left out.
    pub fn report(&self, rule: &str, dependency: &Dependency) -> Report<'_> {
        let file = dependency.unit.and_then(|row| self.files.get(row as usize));
        match (file, dependency.span) {
            (Some(file), Some(span)) => file.report(rule, span),
            (Some(file), None) => file.report(rule, start()),
            (None, _) => self.report_nowhere(rule),
        }
    }

    /// Reports that `rule` applies to the submission, and to no place in its files.
    pub fn report_nowhere(&self, rule: &str) -> Report<'_> {
        self.nowhere.report(rule, start())
    }
}

impl Dependency {
    /// The values of an attribute; the contract lists them: `resembles`.
    pub fn attributes<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.attributes.iter().filter(move |(known, _)| known == name);
        named.map(|(_, value)| value.as_str())
    }

    /// The value of an attribute that is there once: `group`.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

fn start() -> impl Place {
    let point = Point { line: 0, column: 0 };
    Span { start_byte: 0, end_byte: 0, start: point, end: point }
}
