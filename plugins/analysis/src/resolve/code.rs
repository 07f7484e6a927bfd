//! Code in a text that does no more than name something: `eval("os")` is `os`, and what
//! `Function("return this")` gives is everything global.

use std::rc::Rc;

use crate::catalogue::Reducer;
use crate::clock::TooLate;
use crate::program::{Constant, Id, ScopeId};
use crate::resolve::meaning::Function;
use crate::resolve::reduce::NAME;
use crate::resolve::{Given, Meaning, Resolver, Value, What};

/// What a program is that is asked for only to be the object of all global names.
const THIS: &str = "this";

/// Names in a chain that is followed. People write three.
const CHAIN: usize = 16;

impl Resolver<'_> {
    /// What a call computes that is given code.
    pub(super) fn of_code(
        &mut self,
        reducer: Reducer,
        given: &Given,
        at: Id,
    ) -> Result<Option<Rc<Meaning>>, TooLate> {
        if reducer == Reducer::MakeFunction {
            let Some(code) = given.by_place.last().filter(|_| !given.open) else { return Ok(None) };
            let Some(returned) = code.text().and_then(|text| returned(text)) else {
                return Ok(None);
            };
            let returned = Meaning::one(Value::exact(What::Constant(Constant::text(returned))));
            let given = Given { by_name: vec![(NAME.into(), returned)], ..Given::default() };
            return Ok(Some(self.applied(Function::Reducer(Reducer::Evaluate), given)));
        }
        let named = given.get(usize::MAX, NAME);
        // Names in code that is given what they stand for may be any of that.
        let alone = given.by_place.first().filter(|_| given.by_place.len() == 1 && !given.open);
        match named.or(alone).and_then(|code| code.text()) {
            Some(code) => self.evaluated(code, at),
            None => Ok(None),
        }
    }

    /// What an expression stands for that is a name, or members of one.
    fn evaluated(&mut self, code: &str, at: Id) -> Result<Option<Rc<Meaning>>, TooLate> {
        let names: Vec<&str> = plain(code).split('.').map(str::trim).take(CHAIN).collect();
        if !names.iter().all(|name| is_name(name)) || names.len() == CHAIN {
            return Ok(None);
        }
        let mut meaning = match self.program.symbol(names[0]) {
            _ if names[0] == THIS && self.world.has_indexed_members() => self.path("globalThis"),
            Some(name) => self.name(name, ScopeId::default(), at)?,
            None => Meaning::one(self.free(names[0])),
        };
        for name in &names[1..] {
            meaning = self.member(&meaning, name)?;
        }
        let is_global =
            |value: &Value| value.path().is_some_and(|path| self.world.is_transparent(path));
        let is_plain = meaning.values.iter().all(is_global);
        Ok(Some(if is_plain { meaning } else { Self::with_step(&meaning, at) }))
    }
}

/// What a function of this text gives back, if that is all that it does.
fn returned(code: &str) -> Option<&str> {
    let rest = plain(code).strip_prefix("return")?;
    rest.starts_with(char::is_whitespace).then(|| rest.trim())
}

/// The code without the space and the semicolons around it.
fn plain(code: &str) -> &str {
    code.trim_matches(|c: char| c.is_whitespace() || c == ';')
}

fn is_name(name: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    !name.is_empty() && name.chars().all(is_letter) && !name.starts_with(|c: char| c.is_numeric())
}
