//! Names: where they are used, and what binds them.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use crate::kind::Field;
use crate::program::{Expression, Id, Role};
use crate::python::kind::Kind;
use crate::python::{Child, Python, Visit, field, only, parts, value};

impl Python<'_> {
    /// A name; that of an attribute belongs to the attribute.
    pub(super) fn identifier(&mut self, visit: Visit) -> Id {
        if visit.field == Field::Attribute {
            return Id::UNKNOWN;
        }
        let name = normal(self.text.at(visit.span));
        let id = self.builder.name(&name, visit.span);
        self.unless_used(id)
    }

    /// What an annotation names is not used.
    fn unless_used(&mut self, id: Id) -> Id {
        if self.types > 0 {
            self.builder.set_role(id, Role::Silent);
        }
        id
    }

    pub(super) fn attribute(&mut self, visit: Visit, children: &[Child]) -> Id {
        let Some(name) = field(children, Field::Attribute) else { return Id::UNKNOWN };
        let name = self.builder.symbol(&normal(self.text.at(name.visit.span)));
        let object = value(children, Field::Object);
        let id = self.builder.push(Expression::Member(object, name), visit.span);
        self.unless_used(id)
    }

    pub(super) fn subscript(&mut self, visit: Visit, children: &[Child]) -> Id {
        let index = value(children, Field::Subscript);
        let object = value(children, Field::Value);
        let id = self.builder.push(Expression::Index(object, index), visit.span);
        self.unless_used(id)
    }

    pub(super) fn call(&mut self, visit: Visit, children: &[Child]) -> Id {
        let callee = value(children, Field::Function);
        let given = field(children, Field::Arguments);
        let arguments = match given {
            Some(child) if child.visit.kind == Kind::ArgumentList => child.value,
            // `f(x for x in y)` is given one value, which is not known.
            _ => {
                let list = self.builder.list([Id::UNKNOWN]);
                self.builder.push(Expression::Sequence(list), visit.span)
            }
        };
        self.builder.push(Expression::Call(callee, arguments), visit.span)
    }

    pub(super) fn keyword(&mut self, visit: Visit, children: &[Child]) -> Id {
        let Some(name) = field(children, Field::Name) else { return Id::UNKNOWN };
        self.builder.set_role(name.value, Role::Silent);
        let name = self.builder.symbol(&normal(self.text.at(name.visit.span)));
        self.builder.push(Expression::Keyword(name, value(children, Field::Value)), visit.span)
    }

    pub(super) fn sequence(&mut self, visit: Visit, children: &[Child]) -> Id {
        let list = self.builder.list(parts(children).map(|child| child.value));
        self.builder.push(Expression::Sequence(list), visit.span)
    }

    /// `a + b` may be a text; `path / name` is a path still.
    pub(super) fn operator(&mut self, visit: Visit, children: &[Child]) -> Id {
        let (left, right) = (value(children, Field::Left), value(children, Field::Right));
        match field(children, Field::Operator).map(|child| child.visit.kind) {
            Some(Kind::Plus) => {
                let list = self.builder.list([left, right]);
                self.builder.push(Expression::Join(list), visit.span)
            }
            Some(Kind::Slash) => {
                let list = self.builder.list([left]);
                self.builder.push(Expression::Either(list), visit.span)
            }
            _ => Id::UNKNOWN,
        }
    }

    /// `a or b`, `a if condition else b`
    pub(super) fn either(&mut self, visit: Visit, children: &[Child]) -> Id {
        let values: Vec<Id> = parts(children).map(|child| child.value).collect();
        let list = match values[..] {
            [chosen, _, other] => self.builder.list([chosen, other]),
            _ => self.builder.list(values),
        };
        self.builder.push(Expression::Either(list), visit.span)
    }

    /// `a = b`, `(a := b)`; its value is `b`.
    pub(super) fn assignment(&mut self, children: &[Child]) -> Id {
        let target = field(children, Field::Left).or_else(|| field(children, Field::Name));
        let given = field(children, Field::Right).or_else(|| field(children, Field::Value));
        match (target, given) {
            (Some(target), Some(given)) => {
                self.builder.bind(target.value, given.value);
                given.value
            }
            (Some(target), None) => {
                self.builder.set_role(target.value, Role::Silent);
                Id::UNKNOWN
            }
            _ => Id::UNKNOWN,
        }
    }

    /// `a += b`
    pub(super) fn augment(&mut self, visit: Visit, children: &[Child]) {
        let (left, right) = (value(children, Field::Left), value(children, Field::Right));
        let list = self.builder.list([left, right]);
        let joined = self.builder.push(Expression::Join(list), visit.span);
        self.builder.bind(left, joined);
    }

    /// `with a as b`, `except a as b`, `case a as b`
    pub(super) fn bind_alias(&mut self, children: &[Child]) {
        let (Some(target), given) = (parts(children).last(), only(children)) else { return };
        self.builder.bind(target.value, given);
    }

    /// `for a in b`: of a sequence that is written out, any of its items.
    pub(super) fn bind_loop(&mut self, children: &[Child]) {
        let (Some(target), Some(items)) =
            (field(children, Field::Left), field(children, Field::Right))
        else {
            return;
        };
        let item = match self.builder.program.expression(items.value).clone() {
            Expression::Sequence(list) => {
                self.builder.push(Expression::Either(list), items.visit.span)
            }
            _ => Id::UNKNOWN,
        };
        self.builder.bind(target.value, item);
    }

    /// A parameter with a default: anything, or the default.
    pub(super) fn bind_default(&mut self, children: &[Child]) {
        let (name, default) = (value(children, Field::Name), value(children, Field::Value));
        self.builder.bind(name, Id::UNKNOWN);
        self.builder.enter_branch(false);
        self.builder.bind(name, default);
        self.builder.leave_branch(false);
    }

    /// `def a`, `class a`
    pub(super) fn define(&mut self, visit: Visit, children: &[Child]) {
        let definition = self.builder.push(Expression::Definition, visit.span);
        self.builder.bind(value(children, Field::Name), definition);
    }

    pub(super) fn delete(&mut self, children: &[Child]) {
        for child in parts(children) {
            let targets = self.builder.program.arguments(child.value).to_vec();
            let alone = targets.is_empty().then_some(child.value);
            for target in targets.into_iter().chain(alone) {
                self.builder.remove(target);
                self.builder.set_role(target, Role::Silent);
            }
        }
    }

    /// `global a`, `nonlocal a`
    pub(super) fn redirect(&mut self, visit: Visit, children: &[Child]) {
        for child in parts(children) {
            self.builder.set_role(child.value, Role::Silent);
            let name = self.builder.symbol(&normal(self.text.at(child.visit.span)));
            self.builder.redirect(name, visit.kind == Kind::GlobalStatement);
        }
    }

    /// `case a`: a name alone is bound.
    pub(super) fn bind_capture(&mut self, children: &[Child]) {
        let captures = |kind| matches!(kind, Kind::DottedName | Kind::Identifier);
        for child in parts(children).filter(|child| captures(child.visit.kind)) {
            let name = normal(self.text.at(child.visit.span));
            if !name.contains('.') {
                let name = self.builder.symbol(&name);
                self.builder.declare(name, child.visit.span, Id::UNKNOWN);
                self.builder.set_role(child.value, Role::Silent);
            }
        }
    }
}

/// An identifier as Python compares it.
pub(super) fn normal(name: &str) -> Cow<'_, str> {
    if name.is_ascii() { Cow::Borrowed(name) } else { Cow::Owned(name.nfkc().collect()) }
}
