//! Calls that make collections, or something of their items.

use std::rc::Rc;

use crate::Language;
use crate::catalogue::Reducer;
use crate::fold;
use crate::program::{Constant, Id};
use crate::resolve::meaning::{ITEMS, pair};
use crate::resolve::{Given, Meaning, Resolver, Value, What};

impl Resolver<'_> {
    /// What a call gives that goes through items.
    pub(super) fn reduce_items(
        &mut self,
        reducer: Reducer,
        given: &Given,
        at: Id,
    ) -> Option<Rc<Meaning>> {
        let what = match reducer {
            Reducer::Mapping => return mapping(given),
            Reducer::Range => range(given)?,
            Reducer::Zip => self.zip(given)?,
            Reducer::Join => self.joined(given.at(1)?, given.at(0)?.text()?)?,
            Reducer::JoinItems => {
                let between =
                    given.at(1).map_or(Some(",".into()), |between| between.text().cloned());
                self.joined(given.at(0)?, &between?)?
            }
            Reducer::JoinPath => join_path(given)?,
            Reducer::Character => characters(given)?,
            Reducer::Bytes => self.bytes(given)?,
            Reducer::Split => split(given)?,
            Reducer::SetItem => return set_item(given),
            // What a function of Bash is given may be something else, too.
            Reducer::Slice if self.language == Language::Bash => {
                let from = usize::try_from(given.at(1)?.constant()?.as_integer()?).ok()?;
                return Some(self.each(given.at(0)?, |_, value| {
                    let What::Items(items) = &value.what else { return None };
                    let rest = items.get(from..).unwrap_or_default().to_vec();
                    Some(value.becomes(What::Items(rest.into())))
                }));
            }
            Reducer::Slice => {
                let bound = |at| given.at(at).and_then(|one| one.constant()?.as_integer());
                self.part(&given.at(0)?.only()?.what, [bound(1), bound(2), None])?
            }
            Reducer::Literal => self.literal(given)?,
            Reducer::Keys | Reducer::Values | Reducer::Entries | Reducer::Get => {
                return self.of_mapping(reducer, given);
            }
            Reducer::Table => What::Pairs(Self::table(given)?.into()),
            Reducer::Translate => self.translate(given)?,
            _ => return self.of_items(reducer, given),
        };
        Self::made_of(given, what, at)
    }

    /// What is made of the items of the first argument.
    fn of_items(&mut self, reducer: Reducer, given: &Given) -> Option<Rc<Meaning>> {
        let is_items_of = matches!(
            reducer,
            Reducer::Items
                | Reducer::First
                | Reducer::Reverse
                | Reducer::Sort
                | Reducer::Enumerate
                | Reducer::Concat
        );
        if !is_items_of {
            return None;
        }
        let first = given.at(0)?;
        let mut items = first.iterated()?.to_vec();
        let size = |item: &Rc<Meaning>| item.constant().map_or(1, |one| one.size().max(1));
        if !self.budget.spend(items.iter().map(size).sum()) {
            return None;
        }
        match reducer {
            Reducer::First => return items.first().cloned(),
            Reducer::Reverse => items.reverse(),
            Reducer::Sort => sort(&mut items)?,
            Reducer::Enumerate => items = numbered(&items),
            Reducer::Concat => {
                for other in &given.by_place[1..] {
                    let other = other.iterated().filter(|more| items.len() + more.len() <= ITEMS);
                    items.extend(other?.iter().cloned());
                }
            }
            _ => {}
        }
        Some(self.items(items))
    }

    fn zip(&mut self, given: &Given) -> Option<What> {
        let all: Option<Vec<_>> = given.by_place.iter().map(|one| one.iterated()).collect();
        let all = all?;
        let length = all.iter().map(|items| items.len()).min()?;
        if length * all.len() > ITEMS || !self.budget.spend(length * all.len()) {
            return None;
        }
        let row = |at: usize| {
            let row = all.iter().map(|items| items[at].clone()).collect();
            Meaning::one(Value::exact(What::Items(row)))
        };
        Some(What::Items((0..length).map(row).collect()))
    }

    /// Texts with another between them.
    pub(super) fn joined(&mut self, items: &Meaning, between: &str) -> Option<What> {
        let mut joined = String::new();
        for (at, item) in items.iterated()?.iter().enumerate() {
            if at > 0 {
                joined.push_str(between);
            }
            joined.push_str(&fold::shown(self.language, item.constant()?));
            if joined.len() > fold::LONGEST {
                return None;
            }
        }
        self.budget.spend(joined.len()).then(|| What::Constant(Constant::text(joined)))
    }

    /// `bytes([n, …])`, `bytes(text, encoding)`, `Buffer.from(text, encoding)`
    fn bytes(&self, given: &Given) -> Option<What> {
        let first = given.at(0)?;
        if let Some(text) = first.text() {
            let encoding = given.at(1).map_or(Some("utf8".into()), |name| name.text().cloned())?;
            let given = [Constant::Text(text.clone()), Constant::Text(encoding.clone())];
            let reducer = match &*encoding {
                "base64" | "base64url" | "hex" => Reducer::Decode,
                _ => Reducer::Encode,
            };
            return fold::reduce(self.language, reducer, &given).map(What::Constant);
        }
        let byte = |one: &Rc<Meaning>| u8::try_from(one.constant()?.as_integer()?).ok();
        let bytes: Option<Vec<u8>> = first.iterated()?.iter().map(byte).collect();
        Some(What::Constant(Constant::Bytes(bytes?.into())))
    }

    /// `json.loads(text)`; constants of Python are written much alike.
    fn literal(&mut self, given: &Given) -> Option<What> {
        let constant = given.at(0)?.constant()?;
        if !self.budget.spend(constant.size()) {
            return None;
        }
        let text = match constant {
            Constant::Text(text) => text.to_string(),
            Constant::Bytes(bytes) => String::from_utf8(bytes.to_vec()).ok()?,
            _ => return None,
        };
        let parsed = serde_json::from_str(&text)
            .or_else(|_| serde_json::from_str(&text.replace('\'', "\"")));
        value_of(&parsed.ok()?)
    }

    fn of_mapping(&self, reducer: Reducer, given: &Given) -> Option<Rc<Meaning>> {
        let What::Pairs(pairs) = &given.at(0)?.only()?.what else { return None };
        Some(match reducer {
            Reducer::Keys => self.items(pairs.iter().map(|(key, _)| key.clone()).collect()),
            Reducer::Entries => {
                let pair = |(key, value): &(Rc<Meaning>, Rc<Meaning>)| {
                    Meaning::one(Value::exact(What::Items([key.clone(), value.clone()].into())))
                };
                self.items(pairs.iter().map(pair).collect())
            }
            Reducer::Values => self.items(pairs.iter().map(|(_, value)| value.clone()).collect()),
            _ => {
                let found = pair(pairs, given.at(1)?.constant()?);
                return found.or_else(|| given.at(2).cloned());
            }
        })
    }

    /// `str.maketrans(from, to)`, `str.maketrans({from: to})`
    fn table(given: &Given) -> Option<Vec<(Rc<Meaning>, Rc<Meaning>)>> {
        let Some(to) = given.at(1) else {
            let What::Pairs(pairs) = &given.at(0)?.only()?.what else { return None };
            return Some(pairs.to_vec());
        };
        let (from, to) = (given.at(0)?.iterated()?, to.iterated()?);
        Some(from.iter().cloned().zip(to.iter().cloned()).collect())
    }

    /// `text.translate(table)`, where the table has characters or their numbers.
    fn translate(&mut self, given: &Given) -> Option<What> {
        let text = given.at(0)?.text()?;
        let What::Pairs(pairs) = &given.at(1)?.only()?.what else { return None };
        if !self.budget.spend(text.len() * pairs.len()) {
            return None;
        }
        let mut made = String::new();
        for character in text.chars() {
            let number = Constant::Integer(i128::from(u32::from(character)));
            let by_text = pair(pairs, &Constant::text(character.to_string()));
            match by_text.or_else(|| pair(pairs, &number)) {
                None => made.push(character),
                Some(other) => match other.constant()? {
                    Constant::Nothing => {}
                    Constant::Text(text) => made.push_str(text),
                    other => made.push(char::from_u32(u32::try_from(other.as_integer()?).ok()?)?),
                },
            }
        }
        Some(What::Constant(Constant::text(made)))
    }
}

