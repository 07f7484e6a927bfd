//! What expressions stand for.
//!
//! Each expression gets a [`Meaning`]: the global paths or texts that it may be. A meaning is
//! found once; what it was found through (the bindings) is kept, because a finding shows its
//! way. Nothing here recurses deeper than [`DEPTH`], whatever the file says.

mod meaning;
mod reduce;

use std::rc::Rc;

use crate::Resolution;
use crate::catalogue::World;
use crate::clock::{Clock, TooLate};
use crate::program::{Expression, Id, List, Program, ScopeId, Symbol};

pub(crate) use meaning::{Meaning, Step, Value, What};
use meaning::{VALUES, exact, through};

/// How far a name is followed through bindings that are not resolved yet. People write
/// three; what is longer stays unknown, and then the sink is reported where it is bound.
const DEPTH: usize = 48;

/// Longer paths stand for nothing that a catalogue would name.
const PATH_LENGTH: usize = 256;

/// The longest text that is put together, and how much of that is done for one file.
const TEXT_LENGTH: usize = 64 * 1024;
const TEXT_BUDGET: usize = 8 * 1024 * 1024;

/// Finds meanings.
pub(crate) struct Resolver<'a> {
    pub(crate) program: &'a Program,
    pub(crate) world: &'a World,
    clock: &'a Clock,
    known: Vec<Option<Rc<Meaning>>>,
    unknown: Rc<Meaning>,
    depth: usize,
    /// Whether something was given up on the way, so that the result is not everybody's.
    cut: bool,
    text_budget: usize,
}

impl<'a> Resolver<'a> {
    /// For one program, in the world of its language.
    pub(crate) fn new(program: &'a Program, world: &'a World, clock: &'a Clock) -> Self {
        Self {
            program,
            world,
            clock,
            known: vec![None; program.ids().count()],
            unknown: Rc::new(Meaning { values: Vec::new(), open: true }),
            depth: 0,
            cut: false,
            text_budget: TEXT_BUDGET,
        }
    }

    /// What an expression may be.
    pub(crate) fn meaning(&mut self, id: Id) -> Result<Rc<Meaning>, TooLate> {
        if let Some(meaning) = &self.known[id.index()] {
            return Ok(meaning.clone());
        }
        self.clock.tick()?;
        if self.depth == DEPTH {
            self.cut = true;
            return Ok(self.unknown.clone());
        }
        // While it is being found, whoever comes round to it again learns nothing.
        self.known[id.index()] = Some(self.unknown.clone());
        let cut_before = std::mem::replace(&mut self.cut, false);
        self.depth += 1;
        let meaning = self.evaluate(id);
        self.depth -= 1;
        let meaning = meaning?;
        let final_ = !self.cut || self.depth == 0;
        self.known[id.index()] = final_.then(|| meaning.clone());
        self.cut = self.depth > 0 && (self.cut || cut_before);
        Ok(meaning)
    }

    /// The one text that an expression is, if it is one.
    pub(crate) fn text(&mut self, id: Id) -> Result<Option<Rc<str>>, TooLate> {
        let meaning = self.meaning(id)?;
        Ok(match meaning.values.as_slice() {
            [Value { what: What::Text(text), .. }] if !meaning.open => Some(text.clone()),
            _ => None,
        })
    }

    fn evaluate(&mut self, id: Id) -> Result<Rc<Meaning>, TooLate> {
        let program = self.program;
        Ok(match program.expression(id) {
            Expression::Name(name, scope) => self.name(*name, *scope, id)?,
            Expression::Member(object, name) => {
                let object = self.meaning(*object)?;
                self.member(&object, program.text(*name))
            }
            Expression::Index(object, index) => self.index(*object, *index, id)?,
            Expression::Call(callee, arguments) => self.call(*callee, *arguments)?,
            Expression::Either(list) => self.either(list)?,
            Expression::Join(list) => self.join(list)?,
            Expression::Text(text) => exact(What::Text(program.text(*text).into())),
            Expression::Module(path) => exact(What::Path(self.world.path(program.text(*path)))),
            _ => self.unknown.clone(),
        })
    }

