//! A command, and what it runs in turn: other commands, code, files, what it reads.

use std::rc::Rc;

use crate::catalogue::{Runner, Runs, commands};
use crate::program::{Constant, Expression, Id, ScopeId, function_of};
use crate::resolve::{Value, What};
use crate::survey::argument::size;
use crate::survey::embedded::Embedded;
use crate::survey::flow::{Flow, NEAR, Run};
use crate::survey::places::Places;
use crate::survey::program::Surveyor;
use crate::survey::word::{self, Word, base};
use crate::survey::{Seen, json, shortened};
use crate::{Argument, Fact, FactKind, Language, NotAnalysable, Resolution, Span};

/// Commands that run each other: people write three, `sudo env nohup`.
const WRAPPERS: usize = 16;

/// Where a command stands.
#[derive(Clone, Debug)]
pub(super) struct At {
    /// Its expression; of those that it wraps, the same.
    id: Id,
    span: Span,
    /// How many commands it is wrapped in.
    depth: usize,
    /// Whether it is not the command of its name, but a function of the script's own.
    is_hidden: bool,
    /// What stands among its words for those that it reads, and that are not known.
    placeholder: Option<String>,
}

impl At {
    /// What is wrapped in nothing.
    pub(super) fn first(id: Id, span: Span) -> Self {
        Self { id, span, depth: 0, is_hidden: false, placeholder: None }
    }

    fn within(&self, placeholder: Option<String>) -> Self {
        let placeholder = placeholder.or_else(|| self.placeholder.clone());
        Self { depth: self.depth + 1, is_hidden: false, placeholder, ..*self }
    }
}

