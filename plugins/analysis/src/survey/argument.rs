//! What a call is given.

use crate::clock::TooLate;
use crate::program::{Constant, Expression, Id};
use crate::resolve::Meaning;
use crate::survey::program::Surveyor;
use crate::{Argument, Resolution};

/// An argument is kept as written up to this many bytes: calls nest in calls, and all of them
/// together would be the square of the file.
const ARGUMENT_LENGTH: usize = 160;

/// A constant text is kept up to this many bytes.
const LITERAL_LENGTH: usize = 10_000;

impl Surveyor<'_> {
    pub(super) fn arguments(&mut self, arguments: Id) -> Result<Vec<Argument>, TooLate> {
        self.program.arguments(arguments).iter().map(|id| self.argument(*id)).collect()
    }

    pub(super) fn argument(&mut self, id: Id) -> Result<Argument, TooLate> {
        let span = self.program.span(id);
        let (name, id) = match *self.program.expression(id) {
            Expression::Keyword(name, value) => (Some(self.program.text(name).to_owned()), value),
            _ => (None, id),
        };
        let meaning = self.resolver.meaning(id)?;
        let resolved = only_path(&meaning);
        let constant = meaning.constant().filter(|constant| constant.size() <= LITERAL_LENGTH);
        let literal = constant.and_then(Constant::json);
        Ok(Argument { name, literal, resolved, text: shortened(self.text.at(span)), span })
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
    serde_json::Value::from(text).to_string()
}

/// The beginning of a text that may be long.
pub(crate) fn shortened(text: &str) -> String {
    if text.len() <= ARGUMENT_LENGTH {
        return text.to_owned();
    }
    let mut end = ARGUMENT_LENGTH;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &text[..end])
}