/// `dict(pairs, name=value)`
fn mapping(given: &Given) -> Option<Rc<Meaning>> {
    let mut pairs = match given.at(0).map(|first| first.only().map(|value| &value.what)) {
        Some(Some(What::Pairs(pairs))) => pairs.to_vec(),
        // A copy has what it is a copy of: `dict(vars(os))`.
        Some(Some(What::Path(_))) => return given.at(0).cloned(),
        Some(_) => given.at(0)?.iterated()?.iter().filter_map(|item| taken_apart(item)).collect(),
        None => Vec::new(),
    };
    let named = given.by_name.iter();
    pairs
        .extend(named.map(|(name, value)| (constant(Constant::Text(name.clone())), value.clone())));
    Some(Meaning::one(Value::exact(What::Pairs(pairs.into()))))
}

fn taken_apart(item: &Meaning) -> Option<(Rc<Meaning>, Rc<Meaning>)> {
    match &**item.items()? {
        [key, value] => Some((key.clone(), value.clone())),
        _ => None,
    }
}

/// `range(from, to, by)`
fn range(given: &Given) -> Option<What> {
    let numbers: Option<Vec<i128>> =
        given.by_place.iter().map(|one| one.constant()?.as_integer()).collect();
    let (from, to, by) = match numbers?[..] {
        [to] => (0, to, 1),
        [from, to] => (from, to, 1),
        [from, to, by] if by != 0 => (from, to, by),
        _ => return None,
    };
    let mut items = Vec::new();
    let mut at = from;
    while if by > 0 { at < to } else { at > to } {
        items.push(constant(Constant::Integer(at)));
        at = at.checked_add(by).filter(|_| items.len() <= ITEMS)?;
    }
    Some(What::Items(items.into()))
}

