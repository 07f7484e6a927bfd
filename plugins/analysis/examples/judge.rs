//! Prints what is found in files, and how long that takes: `judge FILE…`; with `--json`, one line of
//! JSON for each file.

use std::collections::HashMap;
use std::error::Error;
use std::io::Write as _;
use std::time::Instant;

use lazaret_analysis::{Analyser, Analysis, Language, NotAnalysable, Project, SourceFile};

/// Enough for the times of the first file to be those of a process that just started, and of
/// the last to be those of one that is warm.
const REPEATS: usize = 20;

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths: Vec<String> = std::env::args().skip(1).collect();
    if paths.first().is_some_and(|first| first == "--json") {
        paths.remove(0);
        return paths.iter().try_for_each(|path| json(path));
    }
    paths.iter().try_for_each(|path| people(path))
}

fn read(path: &str) -> Result<Option<SourceFile>, Box<dyn Error>> {
    let contents = std::fs::read(path)?;
    let language = Language::of(path, &contents);
    Ok(language.map(|language| SourceFile { path: path.to_owned(), language, contents }))
}

fn people(path: &str) -> Result<(), Box<dyn Error>> {
    let file = read(path)?.ok_or("what language is it?")?;
    let mut times = Vec::new();
    let mut judged = None;
    for _ in 0..REPEATS {
        let start = Instant::now();
        let analyser = Analyser::default();
        judged = Some(analyser.analyse(&file, &Project::default()));
        times.push(start.elapsed());
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{path}: first {:?}, then {:?}", times[0], times[times.len() - 1])?;
    match judged.transpose() {
        Ok(Some(analysis)) => show(&analysis, &mut out)?,
        Ok(None) => {}
        Err(refused) => writeln!(out, "  refused: {refused}")?,
    }
    Ok(())
}

fn show(analysis: &Analysis, out: &mut impl std::io::Write) -> Result<(), Box<dyn Error>> {
    for finding in &analysis.findings {
        let at = analysis.position(finding.span.start);
        let (severity, rule) = (finding.severity, &finding.rule);
        writeln!(out, "  {}:{} {severity:?} {rule}: {}", at.line, at.column, finding.message)?;
        for label in &finding.labels {
            let at = analysis.position(label.span.start);
            writeln!(out, "    {}:{} {}", at.line, at.column, label.message)?;
        }
    }
    for dependency in &analysis.dependencies {
        let (kind, modules) = (dependency.kind, &dependency.modules);
        writeln!(out, "  needs {} {kind:?} {modules:?}", dependency.name)?;
    }
    Ok(())
}

fn json(path: &str) -> Result<(), Box<dyn Error>> {
    let Some(file) = read(path)? else { return Ok(()) };
    let capabilities: HashMap<String, String> = Analyser::catalogue()
        .into_iter()
        .map(|rule| (rule.id, rule.capability.name().to_owned()))
        .collect();
    let judged = Analyser::default().analyse(&file, &Project::default());
    let finding = |analysis: &Analysis, finding: &lazaret_analysis::Finding| {
        let at = analysis.position(finding.span.start);
        serde_json::json!({
            "rule": finding.rule,
            "capability": capabilities.get(&finding.rule),
            "severity": format!("{:?}", finding.severity).to_lowercase(),
            "line": at.line,
            "source": analysis.excerpt(finding.span),
        })
    };
    let findings: Vec<_> =
        judged.iter().flat_map(|one| one.findings.iter().map(|f| finding(one, f))).collect();
    let line = serde_json::json!({
        "path": path,
        "lines": file.contents.split(|byte| *byte == b'\n').count(),
        "refused": judged.as_ref().err().map(NotAnalysable::to_string),
        "findings": findings,
    });
    writeln!(std::io::stdout().lock(), "{line}")?;
    Ok(())
}
