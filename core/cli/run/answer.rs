//! What is answered: the result, what was decided, the artifacts, and the exit code.

use std::io::Write;
use std::path::Path;

use lazaret_analysis::Severity;
use lazaret_sandbox::{Outcome, Status};

use crate::cli::error::CliError;
use crate::cli::{CANNOT_RUN, OK, complain, print, print_json, tell};
use crate::pipeline::Report;
use crate::report::{human, v1};
use crate::verdict::Verdict;

/// What the exit codes say.
pub(in crate::cli) const CODES: &str = "\
Exit codes:
  the program's own, 128 + N after signal N, or
  1    it ended before `main` returned
  124  it reached its limit of time, on the clock or on processors
  125  Lazaret could not run it: wrong usage, no sandbox, nobody could judge it
  126  refused: something was found at or above the gate
  137  it reached another limit: memory, output, processes, disk

The program's output goes to standard output and standard error, then what `main` returned, as
JSON, to standard output. Everything Lazaret says goes to standard error.";

/// Prints what came of it.
pub(super) fn show(report: &Report, json: bool) -> Result<(), CliError> {
    if json {
        return print_json(&v1::Report::from(report));
    }
    if let Some(value) = report.run.outcome.as_ref().and_then(|outcome| outcome.result.as_ref()) {
        print(&format!("{value}\n"))?;
    }
    if report.verdict != Verdict::Allow {
        tell(&human::findings(report, Severity::Medium));
    }
    if let Some(error) = CliError::from_verdict(&report.verdict) {
        complain(&error);
    }
    if report.run.outcome.is_some()
        && let Some(missing) = human::missing_dependencies(report)
    {
        tell(&format!("note: {missing}\n"));
    }
    tell(&format!("lazaret: {}\n", human::run_summary(report)));
    Ok(())
}

/// Writes artifacts below `directory`, where nothing of their names is yet.
pub(super) fn write_artifacts(directory: &Path, outcome: &Outcome) -> Result<(), CliError> {
    for artifact in &outcome.artifacts {
        let path = directory.join(&artifact.path);
        let plain = |part| matches!(part, std::path::Component::Normal(_));
        if !Path::new(&artifact.path).components().all(plain) {
            return Err(CliError::new(format!(
                "cannot write the artifact `{}`: its name leaves the directory",
                artifact.path
            )));
        }
        let written = std::fs::create_dir_all(path.parent().unwrap_or(directory))
            .and_then(|()| std::fs::File::create_new(&path))
            .and_then(|mut file| file.write_all(&artifact.contents));
        written.map_err(|error| {
            CliError::caused(format!("cannot write the artifact `{}`", path.display()), &error)
                .help("choose a new directory with `--artifacts`")
        })?;
    }
    Ok(())
}

/// What this command ends with.
pub(super) fn exit_code(report: &Report) -> u8 {
    /// As an interpreter has it for an error that nothing caught.
    const NO_RESULT: u8 = 1;
    /// As the shell has it for a command that was found and not run.
    const REFUSED: u8 = 126;
    /// As timeout(1) has it.
    const TIME_LIMIT: u8 = 124;
    /// As the shell has it after SIGKILL.
    const OTHER_LIMIT: u8 = 137;
    let Some(outcome) = &report.run.outcome else {
        return if report.verdict == Verdict::Deny { REFUSED } else { CANNOT_RUN };
    };
    match outcome.status {
        Status::Success => OK,
        Status::TimeLimit | Status::CpuLimit => TIME_LIMIT,
        Status::MemoryLimit | Status::OutputLimit | Status::ProcessLimit | Status::DiskLimit => {
            OTHER_LIMIT
        }
        Status::SandboxCrashed => CANNOT_RUN,
        Status::NoResult => NO_RESULT,
        Status::ProgramError => program_code(outcome),
    }
}

fn program_code(outcome: &Outcome) -> u8 {
    let signal = |signal: i32| u8::try_from(128 + signal).unwrap_or(u8::MAX);
    let code = |code: i32| u8::try_from(code).unwrap_or(u8::MAX);
    outcome.signal.map(signal).or(outcome.exit_code.map(code)).unwrap_or(1)
}