impl Surveyor<'_> {
    /// A command, for each that its first word may be.
    pub(super) fn commands(
        &mut self,
        id: Id,
        arguments: Id,
        flow: &mut Flow,
    ) -> Result<(), NotAnalysable> {
        let span = self.program.span(id);
        for words in self.alternatives(arguments)? {
            // Words that are empty without quotes are none.
            let Some(first) = words.first() else { continue };
            let is_hidden = self.is_function(first, id);
            let is_known = first.value.is_some() && self.is_bound(first.id);
            if !is_known {
                flow.consume(first.id, "bash", span);
            }
            self.one_command(&At { is_hidden, ..At::first(id, span) }, &words, flow)?;
        }
        Ok(())
    }

    /// Whether a word is the value of a variable.
    fn is_bound(&self, word: Id) -> bool {
        matches!(self.program.expression(self.inner(word)), Expression::Name(..))
    }

    /// Whether a command is a function of the script's own by now.
    fn is_function(&self, word: &Word, at: Id) -> bool {
        let Some(name) = self.program.symbol(&function_of(&word.text)) else { return false };
        let found = self.program.find(name, ScopeId::default(), at);
        !found.bindings.is_empty() && !found.free
    }

    /// One command: its fact, and what it runs.
    fn one_command(
        &mut self,
        at: &At,
        words: &[Word],
        flow: &mut Flow,
    ) -> Result<(), NotAnalysable> {
        let words = match words {
            [brace, inner @ ..] if self.is_brace(brace) => inner,
            // `coproc name { command; }`: the grammar takes it for a command with arguments.
            [_, brace, inner @ ..] if self.is_brace(brace) => {
                self.one_command(&at.within(None), inner, flow)?;
                words
            }
            _ => words,
        };
        let Some(first) = words.first() else { return Ok(()) };
        if at.depth == WRAPPERS {
            self.survey.lost.get_or_insert(at.span);
            return Ok(());
        }
        let name = commands().unversioned(base(&first.text)).to_owned();
        self.fact(at, &name, words)?;
        flow.add(at.id, Run { name: name.clone(), runs_input: false });
        flow.list(at.id, commands().listed(&name, &words[1..]));
        flow.write_as_told(&name, words, at.id);
        if commands().runner(&name).is_some() {
            return self.runs(at, &name, words, flow);
        }
        if first.text.contains('/') || first.value.is_none() {
            flow.execute(&first.text, &name, at.span);
        }
        Ok(())
    }

    fn is_brace(&self, word: &Word) -> bool {
        word.text == "{" && self.text.at(word.span) == "{"
    }

    fn fact(&mut self, at: &At, name: &str, words: &[Word]) -> Result<(), NotAnalysable> {
        self.keep(name.len())?;
        let first = &words[0];
        let resolution = if at.is_hidden { Resolution::Unknown } else { first.resolution() };
        let mut arguments = Vec::with_capacity(words.len() - 1);
        for word in &words[1..] {
            arguments.push(self.word_given(word)?);
        }
        let (kind, name) = (FactKind::Call, name.to_owned());
        let fact = Fact { kind, name, resolution, arguments, span: at.span };
        let mut seen = Seen::plain(fact, first.span, Language::Bash);
        if let Some(value) = &first.value {
            seen.way = value.way.steps().map(|step| (None, self.label(step))).collect();
        }
        seen.is_roundabout = first.is_roundabout();
        self.survey.seen.push(seen);
        Ok(())
    }

    /// What a command runs that is known to run something.
    pub(super) fn runs(
        &mut self,
        at: &At,
        name: &str,
        words: &[Word],
        flow: &mut Flow,
    ) -> Result<(), NotAnalysable> {
        let Some(runner) = commands().runner(name) else { return Ok(()) };
        for runs in runner.runs(words) {
            self.clock.tick()?;
            match runs {
                Runs::Command(range) => {
                    let inner = self.with_input(at, runner, words, &words[range], flow)?;
                    let within = at.within(runner.placeholder(words));
                    self.one_command(&within, &inner, flow)?;
                }
                Runs::Code(range, skipped) => {
                    let code = self.with_input(at, runner, words, &words[range], flow)?;
                    self.code_given(at, name, (runner.language, &code), skipped, flow)?;
                }
                Runs::Expanded(range, skipped) => self.expanded(name, &words[range], skipped)?,
                Runs::File(place, skipped) => {
                    let file = (&words[place], skipped);
                    self.code_in_file(at, name, runner.language, file, flow)?;
                }
                Runs::Input => self.runs_input(at, name, flow),
            }
        }
        Ok(())
    }

    /// What a command reads is run.
    fn runs_input(&mut self, at: &At, name: &str, flow: &mut Flow) {
        flow.add(at.id, Run { name: name.to_owned(), runs_input: true });
        if at.depth > 0 && self.program.input(at.id).is_none() {
            // What a wrapper starts without a script takes what is typed.
            let name = format!("{} starts {name}", flow.first(at.id).unwrap_or_default());
            self.see(FactKind::Pipeline, &name, at.span);
        }
    }

    /// Code among the arguments: `bash -c code`, `eval code`.
    fn code_given(
        &mut self,
        at: &At,
        name: &str,
        (language, words): (Option<Language>, &[Word]),
        skipped: usize,
        flow: &mut Flow,
    ) -> Result<(), NotAnalysable> {
        let Some(first) = words.first() else { return Ok(()) };
        for word in words {
            flow.consume(word.id, name, at.span);
            let is_placed = |placeholder| word.text.contains(placeholder);
            if let Some(input) = self
                .program
                .input(at.id)
                .filter(|_| at.placeholder.as_deref().is_some_and(is_placed))
            {
                flow.consume(input, name, at.span);
            }
        }
        let Some(language) = language else { return Ok(()) };
        let is_certain = words.iter().all(|word| word.value.is_some());
        if is_certain || words.iter().any(|word| self.has_text(word.id)) {
            let code = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
            let code = code.get(skipped..).unwrap_or_default();
            return self.embed(language, code, first.span, name, is_certain);
        }
        // Any text that a variable may be.
        let meaning = self.resolver.meaning(self.inner(first.id))?;
        for value in meaning.values.iter().filter(|_| words.len() == 1) {
            if let Some(code) = value.constant().and_then(Constant::as_text) {
                self.embed(language, code, first.span, name, false)?;
            }
        }
        Ok(())
    }

    /// `PS4='$(command)'`
    fn expanded(
        &mut self,
        name: &str,
        words: &[Word],
        skipped: usize,
    ) -> Result<(), NotAnalysable> {
        for word in words {
            for code in substitutions(word.text.get(skipped..).unwrap_or_default()) {
                self.embed(Language::Bash, code, word.span, name, false)?;
            }
        }
        Ok(())
    }

    /// `bash file`, `bash <(command)`
    fn code_in_file(
        &mut self,
        at: &At,
        name: &str,
        language: Option<Language>,
        (word, skipped): (&Word, usize),
        flow: &mut Flow,
    ) -> Result<(), NotAnalysable> {
        let Expression::Keyword(_, output) = *self.program.expression(word.id) else {
            flow.interpret(word.text.get(skipped..).unwrap_or_default(), name, language, at.span);
            return Ok(());
        };
        if let Some(language) = language
            && let Some(text) = self.resolver.meaning(output)?.text().cloned()
        {
            self.embed(language, &text, word.span, name, true)?;
        }
        flow.consume(output, name, at.span);
        Ok(())
    }

    pub(super) fn word_given(&mut self, word: &Word) -> Result<Argument, NotAnalysable> {
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

    pub(super) fn embed(
        &mut self,
        language: Language,
        code: &str,
        span: Span,
        callee: &str,
        is_certain: bool,
    ) -> Result<(), NotAnalysable> {
        // A command that can be read in many ways runs the same in most of them.
        let is_same = |one: &Embedded| {
            let known = (one.language, &*one.code, one.span, &*one.callee, one.is_certain);
            known == (language, code, span, callee, is_certain)
        };
        if self.survey.embedded.iter().rev().take(NEAR).any(is_same) {
            return Ok(());
        }
        self.keep(code.len())?;
        let places = self.text.at(span).find(code).map(|at| {
            let start = span.start + at;
            Rc::new(Places::whole(Span { start, end: start + code.len() }))
        });
        let (code, callee, call) = (code.into(), callee.to_owned(), None);
        let embedded = Embedded { language, code, span, places, callee, is_certain, call };
        self.survey.embedded.push(embedded);
        Ok(())
    }

    /// The words of what a command runs that takes more of them from its input: `xargs rm`.
    fn with_input(
        &mut self,
        at: &At,
        runner: &Runner,
        words: &[Word],
        inner: &[Word],
        flow: &Flow,
    ) -> Result<Vec<Word>, NotAnalysable> {
        let (Some(input), Some(placeholder)) =
            (self.program.input(at.id), runner.placeholder(words))
        else {
            return Ok(inner.to_vec());
        };
        let Some(read) = self.words_read(input, flow)? else { return Ok(inner.to_vec()) };
        let places: usize = inner.iter().map(|word| word.text.matches(&placeholder).count()).sum();
        let is_placed = places > 0;
        let all = read.join(" ");
        // Before it is made: a megabyte in ten thousand places is ten gigabytes.
        self.keep(all.len().saturating_mul(places.max(1)))?;
        let put = |word: &Word| {
            if !word.text.contains(&placeholder) {
                return word.clone();
            }
            self.read_word(word.id, &word.text.replace(&placeholder, &all))
        };
        let mut made: Vec<Word> = inner.iter().map(put).collect();
        if !is_placed {
            made.extend(read.iter().map(|text| self.read_word(input, text)));
        }
        self.keep(word::size(&made))?;
        Ok(made)
    }

    /// The words that a command reads, as far as they are known: those of a text, or what is in
    /// the folders that are listed.
    fn words_read(&mut self, input: Id, flow: &Flow) -> Result<Option<Vec<String>>, NotAnalysable> {
        if let Some(text) = self.resolver.meaning(input)?.text() {
            return Ok(Some(text.split_whitespace().map(str::to_owned).collect()));
        }
        Ok(flow.listed(input).map(<[String]>::to_vec))
    }

    fn read_word(&self, id: Id, text: &str) -> Word {
        let value = Value::exact(What::Constant(Constant::text(text)));
        let (text, span) = (text.to_owned(), self.program.span(id));
        Word { id, text, value: Some(value), from_variable: true, span }
    }
}

/// What runs within a text when the shell expands it: `$(code)` and what is in backticks.
fn substitutions(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['$', '`']) {
        let inner = &rest[at + 1..];
        let end = if rest[at..].starts_with('`') {
            inner.find('`').map(|end| (0, end))
        } else if inner.starts_with('(') {
            closing(inner).map(|end| (1, end))
        } else {
            None
        };
        match end {
            Some((start, end)) => {
                found.push(&inner[start..end]);
                rest = &inner[end + 1..];
            }
            None => rest = inner,
        }
    }
    found
}

/// Where the bracket closes that a text begins with.
fn closing(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    for (at, character) in text.char_indices() {
        match character {
            '(' => open += 1,
            ')' if open == 1 => return Some(at),
            ')' => open -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_within_a_text_is_found() {
        assert_eq!(substitutions("+ $(a $(b) c) `d` $e (f)"), ["a $(b) c", "d"]);
        assert_eq!(substitutions("$(a"), [""; 0]);
    }
}
