//! The facts of a program: its imports, its calls, and names whose value goes somewhere.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use crate::catalogue::{Catalogue, Code, Reducer, World};
use crate::clock::Clock;
use crate::program::{BindingId, Constant, Expression, Guard, Id, Import, Program, Role};
use crate::resolve::{Meaning, Names, Resolver, Step, Value, What};
use crate::survey::argument::size;
use crate::survey::embedded::Embedded;
use crate::survey::{FACTS, Imported, KEPT, Seen, Survey, shortened, too_much};
use crate::text::Text;
use crate::{
    Argument, DependencyKind, Fact, FactKind, Label, Language, NotAnalysable, Resolution, Span,
};

/// Names in a chain that is kept as written.
const CHAIN: usize = 16;

/// Functions that find a module without loading it: it has to be there all the same.
const FINDERS: [&str; 2] = ["require.resolve", "import.meta.resolve"];

/// Turns a program into facts.
pub(super) struct Surveyor<'a> {
    pub(super) program: &'a Program,
    language: Language,
    pub(super) catalogue: &'a Catalogue,
    pub(super) world: &'a World,
    pub(super) text: &'a Text,
    pub(super) resolver: Resolver<'a>,
    bound: HashMap<Id, Vec<BindingId>>,
    pub(super) survey: Survey,
    pub(super) clock: &'a Clock,
    kept: usize,
}

impl<'a> Surveyor<'a> {
    pub(super) fn new(
        program: &'a Program,
        language: Language,
        catalogue: &'a Catalogue,
        text: &'a Text,
        names: &'a Names,
        clock: &'a Clock,
    ) -> Self {
        let mut bound = HashMap::<Id, Vec<BindingId>>::new();
        for (at, binding) in (0..).zip(program.bindings()) {
            bound.entry(binding.value).or_default().push(BindingId(at));
        }
        let world = &catalogue.world;
        let resolver = Resolver::new(program, world, language, names, clock);
        let survey = Survey::default();
        Self { program, language, catalogue, world, text, resolver, bound, survey, clock, kept: 0 }
    }

    /// Counts what is kept: what is given to calls may be larger than the file by far, where a long
    /// constant has a short name.
    pub(super) fn keep(&mut self, bytes: usize) -> Result<(), NotAnalysable> {
        self.kept += bytes;
        if self.kept > KEPT { Err(too_much()) } else { Ok(()) }
    }

    /// What the file does. What its names stand for is of use only where code runs out of a text,
    /// or is that code.
    pub(super) fn survey(mut self, is_embedded: bool) -> Result<Survey, NotAnalysable> {
        for import in &self.program.imports {
            self.import_statement(import);
        }
        for id in self.program.ids() {
            match *self.program.expression(id) {
                Expression::Call(callee, arguments) => self.call(id, callee, arguments)?,
                Expression::Index(object, index) => {
                    self.lookup(id, object, index)?;
                    self.item(id, object)?;
                }
                Expression::Splat(object) => self.all_of(id, object)?,
                Expression::Name(..) | Expression::Member(..) | Expression::Module(_) => {
                    self.reference(id)?;
                }
                _ => {}
            }
            if self.survey.seen.len() > FACTS {
                return Err(too_much());
            }
        }
        self.writes()?;
        if !is_embedded {
            self.texts()?;
        }
        self.invoked()?;
        self.excuse_guarded_imports();
        if is_embedded || !self.survey.embedded.is_empty() {
            self.survey.names = self.resolver.names()?;
        }
        Ok(self.survey)
    }

    fn import_statement(&mut self, import: &Import) {
        let name = import.name.map(|name| self.program.text(name));
        self.import(self.program.text(import.module), name, import.span, import.kind);
    }

    fn import(&mut self, module: &str, name: Option<&str>, span: Span, kind: DependencyKind) {
        let fact = Fact {
            kind: FactKind::Import,
            name: self.world.path(module).to_string(),
            resolution: Resolution::Exact,
            arguments: Vec::new(),
            span,
        };
        let seen = Seen::plain(fact, span, self.language);
        self.survey.seen.push(seen);
        let (module, name) = (module.to_owned(), name.map(str::to_owned));
        self.survey.imports.push(Imported { module, name, span, kind, marker: None });
    }

