//! What languages have in common: names, members, calls, constants, definitions and scopes.
//!
//! Front ends lower their tree to this form, which keeps what can name or reach something, and
//! what that is computed of. Resolving is written once, against this form; a language added later
//! needs a front end only. In Bash, a command is a call, and its value is what it prints.

mod bind;
mod builder;
mod change;
mod constant;
mod definition;
mod operator;
mod scope;
mod stream;

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use crate::catalogue::Reducer;
use crate::{DependencyKind, Marker, Span};

pub(crate) use builder::Builder;
pub(crate) use constant::Constant;
pub(crate) use definition::{Collection, CollectionId, Definition, DefinitionId, Region};
pub(crate) use operator::Operator;
pub(crate) use scope::{Binding, BindingId, Scope, ScopeId, ScopeKind};
pub(crate) use stream::{Redirect, Streams};

/// An expression's number. What an expression consists of has lower numbers than itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Id(pub(crate) u32);

impl Id {
    /// The expression that nothing is known of.
    pub(crate) const UNKNOWN: Self = Self(0);

    /// As a place in a vector.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A name or a constant text, kept once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Symbol(u32);

/// Expressions that belong together, by their places in [`Program::lists`].
pub(crate) type List = Range<u32>;

/// An expression.
#[derive(Clone, Debug)]
pub(crate) enum Expression {
    /// Nothing is known of it.
    Unknown,
    /// `name`
    Name(Symbol, ScopeId),
    /// `object.name`
    Member(Id, Symbol),
    /// `object[index]`
    Index(Id, Id),
    /// `start:stop:step` as an index; what is left out is [`Constant::Nothing`].
    Slice(List),
    /// `callee(arguments)`; the arguments are a [`Expression::Sequence`].
    Call(Id, Id),
    /// `name=value` among arguments, `name: value` in a pattern.
    Keyword(Symbol, Id),
    /// `[key]: value` in a pattern.
    Keyed(Id, Id),
    /// `*values`, `...values`: any number of values.
    Splat(Id),
    /// A tuple, a list, an array, a set.
    Sequence(List),
    /// Keys and values in turn; a [`Expression::Splat`] has no value.
    Mapping(List),
    /// A collection whose items are computed.
    Collection(CollectionId),
    /// Any item of a collection.
    Each(Id),
    /// One of these.
    Either(List),
    /// These one after another as texts, as in string templates.
    Join(List),
    /// An operator with two sides; one that has only a right side has nothing at its left.
    Operation(Operator, Id, Id),
    /// Something that is computed of these.
    Reduced(Reducer, List),
    /// A constant.
    Constant(Constant),
    /// A module, or something imported from one.
    Module(Symbol),
    /// What a function is given in a place.
    Parameter(DefinitionId, u32),
    /// A function or a class of the file's own.
    Definition(DefinitionId),
}

/// An import that is a statement.
#[derive(Clone, Debug)]
pub(crate) struct Import {
    /// The module, as written; relative ones begin with a dot.
    pub(crate) module: Symbol,
    /// What is taken from it.
    pub(crate) name: Option<Symbol>,
    /// Where it is written.
    pub(crate) span: Span,
    /// What the form of the import itself says: `import type`.
    pub(crate) kind: DependencyKind,
}

/// A lowered file.
#[derive(Debug, Default)]
pub(crate) struct Program {
    expressions: Vec<Expression>,
    spans: Vec<Span>,
    roles: Vec<Role>,
    lists: Vec<Id>,
    texts: Texts,
    scopes: Vec<Scope>,
    bindings: Vec<Binding>,
    table: HashMap<(ScopeId, Symbol), Vec<BindingId>>,
    definitions: Vec<Definition>,
    collections: Vec<Collection>,
    /// What is written to members and items of this name, whatever they are members of.
    fields: HashMap<Symbol, Vec<Id>>,
    /// Names whose items are written to, or that have a method called which does so, with what is
    /// written.
    changed: HashMap<Symbol, Vec<Id>>,
    /// Members and items that something is written to, and what.
    pub(crate) writes: Vec<(Id, Id)>,
    /// Calls by the name, or the last member, that is called.
    calls: HashMap<Symbol, Vec<Id>>,
    /// The calls of definitions where they are written: `(x => x())(f)`.
    called: HashMap<DefinitionId, Id>,
    /// The calls that definitions are given to, where they are written.
    given_to: HashMap<DefinitionId, Id>,
    /// In Bash, what commands read: a command that prints it, or a text.
    streams: Streams,
    /// In Bash, files that are opened.
    pub(crate) redirects: Vec<Redirect>,
    /// In Bash, what may part words beside space, where `IFS` says so.
    pub(crate) separators: String,
    /// Import statements.
    pub(crate) imports: Vec<Import>,
    /// Modules of which everything is imported.
    pub(crate) stars: Vec<Symbol>,
    /// Code that runs only sometimes, as far as imports are concerned.
    pub(crate) guards: Vec<(Span, Guard)>,
}

/// When some code runs, as far as imports are concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Guard {
    /// What is imported is needed so much.
    Kind(DependencyKind),
    /// It runs in these environments.
    Where(Marker),
}

