//! What expressions stand for.
//!
//! Each expression gets a [`Meaning`]: the paths, constants, collections and functions that it may
//! be. A meaning is found once; what it was found through is kept, because a finding shows its way.
//! What is within a function or a comprehension is found anew for each call, in a [`Frame`].
//!
//! Nothing here recurses deeper than [`DEPTH`] or works longer than [`Budget`] says, whatever the
//! file asks for; what was given up is unknown.

mod budget;
mod call;
mod code;
mod collect;
mod every;
mod frame;
mod items;
mod meaning;
mod member;
mod name;
mod parts;
mod primitive;
mod reduce;
mod shell;
mod way;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::catalogue::World;
use crate::clock::{Clock, TooLate};
use crate::program::{Constant, Expression, Id, List, Operator, Program, Symbol};
use crate::{Language, fold};

use budget::Budget;
use collect::operate_on_items;
pub(crate) use every::flat;
use frame::Frame;
use meaning::VALUES;
pub(crate) use meaning::{Given, Meaning, Value, What};
pub(crate) use way::{Step, Way};

/// How far a name is followed through bindings that are not resolved yet. People write
/// three; what is longer stays unknown, and then the sink is reported where it is bound.
const DEPTH: usize = 48;

/// Calls, and lists of bases, that are followed from within another. People write one.
const NESTED: usize = 32;

/// Longer paths stand for nothing that a catalogue would name.
const PATH_LENGTH: usize = 256;

/// Names with the paths that they stand for.
pub(crate) type Names = HashMap<Rc<str>, Rc<str>>;

/// Finds meanings.
pub(crate) struct Resolver<'a> {
    pub(crate) program: &'a Program,
    pub(crate) world: &'a World,
    language: Language,
    /// Names that code around this one, or run by it, binds to these paths.
    names: &'a Names,
    clock: &'a Clock,
    known: Vec<Option<Rc<Meaning>>>,
    /// What was looked at before, found or given up.
    tried: Vec<bool>,
    frames: Vec<Frame>,
    /// Names that nothing binds.
    free: HashMap<Symbol, Rc<Meaning>>,
    unknown: Rc<Meaning>,
    depth: usize,
    /// Calls that are being followed.
    nested: usize,
    /// Whether something was given up on the way, so that the result is not everybody's.
    cut: bool,
    /// Whether something was given up on the way for good: who computes so much hides something.
    lost: bool,
    /// The expressions of which that is so.
    lost_in: HashSet<Id>,
    budget: Budget,
    /// What is called by something that is called: `map(os.system, …)`.
    invoked: Vec<(Id, Value)>,
    invoked_at: HashSet<(Id, Rc<str>)>,
}

impl<'a> Resolver<'a> {
    /// For one program, in the world of its language.
    pub(crate) fn new(
        program: &'a Program,
        world: &'a World,
        language: Language,
        names: &'a Names,
        clock: &'a Clock,
    ) -> Self {
        Self {
            program,
            world,
            language,
            names,
            clock,
            known: vec![None; program.ids().count()],
            tried: vec![false; program.ids().count()],
            frames: Vec::new(),
            free: HashMap::new(),
            unknown: Rc::new(Meaning { values: Vec::new(), open: true }),
            depth: 0,
            nested: 0,
            cut: false,
            lost: false,
            lost_in: HashSet::new(),
            budget: Budget::default(),
            invoked: Vec::new(),
            invoked_at: HashSet::new(),
        }
    }

    /// What an expression may be.
    pub(crate) fn meaning(&mut self, id: Id) -> Result<Rc<Meaning>, TooLate> {
        if let Some(meaning) = self.found(id) {
            self.lost |= !self.lost_in.is_empty() && self.lost_in.contains(&id);
            return Ok(meaning);
        }
        self.clock.tick()?;
        if self.depth == 0 {
            self.budget.begin();
        }
        // What is looked at for the first time is not counted: it is as much as the file has.
        let is_new = !std::mem::replace(&mut self.tried[id.index()], true);
        let in_call = !self.frames.is_empty();
        let may = is_new || if in_call { self.budget.step() } else { self.budget.retry() };
        if self.depth == DEPTH || !may {
            (self.cut, self.lost) = (true, true);
            return Ok(self.unknown.clone());
        }
        // While it is being found, whoever comes round to it again learns nothing.
        self.keep(id, Some(self.unknown.clone()));
        let cut_before = std::mem::replace(&mut self.cut, false);
        let lost_before = std::mem::replace(&mut self.lost, false);
        self.depth += 1;
        let meaning = self.evaluate(id);
        self.depth -= 1;
        let meaning = meaning?;
        // Half a million expressions of which nothing is known need one meaning.
        let is_unknown = meaning.values.is_empty() && meaning.open;
        let is_known = !is_unknown && self.budget.collect(meaning.new_parts());
        self.lost |= is_known == is_unknown || meaning.is_as_high_as_can_be();
        let meaning = if is_known { meaning } else { self.unknown.clone() };
        if self.lost {
            self.lost_in.insert(id);
        }
        self.lost |= lost_before;
        let final_ = !self.cut || self.depth == 0;
        self.keep(id, final_.then(|| meaning.clone()));
        self.cut = self.depth > 0 && (self.cut || cut_before);
        Ok(meaning)
    }

