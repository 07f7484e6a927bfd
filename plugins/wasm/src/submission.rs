//! All files of a submission and what they need from outside, as a policy judges them together.

use std::collections::HashMap;

use lazaret_analysis::{
    Analysis, DependencyKind, Group, Language, Need, Note, Package, Place as Imported, Plan,
    Position, Refused, Requirement, Span,
};

use crate::bindings::submission::Dependency;
use crate::bindings::types;
use crate::judgement::Place;
use crate::{Failure, Manifest, convert};

/// How often a policy may have what it is given: as it comes, and as it makes something of it.
const COPIES: usize = 4;

/// All files of a submission, and what they need from outside.
#[derive(Debug)]
pub struct Submission<'a> {
    /// The files that were analysed, and the manifests that were found with them.
    pub parts: Vec<Part<'a>>,
    /// What all of them need. What is in a file that is none of the parts is left out; what has an
    /// empty path was asked for by no file.
    pub plan: &'a Plan,
}

/// A file of a submission.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    /// Code, and what was established about it.
    Code(&'a Analysis),
    /// A manifest.
    Manifest {
        /// What it asks for.
        manifest: &'a lazaret_analysis::Manifest,
        /// Its text; empty, where it is none.
        text: &'a str,
    },
}

impl<'a> Part<'a> {
    /// The file.
    pub fn path(&self) -> &'a str {
        match self {
            Self::Code(analysis) => analysis.path(),
            Self::Manifest { manifest, .. } => &manifest.path,
        }
    }

    /// Whether it is in this language, or says what code in this language needs.
    pub fn is_for(&self, language: Language) -> bool {
        match self {
            Self::Code(analysis) => analysis.language() == language,
            Self::Manifest { manifest, .. } => manifest.is_for(language),
        }
    }

    /// Whether it is in a language that the policy judges.
    pub(crate) fn is_spoken_by(&self, policy: &Manifest) -> bool {
        let languages = &policy.languages;
        languages.is_empty() || languages.iter().any(|language| self.is_for(*language))
    }

    fn text(&self) -> &'a str {
        match self {
            Self::Code(analysis) => analysis.text(),
            Self::Manifest { text, .. } => text,
        }
    }

    fn span(&self, span: Span, line: usize) -> types::Span {
        match self {
            Self::Code(analysis) => convert::span(span, analysis),
            Self::Manifest { text, .. } => {
                convert::placed(span, |byte| Position { line, column: column(text, byte) })
            }
        }
    }

    fn unit(&self, policy: &Manifest) -> Result<types::Unit, Failure> {
        match self {
            Self::Code(analysis) => convert::unit(analysis, None, policy, &[]),
            Self::Manifest { manifest, text } => Ok(types::Unit {
                path: manifest.path.clone(),
                language: manifest.kind().to_owned(),
                size: u32::try_from(text.len()).map_err(|_| Failure::FileSize(text.len()))?,
                syntax_errors: 0,
                source: policy.wants_source.then(|| (*text).to_owned()),
                facts: Vec::new(),
                matches: Vec::new(),
                attributes: Vec::new(),
            }),
        }
    }
}

/// The column of a byte, counted in characters from 1.
fn column(text: &str, byte: usize) -> usize {
    let before = text.get(..byte).unwrap_or_default();
    before[before.rfind('\n').map_or(0, |end| end + 1)..].chars().count() + 1
}

/// What one policy sees of a submission.
pub(crate) struct View<'a> {
    parts: Vec<Part<'a>>,
    dependencies: Vec<Dependency>,
}

