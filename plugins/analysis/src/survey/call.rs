//! Calls: what is called, with what, and the code that it runs.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use crate::catalogue::{Code, Reducer};
use crate::program::{Constant, Expression, Id};
use crate::resolve::{Meaning, Value, What};
use crate::survey::argument::size;
use crate::survey::embedded::{Embedded, KnownCode};
use crate::survey::program::{Surveyor, is_roundabout};
use crate::survey::{Imported, Seen};
use crate::{Argument, DependencyKind, Fact, FactKind, NotAnalysable, Resolution, Span};

/// Names in a chain that is kept as written.
const CHAIN: usize = 16;

/// What stands for a word of a command that is not known.
const UNKNOWN_WORD: &str = "\"$1\"";

/// A call, and what it is given.
pub(super) struct Call {
    id: Id,
    callee: Id,
    arguments: Id,
    given: Vec<Argument>,
    /// How many arguments come before those that are given to what is called.
    shift: usize,
}

impl Surveyor<'_> {
    /// A call is told for each thing that may be called; what is called by it is found with it.
    pub(super) fn call(&mut self, id: Id, callee: Id, arguments: Id) -> Result<(), NotAnalysable> {
        self.template(id, callee, arguments)?;
        // It may call something else, and stand for a module.
        let result = self.resolver.meaning(id)?;
        result.values.iter().for_each(|value| self.hand_on(id, value));
        let meaning = self.resolver.meaning(callee)?;
        self.whole(id, &meaning, arguments)?;
        self.given_back(id, &meaning)?;
        self.setters(id, &meaning, arguments)?;
        let call = self.given(id, callee, arguments)?;
        for value in &meaning.values {
            if let Some(path) = value.path() {
                self.called(&call, value, path)?;
            }
        }
        self.lost(callee, &meaning);
        self.of_unknown(callee, &meaning, Some((id, arguments)));
        if meaning.values.is_empty() {
            self.unknown_call(call);
        }
        Ok(())
    }

    /// A call with what it is given.
    pub(super) fn given(
        &mut self,
        id: Id,
        callee: Id,
        arguments: Id,
    ) -> Result<Call, NotAnalysable> {
        let shift = match *self.program.expression(callee) {
            Expression::Member(_, name) => self.world.shift(self.program.text(name)),
            _ => 0,
        };
        let mut given = self.arguments(arguments)?;
        given.drain(..shift.min(given.len()));
        Ok(Call { id, callee, arguments, given, shift })
    }

    /// A call of what has this path.
    pub(super) fn called(
        &mut self,
        call: &Call,
        value: &Value,
        path: &str,
    ) -> Result<(), NotAnalysable> {
        if self.only_asks(call.id, path)
            || self.is_inert(call.id, path)
            || self.is_own_register(call.callee)?
        {
            return Ok(());
        }
        self.module_loaded(call, path)?;
        if self.world.reducer(path) == Some(Reducer::Member)
            && let (Some(object), Some(name)) = (
                self.resolver.argument(call.arguments, 0),
                self.resolver.argument(call.arguments, 1),
            )
        {
            self.lookup(call.id, object, name)?;
        }
        let mut seen = self.seen(FactKind::Call, value, path, call.id);
        seen.focus = self.program.span(call.callee);
        seen.is_named = self.text.at(seen.focus) == path;
        seen.is_spelt_out = self.is_spelt_out(call.arguments)?;
        self.keep(call.given.iter().map(size).sum())?;
        // Of just the size: there are a hundred thousand of them.
        seen.fact.arguments = call.given.as_slice().to_vec();
        self.survey.seen.push(seen);
        self.file_written(call.id, path, &call.given);
        self.code(path, call)
    }

    /// A call that loads a module, or finds one: then it has to be there all the same.
    fn module_loaded(&mut self, call: &Call, path: &str) -> Result<(), NotAnalysable> {
        let span = self.program.span(call.id);
        if let Some(module) = self.resolver.loaded(path, call.arguments)? {
            self.import(&module, None, span, self.loader_kind(path));
            let loaded = self.resolver.meaning(call.id)?;
            let computed = loaded.values.iter().any(is_roundabout);
            self.survey.seen.last_mut().expect("it was pushed").is_roundabout = computed;
        }
        if self.world.finds(path)
            && let Some(module) = call.given.first().and_then(Argument::constant_text)
        {
            let kind = DependencyKind::Required;
            self.survey.imports.push(Imported { module, name: None, span, kind, marker: None });
        }
        Ok(())
    }

    /// A call of which only the name is known.
    fn unknown_call(&mut self, call: Call) {
        let Some(name) = self.written(call.callee) else { return };
        let fact = Fact {
            kind: FactKind::Call,
            name,
            resolution: Resolution::Unknown,
            arguments: call.given,
            span: self.program.span(call.id),
        };
        let seen = Seen::plain(fact, self.program.span(call.callee), self.language);
        self.survey.seen.push(seen);
    }

    /// A call of what may be something that rules name, for it was given up what it is a member of:
    /// `f().system(…)`, where eight functions call each other until one gives `os`.
    fn lost(&mut self, callee: Id, meaning: &Meaning) {
        if meaning.has_sink(self.world) {
            return;
        }
        let Expression::Member(_, name) = *self.program.expression(callee) else { return };
        let may_be = self.world.is_called_like_a_sink(self.program.text(name));
        if may_be && self.resolver.is_lost(callee) {
            self.survey.lost.get_or_insert(self.program.span(callee));
        }
    }

    /// `f(getattr(os, name))`: a call that only stands for something is a reference to it.
    fn given_back(&mut self, id: Id, callee: &Meaning) -> Result<(), NotAnalysable> {
        let stands = |value: &Value| {
            let reducer = match &value.what {
                What::Path(path) => self.world.reducer(path),
                What::Applied(applied) => applied.reducer(),
                _ => None,
            };
            reducer.is_some_and(Reducer::stands_for_another)
        };
        if callee.values.iter().any(stands) { self.reference(id) } else { Ok(()) }
    }

    /// What is called by something that is called, unless it is named there.
    pub(super) fn invoked(&mut self) -> Result<(), NotAnalysable> {
        let invoked = self.resolver.invoked();
        let names: HashSet<&str> =
            invoked.iter().filter_map(|(_, value)| value.path()).map(|path| &**path).collect();
        let mut places = HashMap::<String, BTreeSet<Span>>::new();
        for seen in self.survey.seen.iter().filter(|seen| names.contains(&*seen.fact.name)) {
            places.entry(seen.fact.name.clone()).or_default().insert(seen.fact.span);
        }
        for (id, value) in &invoked {
            let Some(path) = value.path() else { continue };
            let span = self.program.span(*id);
            let places = places.entry(path.to_string()).or_default();
            let mut is_named = false;
            for place in places.range(Span { start: span.start, end: 0 }..) {
                self.clock.tick()?;
                is_named = place.end <= span.end;
                if is_named || place.start > span.end {
                    break;
                }
            }
            if !is_named {
                places.insert(span);
                self.tell(FactKind::Call, value, path, *id);
            }
        }
        Ok(())
    }

    /// Keeps the code that a call runs.
    fn code(&mut self, path: &str, call: &Call) -> Result<(), NotAnalysable> {
        let given = call.given.as_slice();
        for code in self.catalogue.code(path).filter(|code| code.runs(given)) {
            let Some(place) = code.of(given) else { continue };
            let arguments = &self.program.arguments(call.arguments)[call.shift..];
            self.code_in(path, code, &arguments[place..], true)?;
            if !code.has_parameters() || given.len() == 1 {
                continue;
            }
            let seen = self.survey.seen.last_mut().expect("it was pushed");
            seen.runs = Some(KnownCode::Unknown);
            for at in (0..given.len()).filter(|at| *at != place) {
                self.code_in(path, code, &arguments[at..], false)?;
            }
        }
        Ok(())
    }

    /// Keeps what the first of these arguments may be that is run.
    fn code_in(
        &mut self,
        path: &str,
        code: &Code,
        arguments: &[Id],
        is_whole: bool,
    ) -> Result<(), NotAnalysable> {
        let id = match *self.program.expression(arguments[0]) {
            Expression::Keyword(_, value) => value,
            _ => arguments[0],
        };
        let call = self.survey.seen.len() - 1;
        let meaning = self.resolver.meaning(id)?;
        let others = if code.words && code.rest { &arguments[1..] } else { &[] };
        let others = self.words(others)?;
        let is_certain = is_whole && meaning.only().is_some();
        if meaning.only().is_some_and(|value| matches!(value.what, What::Own(_))) {
            let known = self.survey.seen[call].runs.unwrap_or(KnownCode::Function);
            self.survey.seen[call].runs = Some(known);
            return Ok(());
        }
        let text = |value| if code.words { self.command(value, &others) } else { written(value) };
        let texts: Vec<_> = meaning.values.iter().filter_map(text).collect();
        if !is_certain || texts.is_empty() {
            self.survey.seen[call].runs = Some(KnownCode::Unknown);
        }
        for text in texts {
            self.keep(text.len())?;
            let places = if code.words { None } else { self.places(id, &text)? };
            self.survey.embedded.push(Embedded {
                language: code.language,
                code: text,
                span: self.program.span(id),
                places,
                callee: path.to_owned(),
                is_certain,
                call: Some(call),
            });
        }
        Ok(())
    }

    /// What a function that loads a module says of how much it is needed: without the module, a test
    /// may be left out.
    fn loader_kind(&self, path: &str) -> DependencyKind {
        if self.world.does_without(path) {
            DependencyKind::Optional
        } else {
            DependencyKind::Required
        }
    }

    /// Whether a call is given the words of a command, and all of them are known.
    fn is_spelt_out(&mut self, arguments: Id) -> Result<bool, NotAnalysable> {
        let Some(first) = self.resolver.argument(arguments, 0) else { return Ok(false) };
        if !matches!(self.program.expression(first), Expression::Sequence(_)) {
            return Ok(false);
        }
        let meaning = self.resolver.meaning(first)?;
        let is_program = |word: &Meaning| {
            let path = word.only().and_then(Value::path);
            path.is_some_and(|path| self.world.text_of(path).is_some())
        };
        let is_word = |word: &Rc<Meaning>| word.text().is_some() || is_program(word);
        Ok(meaning.items().is_some_and(|words| words.iter().all(is_word)))
    }

    /// The words that follow in these arguments, up to the first that is none: an object of options.
    fn words(&mut self, arguments: &[Id]) -> Result<Vec<Rc<Meaning>>, NotAnalysable> {
        let mut words = Vec::new();
        for id in arguments {
            let is_named = matches!(self.program.expression(*id), Expression::Keyword(..));
            let meaning = self.resolver.meaning(*id)?;
            if is_named || matches!(meaning.only().map(|one| &one.what), Some(What::Pairs(_))) {
                break;
            }
            match meaning.items() {
                Some(items) => words.extend(items.iter().cloned()),
                None => words.push(meaning),
            }
        }
        Ok(words)
    }

    /// The command that words are, if it is known which program they begin with. A word that is not
    /// known is one that nobody sets.
    fn command(&self, first: &Value, others: &[Rc<Meaning>]) -> Option<Rc<str>> {
        let own = [Meaning::one(first.clone())];
        let begin = match &first.what {
            What::Items(words) => words,
            _ => &own[..],
        };
        let word = |word: &Meaning| {
            let path = word.only().and_then(Value::path);
            let stands_for = path.and_then(|path| self.world.text_of(path));
            word.text().map(|text| &**text).or(stands_for).map(quoted)
        };
        let mut words = begin.iter().chain(others).map(|one| word(one));
        let mut command = words.next()??;
        for word in words {
            command.push(' ');
            command.push_str(word.as_deref().unwrap_or(UNKNOWN_WORD));
        }
        Some(command.into())
    }

    /// The chain of names that is called, where it stands for nothing that is known.
    fn written(&self, callee: Id) -> Option<String> {
        let mut names = Vec::new();
        let mut at = callee;
        while let Expression::Member(object, name) = *self.program.expression(at) {
            names.push(self.program.text(name));
            at = object;
            if names.len() == CHAIN {
                return None;
            }
        }
        let Expression::Name(name, _) = *self.program.expression(at) else { return None };
        names.push(self.program.text(name));
        names.reverse();
        Some(names.join("."))
    }
}

/// The code that a value is.
fn written(value: &Value) -> Option<Rc<str>> {
    match &value.what {
        What::Constant(Constant::Text(text)) => Some(text.clone()),
        What::Constant(Constant::Bytes(bytes)) => Some(std::str::from_utf8(bytes).ok()?.into()),
        _ => None,
    }
}

/// A word as Bash takes it for itself.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@%+,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
