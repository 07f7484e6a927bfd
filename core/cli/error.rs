//! What the program says when it cannot do what it was asked.

use std::error::Error;
use std::fmt::Write;

use lazaret_analysis::printable;
use lazaret_wasm::LoadError;

use crate::config::ConfigError;
use crate::verdict::Verdict;

/// An error as a person sees it.
#[derive(Debug)]
pub(crate) struct CliError {
    message: String,
    causes: Vec<String>,
    help: Option<String>,
    /// Further errors, which are told after it.
    more: Vec<CliError>,
}

impl CliError {
    /// An error without causes.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), causes: Vec::new(), help: None, more: Vec::new() }
    }

    /// An error with what brought it about.
    pub(crate) fn caused(message: impl Into<String>, cause: &dyn Error) -> Self {
        let mut causes = Vec::new();
        let mut next = Some(cause);
        while let Some(each) = next {
            causes.push(each.to_string());
            next = each.source();
        }
        Self { message: message.into(), causes, help: None, more: Vec::new() }
    }

    /// Why nobody knows, where the verdict is that.
    pub(crate) fn from_verdict(verdict: &Verdict) -> Option<Self> {
        let Verdict::Unknown { stage, reason, help } = verdict else { return None };
        Some(Self {
            message: format!("the stage `{stage}` could not do its work"),
            causes: vec![reason.clone()],
            help: help.clone(),
            more: Vec::new(),
        })
    }

    /// Adds what the user can do.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds errors that are told after it.
    #[must_use]
    pub(crate) fn and(mut self, more: impl IntoIterator<Item = Self>) -> Self {
        self.more.extend(more);
        self
    }

    /// As it is printed, with colours.
    pub(crate) fn render(&self) -> String {
        let red = anstyle::AnsiColor::Red.on_default().bold();
        let bold = anstyle::Style::new().bold();
        let mut text = format!("{red}error{red:#}{bold}: {}{bold:#}\n", indented(&self.message));
        for cause in &self.causes {
            let _ = writeln!(text, "  caused by: {}", indented(cause));
        }
        if let Some(help) = &self.help {
            let _ = writeln!(text, "  help: {}", indented(help));
        }
        self.more.iter().for_each(|error| text.push_str(&error.render()));
        text
    }
}

/// Later lines are set in, so that what belongs together is seen to.
/// What strangers have called things goes no further than its letters.
fn indented(text: &str) -> String {
    let lines: Vec<String> = text.trim_end().split('\n').map(printable).collect();
    lines.join("\n    ")
}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        let message = error.to_string();
        let more = error.more.into_iter().map(Self::from).collect();
        Self { message, causes: Vec::new(), help: error.help, more }
    }
}

impl From<LoadError> for CliError {
    fn from(error: LoadError) -> Self {
        Self { help: error.help(), ..Self::caused(error.to_string(), &error.reason) }
    }
}
