//! Names: where they are used, and what binds them.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use crate::Span;
use crate::kind::Field;
use crate::program::{Builder, Expression, Id, Role};
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
            // `f(x for x in y)`
            _ => {
                let list = self.builder.list(given.map(|child| child.value));
                self.builder.push(Expression::Sequence(list), visit.span)
            }
        };
        self.builder.push(Expression::Call(callee, arguments), visit.span)
    }

    /// `exec code` of Python 2.
    pub(super) fn exec_statement(&mut self, visit: Visit, children: &[Child]) -> Id {
        const EXEC: &str = "exec";
        let span = Span { end: visit.span.start + EXEC.len(), ..visit.span };
        let callee = self.builder.name(EXEC, span);
        let arguments = self.builder.sequence(vec![only(children)], visit.span);
        self.builder.push(Expression::Call(callee, arguments), visit.span)
    }

    pub(super) fn keyword(&mut self, visit: Visit, children: &[Child]) -> Id {
        let Some(name) = field(children, Field::Name) else { return Id::UNKNOWN };
        self.builder.set_role(name.value, Role::Silent);
        let name = self.builder.symbol(&normal(self.text.at(name.visit.span)));
        self.builder.push(Expression::Keyword(name, value(children, Field::Value)), visit.span)
    }

    pub(super) fn sequence(&mut self, visit: Visit, children: &[Child]) -> Id {
        let items: Vec<Id> = parts(children).map(|child| self.item(child)).collect();
        self.builder.sequence(items, visit.span)
    }

    /// An item of a sequence; of `*f()`, the star is somewhere within.
    fn item(&mut self, child: &Child) -> Id {
        let is_splat = matches!(self.builder.program.expression(child.value), Expression::Splat(_));
        if is_splat || !self.text.at(child.visit.span).starts_with('*') {
            return child.value;
        }
        self.builder.push(Expression::Splat(child.value), child.visit.span)
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
    pub(super) fn assignment(&mut self, children: &[Child], bind: fn(&mut Builder, Id, Id)) -> Id {
        let target = field(children, Field::Left).or_else(|| field(children, Field::Name));
        let given = field(children, Field::Right).or_else(|| field(children, Field::Value));
        match (target, given) {
            (Some(target), Some(given)) => {
                bind(&mut self.builder, target.value, given.value);
                given.value
            }
            (Some(target), None) => {
                self.builder.set_role(target.value, Role::Silent);
                Id::UNKNOWN
            }
            _ => Id::UNKNOWN,
        }
    }

    /// `with a as b`, `except a as b`, `case a as b`
    pub(super) fn bind_alias(&mut self, parent: Visit, children: &[Child]) {
        let (Some(target), mut given) = (parts(children).last(), only(children)) else { return };
        if parent.kind == Kind::CasePattern {
            given = self.subjects.last().copied().unwrap_or_default();
            self.builder.set_role(target.value, Role::Silent);
        }
        self.builder.bind(target.value, given);
    }

    /// `for a in b`; its value is what stands for each item.
    pub(super) fn bind_loop(&mut self, children: &[Child]) -> Id {
        let (Some(target), Some(items)) =
            (field(children, Field::Left), field(children, Field::Right))
        else {
            return Id::UNKNOWN;
        };
        let item = self.builder.push(Expression::Each(items.value), items.visit.span);
        self.builder.set_role(item, Role::Silent);
        self.builder.bind(target.value, item);
        item
    }

    /// What a function is given; a parameter with a default is a sequence of both.
    pub(super) fn parameters(&mut self, children: &[Child]) {
        for child in parts(children) {
            let (target, default, takes_rest) = match *self.builder.program.expression(child.value)
            {
                Expression::Splat(target) => (target, Id::UNKNOWN, true),
                Expression::Sequence(_) => match *self.builder.program.arguments(child.value) {
                    [target, default] => (target, default, false),
                    _ => continue,
                },
                _ => (child.value, Id::UNKNOWN, false),
            };
            if target != Id::UNKNOWN {
                self.builder.parameter(target, default, takes_rest);
            }
        }
    }

    /// `name=default`
    pub(super) fn default(&mut self, visit: Visit, children: &[Child]) -> Id {
        let list = [value(children, Field::Name), value(children, Field::Value)];
        let list = self.builder.list(list);
        self.builder.push(Expression::Sequence(list), visit.span)
    }

    /// A function or a class is a value, and its name is bound to it.
    pub(super) fn define(&mut self, visit: Visit, children: &[Child]) -> Id {
        if visit.kind == Kind::Lambda {
            self.builder.result(value(children, Field::Body), false);
            return self.builder.end_definition(None, visit.span);
        }
        let name = value(children, Field::Name);
        let symbol = match *self.builder.program.expression(name) {
            Expression::Name(symbol, _) => Some(symbol),
            _ => None,
        };
        let bases = self.builder.program.arguments(value(children, Field::Superclasses)).to_vec();
        let definition = self.builder.end_definition(symbol, visit.span);
        self.builder.set_bases(definition, bases);
        self.builder.bind(name, definition);
        definition
    }

    /// `@decorator` before a definition: its name is bound to what the decorators make of it.
    pub(super) fn decorate(&mut self, visit: Visit, children: &[Child]) -> Id {
        let definition = value(children, Field::Definition);
        let name = match *self.builder.program.expression(definition) {
            Expression::Definition(id) => self.builder.program.definition(id).name,
            _ => None,
        };
        let mut made = definition;
        let decorators = parts(children).filter(|child| child.visit.kind == Kind::Decorator);
        for decorator in decorators.rev() {
            let list = self.builder.list([made]);
            let arguments = self.builder.push(Expression::Sequence(list), decorator.visit.span);
            let call = Expression::Call(decorator.value, arguments);
            made = self.builder.push(call, decorator.visit.span);
        }
        if let Some(name) = name {
            // Most decorators give something that does the same.
            let list = self.builder.list([made, definition]);
            let either = self.builder.push(Expression::Either(list), visit.span);
            self.builder.declare(name, visit.span, either);
        }
        made
    }

    /// `yield a`
    pub(super) fn yielded(&mut self, children: &[Child]) -> Id {
        self.builder.result(only(children), true);
        Id::UNKNOWN
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

    /// `case a`: a name alone is bound, and by itself stands for the subject.
    pub(super) fn bind_capture(&mut self, parent: Visit, children: &[Child]) {
        let subject = self.subjects.last().copied().unwrap_or_default();
        let value = if parent.kind == Kind::CaseClause { subject } else { Id::UNKNOWN };
        parts(children).for_each(|child| self.capture(child, value));
    }

    /// `case object(name=a)`: what is within is about the subject's member.
    pub(super) fn enter_keyword_pattern(&mut self, visit: Visit) {
        let subject = self.subjects.last().copied().unwrap_or_default();
        let name = self.text.at(visit.span).split('=').next().unwrap_or_default().trim();
        let member = if subject == Id::UNKNOWN {
            Id::UNKNOWN
        } else {
            let name = self.builder.symbol(&normal(name));
            self.builder.push(Expression::Member(subject, name), visit.span)
        };
        self.subjects.push(member);
    }

    /// `name=a` in such a pattern binds `a` to the member.
    pub(super) fn bind_keyword_pattern(&mut self, children: &[Child]) {
        let member = self.subjects.pop().unwrap_or_default();
        let mut children = parts(children);
        if let Some(name) = children.next() {
            self.builder.set_role(name.value, Role::Silent);
        }
        children.for_each(|child| self.capture(child, member));
    }

    fn capture(&mut self, child: &Child, value: Id) {
        let name = normal(self.text.at(child.visit.span));
        let captures = matches!(child.visit.kind, Kind::DottedName | Kind::Identifier);
        if captures && !name.contains('.') {
            let name = self.builder.symbol(&name);
            self.builder.declare(name, child.visit.span, value);
            self.builder.set_role(child.value, Role::Silent);
        }
    }
}

/// An identifier as Python compares it.
pub(super) fn normal(name: &str) -> Cow<'_, str> {
    if name.is_ascii() { Cow::Borrowed(name) } else { Cow::Owned(name.nfkc().collect()) }
}
