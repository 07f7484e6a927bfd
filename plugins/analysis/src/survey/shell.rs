//! The facts of a script: the commands that it runs, what runs the output of others, and the files
//! that it opens.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::catalogue::Wrapper;
use crate::language::read_by;
use crate::program::{Expression, Id, Redirect, ScopeId};
use crate::survey::argument::size;
use crate::survey::embedded::Embedded;
use crate::survey::places::Places;
use crate::survey::program::Surveyor;
use crate::survey::word::{Word, base};
use crate::survey::{FACTS, Seen, Survey, json, shortened, too_much};
use crate::{Argument, Fact, FactKind, Language, NotAnalysable, Resolution, Span};

/// Commands that run each other: people write three, `sudo env nohup`.
const WRAPPERS: usize = 8;

/// Options by which an interpreter is given its program, and does not read it.
const PROGRAM_OPTIONS: [&str; 6] = ["-c", "-e", "-m", "-n", "-ne", "--eval"];

/// Files that are connections.
const CONNECTIONS: [&str; 2] = ["/dev/tcp/", "/dev/udp/"];

/// A command that runs.
#[derive(Clone, Debug)]
struct Run {
    name: String,
    /// Whether it runs what it reads from its input.
    runs_input: bool,
}

/// The commands that each call is: itself, and those that it only wraps.
type Runs = HashMap<Id, Vec<Run>>;