/// `chr(n)`, `String.fromCharCode(n, …)`
fn characters(given: &Given) -> Option<What> {
    let character =
        |one: &Rc<Meaning>| char::from_u32(u32::try_from(one.constant()?.as_integer()?).ok()?);
    let text: Option<String> = given.by_place.iter().map(character).collect();
    Some(What::Constant(Constant::text(text?)))
}

/// What JSON says. Its parser goes no deeper than 128 levels.
fn value_of(json: &serde_json::Value) -> Option<What> {
    use serde_json::Value as Json;
    let meaning = |json: &Json| Some(Meaning::one(Value::exact(value_of(json)?)));
    Some(match json {
        Json::Null => What::Constant(Constant::Nothing),
        Json::Bool(yes) => What::Constant(Constant::Boolean(*yes)),
        Json::String(text) => What::Constant(Constant::text(text.as_str())),
        Json::Number(number) => What::Constant(match number.as_i128() {
            Some(whole) => Constant::Integer(whole),
            None => Constant::Float(number.as_f64()?),
        }),
        Json::Array(items) if items.len() <= ITEMS => {
            What::Items(items.iter().map(meaning).collect::<Option<_>>()?)
        }
        Json::Object(pairs) if pairs.len() <= ITEMS => {
            let pair = |(key, value): (&String, &Json)| {
                Some((constant(Constant::text(key.as_str())), meaning(value)?))
            };
            What::Pairs(pairs.iter().map(pair).collect::<Option<_>>()?)
        }
        Json::Array(_) | Json::Object(_) => return None,
    })
}

fn constant(constant: Constant) -> Rc<Meaning> {
    Meaning::one(Value::exact(What::Constant(constant)))
}

/// The items with their places.
fn numbered(items: &[Rc<Meaning>]) -> Vec<Rc<Meaning>> {
    let pair = |(at, item): (i128, &Rc<Meaning>)| {
        let pair = [constant(Constant::Integer(at)), item.clone()];
        Meaning::one(Value::exact(What::Items(pair.into())))
    };
    (0..).zip(items).map(pair).collect()
}

/// Sorts texts, or numbers.
fn sort(items: &mut [Rc<Meaning>]) -> Option<()> {
    let texts: Option<Vec<_>> = items.iter().map(|item| item.text()).collect();
    if texts.is_some() {
        items.sort_by(|one, other| one.text().cmp(&other.text()));
        return Some(());
    }
    let number = |item: &Rc<Meaning>| item.constant().and_then(Constant::as_integer);
    items.iter().all(|item| number(item).is_some()).then(|| items.sort_by_key(number))
}

/// `text.split(between)`; without one, at space.
fn split(given: &Given) -> Option<What> {
    let whole = given.at(0)?.only()?;
    let text = whole.constant()?.as_text()?;
    let between = match given.at(1).map(|one| one.constant()) {
        None | Some(Some(Constant::Nothing)) => None,
        Some(between) => Some(between?.as_text()?.clone()),
    };
    let parts: Vec<String> = match between.as_deref() {
        None => text.split_whitespace().map(str::to_owned).collect(),
        Some("") => text.chars().map(String::from).collect(),
        Some(between) => text.split(between).map(str::to_owned).collect(),
    };
    let part = |part: String| Meaning::one(whole.becomes(What::Constant(Constant::text(part))));
    (parts.len() <= ITEMS).then(|| What::Items(parts.into_iter().map(part).collect()))
}

/// `name[place]=value`: of a variable that is not set, or may be not, the first item.
fn set_item(given: &Given) -> Option<Rc<Meaning>> {
    let before = given.at(0)?;
    let place = usize::try_from(given.at(1)?.constant()?.as_integer()?).ok()?;
    let value = given.at(2)?;
    let set = |mut items: Vec<Rc<Meaning>>| {
        if place < items.len() {
            items[place] = value.clone();
        } else {
            // What is between is no item.
            items.push(value.clone());
        }
        (items.len() <= ITEMS).then(|| Value::exact(What::Items(items.into())))
    };
    let mut meaning = Meaning { values: Vec::new(), open: before.open };
    for value in &before.values {
        let items = match &value.what {
            What::Items(items) => items.to_vec(),
            What::Constant(_) => vec![Meaning::one(value.clone())],
            _ => Vec::new(),
        };
        if let Some(value) = set(items) {
            meaning.add(value);
        }
    }
    if let Some(value) = set(Vec::new()).filter(|_| before.open) {
        meaning.add(value);
    }
    meaning.doubt();
    Some(Rc::new(meaning))
}

fn join_path(given: &Given) -> Option<What> {
    let mut path = String::new();
    for part in &given.by_place {
        let part = part.text()?;
        if part.starts_with('/') {
            path.clear();
        } else if !path.is_empty() && !path.ends_with('/') {
            path.push('/');
        }
        path.push_str(part);
    }
    Some(What::Constant(Constant::text(path)))
}
