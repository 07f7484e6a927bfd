//! What goes from command to command: what one prints and another runs, in a pipeline or through a
//! file.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::catalogue::commands;
use crate::program::{Expression, Id};
use crate::shebang::Shebang;
use crate::survey::program::Surveyor;
use crate::survey::word::Word;
use crate::{FactKind, Language, NotAnalysable, Span};

/// Commands that print what another runs, or write it. People write three.
const PRINTERS: usize = 8;

/// Commands that print what they are given.
const ECHOES: [&str; 2] = ["echo", "printf"];

/// Expressions that are looked at to find them.
const LOOKS: usize = 256;

/// What was added last, among which the same may be.
pub(super) const NEAR: usize = 64;

/// A command that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) name: String,
    /// Whether it runs what it reads from its input.
    pub(super) runs_input: bool,
}

/// A command that prints what another runs.
#[derive(Debug, PartialEq, Eq)]
struct Printer {
    name: String,
    /// Whether it is kept in between, in a variable or a file.
    is_kept: bool,
}

impl Printer {
    /// The name of the pipeline to what runs it, directly or out of a file.
    fn to(&self, runner: &str, is_in_file: bool) -> String {
        format!("{} {} {runner}", self.name, if self.is_kept || is_in_file { '>' } else { '|' })
    }
}

/// Something that is run, whoever prints it.
#[derive(Debug, PartialEq, Eq)]
struct Consumed {
    what: Id,
    /// What runs it.
    name: String,
    span: Span,
}

/// A file that is run.
#[derive(Debug, PartialEq, Eq)]
struct FileRun {
    file: String,
    /// What runs it.
    name: String,
    /// What it is written in, if that can be judged.
    language: Option<Language>,
    /// Whether it is a program itself, and says in its first line what it is written in.
    is_program: bool,
    span: Span,
}

/// What a script's commands are, and the files that they write and run: each once, in however many
/// ways a command can be read.
#[derive(Debug, Default)]
pub(super) struct Flow {
    /// The commands that each call is: itself, and those that it only wraps.
    runs: HashMap<Id, Vec<Run>>,
    /// What writes each file.
    written: HashMap<String, Vec<Id>>,
    run: Vec<FileRun>,
    consumed: Vec<Consumed>,
    /// What is in the folders that a command lists.
    listed: HashMap<Id, Vec<String>>,
    /// What prints each of those that were asked about.
    printers: RefCell<HashMap<Id, Rc<[Printer]>>>,
}

impl Flow {
    /// A command that a call is.
    pub(super) fn add(&mut self, id: Id, run: Run) {
        add(self.runs.entry(id).or_default(), run);
    }

    /// What a call is before all that it wraps.
    pub(super) fn first(&self, id: Id) -> Option<&str> {
        self.runs.get(&id)?.first().map(|run| run.name.as_str())
    }

    /// What is in this, or what this prints, is run.
    pub(super) fn consume(&mut self, what: Id, name: &str, span: Span) {
        add(&mut self.consumed, Consumed { what, name: name.to_owned(), span });
    }

    /// A command lists these.
    pub(super) fn list(&mut self, id: Id, files: Option<Vec<String>>) {
        self.listed.extend(files.map(|files| (id, files)));
    }

    /// What a command lists.
    pub(super) fn listed(&self, id: Id) -> Option<&[String]> {
        self.listed.get(&id).map(Vec::as_slice)
    }

    /// A command writes to a file.
    pub(super) fn write(&mut self, file: &str, by: Id) {
        add(self.written.entry(plain(file).to_owned()).or_default(), by);
    }

    /// A command that is told where to write writes to these files.
    pub(super) fn write_as_told(&mut self, name: &str, words: &[Word], by: Id) {
        let writer = commands().writer(name);
        for file in writer.map(|writer| writer.files(words)).unwrap_or_default() {
            self.write(&file, by);
        }
    }

    /// A file is run by an interpreter.
    pub(super) fn interpret(
        &mut self,
        file: &str,
        name: &str,
        language: Option<Language>,
        span: Span,
    ) {
        let (file, name, is_program) = (plain(file).to_owned(), name.to_owned(), false);
        add(&mut self.run, FileRun { file, name, language, is_program, span });
    }

    /// A file is run as a program.
    pub(super) fn execute(&mut self, file: &str, name: &str, span: Span) {
        let (file, name, is_program) = (plain(file).to_owned(), name.to_owned(), true);
        let language = Some(Language::Bash);
        add(&mut self.run, FileRun { file, name, language, is_program, span });
    }

    /// The commands that write a file.
    fn writers(&self, file: &str) -> &[Id] {
        self.written.get(file).map_or(&[], Vec::as_slice)
    }
}