impl Surveyor<'_> {
    /// The facts of a script.
    pub(super) fn shell(mut self) -> Result<Survey, NotAnalysable> {
        // Each command is a fact at least: there is no need to resolve them to see that they are many.
        let is_command = |id: &Id| matches!(self.program.expression(*id), Expression::Call(..));
        if self.program.ids().filter(is_command).count() > FACTS {
            return Err(too_much());
        }
        let mut runs = Runs::new();
        let opened: HashSet<Id> =
            self.program.redirects.iter().map(|redirect| redirect.target).collect();
        for id in self.program.ids() {
            match *self.program.expression(id) {
                Expression::Call(_, arguments) => self.commands(id, arguments, &mut runs)?,
                Expression::Constant(_) | Expression::Join(_) => self.connection(id, &opened)?,
                _ => {}
            }
            if self.survey.seen.len() > FACTS {
                return Err(too_much());
            }
        }
        for (target, value) in &self.program.writes {
            self.variable(*target, *value)?;
        }
        self.texts()?;
        for redirect in &self.program.redirects {
            self.file(redirect)?;
        }
        Ok(self.survey)
    }

    /// A command: itself, and those that it only wraps.
    fn commands(&mut self, id: Id, arguments: Id, runs: &mut Runs) -> Result<(), NotAnalysable> {
        let span = self.program.span(id);
        let alternatives = self.alternatives(arguments)?;
        let mut all = Vec::new();
        for words in alternatives {
            let mut hidden = self.is_function(&words[0], id);
            let mut rest = words.as_slice();
            for depth in 0..WRAPPERS {
                let Some(run) = self.run(rest, span, hidden)? else { break };
                let wrapper = self.world.wrappers.get(&run.name);
                if depth > 0 && run.runs_input && self.program.input(id).is_none() {
                    // What a wrapper starts without a script takes what is typed.
                    let first = all.first().map_or("", |run: &Run| run.name.as_str());
                    let name = format!("{first} | {}", run.name);
                    self.see(FactKind::Pipeline, &name, span);
                }
                all.push(run);
                let Some(inner) = wrapper.and_then(|wrapper| wrapped(rest, wrapper)) else { break };
                (rest, hidden) = (inner, false);
            }
            self.run_output(id, &all, &words, runs)?;
        }
        self.reads(id, &all, runs)?;
        runs.insert(id, all);
        Ok(())
    }

    /// `name=value`
    fn variable(&mut self, target: Id, value: Id) -> Result<(), NotAnalysable> {
        let Expression::Name(name, _) = *self.program.expression(target) else { return Ok(()) };
        let meaning = self.resolver.meaning(value)?;
        let word = self.known(value, &meaning);
        let is_unset = value == Id::UNKNOWN;
        let span = self.program.span(target);
        self.see(FactKind::Assign, self.program.text(name), span);
        let argument = if is_unset {
            Argument {
                literal: Some(json("")),
                span,
                ..self.word_given(&Word { text: String::new(), ..word })?
            }
        } else {
            self.word_given(&word)?
        };
        self.survey.seen.last_mut().expect("it was pushed").fact.arguments.push(argument);
        Ok(())
    }

    /// Whether a command is a function of the script's own by now.
    fn is_function(&self, word: &Word, at: Id) -> bool {
        let Some(name) = self.program.symbol(&format!("{}()", word.text)) else { return false };
        let found = self.program.find(name, ScopeId::default(), at);
        !found.bindings.is_empty() && !found.free
    }

    /// One command, with its fact.
    fn run(
        &mut self,
        words: &[Word],
        span: Span,
        hidden: bool,
    ) -> Result<Option<Run>, NotAnalysable> {
        let Some((name, given)) = words.split_first() else { return Ok(None) };
        let text = self.world.interpreter(base(&name.text)).to_owned();
        self.keep(text.len())?;
        let resolution = if hidden { Resolution::Unknown } else { name.resolution() };
        let mut arguments = Vec::with_capacity(given.len());
        for word in given {
            arguments.push(self.word_given(word)?);
        }
        let runs_input = self.world.interpreters.contains(&text) && reads_program(given);
        self.code_of(&text, &arguments, given)?;
        let fact = Fact { kind: FactKind::Call, name: text.clone(), resolution, arguments, span };
        let mut seen = Seen::plain(fact, name.span, Language::Bash);
        if let Some(value) = &name.value {
            seen.way = value.way.steps().map(|step| (None, self.label(step))).collect();
        }
        seen.is_roundabout = name.is_roundabout();
        self.survey.seen.push(seen);
        Ok(Some(Run { name: text, runs_input }))
    }

    fn word_given(&mut self, word: &Word) -> Result<Argument, NotAnalysable> {
        self.clock.tick()?;
        let argument = Argument {
            name: None,
            literal: word.value.is_some().then(|| json(&word.text)),
            resolved: Some(word.text.clone()),
            text: shortened(self.text.at(word.span)),
            span: word.span,
        };
        self.keep(size(&argument))?;
        Ok(argument)
    }

    /// Code among the arguments: `bash -c code`, `eval code`.
    fn code_of(
        &mut self,
        name: &str,
        given: &[Argument],
        words: &[Word],
    ) -> Result<(), NotAnalysable> {
        for code in self.catalogue.code(name).filter(|code| code.runs(given)) {
            let Some((place, all)) = code.among(given) else { continue };
            let known = if all { &words[place..] } else { &words[place..=place] };
            let is_certain = known.iter().all(|word| word.value.is_some());
            if !is_certain && !known.iter().any(|word| self.has_text(word.id)) {
                continue;
            }
            if let Some((_, text)) = known[0].text.split_once('=').filter(|_| code.assigned) {
                self.embed(code.language, text, words[place].span, name, is_certain)?;
                continue;
            }
            let text = known.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
            self.embed(code.language, &text, words[place].span, name, is_certain)?;
        }
        Ok(())
    }

    fn embed(
        &mut self,
        language: Language,
        code: &str,
        span: Span,
        callee: &str,
        is_certain: bool,
    ) -> Result<(), NotAnalysable> {
        self.keep(code.len())?;
        let places = self.text.at(span).find(code).map(|at| {
            let start = span.start + at;
            Rc::new(Places::whole(Span { start, end: start + code.len() }))
        });
        self.survey.embedded.push(Embedded {
            language,
            code: code.into(),
            span,
            places,
            callee: callee.to_owned(),
            is_certain,
            call: None,
        });
        Ok(())
    }

    /// `bash <(curl …)`, `eval "$(curl …)"`, `$(curl …)`
    fn run_output(
        &mut self,
        id: Id,
        all: &[Run],
        words: &[Word],
        runs: &Runs,
    ) -> Result<(), NotAnalysable> {
        let span = self.program.span(id);
        for (at, word) in words.iter().enumerate() {
            self.clock.tick()?;
            let runner = if at == 0 {
                Some("bash".to_owned())
            } else {
                let interpreters = all.iter().map(|run| &run.name);
                interpreters
                    .into_iter()
                    .find(|name| self.world.interpreters.contains(*name))
                    .cloned()
            };
            let Some(runner) = runner else { continue };
            if at > 0
                && let Expression::Keyword(_, output) = *self.program.expression(word.id)
                && let Some(language) = interpreted(&runner)
                && let Some(text) = self.resolver.meaning(output)?.text().cloned()
            {
                self.embed(language, &text, word.span, &runner, true)?;
            }
            for printer in self.printers(word.id, runs) {
                self.see(FactKind::Pipeline, &format!("{printer} | {runner}"), span);
            }
        }
        Ok(())
    }

    /// What a command reads, if it is something that runs it.
    fn reads(&mut self, id: Id, all: &[Run], runs: &Runs) -> Result<(), NotAnalysable> {
        let Some(input) = self.program.input(id) else { return Ok(()) };
        let span = self.program.span(id);
        if let Some(runner) = all.iter().find(|run| run.runs_input).cloned() {
            for printer in self.printers(input, runs) {
                let start = self.program.span(input).start.min(span.start);
                let span = Span { start, end: span.end };
                self.see(FactKind::Pipeline, &format!("{printer} | {}", runner.name), span);
            }
            if let Some(language) = interpreted(&runner.name) {
                let span = self.program.span(input);
                match self.resolver.meaning(input)?.text().cloned() {
                    Some(text) => self.embed(language, &text, span, &runner.name, true)?,
                    None if self.has_text(input) => {
                        self.embed(language, &self.unquoted(input), span, &runner.name, false)?;
                    }
                    None => {}
                }
            }
        }
        let before = runs.get(&input).and_then(|runs| runs.first());
        if let (Some(before), Some(run)) = (before, all.first())
            && before.name == run.name
            && self.program.symbol(&format!("{}()", run.name)).is_some()
        {
            self.clock.tick()?;
            let around = self.program.function_around(id).and_then(|function| function.name);
            let around = around.map(|name| self.program.text(name).trim_end_matches("()"));
            if around == Some(&run.name) {
                self.see(FactKind::Pipeline, "itself | itself", span);
            }
        }
        Ok(())
    }

    /// The commands that print what is in a word, or what a command reads.
    fn printers(&self, id: Id, runs: &Runs) -> Vec<String> {
        let (mut names, mut pending) = (Vec::new(), vec![id]);
        while let Some(id) = pending.pop() {
            match self.program.expression(id) {
                Expression::Call(..) => {
                    names.extend(runs.get(&id).into_iter().flatten().map(|run| run.name.clone()));
                    pending.extend(self.program.input(id));
                }
                Expression::Join(list) | Expression::Reduced(_, list) => {
                    pending.extend(self.program.list(list));
                }
                Expression::Splat(inner) | Expression::Keyword(_, inner) => pending.push(*inner),
                _ => {}
            }
            if names.len() > WRAPPERS {
                break;
            }
        }
        names
    }

    /// A word that is the name of a connection.
    fn connection(&mut self, id: Id, opened: &HashSet<Id>) -> Result<(), NotAnalysable> {
        let text = self.unquoted(id);
        let is_connection = CONNECTIONS.iter().any(|start| text.starts_with(start));
        if is_connection && !opened.contains(&id) {
            self.keep(text.len())?;
            self.see(FactKind::Redirect, &text, self.program.span(id));
            self.survey.seen.last_mut().expect("it was pushed").fact.resolution =
                Resolution::Likely;
        }
        Ok(())
    }

    /// `> file`; the fact has the operator for its argument.
    fn file(&mut self, redirect: &Redirect) -> Result<(), NotAnalysable> {
        let meaning = self.resolver.meaning(redirect.target)?;
        let word = self.known(redirect.target, &meaning);
        self.keep(word.text.len())?;
        self.see(FactKind::Redirect, &word.text, redirect.span);
        let operator = self.text.at(redirect.operator).to_owned();
        let seen = self.survey.seen.last_mut().expect("it was pushed");
        // A folder that only the machine knows is still a folder: `$HOME/.profile`.
        let is_below = word.text.starts_with('$');
        seen.fact.resolution = match word.resolution() {
            Resolution::Unknown if is_below => Resolution::Likely,
            resolution => resolution,
        };
        seen.fact.arguments.push(Argument {
            name: None,
            literal: Some(json(&operator)),
            resolved: Some(operator.clone()),
            text: operator,
            span: redirect.operator,
        });
        Ok(())
    }

    pub(super) fn see(&mut self, kind: FactKind, name: &str, span: Span) {
        let (name, resolution) = (name.to_owned(), Resolution::Exact);
        let fact = Fact { kind, name, resolution, arguments: Vec::new(), span };
        self.survey.seen.push(Seen::plain(fact, span, Language::Bash));
    }
}