    fn call(&mut self, id: Id, callee: Id, arguments: Id) -> Result<(), NotAnalysable> {
        self.template(id, callee, arguments)?;
        // It may call something else.
        self.resolver.meaning(id)?;
        let meaning = self.resolver.meaning(callee)?;
        let shift = match *self.program.expression(callee) {
            Expression::Member(_, name) => self.world.shift(self.program.text(name)),
            _ => 0,
        };
        self.whole(id, &meaning, arguments)?;
        self.given_back(id, &meaning)?;
        self.setters(id, &meaning, arguments)?;
        let mut given = self.arguments(arguments)?;
        given.drain(..shift.min(given.len()));
        let span = self.program.span(id);
        for value in &meaning.values {
            let Some(path) = value.path() else { continue };
            if let Some(module) = self.resolver.loaded(path, arguments)? {
                self.import(&module, None, span, loader_kind(path));
                let loaded = self.resolver.meaning(id)?;
                let computed = loaded.values.iter().any(is_roundabout);
                self.survey.seen.last_mut().expect("it was pushed").is_roundabout = computed;
            }
            if FINDERS.contains(&&**path)
                && let Some(module) = given.first().and_then(Argument::constant_text)
            {
                let kind = DependencyKind::Required;
                self.survey.imports.push(Imported { module, name: None, span, kind, marker: None });
            }
            if self.world.reducer(path) == Some(Reducer::Member)
                && let (Some(object), Some(name)) =
                    (self.resolver.argument(arguments, 0), self.resolver.argument(arguments, 1))
            {
                self.lookup(id, object, name)?;
            }
            let mut seen = self.seen(FactKind::Call, value, path, id);
            seen.focus = self.program.span(callee);
            self.keep(given.iter().map(size).sum())?;
            // Of just the size: there are a hundred thousand of them.
            seen.fact.arguments = given.as_slice().to_vec();
            self.survey.seen.push(seen);
            self.file_written(id, path, &given);
            self.code(path, &given, (arguments, shift))?;
        }
        self.lost(callee, &meaning);
        if meaning.values.is_empty()
            && let Some(name) = self.written(callee)
        {
            let kind = FactKind::Call;
            let resolution = Resolution::Unknown;
            let fact = Fact { kind, name, resolution, arguments: given, span };
            let focus = self.program.span(callee);
            let seen = Seen::plain(fact, focus, self.language);
            self.survey.seen.push(seen);
        }
        Ok(())
    }

    /// A call of what may be something that rules name, for it was given up what it is a member of:
    /// `f().system(…)`, where eight functions call each other until one gives `os`.
    fn lost(&mut self, callee: Id, meaning: &Meaning) {
        let is_sink = |value: &Value| value.path().is_some_and(|path| self.world.is_sink(path));
        if meaning.values.iter().any(is_sink) {
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
    fn invoked(&mut self) -> Result<(), NotAnalysable> {
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
                let seen = self.seen(FactKind::Call, value, path, *id);
                self.survey.seen.push(seen);
            }
        }
        Ok(())
    }

    /// Keeps the code that a call runs.
    fn code(
        &mut self,
        path: &str,
        given: &[Argument],
        (arguments, shift): (Id, usize),
    ) -> Result<(), NotAnalysable> {
        for code in self.catalogue.code(path).filter(|code| code.runs(given)) {
            let Some(place) = code.of(given) else { continue };
            let id = self.program.arguments(arguments)[place + shift];
            let id = match *self.program.expression(id) {
                Expression::Keyword(_, value) => value,
                _ => id,
            };
            let meaning = self.resolver.meaning(id)?;
            let is_certain = !meaning.open && meaning.values.len() == 1;
            for text in meaning.values.iter().filter_map(|value| written(code, value)) {
                self.keep(text.len())?;
                let span = self.program.span(id);
                let start = self.text.at(span).find(&*text).map(|at| span.start + at);
                self.survey.embedded.push(Embedded {
                    language: code.language,
                    code: text,
                    span,
                    start,
                    callee: path.to_owned(),
                    is_certain,
                });
            }
        }
        Ok(())
    }

    /// A name that is read, and not as a part of something that is judged itself.
    pub(super) fn reference(&mut self, id: Id) -> Result<(), NotAnalysable> {
        match self.program.role(id) {
            Role::Free | Role::Bound => self.read(id),
            Role::Part => self.escape(id),
            Role::Silent => Ok(()),
        }
    }

    /// What leads out of everything is told of, too, where something else is taken of it.
    fn escape(&mut self, id: Id) -> Result<(), NotAnalysable> {
        let is_name = matches!(self.program.expression(id), Expression::Name(..));
        if is_name {
            return Ok(());
        }
        let meaning = self.resolver.meaning(id)?;
        for value in &meaning.values {
            let Some(path) = value.path().filter(|path| self.world.is_escape(path)) else {
                continue;
            };
            let seen = self.seen(FactKind::Reference, value, path, id);
            self.survey.seen.push(seen);
        }
        Ok(())
    }

