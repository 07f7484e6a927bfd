//! `lazaret doctor`: says of everything that running depends on what was found, and what to do.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use clap::Args;

use super::error::CliError;
use super::{OK, print, runtime};
use crate::app::App;
use crate::config::{Config, Layers};
use crate::doctor::{Examined, Findings, Part, examine};

/// Programs cannot run as the configuration demands.
const NOT_READY: u8 = 1;

/// The options of `lazaret doctor`.
#[derive(Args)]
pub(super) struct DoctorArgs {
    /// Prints what was found as JSON
    #[arg(long)]
    json: bool,
}

/// Looks, and prints.
pub(super) fn doctor(app: &App, layers: Layers, arguments: &DoctorArgs) -> Result<u8, CliError> {
    let config = Config::load(layers)?;
    let findings = runtime()?.block_on(examine(app, &config))?;
    if arguments.json {
        let text = serde_json::to_string_pretty(&findings)
            .map_err(|error| CliError::caused("cannot write JSON", &error))?;
        print(&format!("{text}\n"))?;
    } else {
        print(&text_of(&findings))?;
    }
    Ok(if findings.ready { OK } else { NOT_READY })
}

/// For people.
fn text_of(findings: &Findings) -> String {
    let mut text = String::new();
    let names = findings.runners.iter().flat_map(|runner| &runner.parts);
    let widest = names.map(|part| part.name.chars().count()).max().unwrap_or(0);
    for runner in &findings.runners {
        write_runner(&mut text, runner, widest);
    }
    text.push_str(&conclusion(findings));
    text
}

fn write_runner(text: &mut String, runner: &Examined, widest: usize) {
    let bold = Style::new().bold();
    let chosen = if runner.chosen { "" } else { " (not chosen by `runner`)" };
    let _ = writeln!(text, "{bold}{}{bold:#}{chosen}", runner.name);
    for Part { name, health, found, help } in &runner.parts {
        let style = style(health);
        let _ = writeln!(text, "  {style}{health:4}{style:#}  {name:widest$}  {found}");
        if let Some(help) = help {
            let _ = writeln!(text, "  {:4}  {:widest$}  help: {help}", "", "");
        }
    }
    text.push('\n');
}

fn style(health: &str) -> Style {
    match health {
        "ok" => AnsiColor::Green.on_default(),
        "warn" => AnsiColor::Yellow.on_default().bold(),
        _ => AnsiColor::Red.on_default().bold(),
    }
}

fn conclusion(findings: &Findings) -> String {
    let Findings { demanded, offered, ready, .. } = findings;
    match (offered, ready) {
        (Some(offered), true) => format!(
            "ready: programs run with isolation `{offered}`; `execution.isolation` asks for \
             `{demanded}`\n"
        ),
        (Some(offered), false) => format!(
            "not ready: programs could run with isolation `{offered}`, and `execution.isolation` \
             asks for `{demanded}`\n"
        ),
        (None, _) => "not ready: no program can run\n".to_owned(),
    }
}
