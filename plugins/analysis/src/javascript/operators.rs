//! Values that are computed of others, and functions and classes as values.

use crate::javascript::kind::Kind;
use crate::javascript::{Child, Script, Visit, field, parts, value};
use crate::kind::Field;
use crate::program::{Constant, Expression, Id, Operator};

impl Script<'_> {
    /// `a ? b : c` is one of two.
    pub(super) fn ternary(&mut self, visit: Visit, children: &[Child]) -> Id {
        let sides = [Field::Consequence, Field::Alternative].map(|side| value(children, side));
        let list = self.builder.list(sides);
        self.builder.push(Expression::Either(list), visit.span)
    }

    /// `a + b`
    pub(super) fn binary(&mut self, visit: Visit, children: &[Child]) -> Id {
        let (left, right) = (value(children, Field::Left), value(children, Field::Right));
        self.operated(visit, children, left, right)
    }

    /// An operator between two; `a || b` and its like are one of both.
    pub(super) fn operated(&mut self, visit: Visit, children: &[Child], left: Id, right: Id) -> Id {
        let token = field(children, Field::Operator);
        match token.map_or("", |token| self.text.at(token.visit.span)) {
            "==" | "===" | "!=" | "!==" => {
                self.builder.only_compared(left);
                self.builder.only_compared(right);
            }
            // What stands left is given to `Symbol.hasInstance`.
            "instanceof" => self.builder.only_compared(right),
            "&&" => {
                let asked = self.last_asked(left);
                if self.is_called(asked, right) {
                    self.builder.only_compared(asked);
                }
            }
            _ => {}
        }
        let written = field(children, Field::Operator).and_then(|child| child.visit.operator);
        let expression = match written.filter(|operator| *operator != Operator::In) {
            Some(operator) => Expression::Operation(operator, left, right),
            None => Expression::Either(self.builder.list([left, right])),
        };
        self.builder.push(expression, visit.span)
    }

    /// Of `a && a.b`, the last.
    fn last_asked(&self, asked: Id) -> Id {
        match self.builder.program.expression(asked) {
            Expression::Either(list) => self.builder.program.list(list).last().copied(),
            _ => Some(asked),
        }
        .unwrap_or_default()
    }

    /// `a.b && a.b(c)` asks for what it calls then.
    fn is_called(&self, asked: Id, call: Id) -> bool {
        let Expression::Call(callee, _) = *self.builder.program.expression(call) else {
            return false;
        };
        let written = |id: Id| self.text.at(self.builder.program.span(id));
        !written(asked).contains('(') && written(asked) == written(callee)
    }

    /// `!a`, `-a`, `void a`
    pub(super) fn unary(&mut self, visit: Visit, children: &[Child]) -> Id {
        let operand = parts(children).next_back().map_or(Id::UNKNOWN, |child| child.value);
        let Some(written) = field(children, Field::Operator) else { return Id::UNKNOWN };
        if written.visit.kind == Kind::Void {
            return self.builder.constant(Constant::Nothing, visit.span);
        }
        if written.visit.operator == Some(Operator::TypeOf) {
            self.builder.only_compared(operand);
        }
        written.visit.operator.map_or(Id::UNKNOWN, |operator| {
            self.builder.push(Expression::Operation(operator, Id::UNKNOWN, operand), visit.span)
        })
    }

    /// `{ a: b, c, ...d, e() {} }`
    pub(super) fn object(&mut self, visit: Visit, children: &[Child]) -> Id {
        let mut items = Vec::new();
        for child in parts(children) {
            match (child.visit.kind, self.builder.program.arguments(child.value)) {
                (Kind::Pair | Kind::Method, [key, value]) => items.extend([*key, *value]),
                (Kind::Shorthand, _) => {
                    let name = self.text.at(child.visit.span).to_owned();
                    let key = self.builder.constant_text(&name, child.visit.span);
                    items.extend([key, child.value]);
                }
                _ => items.extend([child.value, Id::UNKNOWN]),
            }
        }
        let list = self.builder.list(items);
        self.builder.push(Expression::Mapping(list), visit.span)
    }

    /// `key: value`, `[key]: value`
    pub(super) fn pair(&mut self, visit: Visit, children: &[Child]) -> Id {
        let Some(key) = field(children, Field::Key) else { return Id::UNKNOWN };
        let key = self.key(key);
        let list = self.builder.list([key, value(children, Field::Value)]);
        self.builder.push(Expression::Sequence(list), visit.span)
    }

    /// A key as a value: a name stands for itself.
    fn key(&mut self, key: &Child) -> Id {
        let written = self.text.at(key.visit.span);
        if key.value != Id::UNKNOWN && !written.starts_with('[') {
            return key.value;
        }
        match written.strip_prefix('[') {
            Some(_) => key.value,
            None => self.builder.constant_text(&super::names::normal(written), key.visit.span),
        }
    }

    /// A function or a class is a value.
    pub(super) fn define(&mut self, visit: Visit, children: &[Child]) -> Id {
        let name = value(children, Field::Name);
        let symbol = match *self.builder.program.expression(name) {
            Expression::Name(symbol, _) => Some(symbol),
            _ => None,
        };
        self.builder.end_definition(symbol, visit.span)
    }

    /// `name() { … }` in a class is a name that it binds, and in an object a pair.
    pub(super) fn method(&mut self, visit: Visit, children: &[Child]) -> Id {
        let Some(name) = field(children, Field::Name) else { return Id::UNKNOWN };
        let symbol = self.builder.symbol(self.text.at(name.visit.span));
        let definition = self.builder.end_definition(Some(symbol), visit.span);
        self.builder.declare(symbol, name.visit.span, definition);
        let key = self.builder.constant_text(self.text.at(name.visit.span), name.visit.span);
        let list = self.builder.list([key, definition]);
        self.builder.push(Expression::Sequence(list), visit.span)
    }

    /// What a function is given.
    pub(super) fn parameters(&mut self, children: &[Child]) {
        for child in parts(children) {
            match *self.builder.program.expression(child.value) {
                Expression::Splat(target) => self.builder.parameter(target, Id::UNKNOWN, true),
                _ if child.value == Id::UNKNOWN => {}
                _ => self.builder.parameter(child.value, Id::UNKNOWN, false),
            }
        }
    }
}