/// The words of the command that another one runs.
fn wrapped<'a>(words: &'a [Word], wrapper: &Wrapper) -> Option<&'a [Word]> {
    let mut at = 1;
    if !wrapper.after.is_empty() {
        let before = words.iter().position(|word| wrapper.after.contains(&word.text))?;
        let rest = words.get(before + 1..)?;
        let end = rest.iter().position(|word| matches!(word.text.as_str(), ";" | "+"));
        return Some(&rest[..end.unwrap_or(rest.len())]).filter(|rest| !rest.is_empty());
    }
    let mut operands = wrapper.operands;
    while let Some(word) = words.get(at) {
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
fn reads_program(given: &[Word]) -> bool {
    let is_option = |text: &str| text.starts_with('-') && text.len() > 1;
    if given.iter().any(|word| PROGRAM_OPTIONS.contains(&word.text.as_str())) {
        return false;
    }
    let reads_on = given.iter().any(|word| matches!(word.text.as_str(), "-s" | "-" | "/dev/stdin"));
    reads_on || given.iter().all(|word| is_option(&word.text))
}

/// The language that an interpreter reads, or Bash for itself.
fn interpreted(name: &str) -> Option<Language> {
    if matches!(name, "source" | "." | "eval") { Some(Language::Bash) } else { read_by(name) }
}
