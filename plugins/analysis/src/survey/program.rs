//! The facts of a program: its imports, its calls, and names whose value goes somewhere.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::catalogue::{Catalogue, World};
use crate::clock::Clock;
use crate::program::{BindingId, Expression, Guard, Id, Import, Program, Role};
use crate::resolve::{Names, Resolver, Step, Value};
use crate::survey::astray::Astray;
use crate::survey::places::Places;
use crate::survey::{FACTS, Imported, KEPT, Seen, Survey, shortened, too_much};
use crate::text::Text;
use crate::{DependencyKind, Fact, FactKind, Label, Language, NotAnalysable, Resolution, Span};

/// Turns a program into facts.
pub(super) struct Surveyor<'a> {
    pub(super) program: &'a Program,
    pub(super) language: Language,
    pub(super) catalogue: &'a Catalogue,
    pub(super) world: &'a World,
    pub(super) text: &'a Text,
    pub(super) resolver: Resolver<'a>,
    bound: HashMap<Id, Vec<BindingId>>,
    /// Where texts stand that are run.
    pub(super) placed: HashMap<Id, Option<Rc<Places>>>,
    /// Parts of chains that only ask for a text, as `sys._getframe(1).f_globals['__name__']` does.
    pub(super) asked: HashSet<Id>,
    /// Whether it is code in a text, of which somebody may take the last value.
    pub(super) is_embedded: bool,
    pub(super) survey: Survey,
    pub(super) clock: &'a Clock,
    pub(super) astray: Astray,
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
        let (survey, astray) = (Survey::default(), Astray::default());
        Self {
            program,
            language,
            catalogue,
            world,
            text,
            resolver,
            bound,
            placed: HashMap::new(),
            asked: HashSet::new(),
            is_embedded: false,
            survey,
            clock,
            astray,
            kept: 0,
        }
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
        self.is_embedded = is_embedded;
        self.ask();
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
                Expression::Splat(object) => self.all_of(id, object, false)?,
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
        self.went_astray()?;
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

    pub(super) fn import(
        &mut self,
        module: &str,
        name: Option<&str>,
        span: Span,
        kind: DependencyKind,
    ) {
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

    /// A name that is read, and not as a part of something that is judged itself.
    pub(super) fn reference(&mut self, id: Id) -> Result<(), NotAnalysable> {
        match self.program.role(id) {
            Role::Dropped if self.is_dropped_name(id) => Ok(()),
            Role::Free | Role::Bound | Role::Dropped => self.read(id),
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
        if self.is_own_register(id)? {
            return Ok(());
        }
        let meaning = self.resolver.meaning(id)?;
        for value in &meaning.values {
            let Some(path) = value.path().filter(|path| self.world.is_escape(path)) else {
                continue;
            };
            if self.only_asks(id, path) {
                continue;
            }
            self.tell(FactKind::Reference, value, path, id);
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
        self.of_unknown(id, &meaning, None);
        for value in meaning.values.iter().filter(|value| value.resolution != Resolution::Unknown) {
            let Some(path) = value.path() else { continue };
            self.hand_on(id, value);
            let mut seen = self.seen(FactKind::Reference, value, path, id);
            if self.program.role(id) == Role::Bound {
                seen.bound = self.bound.get(&id).cloned().unwrap_or_default();
            }
            self.survey.seen.push(seen);
        }
        Ok(())
    }

    /// Adds a fact, of which no more is to be said.
    pub(super) fn tell(&mut self, kind: FactKind, value: &Value, path: &str, id: Id) {
        let seen = self.seen(kind, value, path, id);
        self.survey.seen.push(seen);
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
                let binding = self.program.binding(*binding);
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

/// Whether a name on the way to a value was computed. What any object has is often asked for by its
/// name, with an answer for those that have it not.
pub(super) fn is_roundabout(value: &Value) -> bool {
    let is_of_any = value.path().is_some_and(|path| path.starts_with('.'));
    !is_of_any && value.way.is_roundabout()
}
