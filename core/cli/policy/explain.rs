//! `lazaret policy explain`: why policies looked at a file, or did not, and what they say of a line.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use lazaret_analysis::{Analyser, Analysis};

use super::ready::{Ready, ready};
use crate::app::App;
use crate::cli::error::CliError;
use crate::cli::{OK, check, print};
use crate::config::Layers;
use crate::report::explanation::explanation;
use crate::stages::policies::explain_line;

/// What the exit codes say.
pub(super) const CODES: &str = "\
Exit codes:
  0  it is told
  2  wrong usage or configuration, or a file that cannot be analysed";

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
pub(super) fn explain(app: &App, layers: Layers, arguments: &ExplainArgs) -> Result<u8, CliError> {
    let Ready { table, loaded, analyser } = ready(app, layers)?;
    let LineOfFile { file, line } = &arguments.place;
    let analysis = analysis(&analyser, file)?;
    let Some(source) = analysis.text().lines().nth(line - 1) else {
        let lines = analysis.text().lines().count();
        let message = format!("cannot explain line {line} of `{}`", file.display());
        return Err(CliError::new(message).help(format!("name one of its {lines} lines")));
    };
    let explained = explain_line(&table, &loaded, &analysis, *line);
    print(&explanation(&analysis, *line, source, &explained))?;
    Ok(OK)
}

fn analysis(analyser: &Analyser, file: &PathBuf) -> Result<Analysis, CliError> {
    let submission = check::submission(std::slice::from_ref(file), None)?;
    let [code] = submission.code.as_slice() else {
        let message = format!("cannot explain `{}`: it is not one file", file.display());
        return Err(CliError::new(message).help("name a file, and a line of it"));
    };
    let cannot = |error| CliError::caused(format!("cannot analyse `{}`", file.display()), &error);
    analyser.analyse(code, &submission.project).map_err(cannot)
}
