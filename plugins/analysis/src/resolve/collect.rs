//! Collections: sequences and mappings, as far as their items are known.

use std::collections::HashMap;
use std::rc::Rc;

use crate::clock::TooLate;
use crate::program::{Collection, CollectionId, Constant, Expression, Id, List, Operator};
use crate::resolve::frame::Frame;
use crate::resolve::meaning::{ITEMS, KEY, VALUES};
use crate::resolve::{Meaning, Resolver, Value, What};
use crate::{Language, fold};

/// Keys with their values.
type Pairs = Vec<(Rc<Meaning>, Rc<Meaning>)>;

impl Resolver<'_> {
    /// `[a, *b]`
    pub(super) fn sequence(&mut self, list: &List) -> Result<Rc<Meaning>, TooLate> {
        let program = self.program;
        let mut items = Vec::new();
        if list.len() > ITEMS {
            self.lost = true;
            return Ok(self.unknown.clone());
        }
        for id in program.list(list) {
            if let Expression::Splat(values) = program.expression(*id) {
                let values = self.meaning(*values)?;
                match values.iterated() {
                    // In Bash, a text is one word.
                    Some(_) if self.language == Language::Bash && values.items().is_none() => {
                        items.push(values);
                    }
                    Some(values) if items.len() + values.len() <= ITEMS => {
                        items.extend(values.iter().cloned());
                    }
                    None if self.language == Language::Bash => items.push(values),
                    _ => return Ok(self.unknown.clone()),
                }
            } else {
                items.push(self.meaning(*id)?);
            }
        }
        Ok(self.items(items))
    }

    /// A sequence of these.
    pub(super) fn items(&self, items: Vec<Rc<Meaning>>) -> Rc<Meaning> {
        if items.len() > ITEMS {
            return self.unknown.clone();
        }
        Meaning::one(Value::exact(What::Items(items.into())))
    }

    /// `{a: b, **c}`
    pub(super) fn mapping(&mut self, list: &List) -> Result<Rc<Meaning>, TooLate> {
        let program = self.program;
        let mut pairs = Pairs::new();
        let (mut paths, mut is_open) = (Vec::new(), false);
        if list.len() > ITEMS {
            self.lost = true;
            return Ok(self.unknown.clone());
        }
        for pair in program.list(list).chunks(2) {
            let [key, value] = pair else { continue };
            if let Expression::Splat(others) = program.expression(*key) {
                let others = self.meaning(*others)?;
                is_open |= !matches!(others.only().map(|one| &one.what), Some(What::Pairs(_)));
                if let Some(What::Pairs(others)) = others.only().map(|value| &value.what) {
                    // Mappings that are made of themselves grow with every line.
                    if pairs.len() + others.len() > ITEMS {
                        return Ok(self.unknown.clone());
                    }
                    pairs.extend(others.iter().cloned());
                }
                paths.extend(others.values.iter().filter(|value| value.path().is_some()).cloned());
            } else {
                pairs.push((self.meaning(*key)?, self.meaning(*value)?));
            }
        }
        // `{...fs}` has the members of `fs`.
        let mut meaning = Meaning { values: Vec::new(), open: is_open };
        meaning.add(Value::exact(What::Pairs(pairs.into())));
        for value in paths {
            meaning.add(value);
        }
        meaning.doubt();
        Ok(Rc::new(meaning))
    }

    /// Any item of any of these.
    pub(super) fn any_item(of: &Meaning) -> Rc<Meaning> {
        let mut meaning = Meaning { values: Vec::new(), open: of.open };
        for value in &of.values {
            let Some(items) = Meaning::one(value.clone()).iterated() else {
                meaning.open = true;
                continue;
            };
            meaning.open |= items.len() > VALUES;
            items.iter().take(VALUES).for_each(|item| meaning.add_all(item));
        }
        meaning.doubt();
        Rc::new(meaning)
    }

    /// `[item for name in items if condition]`
    pub(super) fn collection(&mut self, id: CollectionId) -> Result<Rc<Meaning>, TooLate> {
        let program = self.program;
        let collection = program.collection(id);
        let mut items = Vec::new();
        if !self.go_through(collection, &mut HashMap::new(), &mut items)? {
            return Ok(self.unknown.clone());
        }
        if collection.is_mapping {
            let pairs = items.iter().filter_map(|item| match item.items().map(|items| &**items) {
                Some([key, value]) => Some((key.clone(), value.clone())),
                _ => None,
            });
            return Ok(Meaning::one(Value::exact(What::Pairs(pairs.collect()))));
        }
        Ok(self.items(items))
    }

    /// Adds the items that a comprehension gives, with what is known of the outer ones. Whether all
    /// of them are known.
    fn go_through(
        &mut self,
        collection: &Collection,
        known: &mut HashMap<Id, Rc<Meaning>>,
        made: &mut Vec<Rc<Meaning>>,
    ) -> Result<bool, TooLate> {
        let Some(each) = collection.each.get(known.len()).copied() else {
            return self.one_item(collection, known, made);
        };
        let Expression::Each(source) = *self.program.expression(each) else { return Ok(false) };
        self.frames.push(Frame::new(collection.region.clone(), known.clone()));
        let source = self.meaning(source);
        self.frames.pop();
        let Some(items) = source?.iterated() else { return Ok(false) };
        for item in items.iter() {
            known.insert(each, item.clone());
            if made.len() > ITEMS || !self.go_through(collection, known, made)? {
                return Ok(false);
            }
            known.remove(&each);
        }
        Ok(true)
    }

    fn one_item(
        &mut self,
        collection: &Collection,
        known: &HashMap<Id, Rc<Meaning>>,
        made: &mut Vec<Rc<Meaning>>,
    ) -> Result<bool, TooLate> {
        self.frames.push(Frame::new(collection.region.clone(), known.clone()));
        let item = self.item_if(collection);
        self.frames.pop();
        let (holds, item) = item?;
        made.extend(item);
        Ok(holds)
    }

    /// Whether the conditions are known, and the item if they hold.
    fn item_if(&mut self, collection: &Collection) -> Result<(bool, Option<Rc<Meaning>>), TooLate> {
        for condition in &collection.conditions {
            match self.meaning(*condition)?.constant().map(Constant::is_true) {
                Some(true) => {}
                Some(false) => return Ok((true, None)),
                None => return Ok((false, None)),
            }
        }
        Ok((true, Some(self.meaning(collection.item)?)))
    }
}

