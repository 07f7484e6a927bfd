//! What an expression may be: several things, with doubts.

use std::rc::Rc;

use crate::catalogue::World;
use crate::program::{Constant, DefinitionId};
use crate::resolve::parts::{HEIGHT, Items, Pairs, Part};
use crate::resolve::way::{Step, Way};
use crate::{Resolution, catalogue::Reducer};

/// What an expression may be is kept up to this many values.
pub(super) const VALUES: usize = 8;

/// How deep collections are compared that are not one.
const ALIKE: usize = 2;

/// Larger collections hold data, and not names.
pub(super) const ITEMS: usize = 4096;

/// Longer constants are not looked for in collections, where each would be compared with all.
pub(super) const KEY: usize = 4096;

/// Characters of a constant that a finding shows.
const SHOWN: usize = 60;

/// What an expression may be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meaning {
    /// Any of these.
    pub(crate) values: Vec<Value>,
    /// Or something else, which is not known.
    pub(crate) open: bool,
}

/// One thing that an expression may be.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    /// The thing.
    pub(crate) what: What,
    /// How sure that is.
    pub(crate) resolution: Resolution,
    /// What it was found through, in that order.
    pub(crate) way: Way,
}

/// Values are the same if they are the same thing, however they were found.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.what.is(&other.what, ALIKE)
    }
}

/// The sorts of things.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// Something with a name of its own: `os.system`; of a call's result, `pathlib.Path()`.
    Path(Rc<str>),
    /// A constant.
    Constant(Constant),
    /// A sequence with these items.
    Items(Items),
    /// A mapping of these keys and values.
    Pairs(Pairs),
    /// A function or a class of the file's own.
    Own(DefinitionId),
    /// An object of a class of the file's own.
    Instance(DefinitionId),
    /// A function that is given these first, then what it is called with.
    Applied(Rc<Applied>),
}

/// A function with its first arguments.
#[derive(Clone, Debug)]
pub(crate) struct Applied {
    /// What is called.
    pub(crate) function: Function,
    /// What it is given.
    pub(crate) given: Given,
    height: u8,
}

/// What can be called with arguments before its own.
#[derive(Clone, Debug)]
pub(crate) enum Function {
    /// Any value.
    Value(Box<Value>),
    /// Something that the catalogue knows how to compute.
    Reducer(Reducer),
}

/// What a call is given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    /// In order.
    pub(crate) by_place: Vec<Rc<Meaning>>,
    /// By name.
    pub(crate) by_name: Vec<(Rc<str>, Rc<Meaning>)>,
    /// Or something else, which is not known.
    pub(crate) open: bool,
}

impl Meaning {
    /// What is only this.
    pub(crate) fn one(value: Value) -> Rc<Self> {
        Rc::new(Self { values: vec![value], open: false })
    }

    /// Whether this may be just what another may be.
    fn is(&self, other: &Self, depth: usize) -> bool {
        let is = |(one, other): (&Value, &Value)| one.what.is(&other.what, depth);
        self.open == other.open
            && self.values.len() == other.values.len()
            && self.values.iter().zip(&other.values).all(is)
    }

    /// How many collections are within each other here.
    pub(super) fn height(&self) -> u8 {
        self.values.iter().map(|value| value.what.height()).max().unwrap_or_default()
    }

    /// Items and pairs in collections that only this has.
    pub(super) fn new_parts(&self) -> usize {
        let new = |value: &Value| match &value.what {
            What::Items(items) if items.is_new() => items.len(),
            What::Pairs(pairs) if pairs.is_new() => pairs.len(),
            _ => 0,
        };
        self.values.iter().map(new).sum()
    }

    /// Whether what was put into it may have been left out, for it is too high.
    pub(super) fn is_as_high_as_can_be(&self) -> bool {
        self.height() >= HEIGHT
    }

    /// Adds a value, unless it is there.
    pub(super) fn add(&mut self, value: Value) {
        if self.values.contains(&value) {
            return;
        }
        if self.values.is_empty() {
            // Nearly all that there is has one value, and a file has a hundred thousand of them.
            self.values.reserve_exact(1);
        }
        if self.values.len() == VALUES {
            self.open = true;
        } else {
            self.values.push(value);
        }
    }

    /// Adds all that another may be.
    pub(super) fn add_all(&mut self, other: &Self) {
        self.open |= other.open;
        other.values.iter().for_each(|value| self.add(value.clone()));
    }

    /// Of several values, none is certain.
    pub(super) fn doubt(&mut self) {
        if self.values.len() > 1 || self.open {
            let exact = |value: &&mut Value| value.resolution == Resolution::Exact;
            self.values.iter_mut().filter(exact).for_each(|v| v.resolution = Resolution::Likely);
        }
    }

