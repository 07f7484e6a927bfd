//! The report for people: findings in their source, and one line that sums up.
//!
//! Everything here is text with colours in it; the stream it is written to takes them out where
//! no terminal shows them.

use std::collections::BTreeSet;
use std::fmt::Write;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use lazaret_analysis::{
    Capability, Dependency, DependencyKind, Finding, Package, Severity, printable,
};
use lazaret_sandbox::{Outcome, Status};

use super::fix;
use super::lines::Places;
use crate::config::Size;
use crate::pipeline::Report;
use crate::verdict::Verdict;

/// Lines that are longer are not shown: nobody reads them, and a thousand findings in one line of a
/// megabyte took ten seconds.
pub(super) const LONGEST_EXCERPT: usize = 16 * 1024;

/// The findings of a severity or worse, each in its source, and every file that could not be judged.
/// What reaches the gate is always among them.
pub fn findings(report: &Report, least: Severity) -> String {
    let mut places = Places::new(&report.run.submission);
    let mut text = String::new();
    let mut shown_before = None;
    for (finding, weight) in weighed(report).filter(|each| is_shown(*each, least)) {
        let before = shown_before.replace(finding);
        let is_there = before.is_some_and(|before| is_at_one_place(before, finding));
        let shown = render(finding, weight, is_there, &mut places);
        let _ = writeln!(text, "{shown}\n");
    }
    for file in &report.run.unjudged {
        let title = Level::ERROR.primary_title(format!(
            "cannot judge `{}`: {}",
            printable(&file.path),
            file.reason
        ));
        let _ = writeln!(text, "{}\n", Renderer::styled().render(&[Group::with_title(title)]));
    }
    text
}

/// All findings and what comes of each, those last that are only monitored.
fn weighed(report: &Report) -> impl Iterator<Item = (&Finding, Weight)> {
    let findings = report.run.findings.iter().map(|finding| {
        let denies = report.gate.denies(finding);
        (finding, if denies { Weight::Denies } else { Weight::Counts })
    });
    findings.chain(report.run.monitored.iter().map(|finding| (finding, Weight::Monitored)))
}

fn is_shown((finding, weight): (&Finding, Weight), least: Severity) -> bool {
    finding.severity >= least || weight == Weight::Denies
}

/// Whether two findings are shown in the same source, with the same remarks: once is enough.
fn is_at_one_place(one: &Finding, other: &Finding) -> bool {
    (&one.path, one.span, &one.labels) == (&other.path, other.span, &other.labels)
}

/// What comes of a finding.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// It reaches the gate.
    Denies,
    /// It does not.
    Counts,
    /// It is never looked at by the gate.
    Monitored,
}

impl Weight {
    fn level(self, severity: &'static str) -> Level<'static> {
        match self {
            Self::Denies => Level::ERROR.with_name(severity),
            Self::Counts => Level::WARNING.with_name(severity),
            Self::Monitored => Level::NOTE.with_name(format!("monitored, {severity}")),
        }
    }
}

/// A finding in its source, unless that was shown just before.
fn render(finding: &Finding, weight: Weight, is_there: bool, places: &mut Places<'_>) -> String {
    let level = weight.level(finding.severity.name());
    if finding.path.is_empty() {
        return nowhere(finding, level);
    }
    let spans = finding.labels.iter().map(|label| label.span).chain([finding.span]);
    let start = spans.clone().map(|span| span.start).min().unwrap_or(0);
    let end = spans.map(|span| span.end).max().unwrap_or(0);
    let line = places.position(&finding.path, start).line;
    let (text, first) =
        places.lines(&finding.path).map_or(("", 0), |lines| lines.excerpt(start, end));
    let within = |span: lazaret_analysis::Span| {
        let inside = |byte: usize| byte.saturating_sub(first).min(text.len());
        inside(span.start)..inside(span.end)
    };
    let labels = finding.labels.iter().map(|label| {
        AnnotationKind::Context.span(within(label.span)).label(printable(&label.message))
    });
    let snippet = Snippet::source(text)
        .line_start(line)
        .path(printable(&finding.path))
        .annotations(labels)
        .annotation(AnnotationKind::Primary.span(within(finding.span)));
    let title = level.primary_title(printable(&finding.message)).id(printable(&finding.rule));
    let mut group = if is_there || text.len() > LONGEST_EXCERPT {
        let at = places.position(&finding.path, finding.span.start);
        let origin = Origin::path(printable(&finding.path)).line(at.line).char_column(at.column);
        title.element(origin)
    } else {
        title.element(snippet)
    };
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(printable(help)));
    }
    let fix = finding.fix.as_ref().and_then(|fix| fix::patched(&finding.path, fix, places));
    let groups: Vec<Group<'_>> = [group].into_iter().chain(fix).collect();
    Renderer::styled().render(&groups)
}

/// A finding that is in no file.
fn nowhere(finding: &Finding, level: Level<'_>) -> String {
    let title = level.primary_title(printable(&finding.message)).id(printable(&finding.rule));
    let help = finding.help.iter().map(|help| Level::HELP.message(printable(help)));
    let group = help.fold(Group::with_title(title), Group::element);
    Renderer::styled().render(&[group])
}