    /// Whether what an expression may be was given up, at least in part.
    pub(crate) fn is_lost(&self, id: Id) -> bool {
        self.lost_in.contains(&id)
    }

    fn evaluate(&mut self, id: Id) -> Result<Rc<Meaning>, TooLate> {
        let program = self.program;
        Ok(match program.expression(id) {
            Expression::Name(name, scope) => self.name(*name, *scope, id)?,
            Expression::Member(object, name) => {
                let object = self.meaning(*object)?;
                self.member(&object, program.text(*name))?
            }
            Expression::Index(object, index) => self.index(*object, *index, id)?,
            Expression::Call(callee, arguments) => self.call(id, *callee, *arguments)?,
            Expression::Either(list) => self.either(list)?,
            Expression::Join(list) => self.join(list, id)?,
            Expression::Operation(operator, left, right) => {
                self.operation(*operator, *left, *right, id)?
            }
            Expression::Reduced(reducer, list) => {
                let by_place: Result<Vec<_>, TooLate> =
                    program.list(list).iter().map(|id| self.meaning(*id)).collect();
                let given = Given { by_place: by_place?, ..Given::default() };
                self.reduce(*reducer, &given, id)?.unwrap_or_else(|| self.unknown.clone())
            }
            Expression::Constant(constant) => {
                Meaning::one(Value::exact(What::Constant(constant.clone())))
            }
            Expression::Module(path) => {
                let path = self.world.imported(program.text(*path));
                Meaning::one(Value::exact(What::Path(path)))
            }
            Expression::Sequence(list) => self.sequence(list)?,
            Expression::Mapping(list) => self.mapping(list)?,
            Expression::Collection(collection) => self.collection(*collection)?,
            Expression::Each(items) => {
                let items = self.meaning(*items)?;
                Self::any_item(&items)
            }
            Expression::Parameter(definition, place) => self.parameter(*definition, *place)?,
            Expression::Definition(definition) => {
                Meaning::one(Value::exact(What::Own(*definition)))
            }
            Expression::Unknown
            | Expression::Slice(_)
            | Expression::Keyword(..)
            | Expression::Keyed(..)
            | Expression::Splat(_) => self.unknown.clone(),
        })
    }

    /// What has this path, and is known by it.
    fn path(&self, path: &str) -> Rc<Meaning> {
        Meaning::one(Value::exact(What::Path(self.world.path(path))))
    }

    fn either(&mut self, list: &List) -> Result<Rc<Meaning>, TooLate> {
        let mut meaning = Meaning::default();
        for id in self.program.list(list).iter().take(VALUES) {
            let one = self.meaning(*id)?;
            meaning.add_all(&one);
        }
        meaning.open |= list.len() > VALUES;
        self.lost |= list.len() > VALUES;
        meaning.doubt();
        Ok(Rc::new(meaning))
    }

    /// Texts one after another; other constants are shown as texts. In Bash, any that they may be.
    fn join(&mut self, list: &List, at: Id) -> Result<Rc<Meaning>, TooLate> {
        let empty = Value::exact(What::Constant(Constant::text("")));
        let (mut texts, mut open) = (vec![(String::new(), empty)], false);
        for id in self.program.list(list) {
            let piece = match self.program.expression(*id) {
                // All items of an array, in a text.
                Expression::Splat(items) => {
                    let items = self.meaning(*items)?;
                    let joined = items.items().and_then(|_| self.joined(&items, " "));
                    joined.map_or(items, |what| Meaning::one(Value::exact(what)))
                }
                _ => self.meaning(*id)?,
            };
            if piece.constant().is_none() && self.language != Language::Bash {
                return Ok(self.unknown.clone());
            }
            let combinations = texts.len() * piece.values.len();
            texts = self.with_piece(texts, &piece);
            open |= piece.open || texts.len() < combinations;
            if texts.is_empty() {
                return Ok(self.unknown.clone());
            }
        }
        let mut joined = Meaning { values: Vec::new(), open };
        for (text, value) in texts {
            joined.add(value.becomes(What::Constant(Constant::text(text))));
        }
        let is_put_together = self.language != Language::Bash || self.is_spelt_out(list);
        if is_put_together {
            let values = joined.values.into_iter().map(|value| Self::computed(at, value));
            joined = Meaning { values: values.collect(), open: joined.open };
        }
        joined.doubt();
        Ok(Rc::new(joined))
    }

