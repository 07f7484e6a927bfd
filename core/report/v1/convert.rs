//! From what the pipeline works with to what is published.

use std::borrow::Cow;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use lazaret_analysis::{Analysis, DependencyKind, Package};
use lazaret_packages::Pinned;
use lazaret_sandbox::{Outcome, Printed};

use super::{
    Artifact, Decision, Dependency, Edit, Finding, Fix, Installed, InstalledPackage, Label,
    Measured, Need, Partly, Place, Ran, RefusedArtifact, Report, Requirement, Stage, Stream,
    Unjudged, Unknown, Usage,
};
use crate::report::lines::Places;
use crate::stages::dependencies::{Origin, Prepared, Wanted};
use crate::verdict::Verdict;
use crate::{pipeline, stage};

impl From<&pipeline::Report> for Report {
    fn from(report: &pipeline::Report) -> Self {
        let run = &report.run;
        let mut places = Places::new(&run.submission);
        Self {
            version: 1,
            verdict: Decision::from(&report.verdict),
            unknown: Unknown::from_verdict(&report.verdict),
            findings: run
                .findings
                .iter()
                .map(|finding| Finding::new(finding, report.gate.denies(finding), &mut places))
                .collect(),
            monitored: run
                .monitored
                .iter()
                .map(|finding| Finding::new(finding, false, &mut places))
                .collect(),
            unjudged: run.unjudged.iter().map(Unjudged::from).collect(),
            partly_analysed: run.analyses.iter().filter_map(Partly::of).collect(),
            dependencies: run.dependencies.iter().map(Dependency::from).collect(),
            installed: run.prepared.as_ref().map(Installed::from),
            outcome: run.outcome.as_ref().map(Ran::from),
            stages: report.timings.iter().map(Stage::from).collect(),
        }
    }
}

impl From<&Prepared> for Installed {
    fn from(prepared: &Prepared) -> Self {
        let record = prepared.found.set.record();
        Self {
            cached: prepared.found.was_there,
            platform: record.platform.clone(),
            requirements: prepared.wanted.iter().map(Requirement::from).collect(),
            packages: record.packages.iter().map(InstalledPackage::from).collect(),
        }
    }
}

impl From<&Pinned> for InstalledPackage {
    fn from(package: &Pinned) -> Self {
        Self {
            name: package.name.clone(),
            version: package.version.clone(),
            digest: package.hash.clone(),
        }
    }
}

impl From<&Wanted> for Requirement {
    fn from(wanted: &Wanted) -> Self {
        let (origin, place) = match &wanted.origin {
            Origin::Asked => ("asked", None),
            Origin::Declared { path, line } => ("declared", Some((path.clone(), *line))),
            Origin::Imported { path, line } => ("imported", Some((path.clone(), *line))),
        };
        let (path, line) = place.unzip();
        Self { requirement: wanted.requirement.to_string(), origin, path, line }
    }
}

impl From<&stage::Unjudged> for Unjudged {
    fn from(file: &stage::Unjudged) -> Self {
        Self { path: file.path.clone(), id: file.id, reason: file.reason.clone() }
    }
}

impl Partly {
    /// Of a file that is judged apart from something.
    fn of(analysis: &Analysis) -> Option<Self> {
        let span = analysis.misread.filter(|_| analysis.unjudged.is_none())?;
        let line = analysis.position(span.start).line;
        Some(Self { path: analysis.path().to_owned(), line })
    }
}

impl From<&Verdict> for Decision {
    fn from(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Allow => Self::Allow,
            Verdict::Deny => Self::Deny,
            Verdict::Unknown { .. } => Self::Unknown,
        }
    }
}

impl Unknown {
    fn from_verdict(verdict: &Verdict) -> Option<Self> {
        let Verdict::Unknown { stage, reason, help } = verdict else { return None };
        Some(Self { stage: stage.clone(), reason: reason.clone(), help: help.clone() })
    }
}

impl Finding {
    fn new(finding: &lazaret_analysis::Finding, denies: bool, places: &mut Places<'_>) -> Self {
        let label = |label: &lazaret_analysis::Label| Label {
            message: label.message.clone(),
            place: place(&finding.path, label.span, places),
        };
        let labels = finding.labels.iter().map(label).collect();
        let fix = finding.fix.as_ref().map(|fix| Fix {
            title: fix.title.clone(),
            applicability: fix.applicability.name(),
            edits: fix.edits.iter().map(|edit| Edit::new(edit, &finding.path, places)).collect(),
        });
        Self {
            labels,
            fix,
            rule: finding.rule.clone(),
            capability: finding.capability,
            severity: finding.severity,
            denies,
            message: finding.message.clone(),
            help: finding.help.clone(),
            cwe: finding.cwe,
            place: place(&finding.path, finding.span, places),
        }
    }
}