    /// A member: of each path that the object may be, or of whatever it is.
    fn member(&self, object: &Meaning, name: &str) -> Rc<Meaning> {
        let member = self.each_path(object, |world, path| Some(world.member(path, name)));
        let is_sink = |value: &Value| value.path().is_some_and(|path| self.world.is_sink(path));
        let Some(path) = self.world.member_of_any(name) else { return member };
        if member.values.iter().any(is_sink) {
            return member;
        }
        // `module.constructor` is itself, and any object's constructor.
        let mut either = Meaning { open: true, ..(*member).clone() };
        let (what, way) = (What::Path(path), Vec::new());
        either.add(Value { what, resolution: Resolution::Likely, way });
        Rc::new(either)
    }

    /// A name: any of its bindings, or what the language means by it.
    fn name(&mut self, name: Symbol, scope: ScopeId, at: Id) -> Result<Rc<Meaning>, TooLate> {
        let found = self.program.find(name, scope, at);
        let mut meaning = Meaning::default();
        for binding in &found.bindings {
            let bound = self.meaning(self.program.bindings()[binding.0 as usize].value)?;
            meaning.open |= bound.open;
            for value in &bound.values {
                meaning.add(through(*binding, value));
            }
        }
        if found.free {
            let free = self.free(name);
            // A name that only the file knows is bound before it is read, or never read.
            if free.resolution != Resolution::Unknown || found.bindings.is_empty() {
                meaning.add(free);
            }
        }
        meaning.doubt();
        Ok(Rc::new(meaning))
    }

    /// A name that the file does not bind.
    fn free(&self, name: Symbol) -> Value {
        let name = self.program.text(name);
        let from_star = self.program.stars.iter().find_map(|star| {
            let path = self.world.member(&self.world.path(self.program.text(*star)), name);
            self.world.is_sink(&path).then_some(path)
        });
        let (path, resolution) = match from_star {
            Some(path) => (path, Resolution::Exact),
            None if self.world.is_builtin(name) => (self.world.path(name), Resolution::Exact),
            None if self.world.is_root(name) => (self.world.path(name), Resolution::Likely),
            None => (name.into(), Resolution::Unknown),
        };
        Value { what: What::Path(path), resolution, way: Vec::new() }
    }

    fn either(&mut self, list: &List) -> Result<Rc<Meaning>, TooLate> {
        let mut meaning = Meaning::default();
        for id in self.program.list(list).iter().take(VALUES) {
            let one = self.meaning(*id)?;
            meaning.open |= one.open;
            one.values.iter().for_each(|value| meaning.add(value.clone()));
        }
        meaning.open |= list.len() > VALUES;
        meaning.doubt();
        Ok(Rc::new(meaning))
    }

    /// Texts one after another.
    fn join(&mut self, list: &List) -> Result<Rc<Meaning>, TooLate> {
        let mut joined = String::new();
        for id in self.program.list(list) {
            let Some(text) = self.text(*id)? else { return Ok(self.unknown.clone()) };
            if joined.len() + text.len() > TEXT_LENGTH.min(self.text_budget) {
                return Ok(self.unknown.clone());
            }
            joined.push_str(&text);
        }
        self.text_budget -= joined.len();
        Ok(exact(What::Text(joined.into())))
    }

    /// What becomes of every path that an expression may be.
    fn each_path(
        &self,
        of: &Meaning,
        become_: impl Fn(&World, &str) -> Option<Rc<str>>,
    ) -> Rc<Meaning> {
        let mut meaning = Meaning { values: Vec::new(), open: of.open };
        for value in &of.values {
            let path = match &value.what {
                What::Path(path) => become_(self.world, path),
                What::Text(_) => None,
            };
            match path.filter(|path| path.len() <= PATH_LENGTH) {
                Some(path) => meaning.add(Value { what: What::Path(path), ..value.clone() }),
                None => meaning.open = true,
            }
        }
        if meaning.values.is_empty() { self.unknown.clone() } else { Rc::new(meaning) }
    }
}
