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

/// What the exit codes say.
pub(super) const CODES: &str = "\
Exit codes:
  0  programs can run, with the isolation that `execution.isolation` asks for
  1  they cannot
  2  wrong usage or configuration";

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
        print(&text_of(&findings, width()))?;
    }
    Ok(if findings.ready { OK } else { NOT_READY })
}

/// How wide the terminal is; nothing where there is none, and lines are for another program to read.
fn width() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(std::io::stdout())?;
    Some(usize::from(width.0))
}

/// For people.
fn text_of(findings: &Findings, width: Option<usize>) -> String {
    let mut text = String::new();
    let names = findings.runners.iter().flat_map(|runner| &runner.parts);
    let widest = names.map(|part| part.name.chars().count()).max().unwrap_or(0);
    for Examined { name, chosen, parts, .. } in &findings.runners {
        let chosen = if *chosen { "" } else { " (not chosen by `runner`)" };
        write_parts(&mut text, (name, chosen), parts, widest, width);
    }
    if !findings.packages.is_empty() {
        write_parts(&mut text, ("packages", ""), &findings.packages, widest, width);
    }
    text.push_str(&wrapped(&conclusion(findings), 0, width));
    text
}

fn write_parts(
    text: &mut String,
    (name, remark): (&str, &str),
    parts: &[Part],
    widest: usize,
    width: Option<usize>,
) {
    let bold = Style::new().bold();
    let _ = writeln!(text, "{bold}{name}{bold:#}{remark}");
    // Two spaces, the longest health, two spaces, the longest name, two spaces.
    let margin = 2 + 4 + 2 + widest + 2;
    for Part { name, health, found, help } in parts {
        let style = style(health);
        let found = wrapped(found, margin, width);
        let _ = writeln!(text, "  {style}{health:4}{style:#}  {name:widest$}  {found}");
        if let Some(help) = help {
            let help = wrapped(&format!("help: {help}"), margin, width);
            let _ = writeln!(text, "{:margin$}{help}", "");
        }
    }
    text.push('\n');
}

/// `words` in lines that end before `width`, all but the first set in by `margin`.
fn wrapped(words: &str, margin: usize, width: Option<usize>) -> String {
    /// A column that is narrower than this is harder to read than broken lines.
    const NARROWEST: usize = 20;
    let Some(room) = width.and_then(|width| width.checked_sub(margin + NARROWEST)) else {
        return words.to_owned();
    };
    let (mut text, mut used) = (String::new(), 0);
    for word in words.split(' ') {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > room + NARROWEST {
            let _ = write!(text, "\n{:margin$}", "");
            used = 0;
        } else if used > 0 {
            text.push(' ');
            used += 1;
        }
        text.push_str(word);
        used += length;
    }
    text
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_end_before_the_terminal_does_and_stand_in_their_column() {
        let words = "one two three four five six seven";
        assert_eq!(wrapped(words, 4, Some(24)), "one two three four\n    five six seven");
        assert_eq!(wrapped(words, 4, Some(23)), words, "too narrow for columns");
        assert_eq!(wrapped(words, 4, None), words);
    }
}
