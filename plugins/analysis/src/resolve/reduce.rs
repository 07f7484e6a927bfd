//! Calls of what the catalogue knows how to compute.

use std::rc::Rc;

use crate::catalogue::Reducer;
use crate::clock::TooLate;
use crate::program::{Constant, Expression, Id};
use crate::resolve::meaning::{Applied, Function, ITEMS};
use crate::resolve::parts::Items;
use crate::resolve::{Given, Meaning, Resolver, Value, What};
use crate::{Language, fold};

/// What came of a call: nothing, where it is not computed.
type Reduced = Result<Option<Rc<Meaning>>, TooLate>;

/// How a function that waits for its object keeps the name of what it takes of it.
pub(super) const NAME: &str = "";

impl Resolver<'_> {
    /// What a call of something gives that is known.
    pub(super) fn reduce(&mut self, reducer: Reducer, given: &Given, at: Id) -> Reduced {
        if given.open && given.by_place.is_empty() {
            return Ok(None);
        }
        if matches!(reducer, Reducer::Evaluate | Reducer::MakeFunction) {
            return self.of_code(reducer, given, at);
        }
        if let Some(meaning) = self.reflect(reducer, given, at)? {
            // A module that is named in so many words is as good as imported.
            let is_named = meaning.values.iter().all(|value| value.way.is_empty());
            // Whoever has an answer for those that have it not asks whether it is there.
            let is_question = reducer == Reducer::Member && given.by_place.len() == 3;
            let is_plain = is_named
                && (is_question || matches!(reducer, Reducer::Load | Reducer::LoadTop))
                || reducer == Reducer::Member && self.is_plain_member(at);
            return Ok(Some(if is_plain { meaning } else { Self::with_step(&meaning, at) }));
        }
        if let Some(meaning) = self.call_others(reducer, given, at)? {
            return Ok(Some(meaning));
        }
        if let Some(meaning) = self.reduce_items(reducer, given, at) {
            return Ok(Some(meaning));
        }
        Ok(self.reduce_constants(reducer, given, at))
    }

    /// `getattr(module, "name")` puts nothing together: it is as good as `module.name`.
    fn is_plain_member(&self, at: Id) -> bool {
        let program = self.program;
        let Expression::Call(callee, arguments) = *program.expression(at) else { return false };
        let Expression::Name(function, _) = *program.expression(callee) else { return false };
        let is_asked = |id| match program.expression(id) {
            Expression::Constant(Constant::Text(name)) => !name.starts_with('_'),
            _ => false,
        };
        let is_written = |id| {
            let mut object = program.expression(id);
            while let Expression::Member(inner, _) = object {
                object = program.expression(*inner);
            }
            matches!(object, Expression::Name(..))
        };
        self.world.asks(program.text(function))
            && self.argument(arguments, 0).is_some_and(is_written)
            && self.argument(arguments, 1).is_some_and(is_asked)
    }

    /// The same, and how it was found.
    pub(super) fn with_step(meaning: &Meaning, at: Id) -> Rc<Meaning> {
        let values = meaning.values.iter().map(|value| Self::computed(at, value.clone())).collect();
        Rc::new(Meaning { values, open: meaning.open })
    }

    /// Calls that only stand for something else: `getattr(os, "system")` is `os.system`.
    fn reflect(&mut self, reducer: Reducer, given: &Given, at: Id) -> Reduced {
        let Some(first) = given.get(0, "name").cloned() else { return Ok(None) };
        Ok(match reducer {
            Reducer::Load | Reducer::LoadTop => self.load(reducer, &first),
            Reducer::Member => {
                let Some(names) = given.get(1, NAME).cloned() else { return Ok(None) };
                Some(self.member_by(&first, &names)?)
            }
            Reducer::Item => match given.get(1, NAME).cloned() {
                Some(key) => Some(self.item(&first, &key, at)?),
                None => None,
            },
            Reducer::Dictionary => Some(self.each(&first, |this, value| {
                let dictionary = this.world.member(value.path()?, "__dict__");
                Some(value.becomes(What::Path(dictionary)))
            })),
            _ => None,
        })
    }

    /// The modules that a text may name.
    fn load(&mut self, reducer: Reducer, names: &Meaning) -> Option<Rc<Meaning>> {
        let loaded = self.each(names, |this, value| {
            let name = value.constant()?.as_text()?;
            // `pkgutil.resolve_name('os:system')`
            let name = match this.language {
                Language::Python => name.replace(':', "."),
                _ => name.to_string(),
            };
            let top = name.split('.').next().unwrap_or(&name);
            let name = if reducer == Reducer::LoadTop { top } else { &name };
            Some(value.becomes(What::Path(this.world.path(name))))
        });
        (!loaded.values.is_empty()).then_some(loaded)
    }

    /// The member of an object that any of these texts names: `a.b` is a member of a member.
    fn member_by(&mut self, object: &Meaning, names: &Meaning) -> Result<Rc<Meaning>, TooLate> {
        let mut meaning = Meaning { values: Vec::new(), open: object.open || names.open };
        for name in &names.values {
            let Some(text) = name.constant().and_then(Constant::as_text) else { continue };
            let mut member = Rc::new(object.clone());
            for part in text.split('.') {
                member = self.member(&member, part)?;
            }
            meaning.open |= member.open;
            let helped = member.values.iter().map(|value| value.clone().with_help_of(name));
            helped.for_each(|value| meaning.add(value));
        }
        Ok(Rc::new(meaning))
    }

    /// Calls that call something else, or make something that does.
    fn call_others(&mut self, reducer: Reducer, given: &Given, at: Id) -> Reduced {
        let Some(first) = given.at(0).cloned() else { return Ok(None) };
        Ok(Some(match reducer {
            Reducer::Same => first,
            Reducer::Merge => {
                let mut merged = Meaning { values: Vec::new(), open: given.by_place.len() > 1 };
                given.by_place.iter().for_each(|one| merged.add_all(one));
                merged.doubt();
                Rc::new(merged)
            }
            Reducer::Descriptor => {
                let Some(name) = given.at(1) else { return Ok(None) };
                let member = self.member_by(&first, name)?;
                let pair = |key: &str| {
                    let key = Value::exact(What::Constant(Constant::text(key)));
                    (Meaning::one(key), member.clone())
                };
                Meaning::one(Value::exact(What::Pairs([pair("value"), pair("get")].into())))
            }
            Reducer::Partial => self.with_first(&first, &given.rest(1)),
            Reducer::Bind => self.with_first(&first, &given.rest(2)),
            Reducer::MemberGetter => self.later(Reducer::Member, &first, Given::default()),
            Reducer::ItemGetter => self.later(Reducer::Item, &first, Given::default()),
            Reducer::MemberCaller => self.later(Reducer::CallMember, &first, given.rest(1)),
            Reducer::CallMember => return self.call_member(given, at),
            Reducer::Call => self.invoke(&first, &given.rest(1), at)?,
            Reducer::CallWithout => self.invoke(&first, &given.rest(2), at)?,
            Reducer::CallSpread => {
                let items = given.by_place.last().and_then(|last| last.iterated());
                let Some(items) = items else { return Ok(None) };
                let given = Given { by_place: items.to_vec(), ..Given::default() };
                self.invoke(&first, &given, at)?
            }
            Reducer::Map => return self.map(given, at),
            Reducer::Accumulate => return self.accumulate(given, at),
            _ => return Ok(None),
        }))
    }

    /// A function that is given these before its own arguments.
    fn with_first(&mut self, function: &Meaning, given: &Given) -> Rc<Meaning> {
        self.each(function, |_, value| {
            let function = Function::Value(Box::new(value.clone()));
            Some(value.becomes(Applied::of(function, given.clone())?))
        })
    }

    /// `methodcaller(name, …)(object)`
    fn call_member(&mut self, given: &Given, at: Id) -> Reduced {
        let Some((object, arguments)) = given.by_place.split_last() else { return Ok(None) };
        let Some(name) = given.get(usize::MAX, NAME).cloned() else { return Ok(None) };
        let member = self.member_by(&object.clone(), &name)?;
        let given = Given { by_place: arguments.to_vec(), ..Given::default() };
        Ok(Some(self.invoke(&member, &given, at)?))
    }

    /// The function and the items, in the order of the language.
    fn function_and_items(given: &Given) -> Option<(Rc<Meaning>, Items)> {
        let (one, other) = (given.at(0)?, given.at(1)?);
        match (one.iterated(), other.iterated()) {
            (_, Some(items)) => Some((one.clone(), items)),
            (Some(items), None) => Some((other.clone(), items)),
            (None, None) => None,
        }
    }

    fn map(&mut self, given: &Given, at: Id) -> Reduced {
        let Some((function, items)) = Self::function_and_items(given) else { return Ok(None) };
        let mut made = Vec::new();
        for item in items.iter() {
            let given = Given { by_place: vec![item.clone()], ..Given::default() };
            made.push(self.invoke(&function, &given, at)?);
        }
        Ok(Some(self.items(made)))
    }

    /// `reduce(function, items, first)`
    fn accumulate(&mut self, given: &Given, at: Id) -> Reduced {
        let Some((function, items)) = Self::function_and_items(given) else { return Ok(None) };
        let mut items = items.iter().cloned();
        let first = given.at(2).cloned().or_else(|| items.next());
        let Some(mut result) = first else { return Ok(None) };
        for item in items {
            let given = Given { by_place: vec![result, item], ..Given::default() };
            result = self.invoke(&function, &given, at)?;
        }
        Ok(Some(result))
    }

    /// Calls that make one constant of others.
    fn reduce_constants(&mut self, reducer: Reducer, given: &Given, at: Id) -> Option<Rc<Meaning>> {
        let constants: Option<Vec<Constant>> =
            given.by_place.iter().map(|one| one.constant().cloned()).collect();
        let constants = constants?;
        if constants.iter().map(Constant::size).max() > Some(fold::LONGEST) || given.open {
            return None;
        }
        let result = fold::reduce(self.language, reducer, &constants)?;
        if !self.budget.spend(result.size()) {
            return None;
        }
        Self::made_of(given, What::Constant(result), at)
    }

    /// Something that is computed of these.
    pub(super) fn made_of(given: &Given, what: What, at: Id) -> Option<Rc<Meaning>> {
        let mut values = given.by_place.iter().filter_map(|one| one.only());
        let first = values.next()?.becomes(what);
        let made = values.take(ITEMS).fold(first, Value::with_help_of);
        Some(Meaning::one(Self::computed(at, made)))
    }

    /// `attrgetter(name)`: the object comes later.
    fn later(&self, reducer: Reducer, name: &Rc<Meaning>, mut given: Given) -> Rc<Meaning> {
        given.by_name.push((NAME.into(), name.clone()));
        self.applied(Function::Reducer(reducer), given)
    }
}