impl Surveyor<'_> {
    /// What is printed by one command and run by another. A command may stand before what it reads,
    /// so all of them are known first.
    pub(super) fn pipelines(&mut self, flow: &Flow) -> Result<(), NotAnalysable> {
        for id in self.program.ids() {
            if let Some(runs) = flow.runs.get(&id) {
                self.reads(id, runs, flow)?;
            }
        }
        self.fork_bombs(flow)?;
        for Consumed { what, name, span } in &flow.consumed {
            for printer in self.printers(*what, flow)?.iter() {
                self.see(FactKind::Pipeline, &printer.to(name, false), *span);
            }
        }
        Ok(())
    }

    /// What a command reads, if it is something that runs it.
    fn reads(&mut self, id: Id, runs: &[Run], flow: &Flow) -> Result<(), NotAnalysable> {
        let Some(input) = self.program.input(id) else { return Ok(()) };
        if let Some(runner) = runs.iter().find(|run| run.runs_input) {
            self.input_is_run(id, input, &runner.name, flow)?;
        }
        Ok(())
    }

    /// Functions that start themselves more than once, without waiting: `:() { : | : & }`. A script
    /// may do so, too.
    fn fork_bombs(&mut self, flow: &Flow) -> Result<(), NotAnalysable> {
        let mut of_itself: Vec<Vec<Id>> = Vec::new();
        for function in self.program.definitions() {
            let calls = function.name.map_or(&[][..], |name| self.program.calls_of(name));
            let mut within = Vec::new();
            for call in calls {
                self.clock.tick()?;
                within.extend(Some(*call).filter(|call| function.region.contains(&call.0)));
            }
            of_itself.push(within);
        }
        let is_script = |id: &Id| flow.first(*id) == Some("$0");
        of_itself.push(self.program.ids().filter(is_script).collect());
        for calls in of_itself.iter().filter(|calls| calls.len() > 1) {
            let goes_on = |call: &&Id| {
                self.program.is_in_background(**call)
                    || self.program.input(**call).is_some_and(|input| calls.contains(&input))
            };
            if let Some(call) = calls.iter().find(goes_on) {
                self.see(FactKind::Pipeline, "itself | itself", self.program.span(*call));
            }
        }
        Ok(())
    }

    fn input_is_run(
        &mut self,
        id: Id,
        input: Id,
        name: &str,
        flow: &Flow,
    ) -> Result<(), NotAnalysable> {
        let (span, input_span) = (self.program.span(id), self.program.span(input));
        for printer in self.printers(input, flow)?.iter() {
            let span = Span { start: input_span.start.min(span.start), end: span.end };
            self.see(FactKind::Pipeline, &printer.to(name, false), span);
        }
        let language = commands().runner(name).and_then(|runner| runner.language);
        let Some(language) = language else { return Ok(()) };
        match self.resolver.meaning(input)?.text().cloned() {
            Some(text) => self.embed(language, &text, input_span, name, true),
            None if self.has_text(input) => {
                self.embed(language, &self.unquoted(input), input_span, name, false)
            }
            None => Ok(()),
        }
    }

    /// The commands that print what is in a word, or what a command reads.
    fn printers(&self, id: Id, flow: &Flow) -> Result<Rc<[Printer]>, NotAnalysable> {
        let known = flow.printers.borrow().get(&id).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let found: Rc<[Printer]> = self.find_printers(id, flow)?.into();
        flow.printers.borrow_mut().insert(id, Rc::clone(&found));
        Ok(found)
    }

    fn find_printers(&self, id: Id, flow: &Flow) -> Result<Vec<Printer>, NotAnalysable> {
        let program = self.program;
        let (mut names, mut seen) = (Vec::new(), HashSet::new());
        let mut waiting = vec![(id, false)];
        while let Some((id, mut is_kept)) = waiting.pop() {
            let mut pending = Vec::new();
            if !seen.insert(id) {
                continue;
            }
            self.clock.tick()?;
            match program.expression(id) {
                Expression::Call(_, words) => {
                    let runs = flow.runs.get(&id).map_or(&[][..], Vec::as_slice);
                    if runs.iter().any(|run| ECHOES.contains(&run.name.as_str())) {
                        pending.extend(program.arguments(*words));
                    }
                    names
                        .extend(runs.iter().map(|run| Printer { name: run.name.clone(), is_kept }));
                    pending.extend(program.input(id));
                    pending.extend(program.beside(id));
                }
                Expression::Join(list)
                | Expression::Reduced(_, list)
                | Expression::Either(list) => {
                    pending.extend(program.list(list));
                }
                Expression::Splat(inner)
                | Expression::Keyword(_, inner)
                | Expression::Each(inner)
                | Expression::Index(inner, _) => pending.push(*inner),
                Expression::Name(name, scope) => {
                    let bindings = program.find(*name, *scope, id).bindings;
                    pending.extend(bindings.iter().map(|id| program.binding(*id).value));
                    is_kept = true;
                }
                _ => {}
            }
            waiting.extend(pending.into_iter().map(|id| (id, is_kept)));
            if names.len() > PRINTERS || seen.len() > LOOKS {
                break;
            }
        }
        names.dedup();
        Ok(names)
    }

    /// The files that are run, and were written before.
    pub(super) fn files(&mut self, flow: &Flow) -> Result<(), NotAnalysable> {
        for run in &flow.run {
            for by in flow.writers(&run.file) {
                self.clock.tick()?;
                for printer in self.printers(*by, flow)?.iter() {
                    self.see(FactKind::Pipeline, &printer.to(&run.name, true), run.span);
                }
                if let Some(language) = run.language
                    && let Some(text) = self.resolver.meaning(*by)?.text().cloned()
                {
                    let first = text.lines().next().filter(|_| run.is_program);
                    let language = match first.filter(|line| line.starts_with("#!")) {
                        Some(line) => Shebang::of(line).map(|shebang| shebang.language),
                        None => Some(language),
                    };
                    let span = self.program.span(*by);
                    if let Some(language) = language {
                        self.embed(language, &text, span, &run.name, false)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Adds what is not there yet. What is added for one command stands together.
fn add<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.iter().rev().take(NEAR).any(|known| *known == item) {
        list.push(item);
    }
}

/// A file's name without what it can do without.
fn plain(file: &str) -> &str {
    file.trim_start_matches("./")
}
