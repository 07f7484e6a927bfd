//! Values that are computed of others.

use crate::kind::Field;
use crate::program::{Collection, Constant, Expression, Id, Operator};
use crate::python::kind::Kind;
use crate::python::{Child, Python, Visit, field, only, parts, value};

impl Python<'_> {
    /// `a + b`
    pub(super) fn binary(&mut self, visit: Visit, children: &[Child]) -> Id {
        let (left, right) = (value(children, Field::Left), value(children, Field::Right));
        self.operated(visit, children, left, right)
    }

    /// `a += b`
    pub(super) fn augment(&mut self, visit: Visit, children: &[Child]) {
        let (left, right) = (value(children, Field::Left), value(children, Field::Right));
        let result = self.operated(visit, children, left, right);
        self.builder.bind(left, result);
    }

    fn operated(&mut self, visit: Visit, children: &[Child], left: Id, right: Id) -> Id {
        let written = field(children, Field::Operator).and_then(|child| child.visit.operator);
        written.map_or(Id::UNKNOWN, |operator| {
            self.builder.push(Expression::Operation(operator, left, right), visit.span)
        })
    }

    /// `a < b`; of a chain of comparisons, nothing is known.
    pub(super) fn comparison(&mut self, visit: Visit, children: &[Child]) -> Id {
        let [left, token, right] = children else { return Id::UNKNOWN };
        // `==` and the left side of `in` are given to methods of the other side.
        match self.text.at(token.visit.span) {
            "is" | "is not" => {
                self.builder.only_compared(left.value);
                self.builder.only_compared(right.value);
            }
            "in" | "not in" => self.builder.only_compared(right.value),
            _ => {}
        }
        token.visit.operator.map_or(Id::UNKNOWN, |operator| {
            let operation = Expression::Operation(operator, left.value, right.value);
            self.builder.push(operation, visit.span)
        })
    }

    /// `-a`, `~a`, `not a`
    pub(super) fn unary(&mut self, visit: Visit, children: &[Child]) -> Id {
        let written = field(children, Field::Operator).and_then(|child| child.visit.operator);
        let operator = written.unwrap_or(Operator::Not);
        let operand = parts(children).last().map_or(Id::UNKNOWN, |child| child.value);
        self.builder.push(Expression::Operation(operator, Id::UNKNOWN, operand), visit.span)
    }

    /// `{value!r:format}` in an f-string.
    pub(super) fn interpolation(&mut self, visit: Visit, children: &[Child]) -> Id {
        let given = only(children);
        let part = |kind| children.iter().find(|child: &&Child| child.visit.kind == kind);
        if part(Kind::TypeConversion).is_some() {
            return Id::UNKNOWN;
        }
        let Some(format) = part(Kind::FormatSpecifier) else { return given };
        let format = self.text.at(format.visit.span).trim_start_matches(':');
        let format = self.builder.constant_text(format, visit.span);
        self.builder.push(Expression::Operation(Operator::Format, given, format), visit.span)
    }

    /// `start:stop:step`
    pub(super) fn slice(&mut self, visit: Visit, children: &[Child]) -> Id {
        let nothing = self.builder.constant(Constant::Nothing, visit.span);
        let mut bounds = [nothing; 3];
        let mut at = 0;
        for child in children {
            match child.visit.kind {
                Kind::Colon => at = (at + 1).min(2),
                Kind::Comment => {}
                _ => bounds[at] = child.value,
            }
        }
        let list = self.builder.list(bounds);
        self.builder.push(Expression::Slice(list), visit.span)
    }

    /// `{key: value, **others}`
    pub(super) fn dictionary(&mut self, visit: Visit, children: &[Child]) -> Id {
        let mut items = Vec::new();
        for child in parts(children) {
            match *self.builder.program.arguments(child.value) {
                [key, value] => items.extend([key, value]),
                _ => items.extend([child.value, Id::UNKNOWN]),
            }
        }
        let list = self.builder.list(items);
        self.builder.push(Expression::Mapping(list), visit.span)
    }

    /// `[item for name in items if condition]`
    pub(super) fn comprehension(&mut self, visit: Visit, children: &[Child]) -> Id {
        let start = self.starts.pop().unwrap_or_default();
        let of = |kind| {
            let clauses = parts(children).filter(move |child| child.visit.kind == kind);
            clauses.map(|child| child.value).collect()
        };
        let collection = Collection {
            item: value(children, Field::Body),
            each: of(Kind::ForInClause),
            conditions: of(Kind::IfClause),
            is_mapping: visit.kind == Kind::DictionaryComprehension,
            region: start.0..self.builder.next().0,
        };
        self.builder.collection(collection, visit.span)
    }
}