    /// `object[index]`: where it stands for nothing itself, the object is what is read.
    fn item(&mut self, id: Id, object: Id) -> Result<(), NotAnalysable> {
        let is_known = !self.resolver.meaning(id)?.values.is_empty();
        if is_known || self.program.role(id) == Role::Silent {
            self.reference(id)
        } else {
            self.read(object)
        }
    }

    fn read(&mut self, id: Id) -> Result<(), NotAnalysable> {
        let meaning = self.resolver.meaning(id)?;
        for value in meaning.values.iter().filter(|value| value.resolution != Resolution::Unknown) {
            let Some(path) = value.path() else { continue };
            let mut seen = self.seen(FactKind::Reference, value, path, id);
            if self.program.role(id) == Role::Bound {
                seen.bound = self.bound.get(&id).cloned().unwrap_or_default();
            }
            self.survey.seen.push(seen);
        }
        Ok(())
    }

    pub(super) fn seen(&self, kind: FactKind, value: &Value, path: &str, id: Id) -> Seen {
        let span = self.program.span(id);
        let (name, resolution) = (path.to_owned(), value.resolution);
        let fact = Fact { kind, name, resolution, arguments: Vec::new(), span };
        let binding = |step: &Step| match step {
            Step::Bound(binding, _) => Some(*binding),
            Step::Computed(..) => None,
        };
        let way = value.way.steps().map(|step| (binding(step), self.label(step))).collect();
        Seen { way, is_roundabout: is_roundabout(value), ..Seen::plain(fact, span, self.language) }
    }

    /// What to say of a binding: nothing of `import os`, for it does not change the name.
    pub(super) fn label(&self, step: &Step) -> Option<Label> {
        let (span, written, shown) = match step {
            Step::Bound(binding, shown) => {
                let binding = &self.program.bindings()[binding.0 as usize];
                (binding.span, self.program.text(binding.name), shown)
            }
            Step::Computed(id, shown) => {
                let span = self.program.span(*id);
                (span, self.text.at(span), shown)
            }
        };
        let message = || format!("`{}` is `{shown}`", shortened(written));
        (**shown != *written).then(|| Label { span, message: message() })
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

    /// Imports within code that copes with their failure, or that does not run everywhere.
    fn excuse_guarded_imports(&mut self) {
        let mut guards = self.program.guards.clone();
        guards.sort_by_key(|(span, _)| span.start);
        self.survey.imports.sort_by_key(|import| import.span);
        let mut waiting = guards.into_iter().peekable();
        let mut around: Vec<(Span, Guard)> = Vec::new();
        for import in &mut self.survey.imports {
            while let Some(next) = waiting.next_if(|(span, _)| span.start <= import.span.start) {
                around.retain(|(span, _)| next.0.start < span.end);
                around.push(next);
            }
            around.retain(|(span, _)| import.span.start < span.end);
            for (_, guard) in &around {
                match guard {
                    Guard::Kind(kind) => import.kind = import.kind.max(*kind),
                    Guard::Where(marker) => {
                        let marker = marker.clone();
                        import.marker = Some(match import.marker.take() {
                            // Code that is deeper within more conditions is needed no less.
                            Some(around) if around.size() > 8 => around,
                            Some(around) => around.and(marker),
                            None => marker,
                        });
                    }
                }
            }
        }
    }
}

/// What a function that loads a module says of how much it is needed: without the module, the test
/// is left out.
fn loader_kind(path: &str) -> DependencyKind {
    match path {
        "pytest.importorskip" => DependencyKind::Optional,
        _ => DependencyKind::Required,
    }
}

/// Whether a name on the way to a value was computed. What any object has is often asked for by its
/// name, with an answer for those that have it not.
fn is_roundabout(value: &Value) -> bool {
    let is_of_any = value.path().is_some_and(|path| path.starts_with('.'));
    !is_of_any && value.way.is_roundabout()
}

/// The code that a value is: a text, or the words of a command.
fn written(code: &Code, value: &Value) -> Option<Rc<str>> {
    match &value.what {
        What::Constant(Constant::Text(text)) if !code.words => Some(text.clone()),
        What::Constant(Constant::Bytes(bytes)) if !code.words => {
            Some(std::str::from_utf8(bytes).ok()?.into())
        }
        What::Items(words) if code.words => {
            let words: Option<Vec<String>> =
                words.iter().map(|word: &Rc<Meaning>| Some(quoted(word.text()?))).collect();
            Some(words?.join(" ").into())
        }
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
