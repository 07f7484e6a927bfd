//! All that a variable of Bash may be: every item of a loop, and what every call gives a function.
//!
//! A meaning has a few values, which is enough for what people call; but whoever hides a command puts
//! it behind as many harmless ones as are looked at.

use std::collections::HashSet;
use std::rc::Rc;

use crate::catalogue::Reducer;
use crate::clock::TooLate;
use crate::program::{Constant, DefinitionId, Expression, Id};
use crate::resolve::parts::Items;
use crate::resolve::{Meaning, Resolver, Value, What};

/// Values of one variable that are looked at. People write lists of a hundred packages.
const EVERY: usize = 512;

/// Variables that are bound to each other: people write `command=$1`.
const CHAIN: usize = 4;

/// Lists within lists: what one function hands on to another.
const HANDED_ON: usize = 4;

impl Resolver<'_> {
    /// Every value that an expression may be, and whether there may be more than are looked at.
    pub(crate) fn every(&mut self, id: Id) -> Result<(Vec<Value>, bool), TooLate> {
        let mut all = Vec::new();
        self.add_every(id, CHAIN, &mut HashSet::new(), &mut all)?;
        let is_cut = all.len() > EVERY;
        all.truncate(EVERY);
        Ok((all, is_cut))
    }

    fn add_every(
        &mut self,
        id: Id,
        chain: usize,
        seen: &mut HashSet<Id>,
        all: &mut Vec<Value>,
    ) -> Result<(), TooLate> {
        self.clock.tick()?;
        if !seen.insert(id) {
            return Ok(());
        }
        let program = self.program;
        let (name, scope) = match program.expression(id) {
            Expression::Name(name, scope) if chain > 0 && all.len() <= EVERY => (*name, *scope),
            Expression::Each(items) => {
                let items = self.meaning(*items)?;
                let any = match items.items() {
                    Some(items) => items.iter().take(EVERY + 1).cloned().collect(),
                    None => vec![self.meaning(id)?],
                };
                all.extend(any.iter().flat_map(|item| item.values.clone()));
                return Ok(());
            }
            Expression::Parameter(function, place) if chain > 0 => {
                return self.add_given(*function, *place, all);
            }
            Expression::Reduced(Reducer::Slice, list) => {
                let [of, from] = *program.list(list) else { return Ok(()) };
                let from = self.meaning(from)?.constant().and_then(Constant::as_integer);
                let from = from.and_then(|from| usize::try_from(from).ok()).unwrap_or(0);
                let mut whole = Vec::new();
                self.add_every(of, chain.saturating_sub(1), seen, &mut whole)?;
                all.extend(whole.iter().filter_map(|value| {
                    let What::Items(items) = &value.what else { return None };
                    let rest = flat(items).get(from..).unwrap_or_default().to_vec();
                    Some(value.becomes(What::Items(rest.into())))
                }));
                return Ok(());
            }
            _ => {
                all.extend(self.meaning(id)?.values.iter().cloned());
                return Ok(());
            }
        };
        for binding in program.find(name, scope, id).bindings {
            self.add_every(program.binding(binding).value, chain - 1, seen, all)?;
        }
        Ok(())
    }

    /// What every call gives a function in a place.
    fn add_given(
        &mut self,
        function: DefinitionId,
        place: u32,
        all: &mut Vec<Value>,
    ) -> Result<(), TooLate> {
        let definition = self.program.definition(function);
        let place = place as usize;
        let parameter = &definition.parameters[place];
        let calls = definition.name.map_or(&[][..], |name| self.program.calls_of(name));
        for call in calls.iter().take(EVERY + 1) {
            self.clock.tick()?;
            let Some(given) = self.given_to(function, *call)? else { continue };
            if parameter.takes_rest {
                let rest = given.rest(parameter.starts(place)).by_place;
                all.push(Value::exact(What::Items(rest.into())));
            } else if let Some(one) = given.at(place) {
                all.extend(one.values.iter().cloned());
            }
        }
        Ok(())
    }
}

/// The words that are in lists within each other: `"$@"` that was handed on.
pub(crate) fn flat(items: &Items) -> Vec<Rc<Meaning>> {
    let mut made: Vec<Rc<Meaning>> = items.to_vec();
    for _ in 0..HANDED_ON {
        let is_list = |item: &Rc<Meaning>| matches!(first_of(item), Some(What::Items(_)));
        if made.len() > EVERY || !made.iter().any(is_list) {
            break;
        }
        let words = |item: &Rc<Meaning>| match first_of(item) {
            Some(What::Items(items)) => items.to_vec(),
            _ => vec![item.clone()],
        };
        made = made.iter().flat_map(words).collect();
    }
    made
}

fn first_of(item: &Rc<Meaning>) -> Option<&What> {
    item.values.first().map(|value| &value.what)
}