    /// The one value that it is, if it can be nothing else.
    pub(crate) fn only(&self) -> Option<&Value> {
        match self.values.as_slice() {
            [value] if !self.open => Some(value),
            _ => None,
        }
    }

    /// The one constant that it is.
    pub(crate) fn constant(&self) -> Option<&Constant> {
        self.only().and_then(Value::constant)
    }

    /// The one text that it is.
    pub(crate) fn text(&self) -> Option<&Rc<str>> {
        self.constant().and_then(Constant::as_text)
    }

    /// Whether it may be something that rules name.
    pub(crate) fn has_sink(&self, world: &World) -> bool {
        self.values.iter().any(|value| value.path().is_some_and(|path| world.is_sink(path)))
    }

    /// The items of the one sequence that it is.
    pub(crate) fn items(&self) -> Option<&Items> {
        match &self.only()?.what {
            What::Items(items) => Some(items),
            _ => None,
        }
    }
}

impl Meaning {
    /// What going through it gives, if that is known.
    pub(super) fn iterated(&self) -> Option<Items> {
        let value = self.only()?;
        let constant = |constant| Self::one(value.becomes(What::Constant(constant)));
        let items: Vec<_> = match &value.what {
            What::Items(items) => return Some(items.clone()),
            What::Pairs(pairs) => pairs.iter().map(|(key, _)| key.clone()).collect(),
            What::Constant(Constant::Text(text)) if text.len() <= ITEMS => {
                text.chars().map(|c| constant(Constant::text(c.to_string()))).collect()
            }
            What::Constant(Constant::Bytes(bytes)) if bytes.len() <= ITEMS => {
                bytes.iter().map(|byte| constant(Constant::Integer(i128::from(*byte)))).collect()
            }
            _ => return None,
        };
        Some(items.into())
    }
}

impl Applied {
    /// A function with its first arguments, unless that is too high: `partial(partial(…))`.
    pub(super) fn of(function: Function, given: Given) -> Option<What> {
        let given = given.low();
        let of_function = match &function {
            Function::Value(value) => value.what.height(),
            Function::Reducer(_) => 0,
        };
        let height = of_function.max(given.height()) + 1;
        (height <= HEIGHT).then(|| What::Applied(Rc::new(Self { function, given, height })))
    }

    fn is(&self, other: &Self, depth: usize) -> bool {
        let is_function = match (&self.function, &other.function) {
            (Function::Value(one), Function::Value(other)) => one.what.is(&other.what, depth),
            (Function::Reducer(one), Function::Reducer(other)) => one == other,
            _ => false,
        };
        let (one, other) = (&self.given, &other.given);
        is_function
            && one.open == other.open
            && one.by_name.is_empty()
            && other.by_name.is_empty()
            && are_alike(&one.by_place, &other.by_place, depth)
    }

    /// What it computes, if that is known.
    pub(crate) fn reducer(&self) -> Option<Reducer> {
        match self.function {
            Function::Reducer(reducer) => Some(reducer),
            Function::Value(_) => None,
        }
    }
}

impl What {
    /// Whether two things are the same. Collections may be as large as the file can make them, and
    /// share their parts: those that are the same without being one are told from others by what
    /// they are only if they are small.
    fn is(&self, other: &Self, depth: usize) -> bool {
        match (self, other) {
            (Self::Path(one), Self::Path(other)) => one == other,
            (Self::Constant(one), Self::Constant(other)) => one == other,
            (Self::Own(one), Self::Own(other)) | (Self::Instance(one), Self::Instance(other)) => {
                one == other
            }
            (Self::Items(one), Self::Items(other)) => one.is(other) || are_alike(one, other, depth),
            (Self::Pairs(one), Self::Pairs(other)) => one.is(other),
            (Self::Applied(one), Self::Applied(other)) => {
                Rc::ptr_eq(one, other) || depth > 0 && one.is(other, depth - 1)
            }
            _ => false,
        }
    }

    /// How many collections, or functions with arguments, are within each other here.
    pub(super) fn height(&self) -> u8 {
        match self {
            Self::Items(items) => items.height(),
            Self::Pairs(pairs) => pairs.height(),
            Self::Applied(applied) => applied.height,
            Self::Path(_) | Self::Constant(_) | Self::Own(_) | Self::Instance(_) => 0,
        }
    }
}

/// Whether these are the same, as far as can be told without going deep.
fn are_alike(one: &[Rc<Meaning>], other: &[Rc<Meaning>], depth: usize) -> bool {
    let is = |(one, other): (&Rc<Meaning>, &Rc<Meaning>)| {
        Rc::ptr_eq(one, other) || depth > 0 && one.is(other, depth - 1)
    };
    one.len() == other.len() && one.len() <= VALUES && one.iter().zip(other).all(is)
}

