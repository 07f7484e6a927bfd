//! Which packages are installed for a program, and why.

use std::fmt;

use lazaret_analysis::{
    DependencyKind, Ecosystem, Finding, Group, Manifest, Need, Package, Plan, Severity, Span,
};
use lazaret_packages::Requirement;

use super::config::Rules;
use crate::stage::{Run, StageError};
use crate::submission::ASKED;

/// A package that is installed for a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What is wanted.
    pub requirement: Requirement,
    /// Who says so.
    pub origin: Origin,
}

/// Who says that a package is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Whoever submitted the program, beside it.
    Asked,
    /// A file that came along, or the program itself, in words made for that.
    Declared {
        /// The file.
        path: String,
        /// The line, counted from 1.
        line: usize,
    },
    /// The code, by importing it.
    Imported {
        /// The file.
        path: String,
        /// The line, counted from 1.
        line: usize,
    },
}

/// What is to be installed, and what must not be.
#[derive(Debug, Default)]
pub(super) struct Choice {
    pub(super) wanted: Vec<Wanted>,
    /// Each denies, at any gate.
    pub(super) denied: Vec<Finding>,
}

impl Choice {
    /// What the program of a run needs. What cannot be taken is an error, and nothing is left out.
    pub(super) fn of(run: &Run, rules: &Rules, detect: bool) -> Result<Self, StageError> {
        let files = run.submission.manifests.iter();
        let mut manifests: Vec<Manifest> =
            files.filter_map(|file| Manifest::read(&file.path, &file.contents)).collect();
        manifests.extend(run.submission.asked());
        let plan = Plan::of(&run.analyses, &manifests);
        let is_ours = |(_, refused): &&(String, lazaret_analysis::Refused)| {
            refused.ecosystem == rules.ecosystem
        };
        if let Some((path, refused)) = plan.refused.iter().find(is_ours) {
            return Err(not_taken(path, refused));
        }
        let mut choice = Self::default();
        for need in plan.needs.iter().filter(|need| need.ecosystem == rules.ecosystem) {
            choice.add(run, need, rules, detect)?;
        }
        Ok(choice)
    }

    fn add(
        &mut self,
        run: &Run,
        need: &Need,
        rules: &Rules,
        detect: bool,
    ) -> Result<(), StageError> {
        let wanted = wanted(need, rules, detect)?;
        let Some(first) = wanted.first() else { return Ok(()) };
        let name = first.requirement.name();
        if let Some(reason) = rules.denies(name) {
            self.denied.push(denied(run, need, name, reason));
        } else {
            self.wanted.extend(wanted);
        }
        Ok(())
    }
}

fn not_taken(path: &str, refused: &lazaret_analysis::Refused) -> StageError {
    // An empty requirement has no name to show.
    let what = match &*refused.written {
        "" => "what is asked for".to_owned(),
        written => format!("`{}`", written.escape_debug()),
    };
    let place = if path == ASKED { String::new() } else { format!(" of {path}:{}", refused.line) };
    StageError {
        message: format!("cannot install {what}{place}"),
        help: Some(
            "name a package of an index, and its versions: `requests>=2`, `lodash@^4`".into(),
        ),
        source: Some(Box::new(refused.reason.clone())),
    }
}

/// What is installed for one need. Where something says which versions, the import alone does not count.
fn wanted(need: &Need, rules: &Rules, detect: bool) -> Result<Vec<Wanted>, StageError> {
    let is_imported = !need.imported.is_empty() && need.kind == DependencyKind::Required;
    let is_detected = is_imported && detect;
    let mut declared: Vec<_> =
        need.declared.iter().filter(|(_, one)| one.group == Group::Run || is_detected).collect();
    if declared.iter().any(|(path, _)| path == ASKED) {
        declared.retain(|(path, _)| path == ASKED);
    }
    let mut all = Vec::new();
    for (path, one) in declared {
        let origin = match &**path {
            ASKED => Origin::Asked,
            path => Origin::Declared { path: path.to_owned(), line: one.line },
        };
        let marker = one.marker.as_ref().map(ToString::to_string);
        all.push(made(rules, &one.name, &one.extras, &one.versions, marker.as_deref(), origin)?);
    }
    if all.is_empty()
        && is_detected
        && let Package::Known { name, versions, .. } = &need.package
        && let Some(place) = need.imported.first()
    {
        let origin = Origin::Imported { path: place.path.clone(), line: place.line };
        let marker = need.marker.as_ref().map(ToString::to_string);
        all.push(made(rules, name, &[], versions, marker.as_deref(), origin)?);
    }
    Ok(all)
}

/// A requirement, with the version that the operator has pinned where there is one.
fn made(
    rules: &Rules,
    name: &str,
    extras: &[String],
    versions: &str,
    marker: Option<&str>,
    origin: Origin,
) -> Result<Wanted, StageError> {
    let versions = rules.pin(name).unwrap_or(versions);
    let requirement = if rules.ecosystem == Ecosystem::PyPi {
        let extras =
            if extras.is_empty() { String::new() } else { format!("[{}]", extras.join(",")) };
        let marker = marker.map_or(String::new(), |marker| format!(" ; {marker}"));
        Requirement::of_python(name, &format!("{extras}{versions}{marker}"))
    } else {
        Requirement::of_npm(name, versions)
    };
    let requirement = requirement.map_err(|error| StageError {
        message: format!("cannot install `{}`", name.escape_debug()),
        help: None,
        source: Some(error.into()),
    })?;
    Ok(Wanted { requirement, origin })
}

/// A finding at the place where the package is named.
fn denied(run: &Run, need: &Need, name: &str, reason: &str) -> Finding {
    let declared = need.declared.iter().find(|(path, _)| path != ASKED);
    let imported = need.imported.first().and_then(|place| {
        let analysis = run.analyses.iter().find(|analysis| analysis.path() == place.path)?;
        let found = analysis.dependencies.iter().find(|one| one.name == need.name)?;
        Some((place.path.clone(), found.span))
    });
    let declared = declared.map(|(path, one)| (path.clone(), one.span));
    let (path, span) = imported.or(declared).unwrap_or_default();
    finding(name, reason, path, span)
}

/// That a package must not be installed.
pub(super) fn finding(name: &str, reason: &str, path: String, span: Span) -> Finding {
    Finding {
        rule: "dependencies/denied".into(),
        capability: None,
        severity: Severity::Critical,
        message: format!("the package `{name}` must not be installed: {reason}"),
        path,
        span,
        labels: Vec::new(),
        help: Some("whoever operates this allows packages in its configuration".into()),
        cwe: None,
        fix: None,
    }
}

/// For people: `` `numpy` is imported at main.py:1 ``.
impl fmt::Display for Wanted {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let requirement = &self.requirement;
        match &self.origin {
            Origin::Asked => write!(to, "`{requirement}` was asked for"),
            Origin::Declared { path, line } => {
                write!(to, "`{requirement}` is declared at {path}:{line}")
            }
            Origin::Imported { path, line } => {
                write!(to, "`{requirement}` is imported at {path}:{line}")
            }
        }
    }
}
