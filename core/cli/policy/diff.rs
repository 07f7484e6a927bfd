//! `lazaret policy diff`: what another version of a policy finds in real files, and what no more.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use lazaret_analysis::{Analysis, Finding, Position, printable};
use lazaret_sandbox::causes;
use lazaret_wasm::{Policies, PolicyError, PolicySource};

use super::bench::Files;
use super::compile::host;
use crate::cli::error::CliError;
use crate::cli::{FINDINGS, OK, print};
use crate::config::{Config, Layers};
use crate::report::lines::Places;
use crate::stages::analysis;

/// What is printed, and what the exit codes say.
pub(super) const CODES: &str = "\
Each line is a finding that one of them alone has: `-` the first, `+` the second. Both judge without
settings, and whatever their tables say.

Exit codes:
  0  both find the same
  1  they do not
  2  wrong usage, or a policy that cannot be loaded";

#[derive(Args)]
pub(in crate::cli) struct DiffArgs {
    /// The policy as it was
    #[arg(value_name = "OLD.wasm")]
    old: PathBuf,
    /// The policy as it is now
    #[arg(value_name = "NEW.wasm")]
    new: PathBuf,
    /// Files, and directories with all the code in them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// Something that a policy says of a place.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    path: String,
    line: usize,
    column: usize,
    what: String,
}

/// Has both policies judge the files, and prints what only one of them says.
pub(super) fn diff(layers: Layers, arguments: &DiffArgs) -> Result<u8, CliError> {
    let [old, new] = [&arguments.old, &arguments.new].map(|file| {
        let mut policies = Policies::new(&host());
        policies.add(PolicySource::from_file(file)?)?;
        Ok::<_, CliError>(policies)
    });
    let (old, new) = (old?, new?);
    let config = Config::load(layers.of_own_code())?;
    let mut lines = Vec::new();
    let files = Files::read(&analysis::analyser(&config)?, &arguments.paths)?;
    for analysis in &files.analyses {
        let [before, after] = [&old, &new].map(|policies| said(policies, analysis));
        lines.extend(changes(&before, &after));
    }
    let [before, after] = [&old, &new].map(|policies| said_together(policies, &files));
    lines.extend(changes(&before, &after));
    if lines.is_empty() {
        print("Both find the same.\n")?;
        return Ok(OK);
    }
    print(&(lines.join("\n") + "\n"))?;
    Ok(FINDINGS)
}

/// A line for each that only one of them says, in the order of the file.
fn changes(before: &BTreeSet<Said>, after: &BTreeSet<Said>) -> Vec<String> {
    let gone = before.difference(after).map(|said| (said, '-'));
    let mut all: Vec<_> = gone.chain(after.difference(before).map(|said| (said, '+'))).collect();
    all.sort();
    let line = |(Said { path, line, column, what }, sign): (&Said, char)| {
        if path.is_empty() {
            return format!("{sign} all files  {what}");
        }
        format!("{sign} {path}:{line}:{column}  {what}")
    };
    all.into_iter().map(line).collect()
}

/// What a policy says of a file; that it cannot judge it, where that is so.
fn said(policies: &Policies, analysis: &Analysis) -> BTreeSet<Said> {
    match policies.judge(analysis) {
        Ok(findings) => {
            findings.iter().map(|one| found(one, analysis.position(one.span.start))).collect()
        }
        Err(error) => BTreeSet::from([failed(&error)]),
    }
}

/// What a policy says of all files together.
fn said_together(policies: &Policies, files: &Files) -> BTreeSet<Said> {
    let together = files.together();
    let submission = together.submission();
    let mut places = Places::new(&files.submission);
    let mut all = BTreeSet::new();
    for answer in policies.judge_submission(&submission, |_, _| true) {
        match answer.said {
            Ok(findings) => all.extend(findings.iter().map(|one| {
                let position = places.position(&one.path, one.span.start);
                found(one, position)
            })),
            Err(error) => drop(all.insert(failed(&error))),
        }
    }
    all
}

fn found(finding: &Finding, position: Position) -> Said {
    let Finding { rule, severity, message, path, .. } = finding;
    let what = format!("{} [{rule}] {message}", severity.name());
    Said { path: printable(path), line: position.line, column: position.column, what }
}

fn failed(error: &PolicyError) -> Said {
    let what = format!("cannot judge: {}", causes(&error.reason));
    Said { path: printable(&error.path), line: 1, column: 1, what }
}