impl What {
    /// What sort of value of the language's own it is, as classes are known by in the catalogue.
    pub(crate) fn sort(&self) -> Option<&'static str> {
        Some(match self {
            Self::Constant(Constant::Text(_)) => "text",
            Self::Constant(Constant::Bytes(_)) => "bytes",
            Self::Constant(Constant::Integer(_) | Constant::Float(_)) => "number",
            Self::Constant(Constant::Boolean(_)) => "boolean",
            Self::Items(_) => "items",
            Self::Pairs(_) => "pairs",
            _ => return None,
        })
    }
}

impl Value {
    /// Certainly this.
    pub(crate) fn exact(what: What) -> Self {
        Self { what, resolution: Resolution::Exact, way: Way::default() }
    }

    /// The path, if it is one.
    pub(crate) fn path(&self) -> Option<&Rc<str>> {
        match &self.what {
            What::Path(path) => Some(path),
            _ => None,
        }
    }

    /// The constant, if it is one.
    pub(crate) fn constant(&self) -> Option<&Constant> {
        match &self.what {
            What::Constant(constant) => Some(constant),
            _ => None,
        }
    }

    /// Whether it is this function or class of the file's own.
    pub(super) fn is_own(&self, definition: DefinitionId) -> bool {
        matches!(self.what, What::Own(own) if own == definition)
    }

    /// Something else that was found on the same way.
    pub(crate) fn becomes(&self, what: What) -> Self {
        Self { what, ..self.clone() }
    }

    /// A value that was found by one more step.
    pub(super) fn after(mut self, step: Step) -> Self {
        self.way.add(step);
        self
    }

    /// A value that was found with the help of another.
    pub(super) fn with_help_of(mut self, other: &Self) -> Self {
        other.way.steps().for_each(|step| self.way.add(step.clone()));
        if other.resolution != Resolution::Exact && self.resolution == Resolution::Exact {
            self.resolution = other.resolution;
        }
        self
    }

    /// The value as a finding shows it, if it is worth showing.
    pub(super) fn shown(&self) -> Option<Rc<str>> {
        match &self.what {
            What::Path(path) => Some(path.clone()),
            What::Constant(Constant::Text(text)) => {
                // A text may be a megabyte, of which these are shown.
                let start = text.char_indices().nth(SHOWN).map_or(&**text, |(end, _)| &text[..end]);
                Some(shortened(&serde_json::Value::from(start).to_string()))
            }
            What::Constant(constant) => constant.json().map(|json| shortened(&json.to_string())),
            _ => None,
        }
    }
}

impl Given {
    /// What is given in a place.
    pub(super) fn at(&self, place: usize) -> Option<&Rc<Meaning>> {
        self.by_place.get(place)
    }

    /// What is given in a place or by a name.
    pub(super) fn get(&self, place: usize, name: &str) -> Option<&Rc<Meaning>> {
        self.at(place).or_else(|| self.by_name.iter().find(|(n, _)| **n == *name).map(|(_, m)| m))
    }

    fn height(&self) -> u8 {
        let named = self.by_name.iter().map(|(_, meaning)| meaning);
        self.by_place.iter().chain(named).map(Part::height).max().unwrap_or_default()
    }

    /// The same, where what is too high is unknown.
    fn low(mut self) -> Self {
        let named = self.by_name.iter_mut().map(|(_, meaning)| meaning);
        for meaning in self.by_place.iter_mut().chain(named) {
            if meaning.height() >= HEIGHT {
                *meaning = Rc::unknown();
            }
        }
        self
    }

    /// Without the first ones.
    pub(super) fn rest(&self, from: usize) -> Self {
        Self { by_place: self.by_place.get(from..).unwrap_or_default().to_vec(), ..self.clone() }
    }

    /// These, and then others.
    pub(super) fn and(&self, others: &Self) -> Self {
        let mut given = self.clone();
        given.by_place.extend(others.by_place.iter().cloned());
        given.by_name.extend(others.by_name.iter().cloned());
        given.open |= others.open;
        given
    }
}

/// What a mapping has by this key.
pub(super) fn pair(pairs: &[(Rc<Meaning>, Rc<Meaning>)], key: &Constant) -> Option<Rc<Meaning>> {
    let has = |(known, _): &&(Rc<Meaning>, Rc<Meaning>)| known.constant() == Some(key);
    let mut pairs = pairs.iter().rev().filter(|_| key.size() <= KEY);
    pairs.find(has).map(|(_, value)| value.clone())
}

/// A constant that may be long, for people.
fn shortened(json: &str) -> Rc<str> {
    if json.chars().count() <= SHOWN {
        return json.into();
    }
    let start: String = json.chars().take(SHOWN).collect();
    format!("{start}…").into()
}
