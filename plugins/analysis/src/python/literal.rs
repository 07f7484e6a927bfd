//! Constants, as they are written in Python.

use crate::escape::{unescaped, unescaped_bytes};
use crate::program::{Constant, Expression, Id, Operator};
use crate::python::kind::Kind;
use crate::python::{Child, Python, Visit, parts};

impl Python<'_> {
    /// A number, `True`, `False`, or `None`.
    pub(super) fn constant(&mut self, visit: Visit) -> Id {
        let constant = match visit.kind {
            Kind::True => Some(Constant::Boolean(true)),
            Kind::False => Some(Constant::Boolean(false)),
            Kind::None => Some(Constant::Nothing),
            _ => number(self.text.at(visit.span)),
        };
        constant.map_or(Id::UNKNOWN, |constant| self.builder.constant(constant, visit.span))
    }

    /// A text, or bytes; several of them in a row, and what is interpolated, are one.
    pub(super) fn string(&mut self, visit: Visit, children: &[Child]) -> Id {
        if visit.kind == Kind::ConcatenatedString {
            return self.in_a_row(visit, children);
        }
        let whole = self.text.at(visit.span);
        let prefix = whole.find(['"', '\'']).map_or("", |at| &whole[..at]).to_ascii_lowercase();
        let (raw, bytes) = (prefix.contains('r'), prefix.contains('b'));
        let mut pieces = Vec::new();
        for child in parts(children) {
            match child.visit.kind {
                Kind::StringContent => {
                    let content = literal(self.text.at(child.visit.span), raw, bytes);
                    pieces.push(self.builder.constant(content, child.visit.span));
                }
                Kind::Interpolation => pieces.push(child.value),
                _ => {}
            }
        }
        match pieces[..] {
            [] if bytes => self.builder.constant(Constant::Bytes([].into()), visit.span),
            [] => self.builder.constant_text("", visit.span),
            [piece] if !prefix.contains(['f', 't']) => piece,
            _ => {
                let list = self.builder.list(pieces);
                self.builder.push(Expression::Join(list), visit.span)
            }
        }
    }

    /// `'a' "b"`
    fn in_a_row(&mut self, visit: Visit, children: &[Child]) -> Id {
        let mut pieces = parts(children).map(|child| child.value);
        let first = pieces.next().unwrap_or_default();
        pieces.fold(first, |before, piece| {
            self.builder.push(Expression::Operation(Operator::Add, before, piece), visit.span)
        })
    }
}

fn literal(content: &str, raw: bool, bytes: bool) -> Constant {
    match (raw, bytes) {
        (true, true) => Constant::Bytes(content.as_bytes().into()),
        (true, false) => Constant::text(content),
        (false, true) => Constant::Bytes(unescaped_bytes(content).into()),
        (false, false) => Constant::text(unescaped(content)),
    }
}

/// A number. Of a complex one, nothing is kept.
fn number(written: &str) -> Option<Constant> {
    let digits = written.replace('_', "").to_ascii_lowercase();
    let radix = match digits.get(..2) {
        Some("0x") => 16,
        Some("0o") => 8,
        Some("0b") => 2,
        _ if digits.bytes().all(|byte| byte.is_ascii_digit()) => 10,
        _ => return digits.parse().ok().map(Constant::Float),
    };
    let digits = if radix == 10 { digits.as_str() } else { &digits[2..] };
    i128::from_str_radix(digits, radix).ok().map(Constant::Integer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_python_reads_them() {
        assert_eq!(number("0x1F"), Some(Constant::Integer(31)));
        assert_eq!(number("1_000"), Some(Constant::Integer(1000)));
        assert_eq!(number("1."), Some(Constant::Float(1.0)));
        assert_eq!(number("1j"), None);
    }
}
