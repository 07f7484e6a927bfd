//! Names: any of their bindings, or what the language means by them.

use std::rc::Rc;

use crate::clock::TooLate;
use crate::program::{Constant, Id, ScopeId, Symbol};
use crate::resolve::{Meaning, Names, Resolver, Step, Value, Way, What};
use crate::{Language, Resolution};

impl Resolver<'_> {
    /// What the file's own names stand for, as far as that has a path.
    pub(crate) fn names(&mut self) -> Result<Names, TooLate> {
        let program = self.program;
        let mut names = self.names.clone();
        for binding in program.bound_at_the_top() {
            let bound = self.meaning(binding.value)?;
            if let Some(path) = bound.values.iter().find_map(Value::path) {
                names.insert(program.text(binding.name).into(), path.clone());
            }
        }
        Ok(names)
    }

    /// What a name may be in a place.
    pub(super) fn name(
        &mut self,
        name: Symbol,
        scope: ScopeId,
        at: Id,
    ) -> Result<Rc<Meaning>, TooLate> {
        let found = self.program.find(name, scope, at);
        if found.free && found.bindings.is_empty() {
            return Ok(self.only_free(name));
        }
        let mut meaning = Meaning { values: Vec::new(), open: found.cut };
        for binding in &found.bindings {
            let bound = self.meaning(self.program.binding(*binding).value)?;
            meaning.open |= bound.open;
            if !self.budget.look(bound.values.len()) {
                meaning.open = true;
                break;
            }
            for value in &bound.values {
                let is_shown = value.path().is_some() || self.language == Language::Bash;
                let shown = if is_shown { value.shown() } else { None };
                meaning.add(match shown {
                    Some(shown) => value.clone().after(Step::Bound(*binding, shown)),
                    None => value.clone(),
                });
            }
        }
        if found.free {
            let free = self.free(self.program.text(name));
            // A name that only the file knows is bound before it is read, or never read.
            if free.resolution != Resolution::Unknown {
                meaning.add(free);
            }
        }
        let is_collection = |value: &Value| matches!(value.what, What::Items(_) | What::Pairs(_));
        if meaning.values.iter().any(is_collection) && self.program.changed(name).is_some() {
            meaning.open = true;
        }
        meaning.doubt();
        Ok(Rc::new(meaning))
    }

    /// A name that nothing binds: the same wherever it stands, so it is made once.
    fn only_free(&mut self, name: Symbol) -> Rc<Meaning> {
        if let Some(known) = self.free.get(&name) {
            return known.clone();
        }
        let free = Meaning::one(self.free(self.program.text(name)));
        self.free.insert(name, free.clone());
        free
    }

    /// A name that the file does not bind.
    pub(super) fn free(&self, name: &str) -> Value {
        if let Some(text) = self.world.text_of(name) {
            return Value::exact(What::Constant(Constant::text(text)));
        }
        let from_star = self.program.stars.iter().find_map(|star| {
            let path = self.world.member(&self.world.path(self.program.text(*star)), name);
            self.world.is_sink(&path).then_some(path)
        });
        let (path, resolution) = match from_star.or_else(|| self.names.get(name).cloned()) {
            Some(path) => (path, Resolution::Exact),
            None if self.world.is_builtin(name) => (self.world.path(name), Resolution::Exact),
            None if self.world.is_root(name) => (self.world.path(name), Resolution::Likely),
            None => (name.into(), Resolution::Unknown),
        };
        Value { what: What::Path(path), resolution, way: Way::default() }
    }
}
