//! Commands: what is really run, and on what.

use std::rc::Rc;

use crate::bash::word::Word;
use crate::bash::{Child, Made, Shell, Visit};
use crate::catalogue::Wrapper;
use crate::kind::Field;
use crate::survey::Seen;
use crate::{Argument, Fact, FactKind, Language, Resolution, Span};

/// Commands that run each other: people write three, `sudo env nohup`.
const WRAPPERS: usize = 8;

/// Options by which an interpreter is given its program, and does not read it.
const PROGRAM_OPTIONS: [&str; 5] = ["-c", "-e", "-m", "-n", "-ne"];

/// A command that runs.
#[derive(Clone, Debug)]
pub(super) struct Command {
    /// Its name, without the folder.
    pub(super) name: String,
    /// Whether it runs what it reads from its input.
    runs_input: bool,
    span: Span,
}

/// A word among the arguments, with its place.
type Placed = (Rc<Word>, Span);

impl Shell<'_> {
    /// A command: itself, and those that it only wraps.
    pub(super) fn command(&mut self, visit: Visit, children: &[Child]) -> Made {
        let Some((Made::Word(name), span)) = children
            .iter()
            .find(|child| child.visit.field == Field::Name)
            .map(|child| (&child.value, child.visit.span))
        else {
            return Made::Nothing;
        };
        let mut words: Vec<Placed> = vec![(name.clone(), span)];
        words.extend(children.iter().filter_map(|child| match (&child.value, child.visit.field) {
            (Made::Word(word), Field::Argument) => Some((word.clone(), child.visit.span)),
            _ => None,
        }));
        let mut commands = Vec::new();
        let mut hidden = self.functions.contains(&name.text);
        let mut rest = words.as_slice();
        while let Some(command) = self.run(rest, visit.span, hidden) {
            let wrapper = self.world.wrappers.get(&command.name);
            commands.push(command);
            let Some(inner) = wrapper.and_then(|wrapper| wrapped(rest, wrapper)) else { break };
            if commands.len() == WRAPPERS {
                break;
            }
            (rest, hidden) = (inner, false);
        }
        self.run_output(&commands, children, visit.span);
        Made::Commands(Rc::new(commands))
    }

    /// One command, with its fact.
    fn run(&mut self, words: &[Placed], span: Span, hidden: bool) -> Option<Command> {
        let ((name, focus), given) = words.split_first()?;
        let text = base(&name.text).to_owned();
        let resolution = if hidden { Resolution::Unknown } else { name.resolution() };
        let arguments: Vec<Argument> =
            given.iter().map(|(word, span)| self.argument(word, *span)).collect();
        let runs_input = self.world.interpreters.contains(&text) && reads_program(given);
        let fact = Fact { kind: FactKind::Call, name: text.clone(), resolution, arguments, span };
        self.seen.push(Seen::plain(fact, *focus, Language::Bash));
        Some(Command { name: text, runs_input, span })
    }

    /// `bash <(curl …)`, `eval "$(curl …)"`, `$(curl …)`
    fn run_output(&mut self, commands: &[Command], children: &[Child], span: Span) {
        for child in children {
            let Made::Word(word) = &child.value else { continue };
            let runs = match child.visit.field {
                Field::Name => Some("bash"),
                Field::Argument | Field::Redirect => commands
                    .iter()
                    .map(|command| command.name.as_str())
                    .find(|name| self.world.interpreters.contains(*name)),
                _ => None,
            };
            for (printer, runner) in word.printed_by.iter().zip(runs.into_iter().cycle()) {
                let name = format!("{printer} | {runner}");
                self.see(FactKind::Pipeline, &name, Resolution::Exact, span);
            }
        }
    }

    /// `a | b | c`: whatever an interpreter reads, it runs.
    pub(super) fn pipeline(&mut self, visit: Visit, children: &[Child]) -> Made {
        let stages: Vec<Rc<Vec<Command>>> =
            children.iter().filter_map(|child| commands(&child.value)).collect();
        for (at, stage) in stages.iter().enumerate() {
            let Some(runner) = stage.iter().find(|command| command.runs_input) else { continue };
            for printer in stages[..at].iter().flat_map(|stage| stage.iter()) {
                let span = Span { start: printer.span.start, end: runner.span.end };
                let name = format!("{} | {}", printer.name, runner.name);
                self.see(FactKind::Pipeline, &name, Resolution::Exact, span);
            }
        }
        if let [one, other] = stages.as_slice()
            && let ([one], [other]) = (one.as_slice(), other.as_slice())
            && one.name == other.name
            && self.within.last() == Some(&one.name)
        {
            self.see(FactKind::Pipeline, "itself | itself", Resolution::Exact, visit.span);
        }
        stages.last().map_or(Made::Nothing, |last| Made::Commands(last.clone()))
    }

    /// `command < file`, `command <<< word`
    pub(super) fn redirected(&mut self, children: &[Child]) -> Made {
        let body = children.iter().find_map(|child| commands(&child.value));
        let Some(commands) = body else { return Made::Nothing };
        let span = commands.last().map_or_else(Span::default, |command| command.span);
        self.run_output(&commands, children, span);
        Made::Commands(commands)
    }
}

fn commands(made: &Made) -> Option<Rc<Vec<Command>>> {
    match made {
        Made::Commands(commands) => Some(commands.clone()),
        _ => None,
    }
}

/// The words of the command that another one runs.
fn wrapped<'a>(words: &'a [Placed], wrapper: &Wrapper) -> Option<&'a [Placed]> {
    let mut at = 1;
    if !wrapper.after.is_empty() {
        let before = words.iter().position(|(word, _)| wrapper.after.contains(&word.text))?;
        return words.get(before + 1..).filter(|rest| !rest.is_empty());
    }
    let mut operands = wrapper.operands;
    while let Some((word, _)) = words.get(at) {
        let text = word.text.as_str();
        if text.starts_with('-') {
            at += usize::from(wrapper.values.iter().any(|option| option == text));
        } else if !is_assignment(text) {
            if operands == 0 {
                break;
            }
            operands -= 1;
        }
        at += 1;
    }
    words.get(at..).filter(|rest| !rest.is_empty())
}

/// `NAME=value` before a command.
fn is_assignment(text: &str) -> bool {
    let Some((name, _)) = text.split_once('=') else { return false };
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether an interpreter with these arguments reads its program from its input.
fn reads_program(given: &[Placed]) -> bool {
    let is_option = |text: &str| text.starts_with('-') && text.len() > 1;
    if given.iter().any(|(word, _)| PROGRAM_OPTIONS.contains(&word.text.as_str())) {
        return false;
    }
    let reads_on = given.iter().any(|(word, _)| matches!(word.text.as_str(), "-s" | "-"));
    reads_on || given.iter().all(|(word, _)| is_option(&word.text))
}

/// `/bin/rm` is `rm`.
fn base(name: &str) -> &str {
    if name.starts_with('/') { name.rsplit('/').next().unwrap_or(name) } else { name }
}
