//! `lazaret check`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use lazaret_analysis::{Language, Profile, Severity};
use lazaret_sandbox::Events;

use super::error::CliError;
use super::input::Collected;
use super::{FINDINGS, OK, UNDECIDED, input, print, print_json, runtime, tell};
use crate::app::App;
use crate::config::{Config, Layers};
use crate::pipeline::Report;
use crate::report::{human, v1};
use crate::stage::{Phase, StageConfig};
use crate::stages::analysis::AnalysisConfig;
use crate::submission::Submission;
use crate::verdict::Verdict;

#[derive(Args)]
pub(super) struct CheckArgs {
    /// Files of code, manifests of what it needs, and directories with all of both in them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The language of the one file that is named, whatever its name says
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<Language>,
    /// Whose code it is, in place of `analysis.profile`: `repo` for one's own, `gate` for a stranger's
    /// (whose `lazaret.toml` is not read then), `audit` to see everything
    #[arg(long, value_name = "PROFILE")]
    profile: Option<String>,
    /// Findings of this severity or worse fail the check, in place of `gate.deny`
    #[arg(long, value_name = "SEVERITY")]
    deny: Option<String>,
    /// Shows findings of the severity `low` too, which are counted otherwise
    #[arg(long)]
    all: bool,
    /// Prints the report as JSON (schemas/report.v1.json)
    #[arg(long)]
    json: bool,
}

/// Checks what is named, and reports it.
pub(super) fn check(app: &App, mut layers: Layers, arguments: CheckArgs) -> Result<u8, CliError> {
    let is_a_strangers = arguments.profile.as_deref() == Some("gate");
    if !is_a_strangers {
        layers = layers.of_own_code();
    }
    if let Some(profile) = arguments.profile {
        layers.flags.push(("analysis.profile", profile.into()));
    }
    if let Some(deny) = arguments.deny {
        layers.flags.push(("gate.deny", deny.into()));
    }
    let config = Config::load(layers)?;
    let pipeline = app.pipeline(&config)?;
    let submission = submission(&arguments.paths, arguments.language)?;
    let report = runtime()?.block_on(pipeline.run(submission, Events::none(), Phase::Check));
    let analysis = config.table::<AnalysisConfig>(AnalysisConfig::NAME)?;
    let all = arguments.all || analysis.profile(config.trusted) == Profile::Audit;
    show(&report, arguments.json, if all { Severity::Low } else { Severity::Medium })?;
    Ok(match report.verdict {
        Verdict::Allow => OK,
        Verdict::Deny => FINDINGS,
        Verdict::Unknown { .. } => UNDECIDED,
    })
}

/// What `paths` name, to be checked.
pub(super) fn submission(
    paths: &[PathBuf],
    language: Option<Language>,
) -> Result<Submission, CliError> {
    let Some(language) = language else {
        let Collected { files, unread } = input::collect(paths)?;
        let project = input::project(&files, paths);
        let named = Submission { unread, ..Submission::new(files, None, project) };
        return Ok(with_manifests(named, paths));
    };
    let [path] = paths else {
        return Err(
            CliError::new("cannot use `--language` with more than one path").help("name one file")
        );
    };
    let file = input::read(path, input::name(path))?;
    let project = input::project(std::slice::from_ref(&file), paths);
    let path = file.path.clone();
    Ok(with_manifests(Submission::new(vec![file], Some((&path, language)), project), paths))
}

/// With the manifests beside the files and around them, after those that were named.
fn with_manifests(mut submission: Submission, paths: &[PathBuf]) -> Submission {
    let Collected { files, unread } = input::manifests(&submission, paths);
    Arc::make_mut(&mut submission.manifests).extend(files);
    submission.unread.extend(unread);
    submission
}

/// Prints the report; for people, the findings of a severity or worse.
fn show(report: &Report, json: bool, least: Severity) -> Result<(), CliError> {
    if json {
        return print_json(&v1::Report::from(report));
    }
    print(&human::findings(report, least))?;
    if let Some(error) = CliError::from_verdict(&report.verdict)
        && report.run.unjudged.is_empty()
    {
        super::complain(&error);
    }
    tell(&format!("{}\n", human::check_summary(report)));
    tell(&human::not_shown(report, least));
    tell(&human::capabilities(report));
    Ok(())
}