impl<'a> View<'a> {
    /// The parts that are `shown`, and what they need.
    pub(crate) fn new(submission: &Submission<'a>, shown: impl Fn(&Part<'a>) -> bool) -> Self {
        let parts: Vec<Part<'a>> = submission.parts.iter().copied().filter(shown).collect();
        let rows = Rows::of(&parts);
        let mut dependencies = Vec::new();
        for need in &submission.plan.needs {
            dependencies.extend(need.imported.iter().filter_map(|at| imported(need, at, &rows)));
            let declared = need.declared.iter();
            dependencies.extend(declared.filter_map(|(path, one)| declare(need, path, one, &rows)));
        }
        let refused = submission.plan.refused.iter();
        dependencies.extend(refused.filter_map(|(path, one)| refuse(path, one, &rows)));
        Self { parts, dependencies }
    }

    /// Whether there is anything in it that the policy judges.
    pub(crate) fn wakes(&self, policy: &Manifest) -> bool {
        let is_awake = |part: &Part<'_>| match part {
            Part::Code(analysis) => policy.is_woken_by(&analysis.facts),
            Part::Manifest { .. } => false,
        };
        !self.dependencies.is_empty() || self.parts.iter().any(is_awake)
    }

    /// The bytes of all files.
    pub(crate) fn size(&self) -> u64 {
        self.parts.iter().map(|part| part.text().len() as u64).sum()
    }

    /// The bytes that a policy may take for what it is given, beside those that it may take anyway: a large
    /// repository names a hundred thousand packages, and nobody has to judge them in the memory for a file.
    pub(crate) fn memory(&self, units: &[types::Unit]) -> usize {
        let dependencies = self.dependencies.iter().map(|one| {
            let texts = [&one.ecosystem, &one.name, &one.requirement, &one.source, &one.known_by];
            let texts = texts.iter().map(|text| text.len()).sum::<usize>();
            size_of::<Dependency>() + texts + attributes(&one.attributes)
        });
        let units = units.iter().map(|unit| {
            let facts = unit.facts.iter().map(fact).sum::<usize>();
            let source = unit.source.as_ref().map_or(0, String::len);
            size_of::<types::Unit>() + unit.path.len() + source + facts
        });
        COPIES.saturating_mul(dependencies.chain(units).sum())
    }

    pub(crate) fn units(&self, policy: &Manifest) -> Result<Vec<types::Unit>, Failure> {
        self.parts.iter().map(|part| part.unit(policy)).collect()
    }

    pub(crate) fn dependencies(&self) -> &[Dependency] {
        &self.dependencies
    }

    /// The file of this row, in which `rule` found something; none at all, where it is in no file.
    pub(crate) fn place(&self, row: Option<u32>, rule: &str) -> Result<Place<'a>, Failure> {
        let Some(unit) = row else { return Ok(Place { path: "", text: "" }) };
        let part = self.parts.get(unit as usize).ok_or_else(|| Failure::Unit {
            rule: lazaret_analysis::printable(rule),
            unit,
            units: self.parts.len(),
        })?;
        Ok(Place { path: part.path(), text: part.text() })
    }
}

/// The rows of the parts, by their paths.
struct Rows<'a> {
    parts: &'a [Part<'a>],
    code: HashMap<&'a str, u32>,
    manifests: HashMap<&'a str, u32>,
}

impl<'a> Rows<'a> {
    fn of(parts: &'a [Part<'a>]) -> Self {
        let (mut code, mut manifests) = (HashMap::new(), HashMap::new());
        for (row, part) in (0..).zip(parts) {
            let rows = match part {
                Part::Code(_) => &mut code,
                Part::Manifest { .. } => &mut manifests,
            };
            rows.insert(part.path(), row);
        }
        Self { parts, code, manifests }
    }

    /// What names a dependency that `path` declares, and where; nothing, where it is not shown.
    fn declaring(&self, path: &str, span: Span, line: usize) -> Option<Named> {
        if path.is_empty() {
            return Some(Named { source: "request", unit: None, span: None });
        }
        let unit = *self.manifests.get(path).or_else(|| self.code.get(path))?;
        let part = &self.parts[unit as usize];
        let source = match part {
            Part::Code(_) => "script",
            Part::Manifest { manifest, .. } => manifest.kind(),
        };
        Some(Named { source, unit: Some(unit), span: Some(part.span(span, line)) })
    }
}

/// What names a dependency, and where.
struct Named {
    source: &'static str,
    unit: Option<u32>,
    span: Option<types::Span>,
}