    /// Each of these texts with each of those behind it, as far as that fits.
    fn with_piece(
        &mut self,
        mut texts: Vec<(String, Value)>,
        piece: &Meaning,
    ) -> Vec<(String, Value)> {
        let shown = |value: &Value| value.constant().map(|one| fold::shown(self.language, one));
        let more: Vec<(String, &Value)> =
            piece.values.iter().filter_map(|value| Some((shown(value)?, value))).collect();
        // A text of a megabyte is not copied for each letter that comes to it.
        if let ([(text, value)], [(shown, more)]) = (texts.as_mut_slice(), more.as_slice()) {
            if text.len() + shown.len() > fold::LONGEST || !self.budget.spend(shown.len()) {
                return Vec::new();
            }
            text.push_str(shown);
            *value = value.clone().with_help_of(more);
            return texts;
        }
        let mut made = Vec::new();
        for (text, value) in &texts {
            for (shown, more) in &more {
                let length = text.len() + shown.len();
                let fits = length <= fold::LONGEST && self.budget.spend(length);
                if fits && made.len() < VALUES {
                    made.push((format!("{text}{shown}"), value.clone().with_help_of(more)));
                }
            }
        }
        made
    }

    /// Whether a word of Bash is put together of nothing but constants: with variables in them,
    /// words are what people write.
    fn is_spelt_out(&self, list: &List) -> bool {
        let pieces = self.program.list(list);
        pieces.len() > 1 && pieces.iter().all(|piece| self.is_written_out(*piece))
    }

    fn is_written_out(&self, id: Id) -> bool {
        match self.program.expression(id) {
            Expression::Constant(_) => true,
            Expression::Join(list) => {
                let is_constant =
                    |id: &Id| matches!(self.program.expression(*id), Expression::Constant(_));
                self.program.list(list).iter().all(is_constant)
            }
            _ => false,
        }
    }

    /// An operator between all that its sides may be.
    fn operation(
        &mut self,
        operator: Operator,
        left: Id,
        right: Id,
        at: Id,
    ) -> Result<Rc<Meaning>, TooLate> {
        let right = self.meaning(right)?;
        let right = if operator == Operator::Not { right } else { self.primitive(&right) };
        if left == Id::UNKNOWN {
            return Ok(self.each(&right, |this, value| {
                let result = match value.constant() {
                    // An object of JavaScript is true, also an empty one.
                    None if operator == Operator::Not
                        && value.path().is_none()
                        && fold::is_script(this.language) =>
                    {
                        Constant::Boolean(false)
                    }
                    constant => fold::operate(this.language, operator, None, constant?)?,
                };
                Some(Self::computed(at, value.becomes(What::Constant(result))))
            }));
        }
        let left = self.meaning(left)?;
        let left = self.primitive(&left);
        let mut meaning = Meaning { values: Vec::new(), open: left.open || right.open };
        let is_path = left.values.iter().all(|value| value.path().is_some());
        if self.language == Language::Bash && operator == Operator::Add && is_path {
            // `name+=value`, where nothing was set before.
            meaning.open &= !left.values.is_empty();
            right.values.iter().for_each(|value| meaning.add(value.clone()));
            return Ok(Rc::new(meaning));
        }
        for one in &left.values {
            // `path / name` is a path still.
            if operator == Operator::Divide && one.path().is_some() {
                meaning.add(one.clone());
                continue;
            }
            for other in &right.values {
                match self.operate(operator, one, other) {
                    Some(what) => {
                        let value = one.becomes(what).with_help_of(other);
                        meaning.add(Self::computed(at, value));
                    }
                    None => meaning.open = true,
                }
            }
        }
        meaning.doubt();
        Ok(Rc::new(meaning))
    }

    fn operate(&mut self, operator: Operator, one: &Value, other: &Value) -> Option<What> {
        let (Some(left), Some(right)) = (one.constant(), other.constant()) else {
            return operate_on_items(operator, one, other);
        };
        let result = fold::operate(self.language, operator, Some(left), right)?;
        self.budget.spend(result.size()).then_some(What::Constant(result))
    }

    /// What becomes of each value that something may be.
    pub(super) fn each(
        &mut self,
        of: &Meaning,
        mut become_: impl FnMut(&mut Self, &Value) -> Option<Value>,
    ) -> Rc<Meaning> {
        let mut meaning = Meaning { values: Vec::new(), open: of.open };
        for value in &of.values {
            match become_(self, value) {
                Some(value) => meaning.add(value),
                None => meaning.open = true,
            }
        }
        Rc::new(meaning)
    }

    /// A value with the step that says what was computed, in place of the steps to its parts.
    fn computed(at: Id, mut value: Value) -> Value {
        let Some(shown) = value.shown() else { return value };
        if value.constant().is_some() {
            value.way = value.way.steps().filter(|step| matches!(step, Step::Bound(..))).collect();
        }
        value.after(Step::Computed(at, shown))
    }
}