/// What an expression is part of: it decides whether it is judged by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Role {
    /// It stands by itself, and its value goes wherever the program takes it.
    #[default]
    Free,
    /// It is the object of a member, or called: judged there.
    Part,
    /// A name is bound to it: judged where the name is used, or here if it never is.
    Bound,
    /// It is a statement: nothing takes its value, unless the file is code that somebody evaluates.
    Dropped,
    /// It is bound or compared, not read; or only a type.
    Silent,
}

impl Program {
    /// Every expression, in the order in which they end.
    pub(crate) fn ids(&self) -> impl Iterator<Item = Id> + use<> {
        (0..u32::try_from(self.expressions.len()).unwrap_or(u32::MAX)).map(Id)
    }

    /// What an expression is.
    pub(crate) fn expression(&self, id: Id) -> &Expression {
        &self.expressions[id.index()]
    }

    /// Where an expression is.
    pub(crate) fn span(&self, id: Id) -> Span {
        self.spans[id.index()]
    }

    /// What an expression is part of.
    pub(crate) fn role(&self, id: Id) -> Role {
        self.roles[id.index()]
    }

    /// The expressions of a list.
    pub(crate) fn list(&self, list: &List) -> &[Id] {
        &self.lists[list.start as usize..list.end as usize]
    }

    /// What is given to a call.
    pub(crate) fn arguments(&self, arguments: Id) -> &[Id] {
        match self.expression(arguments) {
            Expression::Sequence(list) => self.list(list),
            _ => &[],
        }
    }

    /// Every definition there is.
    pub(crate) fn definitions(&self) -> &[Definition] {
        &self.definitions
    }

    /// What a definition consists of.
    pub(crate) fn definition(&self, id: DefinitionId) -> &Definition {
        &self.definitions[id.index()]
    }

    /// How a collection comes about.
    pub(crate) fn collection(&self, id: CollectionId) -> &Collection {
        &self.collections[id.index()]
    }

    /// What is written to members of this name.
    pub(crate) fn written_to(&self, member: Symbol) -> &[Id] {
        self.fields.get(&member).map_or(&[], Vec::as_slice)
    }

    /// What is written to items of what has this name, if any may be.
    pub(crate) fn changed(&self, name: Symbol) -> Option<&[Id]> {
        self.changed.get(&name).map(Vec::as_slice)
    }

    /// The calls of something that is called so.
    pub(crate) fn calls_of(&self, name: Symbol) -> &[Id] {
        self.calls.get(&name).map_or(&[], Vec::as_slice)
    }

    /// The call of a definition where it is written.
    pub(crate) fn called(&self, definition: DefinitionId) -> Option<Id> {
        self.called.get(&definition).copied()
    }

    /// The call that a definition is written as an argument of.
    pub(crate) fn given_to(&self, definition: DefinitionId) -> Option<Id> {
        self.given_to.get(&definition).copied()
    }

    /// What a class binds a name to.
    pub(crate) fn bound_in(&self, scope: ScopeId, name: Symbol) -> impl Iterator<Item = &Binding> {
        let ids = self.table.get(&(scope, name)).map_or(&[][..], Vec::as_slice);
        ids.iter().map(|id| self.binding(*id))
    }

    /// What the file's own scope binds.
    pub(crate) fn bound_at_the_top(&self) -> impl Iterator<Item = &Binding> {
        let at_the_top = self.table.iter().filter(|((scope, _), _)| *scope == ScopeId(0));
        at_the_top.flat_map(|(_, ids)| ids).map(|id| self.binding(*id))
    }

    /// The text of a symbol.
    pub(crate) fn text(&self, symbol: Symbol) -> &str {
        self.texts.text(symbol)
    }

    /// The symbol of a text, if the file has it.
    pub(crate) fn symbol(&self, text: &str) -> Option<Symbol> {
        self.texts.numbers.get(text).copied()
    }

    /// A binding.
    pub(crate) fn binding(&self, id: BindingId) -> &Binding {
        &self.bindings[id.0 as usize]
    }

    /// Every binding there is.
    pub(crate) fn bindings(&self) -> &[Binding] {
        &self.bindings
    }
}

/// What a function of JavaScript gives that returns `this`.
pub(crate) const THIS: &str = "this()";

/// In Bash, the name of the function that a command of this name calls: a variable, and a command
/// of the system, may be called alike.
pub(crate) fn function_of(command: &str) -> String {
    format!("{command}()")
}

/// Texts, each kept once.
#[derive(Debug, Default)]
struct Texts {
    numbers: HashMap<Rc<str>, Symbol>,
    texts: Vec<Rc<str>>,
}

impl Texts {
    fn symbol(&mut self, text: &str) -> Symbol {
        if let Some(symbol) = self.numbers.get(text) {
            return *symbol;
        }
        let symbol =
            Symbol(u32::try_from(self.texts.len()).expect("a file has fewer names than bytes"));
        let text: Rc<str> = text.into();
        self.texts.push(text.clone());
        self.numbers.insert(text, symbol);
        symbol
    }

    fn text(&self, symbol: Symbol) -> &str {
        &self.texts[symbol.0 as usize]
    }
}
