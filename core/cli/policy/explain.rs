//! `lazaret policy explain`: why policies looked at a file, or did not, and what they say of a line.

use std::fmt::Write;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use lazaret_analysis::{Analysis, Fact, FactKind, Finding, printable};

use crate::cli::error::CliError;
use crate::cli::{OK, check, print};
use crate::config::{Config, Layers};
use crate::stage::StageConfig;
use crate::stages::analysis::AnalysisConfig;
use crate::stages::policies::{Awake, Explained, Mode, PoliciesConfig, Waker, explain_line, load};

/// More facts that wake a policy tell nobody more.
const WAKERS_SHOWN: usize = 5;

#[derive(Args)]
pub(in crate::cli) struct ExplainArgs {
    /// The line, counted from 1: `src/a.py:12`
    #[arg(value_name = "FILE:LINE")]
    place: LineOfFile,
}

#[derive(Clone)]
struct LineOfFile {
    file: PathBuf,
    line: usize,
}

impl FromStr for LineOfFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.rsplit_once(':');
        let place = parts.and_then(|(file, line)| Some((file, line.parse().ok()?)));
        match place {
            Some((file, line)) if line > 0 => Ok(Self { file: file.into(), line }),
            _ => Err("say the file and the line, as in `src/a.py:12`".to_owned()),
        }
    }
}

/// Judges the file as `check` does here, and tells what each policy did.
pub(super) fn explain(mut layers: Layers, arguments: &ExplainArgs) -> Result<u8, CliError> {
    layers.project = layers.file.is_none().then(|| PathBuf::from("."));
    layers.trusted = true;
    let config = Config::load(layers)?;
    let table: PoliciesConfig = config.table(PoliciesConfig::NAME)?;
    let cache = crate::directories::cache();
    let loaded = load(&table, cache.as_deref(), true)
        .map_err(|error| config.refuse(PoliciesConfig::NAME, error))?;
    let LineOfFile { file, line } = &arguments.place;
    let analysis = analysis(&config, file)?;
    let Some(source) = analysis.text().lines().nth(line - 1) else {
        let lines = analysis.text().lines().count();
        let message = format!("cannot explain line {line} of `{}`", file.display());
        return Err(CliError::new(message).help(format!("name one of its {lines} lines")));
    };
    let mut text = format!("{}:{line}  {}\n", file.display(), printable(source.trim()));
    write_facts(&mut text, &analysis, *line);
    for explained in explain_line(&table, &loaded, &analysis, *line) {
        write_policy(&mut text, &explained, *line);
    }
    print(&text)?;
    Ok(OK)
}

fn analysis(config: &Config, file: &PathBuf) -> Result<Analysis, CliError> {
    let table: AnalysisConfig = config.table(AnalysisConfig::NAME)?;
    let analyser =
        table.analyser(true).map_err(|error| config.refuse(AnalysisConfig::NAME, error))?;
    let submission = check::submission(std::slice::from_ref(file), None)?;
    let [code] = submission.code.as_slice() else {
        let message = format!("cannot explain `{}`: it is not one file", file.display());
        return Err(CliError::new(message).help("name a file, and a line of it"));
    };
    let cannot = |error| CliError::caused(format!("cannot analyse `{}`", file.display()), &error);
    analyser.analyse(code, &submission.project).map_err(cannot)
}

fn write_facts(text: &mut String, analysis: &Analysis, line: usize) {
    let is_here = |fact: &&Fact| analysis.position(fact.span.start).line == line;
    // A text can be as long as the file.
    let facts = analysis.facts.iter().filter(is_here).filter(|fact| fact.kind != FactKind::Text);
    let facts: Vec<String> = facts.map(|fact| named(fact.kind.name(), &fact.name)).collect();
    let facts = if facts.is_empty() { "none".to_owned() } else { facts.join(", ") };
    let _ = writeln!(text, "facts on it: {facts}");
}

fn write_policy(text: &mut String, explained: &Explained, line: usize) {
    let _ = write!(text, "\n{} ", explained.policy);
    match &explained.did {
        Err(why) => {
            let _ = writeln!(text, "slept: {}", printable(why));
        }
        Ok(awake) => {
            let _ = writeln!(text, "was woken by {}", woken_by(&awake.by, line));
            write_found(text, awake);
        }
    }
}

fn woken_by(wakers: &[Waker], line: usize) -> String {
    if wakers.is_empty() {
        return "the file: it judges every one of its languages".to_owned();
    }
    let shown = wakers.iter().take(WAKERS_SHOWN).map(|waker| {
        let at =
            if waker.line == line { "here".to_owned() } else { format!("on line {}", waker.line) };
        let pattern = printable(&waker.pattern);
        let asked =
            if waker.pattern == waker.name { String::new() } else { format!(", as `{pattern}`") };
        format!("{} {at}{asked}", named(waker.kind, &waker.name))
    });
    let mut text = shown.collect::<Vec<_>>().join("; ");
    if let Some(more @ 1..) = wakers.len().checked_sub(WAKERS_SHOWN) {
        let _ = write!(text, "; and {more} more");
    }
    text
}

fn write_found(text: &mut String, awake: &Awake) {
    match &awake.found {
        Err(why) => {
            let _ = writeln!(text, "    it failed: {why}");
        }
        Ok(found) if found.is_empty() => {
            let _ = writeln!(text, "    it found nothing here, and {} elsewhere", awake.elsewhere);
        }
        Ok(found) => found.iter().for_each(|(mode, finding)| write_finding(text, *mode, finding)),
    }
}

fn write_finding(text: &mut String, mode: Mode, finding: &Finding) {
    let comes_of_it = match mode {
        Mode::Enforce => "it counts",
        Mode::Monitor => "it is only told",
        Mode::Off => "the rule is off",
    };
    let Finding { rule, severity, message, .. } = finding;
    let _ = writeln!(text, "    {}[{rule}], {comes_of_it}: {message}", severity.name());
}

fn named(kind: &str, name: &str) -> String {
    format!("{kind} `{}`", printable(name))
}
