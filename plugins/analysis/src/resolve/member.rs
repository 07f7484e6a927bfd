//! Members and items of what is known.

use std::collections::HashSet;
use std::rc::Rc;

use crate::catalogue::Reducer;
use crate::clock::TooLate;
use crate::program::{Constant, DefinitionId, Expression, Id, List, ScopeId, Symbol};
use crate::resolve::meaning::{Applied, Function, VALUES, pair};
use crate::resolve::{Given, Meaning, PATH_LENGTH, Resolver, Value, What};
use crate::{Language, Resolution, fold};

/// Classes that are looked through for one member. People write five.
const CLASSES: usize = 64;

impl Resolver<'_> {
    /// A member: of each thing that the object may be, or of whatever it is.
    pub(super) fn member(&mut self, object: &Meaning, name: &str) -> Result<Rc<Meaning>, TooLate> {
        let mut member = Meaning { values: Vec::new(), open: object.open };
        for value in &object.values {
            let one = self.member_of(value, name)?;
            member.add_all(&one);
        }
        if !member.has_sink(self.world) {
            // `module.constructor` is itself, and any object's constructor.
            member.add_all(&self.member_of_any(name));
        }
        if member.values.is_empty() {
            member.add_all(&*self.field(name)?);
        }
        // `modules[name].os`
        if object.values.is_empty() && member.values.is_empty() && self.world.is_shared(name) {
            let what = What::Path(self.world.path(name.trim_start_matches('_')));
            let resolution = Resolution::Likely;
            member.add(Value { resolution, ..Value::exact(what) });
        }
        Ok(Rc::new(member))
    }

    fn member_of_any(&self, name: &str) -> Meaning {
        let Some(path) = self.world.member_of_any(name) else { return Meaning::default() };
        let value = Value { resolution: Resolution::Likely, ..Value::exact(What::Path(path)) };
        Meaning { values: vec![value], open: true }
    }

    /// What the file writes to members of this name, where that is a sink or has one: of an object
    /// that is not followed, it may be this one's.
    fn field(&mut self, name: &str) -> Result<Rc<Meaning>, TooLate> {
        let mut meaning = Meaning { values: Vec::new(), open: true };
        let symbol = self.program.symbol(name);
        for id in symbol.map_or(&[][..], |symbol| self.program.written_to(symbol)).iter().take(8) {
            let written = self.meaning(*id)?;
            for value in &written.values {
                let matters = |path| self.world.is_sink(path) || self.world.is_sensitive(path);
                if value.path().is_some_and(|path| matters(path)) {
                    meaning.add(Value { resolution: Resolution::Likely, ..value.clone() });
                }
            }
        }
        Ok(Rc::new(meaning))
    }

    fn member_of(&mut self, value: &Value, name: &str) -> Result<Rc<Meaning>, TooLate> {
        Ok(match &value.what {
            What::Path(path) => {
                if let Some(reducer) = self.world.path_method(path, name) {
                    with_object(value, reducer)
                } else {
                    let member = self.world.member_or_maker(path, name);
                    self.path_on_the_way(value, &member)
                }
            }
            What::Own(class) | What::Instance(class)
                if self.program.definition(*class).is_class =>
            {
                self.member_of_class(value, *class, name)?
            }
            What::Own(_) | What::Applied(_) => match self.world.function_member(name) {
                Some(member) => self.path_on_the_way(value, &member),
                None => self.method(value, name),
            },
            What::Pairs(pairs) if self.world.has_indexed_members() => {
                let found = pair(pairs, &Constant::text(name));
                found.unwrap_or_else(|| self.method(value, name))
            }
            _ => self.method(value, name),
        })
    }

    /// A path that was found where another was.
    pub(super) fn path_on_the_way(&self, value: &Value, path: &Rc<str>) -> Rc<Meaning> {
        if path.len() > PATH_LENGTH {
            return self.unknown.clone();
        }
        Meaning::one(value.becomes(What::Path(path.clone())))
    }

    /// A method that the catalogue knows how to compute, with its object.
    fn method(&self, value: &Value, name: &str) -> Rc<Meaning> {
        if let Some(reducer) = self.world.method(name) {
            return with_object(value, reducer);
        }
        let Some(sort) = value.what.sort() else { return self.unknown.clone() };
        match self.world.member_of_value(sort, name) {
            Some(member) => self.path_on_the_way(value, &member),
            None => self.unknown.clone(),
        }
    }

    /// What a class, or the first of its bases that has it, binds a name to.
    fn member_of_class(
        &mut self,
        value: &Value,
        class: DefinitionId,
        name: &str,
    ) -> Result<Rc<Meaning>, TooLate> {
        let Some(symbol) = self.program.symbol(name) else { return Ok(self.unknown.clone()) };
        let mut meaning = Meaning::default();
        // Bases are a graph, with circles in it if the file wants them.
        let (mut seen, mut pending) = (HashSet::from([class]), vec![class]);
        while let Some(class) = pending.pop() {
            self.clock.tick()?;
            if self.add_own_member(value, class, symbol, &mut meaning)? {
                continue;
            }
            meaning.open = true;
            for base in self.bases(class)? {
                let is_class = |base| self.program.definition(base).is_class;
                match base.what {
                    What::Own(base) if is_class(base) => {
                        if seen.len() < CLASSES && seen.insert(base) {
                            pending.push(base);
                        }
                    }
                    // Nobody inherits from an object.
                    What::Instance(_) => {}
                    What::Path(_) if matches!(value.what, What::Instance(_)) => {
                        meaning.add_all(&*self.member_of_object(&base, name)?);
                    }
                    _ => meaning.add_all(&*self.member_of(&base, name)?),
                }
            }
        }
        meaning.doubt();
        Ok(Rc::new(meaning))
    }

    /// What an object of a class has that is somebody else's: not the modules that its file imports.
    fn member_of_object(&mut self, class: &Value, name: &str) -> Result<Rc<Meaning>, TooLate> {
        let Some(path) = class.path() else { return Ok(self.unknown.clone()) };
        let named = self.world.member(path, name);
        if self.world.is_sink(&named) && *named == *format!("{path}.{name}") {
            return Ok(self.path_on_the_way(class, &named));
        }
        let object = self.world.path(&format!("{path}()"));
        self.member_of(&class.becomes(What::Path(object)), name)
    }

    /// Adds what a class itself binds a name to, if it does.
    fn add_own_member(
        &mut self,
        value: &Value,
        class: DefinitionId,
        name: Symbol,
        meaning: &mut Meaning,
    ) -> Result<bool, TooLate> {
        let program = self.program;
        let mut has_it = false;
        for binding in program.bound_in(program.definition(class).scope, name) {
            let bound = self.meaning(binding.value)?;
            meaning.open |= bound.open;
            has_it |= !bound.values.is_empty();
            bound.values.iter().for_each(|member| meaning.add(self.bound_to(value, member)));
        }
        Ok(has_it)
    }

    /// What a class may inherit from.
    fn bases(&mut self, class: DefinitionId) -> Result<Vec<Value>, TooLate> {
        let program = self.program;
        let mut bases = Vec::new();
        for base in program.definition(class).results.iter().take(CLASSES) {
            bases.extend(self.meaning(*base)?.values.iter().rev().cloned());
        }
        // They are looked at from the last.
        bases.reverse();
        Ok(bases)
    }

    /// A method of an object is given the object first.
    fn bound_to(&self, object: &Value, member: &Value) -> Value {
        let What::Own(function) = member.what else { return member.clone() };
        if self.program.definition(function).is_class || !matches!(object.what, What::Instance(_)) {
            return member.clone();
        }
        let given = Given { by_place: vec![Meaning::one(object.clone())], ..Given::default() };
        let function = Function::Value(Box::new(member.clone()));
        Applied::of(function, given).map_or_else(|| member.clone(), |what| member.becomes(what))
    }

    /// `object[index]`
    pub(super) fn index(&mut self, object: Id, index: Id, at: Id) -> Result<Rc<Meaning>, TooLate> {
        let program = self.program;
        let changed = match *program.expression(object) {
            Expression::Name(name, _) => program.changed(name).unwrap_or_default(),
            _ => &[],
        };
        let object = self.meaning(object)?;
        if let Expression::Slice(bounds) = program.expression(index) {
            return self.slice(&object, bounds, at);
        }
        let index = self.meaning(index)?;
        // What objects have by numbers, they have by texts.
        let is_places = object
            .values
            .iter()
            .all(|value| matches!(value.what, What::Items(_) | What::Constant(_)));
        let index = if is_places { self.key(&index) } else { self.primitive(&index) };
        let item = self.item(&object, &index, at)?;
        if changed.is_empty() {
            return Ok(item);
        }
        let mut meaning = (*item).clone();
        meaning.open = true;
        for written in changed.iter().rev().take(VALUES) {
            meaning.add_all(&*self.meaning(*written)?);
        }
        meaning.doubt();
        Ok(Rc::new(meaning))
    }

    fn slice(&mut self, object: &Meaning, bounds: &List, at: Id) -> Result<Rc<Meaning>, TooLate> {
        let mut numbers = [None; 3];
        for (number, id) in numbers.iter_mut().zip(self.program.list(bounds)) {
            match self.meaning(*id)?.constant() {
                Some(Constant::Nothing) => {}
                Some(constant) => *number = constant.as_integer(),
                None => return Ok(self.unknown.clone()),
            }
        }
        Ok(self.each(object, |this, value| {
            let part = this.part(&value.what, numbers)?;
            Some(Self::computed(at, value.becomes(part)))
        }))
    }

    /// Some of the items, or of the characters.
    pub(super) fn part(&mut self, what: &What, bounds: [Option<i128>; 3]) -> Option<What> {
        let length = match what {
            What::Items(items) => items.len(),
            What::Constant(Constant::Text(text)) => text.chars().count(),
            What::Constant(Constant::Bytes(bytes)) => bytes.len(),
            _ => return None,
        };
        let places = fold::places(bounds, length).filter(|_| self.budget.spend(length))?;
        Some(match what {
            What::Items(items) => {
                What::Items(places.into_iter().map(|at| items[at].clone()).collect())
            }
            What::Constant(Constant::Text(text)) => {
                let characters: Vec<char> = text.chars().collect();
                let text: String = places.into_iter().map(|at| characters[at]).collect();
                What::Constant(Constant::text(text))
            }
            What::Constant(Constant::Bytes(bytes)) => {
                What::Constant(Constant::Bytes(places.into_iter().map(|at| bytes[at]).collect()))
            }
            _ => return None,
        })
    }

    /// The item that an index may be the place or the name of.
    pub(super) fn item(
        &mut self,
        object: &Meaning,
        index: &Meaning,
        at: Id,
    ) -> Result<Rc<Meaning>, TooLate> {
        let mut meaning = Meaning { values: Vec::new(), open: object.open || index.open };
        for key in &index.values {
            let Some(constant) = key.constant() else { continue };
            for value in &object.values {
                let item = self.item_of(value, constant, at)?;
                meaning.open |= item.open;
                // What is named in so many words is as good as a member, where that is usual.
                let is_plain = key.way.is_empty()
                    && (value.path().is_none() || self.world.has_indexed_members());
                for item in &item.values {
                    let item = item.clone().with_help_of(key);
                    meaning.add(if is_plain { item } else { Self::computed(at, item) });
                }
            }
            if let Some(name) = constant.as_text().filter(|_| meaning.values.is_empty()) {
                meaning.add_all(&self.member_of_any(name));
                meaning.add_all(&*self.field(name)?);
            }
        }
        if index.constant().is_none() {
            meaning.add_all(&Self::any_item(object));
            meaning.open = true;
        }
        meaning.doubt();
        Ok(Rc::new(meaning))
    }

    fn item_of(&mut self, value: &Value, key: &Constant, at: Id) -> Result<Rc<Meaning>, TooLate> {
        Ok(match (&value.what, key) {
            (What::Path(path), Constant::Text(name)) if self.world.is_namespace(path) => {
                let prefix = if self.language == Language::Bash { "$" } else { "" };
                match self.program.symbol(&format!("{prefix}{name}")) {
                    Some(name) => self.name(name, ScopeId::default(), at)?,
                    None => self.path(name),
                }
            }
            (What::Path(path), Constant::Text(name))
                if self.world.has_indexed_members() && !self.world.is_dictionary(path) =>
            {
                self.member(&Meaning::one(value.clone()), name)?
            }
            (What::Path(path), Constant::Text(name)) => match self.world.item(path, name) {
                Some(item) => self.path_on_the_way(value, &item),
                None => self.unknown.clone(),
            },
            (What::Pairs(pairs), key) => pair(pairs, key).unwrap_or_else(|| self.unknown.clone()),
            (What::Items(items), key) => {
                let at = key.as_integer().and_then(|at| fold::place(at, items.len()));
                match at {
                    Some(at) => items[at].clone(),
                    None => self.method_by_name(value, key)?,
                }
            }
            (What::Constant(constant), key) => {
                let item = key.as_integer().and_then(|at| fold::item(self.language, constant, at));
                match item {
                    Some(item) => Meaning::one(value.becomes(What::Constant(item))),
                    None => self.method_by_name(value, key)?,
                }
            }
            (_, Constant::Text(name)) if self.world.has_indexed_members() => {
                self.member_of(value, name)?
            }
            _ => self.unknown.clone(),
        })
    }

    fn method_by_name(&mut self, value: &Value, key: &Constant) -> Result<Rc<Meaning>, TooLate> {
        match key {
            // `[][[]]`
            Constant::Text(name) if name.is_empty() => {
                Ok(Meaning::one(value.becomes(What::Constant(Constant::Nothing))))
            }
            Constant::Text(name) if self.world.has_indexed_members() => {
                self.member(&Meaning::one(value.clone()), name)
            }
            _ => Ok(self.unknown.clone()),
        }
    }

    /// Whether a name is not known that something is looked up by.
    pub(crate) fn may_be_any(&mut self, name: Id) -> Result<bool, TooLate> {
        let name = self.meaning(name)?;
        Ok(name.open || name.values.iter().any(|value| value.constant().is_none()))
    }

    /// Something of which rules name a member.
    pub(crate) fn sensitive(&mut self, object: Id) -> Result<Option<Value>, TooLate> {
        let object = self.meaning(object)?;
        let is_sensitive =
            |value: &&Value| value.path().is_some_and(|path| self.world.is_sensitive(path));
        Ok(object.values.iter().find(is_sensitive).cloned())
    }
}

/// What is computed by a method of this object.
fn with_object(value: &Value, reducer: Reducer) -> Rc<Meaning> {
    let given = Given { by_place: vec![Meaning::one(value.clone())], ..Given::default() };
    let applied = Applied::of(Function::Reducer(reducer), given).expect("a reducer is not high");
    Meaning::one(value.becomes(applied))
}
