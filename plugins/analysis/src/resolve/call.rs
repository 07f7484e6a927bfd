//! Calls: what is given, and what comes back.

use std::collections::HashMap;
use std::rc::Rc;

use crate::Language;
use crate::catalogue::Reducer;
use crate::clock::TooLate;
use crate::program::{Constant, Definition, DefinitionId, Expression, Id, THIS, function_of};
use crate::resolve::frame::Frame;
use crate::resolve::meaning::{Applied, Function, ITEMS};
use crate::resolve::{Given, Meaning, NESTED, Resolver, Value, What};

/// Functions of the file's own that are followed into each other.
const FRAMES: usize = 6;

/// Calls of a function that are looked at to see what it is given.
const CALLERS: usize = 8;

impl Resolver<'_> {
    /// What a call gives.
    pub(super) fn call(
        &mut self,
        at: Id,
        callee: Id,
        arguments: Id,
    ) -> Result<Rc<Meaning>, TooLate> {
        let is_method = matches!(self.program.expression(callee), Expression::Member(..));
        let callee = match *self.program.expression(callee) {
            // In Bash, the first of several words.
            Expression::Splat(words) => match self.meaning(words)?.items() {
                Some(words) => words.first().cloned().unwrap_or_default(),
                None => self.unknown.clone(),
            },
            _ => self.meaning(callee)?,
        };
        if callee.values.is_empty() {
            return Ok(self.unknown.clone());
        }
        let given = match self.language {
            Language::Bash => self.words(arguments)?,
            _ => self.given(arguments)?,
        };
        let result = self.call_any(&callee, &given, at)?;
        let gives_this = |value: &Value| value.path().is_some_and(|path| **path == *THIS);
        if !result.values.iter().any(gives_this) {
            return Ok(result);
        }
        Ok(self.each(&result, |_, value| {
            let global = What::Path("globalThis".into());
            if gives_this(value) {
                // Of a method, it is the object.
                (!is_method).then(|| value.becomes(global))
            } else {
                Some(value.clone())
            }
        }))
    }

    /// The words of a command, its own name first.
    fn words(&mut self, words: Id) -> Result<Given, TooLate> {
        let words = self.meaning(words)?;
        let by_place = words.items().map(|words| words.to_vec()).unwrap_or_default();
        Ok(Given { open: words.items().is_none(), by_place, ..Given::default() })
    }

    /// What calling any of these gives. A call that calls something itself takes of the budget: calls
    /// that share what they call grow with every level.
    pub(super) fn call_any(
        &mut self,
        callee: &Meaning,
        given: &Given,
        at: Id,
    ) -> Result<Rc<Meaning>, TooLate> {
        self.clock.tick()?;
        if self.nested == NESTED || (self.nested > 0 && !self.budget.step()) {
            (self.cut, self.lost) = (true, true);
            return Ok(self.unknown.clone());
        }
        let mut meaning = Meaning { values: Vec::new(), open: callee.open };
        self.nested += 1;
        for value in &callee.values {
            let result = self.call_value(value, given, at);
            meaning.add_all(&*result?);
        }
        self.nested -= 1;
        meaning.doubt();
        Ok(Rc::new(meaning))
    }

    /// The same, of what is not itself called in so many words.
    pub(super) fn invoke(
        &mut self,
        callee: &Meaning,
        given: &Given,
        at: Id,
    ) -> Result<Rc<Meaning>, TooLate> {
        for value in &callee.values {
            let sink = value.path().filter(|path| self.world.is_sink(path));
            if let Some(sink) = sink
                && self.invoked_at.insert((at, sink.clone()))
            {
                self.invoked.push((at, value.clone()));
            }
        }
        self.call_any(callee, given, at)
    }

    /// What was called by something else, and where.
    pub(crate) fn invoked(&mut self) -> Vec<(Id, Value)> {
        self.invoked_at.clear();
        std::mem::take(&mut self.invoked)
    }

    fn call_value(&mut self, value: &Value, given: &Given, at: Id) -> Result<Rc<Meaning>, TooLate> {
        match &value.what {
            What::Path(path) => {
                if let Some(reducer) = self.world.reducer(path)
                    && let Some(result) = self.reduce(reducer, given, at)?
                {
                    return Ok(result);
                }
                let result = self.world.path(&format!("{path}()"));
                Ok(self.path_on_the_way(value, &result))
            }
            What::Own(definition) if self.program.definition(*definition).is_class => {
                Ok(Meaning::one(value.becomes(What::Instance(*definition))))
            }
            What::Own(function) => self.enter(*function, given),
            What::Applied(applied) => {
                let all = applied.given.and(given);
                match &applied.function {
                    Function::Value(function) => {
                        self.invoke(&Meaning::one((**function).clone()), &all, at)
                    }
                    Function::Reducer(reducer) => {
                        let result = self.reduce(*reducer, &all, at)?;
                        Ok(result.unwrap_or_else(|| self.unknown.clone()))
                    }
                }
            }
            What::Instance(_) => {
                let call = self.member(&Meaning::one(value.clone()), "__call__")?;
                self.call_any(&call, given, at)
            }
            What::Constant(Constant::Text(command)) if self.language == Language::Bash => {
                self.output(command, given, at)
            }
            What::Constant(_) | What::Items(_) | What::Pairs(_) => Ok(self.unknown.clone()),
        }
    }

    /// What a call is given.
    pub(crate) fn given(&mut self, arguments: Id) -> Result<Given, TooLate> {
        let program = self.program;
        let mut given = Given::default();
        for id in program.arguments(arguments) {
            match program.expression(*id) {
                Expression::Keyword(name, value) => {
                    let value = self.meaning(*value)?;
                    given.by_name.push((program.text(*name).into(), value));
                }
                Expression::Splat(values) => {
                    let values = self.meaning(*values)?;
                    match values.items() {
                        Some(items) if given.by_place.len() + items.len() <= ITEMS => {
                            given.by_place.extend(items.iter().cloned());
                        }
                        _ => given.open = true,
                    }
                }
                _ => {
                    let value = self.meaning(*id)?;
                    // What comes after any number of values has no place.
                    given.by_place.push(if given.open { self.unknown.clone() } else { value });
                }
            }
        }
        Ok(given)
    }

    /// What a function of the file's own gives for this.
    pub(super) fn enter(
        &mut self,
        function: DefinitionId,
        given: &Given,
    ) -> Result<Rc<Meaning>, TooLate> {
        let program = self.program;
        let definition = program.definition(function);
        if definition.results.is_empty() {
            return Ok(self.unknown.clone());
        }
        if self.frames.len() == FRAMES || !self.budget.call() {
            self.lost = true;
            return Ok(self.unknown.clone());
        }
        let known = self.known_of(definition, given)?;
        self.frames.push(Frame::new(definition.region.clone(), known));
        let results: Result<Vec<_>, TooLate> =
            definition.results.iter().take(CALLERS).map(|id| self.meaning(*id)).collect();
        self.frames.pop();
        let results = results?;
        let is_cut = definition.results.len() > CALLERS;
        self.lost |= is_cut;
        if definition.yields && is_cut {
            return Ok(self.unknown.clone());
        }
        if definition.yields {
            return Ok(Meaning::one(Value::exact(What::Items(results.into()))));
        }
        let mut meaning = Meaning { values: Vec::new(), open: is_cut };
        for result in &results {
            meaning.add_all(result);
        }
        meaning.doubt();
        Ok(Rc::new(meaning))
    }

    /// What a function's parameters are in a call.
    fn known_of(
        &mut self,
        definition: &Definition,
        given: &Given,
    ) -> Result<HashMap<Id, Rc<Meaning>>, TooLate> {
        let mut known = HashMap::new();
        for (place, parameter) in definition.parameters.iter().enumerate() {
            let name = parameter.name.map_or("", |name| self.program.text(name));
            let meaning = match given.get(place, name) {
                _ if parameter.takes_rest => {
                    let rest = given.rest(parameter.starts(place)).by_place.into();
                    Meaning::one(Value::exact(What::Items(rest)))
                }
                Some(meaning) => meaning.clone(),
                None if parameter.default != Id::UNKNOWN && !given.open => {
                    self.meaning(parameter.default)?
                }
                None => self.unknown.clone(),
            };
            known.insert(parameter.value, meaning);
        }
        Ok(known)
    }

    /// What a parameter may be, whoever calls: its default, and what the file's own calls give.
    pub(super) fn parameter(
        &mut self,
        function: DefinitionId,
        place: u32,
    ) -> Result<Rc<Meaning>, TooLate> {
        let program = self.program;
        let definition = program.definition(function);
        let place = place as usize;
        let parameter = &definition.parameters[place];
        let mut meaning = Meaning { values: Vec::new(), open: true };
        if parameter.default != Id::UNKNOWN {
            let default = self.meaning(parameter.default)?;
            meaning.add_all(&default);
        }
        if let Some(class) = definition.class.filter(|_| place == 0) {
            meaning.add(Value::exact(What::Instance(class)));
        }
        let name = parameter.name.map_or("", |name| program.text(name));
        let calls = definition.name.map_or(&[][..], |name| program.calls_of(name));
        let called = program.called(function);
        for call in called.iter().chain(calls.iter().take(CALLERS)) {
            let Some(given) = self.given_to(function, *call)? else { continue };
            if parameter.takes_rest {
                let rest = given.rest(parameter.starts(place)).by_place.into();
                meaning.add(Value::exact(What::Items(rest)));
            } else if let Some(one) = given.get(place, name) {
                meaning.add_all(one);
            }
        }
        if let Some(call) = program.given_to(function) {
            let passed = self.passed(call, place)?;
            meaning.add_all(&passed);
        }
        meaning.doubt();
        Ok(Rc::new(meaning))
    }

    /// What a call gives to a function that it is itself given: `items.map(f)`, `promise.then(f)`.
    fn passed(&mut self, call: Id, place: usize) -> Result<Rc<Meaning>, TooLate> {
        let program = self.program;
        let Expression::Call(callee, arguments) = *program.expression(call) else {
            return Ok(self.unknown.clone());
        };
        let object = match *program.expression(callee) {
            Expression::Member(object, name) if self.world.passes(program.text(name)) => {
                return if place == 0 { self.meaning(object) } else { Ok(self.unknown.clone()) };
            }
            Expression::Member(object, _) => object,
            _ => program.arguments(arguments).get(1).copied().unwrap_or_default(),
        };
        let object = self.meaning(object)?;
        Ok(Self::any_item(&object))
    }

    /// What a call gives a function, if it is this one that is called.
    pub(super) fn given_to(
        &mut self,
        function: DefinitionId,
        call: Id,
    ) -> Result<Option<Given>, TooLate> {
        let Expression::Call(callee, arguments) = *self.program.expression(call) else {
            return Ok(None);
        };
        let callee = self.meaning(callee)?;
        if self.language == Language::Bash {
            let name = self.program.definition(function).name.map(|name| self.program.text(name));
            let is_this = name
                .is_some_and(|name| callee.text().is_some_and(|text| *name == function_of(text)));
            return if is_this { self.words(arguments).map(Some) } else { Ok(None) };
        }
        for value in &callee.values {
            let first = match &value.what {
                What::Own(own) if *own == function => Given::default(),
                What::Applied(applied) => match &applied.function {
                    Function::Value(value) if value.is_own(function) => applied.given.clone(),
                    _ => continue,
                },
                _ => continue,
            };
            let given = self.given(arguments)?;
            return Ok(Some(first.and(&given)));
        }
        Ok(None)
    }

    /// A function with its first arguments.
    pub(super) fn applied(&self, function: Function, given: Given) -> Rc<Meaning> {
        let applied = Applied::of(function, given).map(|what| Meaning::one(Value::exact(what)));
        applied.unwrap_or_else(|| self.unknown.clone())
    }

    /// The module that a call loads, if it loads one that is known.
    pub(crate) fn loaded(
        &mut self,
        callee: &str,
        arguments: Id,
    ) -> Result<Option<Rc<str>>, TooLate> {
        let Some(Reducer::Load | Reducer::LoadTop) = self.world.reducer(callee) else {
            return Ok(None);
        };
        let given = self.given(arguments)?;
        Ok(given.get(0, "name").and_then(|name| name.text().cloned()))
    }

    /// The expression of the argument at a place, if the places are known.
    pub(crate) fn argument(&self, arguments: Id, place: usize) -> Option<Id> {
        let arguments = self.program.arguments(arguments);
        let argument = *arguments.get(place)?;
        let by_place = |id: &Id| {
            !matches!(self.program.expression(*id), Expression::Splat(_) | Expression::Keyword(..))
        };
        arguments[..=place].iter().all(by_place).then_some(argument)
    }
}