impl Named {
    fn dependency(self, need: &Need, requirement: &str) -> Dependency {
        let known_by = match &need.package {
            Package::Known { by, .. } => by.name(),
            Package::OneOf(_) => "candidates",
            Package::Unresolved => "nothing",
        };
        let mut attributes = suspicions(&need.notes);
        if let Package::OneOf(candidates) = &need.package {
            attributes.extend(candidates.iter().map(|one| attribute("candidate", one)));
        }
        Dependency {
            ecosystem: need.ecosystem.name().to_owned(),
            name: need.package.name().unwrap_or(&need.name).to_owned(),
            requirement: requirement.to_owned(),
            source: self.source.to_owned(),
            unit: self.unit,
            span: self.span,
            known_by: known_by.to_owned(),
            attributes,
        }
    }
}

fn imported(need: &Need, at: &Imported, rows: &Rows<'_>) -> Option<Dependency> {
    let unit = *rows.code.get(at.path.as_str())?;
    let span = rows.parts[unit as usize].span(at.span, at.line);
    let named = Named { source: "import", unit: Some(unit), span: Some(span) };
    let mut dependency = named.dependency(need, "");
    let kind = match need.kind {
        DependencyKind::Required => "required",
        DependencyKind::Optional => "optional",
        DependencyKind::TypeOnly => "type-only",
    };
    dependency.attributes.push(attribute("need", kind));
    let marker = need.marker.as_ref();
    dependency.attributes.extend(marker.map(|one| attribute("marker", &one.to_string())));
    Some(dependency)
}

fn declare(need: &Need, path: &str, one: &Requirement, rows: &Rows<'_>) -> Option<Dependency> {
    let named = rows.declaring(path, one.span, one.line)?;
    let mut dependency = named.dependency(need, &one.versions);
    dependency.name.clone_from(&one.name);
    let group = match one.group {
        Group::Run => "run",
        Group::Optional => "optional",
        Group::Development => "development",
    };
    dependency.attributes.push(attribute("group", group));
    let marker = one.marker.as_ref();
    dependency.attributes.extend(marker.map(|one| attribute("marker", &one.to_string())));
    Some(dependency)
}

/// What is refused may be brought all the same by another tool, so it is judged as far as it is known.
fn refuse(path: &str, refused: &Refused, rows: &Rows<'_>) -> Option<Dependency> {
    let Named { source, unit, span } = rows.declaring(path, refused.span, refused.line)?;
    let name = refused.name.clone().unwrap_or_default();
    let notes = Note::suspicions(refused.ecosystem, &name);
    let mut attributes = if name.is_empty() { Vec::new() } else { suspicions(&notes) };
    attributes.push(attribute("refused", &refused.reason.to_string()));
    Some(Dependency {
        ecosystem: refused.ecosystem.name().to_owned(),
        known_by: if name.is_empty() { "nothing" } else { "declaration" }.to_owned(),
        name,
        requirement: refused.written.clone(),
        source: source.to_owned(),
        unit,
        span,
        attributes,
    })
}

/// What is suspicious about a name, in the contract's words.
fn suspicions(notes: &[Note]) -> types::Attributes {
    let told = notes.iter().flat_map(|note| match note {
        Note::Unlisted | Note::Unused => Vec::new(),
        Note::OneEdit { from } => vec![attribute("resembles", from)],
        Note::Joined { one, other } => [one, other].map(|part| attribute("joins", part)).into(),
        Note::OtherEcosystem { ecosystem } => vec![attribute("popular-in", ecosystem.name())],
        Note::ImportName { packages } => {
            packages.iter().map(|package| attribute("module-of", package)).collect()
        }
    });
    told.collect()
}

/// The bytes of a fact.
fn fact(fact: &types::Fact) -> usize {
    let arguments = fact.arguments.iter().map(|one| {
        let texts = [&one.name, &one.literal].into_iter().flatten().map(String::len);
        size_of::<types::Argument>() + one.text.len() + texts.sum::<usize>()
    });
    let arguments = arguments.sum::<usize>();
    size_of::<types::Fact>()
        + fact.kind.len()
        + fact.name.len()
        + arguments
        + attributes(&fact.attributes)
}

/// The bytes of attributes.
fn attributes(all: &types::Attributes) -> usize {
    all.iter().map(|one| size_of_val(one) + one.0.len() + one.1.len()).sum()
}

fn attribute(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}