/// The line that sums up a check.
pub fn check_summary(report: &Report) -> String {
    let run = &report.run;
    let denying = run.findings.iter().filter(|finding| report.gate.denies(finding)).count();
    let gate = report.gate.deny.name();
    let (files, manifests) = (run.submission.code.len(), run.submission.manifests.len());
    let mut text = match (files, manifests) {
        (files, 0) => count(files, "file"),
        (0, manifests) => count(manifests, "manifest"),
        _ => format!("{} and {}", count(files, "file"), count(manifests, "manifest")),
    };
    let findings = count(run.findings.len(), "finding");
    let _ = write!(text, " checked, {findings}, {denying} at or above the gate (`{gate}`)");
    if !run.monitored.is_empty() {
        let _ = write!(text, ", {} only monitored", run.monitored.len());
    }
    let partly = run.analyses.iter().filter(|one| one.misread.is_some() && one.unjudged.is_none());
    match partly.count() {
        0 => {}
        number => {
            let _ = write!(text, ", {} only partly analysed", count(number, "file"));
        }
    }
    if !run.unjudged.is_empty() {
        let _ = write!(text, ", {} not judged", count(run.unjudged.len(), "file"));
    }
    text
}

/// A line about the findings that [`findings`] leaves out, where it does.
pub fn not_shown(report: &Report, least: Severity) -> String {
    match weighed(report).filter(|each| !is_shown(*each, least)).count() {
        0 => String::new(),
        number => {
            format!("{} below `{}`: `--all` shows them\n", count(number, "finding"), least.name())
        }
    }
}

/// A line with what the code is able to do, where anything was found that says so.
pub fn capabilities(report: &Report) -> String {
    let found: BTreeSet<Capability> =
        report.run.findings.iter().filter_map(|finding| finding.capability).collect();
    let names: Vec<&str> = found.into_iter().map(Capability::name).collect();
    if names.is_empty() { String::new() } else { format!("capabilities: {}\n", names.join(", ")) }
}

/// The line that sums up a run.
pub fn run_summary(report: &Report) -> String {
    match (&report.verdict, &report.run.outcome) {
        (_, Some(outcome)) => {
            format!("{}{}{}", outcome_summary(outcome), installed(report), below_the_gate(report))
        }
        (Verdict::Deny, None) => format!("refused: {}; nothing was run", check_summary(report)),
        (_, None) => "nothing was run".to_owned(),
    }
}

/// What was found and did not stop the program: `check` shows it.
fn below_the_gate(report: &Report) -> String {
    let mut text = String::new();
    if !report.run.findings.is_empty() {
        let _ = write!(text, ", {} below the gate", count(report.run.findings.len(), "finding"));
    }
    if !report.run.monitored.is_empty() {
        let _ = write!(text, ", {} only monitored", report.run.monitored.len());
    }
    text
}

fn outcome_summary(outcome: &Outcome) -> String {
    let usage = &outcome.usage;
    let mut text = status(outcome);
    let _ = write!(text, " in {:.0} ms", usage.wall.as_secs_f64() * 1000.0);
    if usage.peak_memory > 0 {
        let _ = write!(text, ", {} of memory", Size(usage.peak_memory));
    }
    let _ = write!(text, ", isolation: {}", outcome.isolation.name());
    for refused in &outcome.refused_artifacts {
        let _ = write!(text, "\nnot collected: `{}`: {}", printable(&refused.path), refused.reason);
    }
    text
}

/// How many packages the program was given.
fn installed(report: &Report) -> String {
    let Some(prepared) = &report.run.prepared else { return String::new() };
    let packages = count(prepared.found.set.record().packages.len(), "package");
    let how = if prepared.found.was_there { "from the cache" } else { "installed" };
    format!(", {packages} {how}")
}

fn status(outcome: &Outcome) -> String {
    let how = match outcome.status {
        Status::Success => "success",
        Status::ProgramError => "the program failed",
        Status::NoResult => "the program ended before `main` returned",
        Status::TimeLimit => "stopped at its time limit",
        Status::CpuLimit => "stopped at its processor time limit",
        Status::MemoryLimit => "stopped at its memory limit",
        Status::OutputLimit => "stopped at its output limit",
        Status::ProcessLimit => "it reached its limit of processes",
        Status::DiskLimit => "it filled its scratch space",
        Status::SandboxCrashed => "the sandbox crashed",
    };
    match (outcome.exit_code, outcome.signal) {
        (Some(code), _) if code != 0 => format!("{how} (exit code {code})"),
        (_, Some(signal)) => format!("{how} (signal {signal})"),
        _ => how.to_owned(),
    }
}

/// What the program imports and was not given, where there is such.
pub fn missing_dependencies(report: &Report) -> Option<String> {
    let run = &report.run;
    let is_given = |dependency: &&Dependency| {
        let wanted = run.prepared.iter().flat_map(|prepared| &prepared.wanted);
        let mut names = wanted.map(|wanted| wanted.requirement.name());
        names.any(|name| dependency.package.name() == Some(name) || dependency.name == name)
    };
    let needed = run.dependencies.iter().filter(|each| each.kind == DependencyKind::Required);
    let missing = needed.filter(|each| !is_given(each));
    let names: Vec<String> = missing.map(missing_name).collect();
    (!names.is_empty()).then(|| {
        format!(
            "it imports {}, which is not installed: name its package with `--dep`",
            names.join(", ")
        )
    })
}

/// Its name, and the packages that it can come with.
fn missing_name(dependency: &Dependency) -> String {
    let quoted = |name: &String| format!("`{}`", printable(name));
    let name = quoted(&dependency.name);
    match &dependency.package {
        Package::OneOf(packages) => {
            let packages: Vec<String> = packages.iter().map(quoted).collect();
            format!("{name} (of {})", packages.join(" or "))
        }
        _ => name,
    }
}

/// `1 file`, `2 files`
pub(crate) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