/// `a + b` and `a * 3` of sequences, `'%s' % (a, b)`
pub(super) fn operate_on_items(operator: Operator, left: &Value, right: &Value) -> Option<What> {
    match (operator, &left.what, &right.what) {
        (Operator::Add, What::Items(one), What::Items(other)) => {
            let items: Vec<_> = one.iter().chain(other.iter()).cloned().collect();
            (items.len() <= ITEMS).then(|| What::Items(items.into()))
        }
        (Operator::Multiply, What::Items(items), What::Constant(times)) => {
            let times = usize::try_from(times.as_integer()?).ok()?;
            let fits = items.len().saturating_mul(times) <= ITEMS;
            let repeated = std::iter::repeat_n(items.iter(), times).flatten().cloned();
            fits.then(|| What::Items(repeated.collect()))
        }
        (Operator::Remainder, What::Constant(template), What::Items(items)) => {
            let values: Option<Vec<_>> =
                items.iter().map(|item| item.constant().cloned()).collect();
            fold::percent(template, &values?).map(What::Constant)
        }
        (Operator::In, What::Constant(part), What::Items(items)) if part.size() <= KEY => {
            let found = items.iter().any(|item| item.constant() == Some(part));
            Some(What::Constant(Constant::Boolean(found)))
        }
        (Operator::Or, What::Pairs(one), What::Pairs(other))
            if one.len() + other.len() <= ITEMS =>
        {
            Some(What::Pairs(one.iter().chain(other.iter()).cloned().collect()))
        }
        _ => None,
    }
}
