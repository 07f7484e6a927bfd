//! `lazaret deps`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use lazaret_analysis::{Ecosystem, Language, Manifest, Note, Package, Plan};

use super::error::CliError;
use super::{FINDINGS, OK, UNDECIDED, check, print, print_json, tell};
use crate::config::{Config, Layers};
use crate::report::deps::{Dependencies, human, requirements};
use crate::stage::Unjudged;
use crate::stages::analysis::{self, analyse_all};

/// What is read, and what the exit codes say.
pub(super) const CODES: &str = "\
What is beside the files and around them is read too: requirements*.txt, pyproject.toml,
package.json, tsconfig.json. No registry is asked, so whether a package exists is not known.

Exit codes:
  0  every package is known and, where the project declares any, declared
  1  one is not known, not declared, or has a suspicious name
  2  wrong usage or configuration
  3  could not tell: a file that cannot be read, a requirement that is refused";

#[derive(Args)]
pub(super) struct DepsArgs {
    /// Files, and directories with all the code in them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The language of the one file that is named, whatever its name says
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<Language>,
    /// The version of Python that is meant, such as 3.12; without it, all of 3.9 to 3.14
    #[arg(long, value_name = "VERSION", value_parser = python_minor)]
    python: Option<u8>,
    /// How it is told
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
    /// The same as `--format json` (schemas/deps.v1.json)
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A table
    Human,
    /// JSON (schemas/deps.v1.json)
    Json,
    /// A `requirements.txt` with what Python needs
    Requirements,
}

/// `12` of `3.12`.
fn python_minor(version: &str) -> Result<u8, String> {
    let minor = version.strip_prefix("3.").and_then(|minor| minor.parse().ok());
    minor.filter(|minor| (9..=14).contains(minor)).ok_or_else(|| "3.9 to 3.14 are known".to_owned())
}

/// Tells what files need from outside.
pub(super) fn deps(layers: Layers, arguments: &DepsArgs) -> Result<u8, CliError> {
    let config = Config::load(layers.of_own_code())?;
    let analyser = analysis::analyser(&config)?;
    let analyser = match arguments.python {
        Some(minor) => analyser.for_python(minor),
        None => analyser,
    };
    let submission = check::submission(&arguments.paths, arguments.language)?;
    let manifests = submission.manifests.iter();
    let manifests: Vec<Manifest> =
        manifests.filter_map(|file| Manifest::read(&file.path, &file.contents)).collect();
    let (mut read, mut unjudged) = (Vec::new(), submission.unread.clone());
    let judged = analyse_all(&analyser, &submission.code, &submission.project);
    for (file, judged) in submission.code.iter().zip(judged) {
        match judged {
            Ok(analysis) => read.push(analysis),
            Err(why) => unjudged.push(analysis::unjudged(file, &why)),
        }
    }
    let plan = Plan::of(&read, &manifests);
    let files = submission.code.len() + submission.unread.len();
    show(arguments, files, &plan, &unjudged)?;
    Ok(code(&plan, &unjudged))
}

fn show(
    arguments: &DepsArgs,
    files: usize,
    plan: &Plan,
    unjudged: &[Unjudged],
) -> Result<(), CliError> {
    let form = if arguments.json { Form::Json } else { arguments.format };
    match form {
        Form::Json => return print_json(&Dependencies::new(plan, unjudged)),
        Form::Human => print(&human::table(plan, unjudged))?,
        Form::Requirements => {
            print(&requirements::requirements(plan))?;
            let others = plan.needs.iter().filter(|need| need.ecosystem != Ecosystem::PyPi).count();
            if others > 0 {
                tell(&format!("not in this form: {others} of JavaScript's packages\n"));
            }
        }
    }
    tell(&format!("{}\n", human::summary(files, plan, unjudged)));
    Ok(())
}

fn code(plan: &Plan, unjudged: &[Unjudged]) -> u8 {
    let is_open = |need: &lazaret_analysis::Need| {
        matches!(need.package, Package::OneOf(_) | Package::Unresolved)
            || need.notes.iter().any(|note| note.is_suspicion() || *note == Note::Unlisted)
    };
    if !plan.refused.is_empty() || !unjudged.is_empty() {
        UNDECIDED
    } else if plan.needs.iter().any(is_open) {
        FINDINGS
    } else {
        OK
    }
}