impl Edit {
    fn new(edit: &lazaret_analysis::Edit, path: &str, places: &mut Places<'_>) -> Self {
        Self { place: place(path, edit.span, places), replacement: edit.replacement.clone() }
    }
}

fn place(path: &str, span: lazaret_analysis::Span, places: &mut Places<'_>) -> Place {
    let (start, end) = (places.position(path, span.start), places.position(path, span.end));
    Place {
        path: path.to_owned(),
        start_byte: span.start,
        end_byte: span.end,
        start_line: start.line,
        start_column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

impl From<&lazaret_analysis::Dependency> for Dependency {
    fn from(dependency: &lazaret_analysis::Dependency) -> Self {
        let candidates = match &dependency.package {
            Package::OneOf(candidates) => candidates.clone(),
            Package::Known { .. } | Package::Unresolved => Vec::new(),
        };
        Self {
            name: dependency.name.clone(),
            kind: Need::from(dependency.kind),
            ecosystem: dependency.ecosystem.name(),
            package: dependency.package.name().map(str::to_owned),
            candidates,
            marker: dependency.marker.as_ref().map(ToString::to_string),
        }
    }
}

impl From<DependencyKind> for Need {
    fn from(kind: DependencyKind) -> Self {
        match kind {
            DependencyKind::Required => Self::Required,
            DependencyKind::Optional => Self::Optional,
            DependencyKind::TypeOnly => Self::TypeOnly,
        }
    }
}

impl From<&Outcome> for Ran {
    fn from(outcome: &Outcome) -> Self {
        let artifact = |artifact: &lazaret_sandbox::Artifact| Artifact {
            path: artifact.path.clone(),
            size: artifact.contents.len(),
            base64: BASE64_STANDARD.encode(&artifact.contents),
        };
        let refused = |refused: &lazaret_sandbox::RefusedArtifact| RefusedArtifact {
            path: refused.path.clone(),
            reason: refused.reason.clone(),
        };
        Self {
            status: outcome.status.name(),
            exit_code: outcome.exit_code,
            signal: outcome.signal,
            stdout: Stream::from(&outcome.stdout),
            stderr: Stream::from(&outcome.stderr),
            result: outcome.result.clone(),
            has_result: outcome.result.is_some(),
            artifacts: outcome.artifacts.iter().map(artifact).collect(),
            refused_artifacts: outcome.refused_artifacts.iter().map(refused).collect(),
            usage: Usage::from(&outcome.usage),
            isolation: outcome.isolation.name(),
            isolation_parts: outcome.isolation_parts.clone(),
        }
    }
}

/// Bytes as text, and in Base64 where they are not.
pub(in crate::report) fn encoded(bytes: &[u8]) -> (String, Option<String>) {
    match String::from_utf8_lossy(bytes) {
        Cow::Borrowed(text) => (text.to_owned(), None),
        Cow::Owned(text) => (text, Some(BASE64_STANDARD.encode(bytes))),
    }
}

impl From<&Printed> for Stream {
    fn from(printed: &Printed) -> Self {
        let (text, base64) = encoded(&printed.bytes);
        Self { text, base64, truncated: printed.truncated }
    }
}

impl From<&lazaret_sandbox::Usage> for Usage {
    fn from(usage: &lazaret_sandbox::Usage) -> Self {
        Self {
            wall_ms: milliseconds(usage.wall),
            user_ms: milliseconds(usage.user),
            system_ms: milliseconds(usage.system),
            peak_memory_bytes: usage.peak_memory,
            peak_processes: usage.peak_processes,
            peak_disk_bytes: usage.peak_disk,
            printed_bytes: usage.printed,
            measured: Measured {
                cpu: usage.measured.cpu.name(),
                memory: usage.measured.memory.name(),
                processes: usage.measured.processes.name(),
                disk: usage.measured.disk.name(),
            },
        }
    }
}

impl From<&pipeline::Timing> for Stage {
    fn from(timing: &pipeline::Timing) -> Self {
        Self { name: timing.stage.clone(), phase: timing.phase, time_ms: milliseconds(timing.time) }
    }
}

/// With microseconds as the decimals.
fn milliseconds(duration: std::time::Duration) -> f64 {
    (duration.as_secs_f64() * 1_000_000.0).round() / 1000.0
}
