//! What a call is given.

use serde_json::Value as Json;

use crate::program::{Expression, Id};
use crate::resolve::{Meaning, What};
use crate::survey::program::Surveyor;
use crate::{Argument, NotAnalysable, Resolution};

/// An argument is kept as written up to this many bytes: calls nest in calls, and all of them
/// together would be the square of the file.
const ARGUMENT_LENGTH: usize = 160;

/// A constant text is kept up to this many bytes.
const LITERAL_LENGTH: usize = 10_000;

impl Surveyor<'_> {
    pub(super) fn arguments(&mut self, arguments: Id) -> Result<Vec<Argument>, NotAnalysable> {
        let arguments = self.program.arguments(arguments);
        let mut given = Vec::with_capacity(arguments.len());
        for id in arguments {
            given.push(self.argument(*id)?);
        }
        Ok(given)
    }

    pub(super) fn argument(&mut self, id: Id) -> Result<Argument, NotAnalysable> {
        let span = self.program.span(id);
        let (name, id) = match *self.program.expression(id) {
            Expression::Keyword(name, value) => (Some(self.program.text(name).to_owned()), value),
            _ => (None, id),
        };
        let meaning = self.resolver.meaning(id)?;
        let resolved = only_path(&meaning);
        let literal = literal(&meaning).map(|value| value.to_string());
        let argument =
            Argument { name, literal, resolved, text: shortened(self.text.at(span)), span };
        self.keep(size(&argument))?;
        Ok(argument)
    }
}

/// How many bytes an argument takes.
pub(super) fn size(argument: &Argument) -> usize {
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let Argument { name, literal, resolved, text, .. } = argument;
    size_of::<Argument>() + length(name) + length(literal) + length(resolved) + text.len()
}

/// Collections in collections that are kept.
const LITERAL_DEPTH: usize = 6;

/// The value as JSON has it, if it is not too long.
fn literal(meaning: &Meaning) -> Option<Json> {
    let mut left = LITERAL_LENGTH;
    json_of(meaning, LITERAL_DEPTH, &mut left)
}

/// A constant, or a collection of them; of a mapping, the members that are constants. It goes as deep
/// as `depth` says, and no deeper.
fn json_of(meaning: &Meaning, depth: usize, left: &mut usize) -> Option<Json> {
    let value = meaning.only()?;
    *left = left.checked_sub(1)?;
    match &value.what {
        What::Constant(constant) => {
            *left = left.checked_sub(constant.size())?;
            constant.json()
        }
        What::Items(items) if depth > 0 => {
            let items: Option<Vec<Json>> =
                items.iter().map(|item| json_of(item, depth - 1, left)).collect();
            Some(Json::Array(items?))
        }
        What::Pairs(pairs) if depth > 0 => {
            let mut members = serde_json::Map::new();
            for (key, value) in pairs.iter() {
                if let (Some(key), Some(value)) = (key.text(), json_of(value, depth - 1, left)) {
                    members.insert(key.to_string(), value);
                }
            }
            Some(Json::Object(members))
        }
        _ => None,
    }
}

fn only_path(meaning: &Meaning) -> Option<String> {
    match meaning.values.as_slice() {
        [value] if !meaning.open && value.resolution != Resolution::Unknown => {
            value.path().map(ToString::to_string)
        }
        _ => None,
    }
}

/// A text as JSON has it.
pub(crate) fn json(text: &str) -> String {
    Json::from(text).to_string()
}

/// The beginning of a text that may be long.
pub(crate) fn shortened(text: &str) -> String {
    if text.len() <= ARGUMENT_LENGTH {
        return text.to_owned();
    }
    format!("{}…", &text[..text.floor_char_boundary(ARGUMENT_LENGTH)])
}
