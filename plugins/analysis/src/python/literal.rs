//! Constants, as they are written in Python.

use crate::escape::unescaped;
use crate::program::{Expression, Id};
use crate::python::kind::Kind;
use crate::python::{Child, Python, Visit, parts};

impl Python<'_> {
    /// A number, `True`, `False`, or `None`.
    pub(super) fn constant(&mut self, visit: Visit) -> Id {
        let json = match visit.kind {
            Kind::True => Some("true".to_owned()),
            Kind::False => Some("false".to_owned()),
            Kind::None => Some("null".to_owned()),
            _ => number(self.text.at(visit.span)),
        };
        json.map_or(Id::UNKNOWN, |json| self.builder.constant(&json, visit.span))
    }

    /// A text, or several that are joined; what is interpolated is one of them.
    pub(super) fn string(&mut self, visit: Visit, children: &[Child]) -> Id {
        let whole = self.text.at(visit.span);
        let prefix = whole.find(['"', '\'']).map_or("", |at| &whole[..at]).to_ascii_lowercase();
        if visit.kind == Kind::String && prefix.contains('b') {
            return Id::UNKNOWN;
        }
        let raw = prefix.contains('r');
        let mut pieces = Vec::new();
        for child in parts(children) {
            match child.visit.kind {
                Kind::StringContent => {
                    let content = self.text.at(child.visit.span);
                    let content = if raw { content.to_owned() } else { unescaped(content) };
                    pieces.push(self.builder.constant_text(&content, child.visit.span));
                }
                Kind::Interpolation | Kind::String => pieces.push(child.value),
                _ => {}
            }
        }
        match pieces[..] {
            [] => self.builder.constant_text("", visit.span),
            [piece] if visit.kind == Kind::String => piece,
            _ => {
                let list = self.builder.list(pieces);
                self.builder.push(Expression::Join(list), visit.span)
            }
        }
    }
}

/// A number as JSON has it, where JSON has it.
fn number(written: &str) -> Option<String> {
    let digits = written.replace('_', "").to_ascii_lowercase();
    let radix = match digits.get(..2) {
        Some("0x") => 16,
        Some("0o") => 8,
        Some("0b") => 2,
        _ if digits.bytes().all(|byte| byte.is_ascii_digit()) => 10,
        _ => return digits.parse::<f64>().ok().filter(|n| n.is_finite()).map(|n| n.to_string()),
    };
    let digits = if radix == 10 { digits.as_str() } else { &digits[2..] };
    u128::from_str_radix(digits, radix).ok().map(|number| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_those_of_json() {
        assert_eq!(number("0x1F").as_deref(), Some("31"));
        assert_eq!(number("1_000").as_deref(), Some("1000"));
        assert_eq!(number("1.").as_deref(), Some("1"));
        assert_eq!(number("1j"), None);
    }
}
