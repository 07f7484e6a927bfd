//! Prints what is found in files, and how long that takes: `judge FILE…`.

use std::error::Error;
use std::io::Write as _;
use std::time::Instant;

use lazaret_analysis::{Analyser, Language, Project, SourceFile};

/// Enough for the times of the first file to be those of a process that just started, and of
/// the last to be those of one that is warm.
const REPEATS: usize = 20;

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    for path in std::env::args().skip(1) {
        let contents = std::fs::read(&path)?;
        let language = Language::of(&path, &contents).ok_or("what language is it?")?;
        let file = SourceFile { path: path.clone(), language, contents };
        let mut times = Vec::new();
        let mut judged = None;
        for _ in 0..REPEATS {
            let start = Instant::now();
            let analyser = Analyser::default();
            judged = Some(analyser.analyse(&file, &Project::default()));
            times.push(start.elapsed());
        }
        writeln!(out, "{path}: first {:?}, then {:?}", times[0], times[times.len() - 1])?;
        match judged.transpose() {
            Ok(Some(analysis)) => {
                for finding in &analysis.findings {
                    let at = analysis.position(finding.span.start);
                    let (severity, rule) = (finding.severity, &finding.rule);
                    writeln!(
                        out,
                        "  {}:{} {severity:?} {rule}: {}",
                        at.line, at.column, finding.message
                    )?;
                    for label in &finding.labels {
                        let at = analysis.position(label.span.start);
                        writeln!(out, "    {}:{} {}", at.line, at.column, label.message)?;
                    }
                }
                for dependency in &analysis.dependencies {
                    writeln!(
                        out,
                        "  needs {} {:?} {:?}",
                        dependency.name, dependency.kind, dependency.modules
                    )?;
                }
            }
            Ok(None) => {}
            Err(refused) => writeln!(out, "  refused: {refused}")?,
        }
    }
    Ok(())
}
