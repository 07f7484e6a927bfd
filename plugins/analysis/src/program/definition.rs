//! Functions and classes of the file's own, and collections that are built item by item.

use std::ops::Range;

use crate::Span;
use crate::program::{Builder, Expression, Id, ScopeId, ScopeKind, Symbol};

/// A definition's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct DefinitionId(u32);

/// A collection's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CollectionId(u32);

/// Expressions that are evaluated anew with each call, by their numbers: what is within a
/// function or a comprehension lies together.
pub(crate) type Region = Range<u32>;

/// A function or a class.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    /// Whether it is a class.
    pub(crate) is_class: bool,
    /// Its name, where it has one.
    pub(crate) name: Option<Symbol>,
    /// The class that it is a method of.
    pub(crate) class: Option<DefinitionId>,
    /// The scope of what is within.
    pub(crate) scope: ScopeId,
    /// What is within, parameters and their defaults among it.
    pub(crate) region: Region,
    /// What a function is given.
    pub(crate) parameters: Vec<Parameter>,
    /// What a function returns, or what a class is made of.
    pub(crate) results: Vec<Id>,
    /// Whether the results come one after another, as those of a generator do.
    pub(crate) yields: bool,
}

/// What a function is given in one place.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    /// Its name, if it is not a pattern.
    pub(crate) name: Option<Symbol>,
    /// The expression that stands for what is given.
    pub(crate) value: Id,
    /// What it is when nothing is given.
    pub(crate) default: Id,
    /// Whether it takes all that is left.
    pub(crate) takes_rest: bool,
    /// The place from which on it takes that, if it is not its own.
    pub(crate) from: Option<u32>,
}

/// A collection whose items are computed from those of others.
#[derive(Clone, Debug)]
pub(crate) struct Collection {
    /// What each item is; of a mapping, a sequence of key and value.
    pub(crate) item: Id,
    /// The [`Expression::Each`] that it goes through, the outermost first.
    pub(crate) each: Vec<Id>,
    /// What must hold for an item to be there.
    pub(crate) conditions: Vec<Id>,
    /// Whether it is a mapping.
    pub(crate) is_mapping: bool,
    /// What is within.
    pub(crate) region: Region,
}

impl Parameter {
    /// The first place of what it takes, if it stands in this one.
    pub(crate) fn starts(&self, place: usize) -> usize {
        self.from.map_or(place, |from| from as usize)
    }
}

impl DefinitionId {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

impl CollectionId {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

impl Builder {
    /// Begins a function or a class, and opens its scope.
    pub(crate) fn begin_definition(&mut self, is_class: bool) {
        let class = self.defining.last().copied();
        let class = class.filter(|outer| self.program.definitions[outer.index()].is_class);
        self.open(if is_class { ScopeKind::Class } else { ScopeKind::Function });
        let number = u32::try_from(self.program.definitions.len()).unwrap_or(u32::MAX);
        self.defining.push(DefinitionId(number));
        let start = self.next().0;
        self.program.definitions.push(Definition {
            is_class,
            name: None,
            class: class.filter(|_| !is_class),
            scope: self.scope(),
            region: start..start,
            parameters: Vec::new(),
            results: Vec::new(),
            yields: false,
        });
    }

    /// Gives the function that is being defined a parameter, and binds the names of its pattern.
    pub(crate) fn parameter(&mut self, target: Id, default: Id, takes_rest: bool) {
        let Some(definition) = self.defining.last().copied() else { return };
        let name = match *self.program.expression(target) {
            Expression::Name(name, _) => Some(name),
            _ => None,
        };
        let place = self.program.definitions[definition.index()].parameters.len();
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        let span = self.program.span(target);
        let value = self.push(Expression::Parameter(definition, place), span);
        self.bind(target, value);
        let parameter = Parameter { name, value, default, takes_rest, from: None };
        self.program.definitions[definition.index()].parameters.push(parameter);
    }

    /// Gives it a parameter that takes all from a place on, under several names.
    pub(crate) fn rest_parameter(&mut self, names: &[&str], from: u32, span: Span) {
        let Some(definition) = self.defining.last().copied() else { return };
        let place = self.program.definitions[definition.index()].parameters.len();
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        let value = self.push(Expression::Parameter(definition, place), span);
        for name in names {
            let name = self.symbol(name);
            self.declare(name, span, value);
        }
        let parameter = Parameter {
            name: None,
            value,
            default: Id::UNKNOWN,
            takes_rest: true,
            from: Some(from),
        };
        self.program.definitions[definition.index()].parameters.push(parameter);
    }

    /// What the function that is being defined gives back.
    pub(crate) fn result(&mut self, value: Id, yields: bool) {
        let definitions = &mut self.program.definitions;
        let functions = self.defining.iter().rev().map(|id| id.index());
        if let Some(function) = functions.into_iter().find(|at| !definitions[*at].is_class) {
            definitions[function].results.push(value);
            definitions[function].yields |= yields;
        }
    }

    /// Ends the innermost definition; it is a value.
    pub(crate) fn end_definition(&mut self, name: Option<Symbol>, span: Span) -> Id {
        let end = self.next().0;
        // In code that cannot be parsed, a definition may have nothing within it.
        let is_closed = |id: &DefinitionId| {
            let scope = self.program.definitions[id.index()].scope;
            self.open.iter().all(|open| open.id != scope)
        };
        let Some(id) = self.defining.pop_if(|id| is_closed(id)) else { return Id::UNKNOWN };
        let definition = &mut self.program.definitions[id.index()];
        definition.name = name;
        definition.region.end = end;
        self.push(Expression::Definition(id), span)
    }

    /// Gives a definition its name after the fact: `const f = () => …`.
    pub(crate) fn name_definition(&mut self, value: Id, name: Symbol) {
        if let Expression::Definition(id) = *self.program.expression(value) {
            self.program.definitions[id.index()].name.get_or_insert(name);
        }
    }

    /// Says what a class is made of.
    pub(crate) fn set_bases(&mut self, class: Id, bases: Vec<Id>) {
        if let Expression::Definition(id) = *self.program.expression(class) {
            let definition = &mut self.program.definitions[id.index()];
            if definition.is_class {
                definition.results = bases;
            }
        }
    }

    /// A collection whose items are computed.
    pub(crate) fn collection(&mut self, collection: Collection, span: Span) -> Id {
        let number = u32::try_from(self.program.collections.len()).unwrap_or(u32::MAX);
        self.program.collections.push(collection);
        self.push(Expression::Collection(CollectionId(number)), span)
    }
}
