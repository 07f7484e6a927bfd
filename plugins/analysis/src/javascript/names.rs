//! Names: where they are used, and what binds them.

use std::borrow::Cow;

use crate::javascript::kind::Kind;
use crate::javascript::literal::unescaped;
use crate::javascript::{Child, Script, Visit, field, only, parts, value};
use crate::kind::Field;
use crate::program::{Constant, Expression, Id, Role, THIS};

impl Script<'_> {
    pub(super) fn identifier(&mut self, visit: Visit) -> Id {
        let name = normal(self.text.at(visit.span));
        let id = self.builder.name(&name, visit.span);
        let Some(object) = self.withs.last().copied() else { return id };
        // Within `with (object)`, a name may be one of its members.
        let name = self.builder.symbol(&name);
        let member = self.builder.push(Expression::Member(object, name), visit.span);
        let list = self.builder.list([id, member]);
        self.builder.push(Expression::Either(list), visit.span)
    }

    /// What `return` gives; `this` of a function that is no method is everything global.
    pub(super) fn returned(&mut self, children: &[Child]) -> Id {
        let Some(child) = parts(children).next() else { return Id::UNKNOWN };
        if child.visit.kind != Kind::This {
            return child.value;
        }
        let this = self.builder.symbol(THIS);
        self.builder.push(Expression::Module(this), child.visit.span)
    }

    /// `object.name`
    pub(super) fn member(&mut self, visit: Visit, children: &[Child]) -> Id {
        let Some(name) = field(children, Field::Property) else { return Id::UNKNOWN };
        let name = self.builder.symbol(&normal(self.text.at(name.visit.span)));
        self.builder.push(Expression::Member(value(children, Field::Object), name), visit.span)
    }

    /// `object[index]`
    pub(super) fn subscript(&mut self, visit: Visit, children: &[Child]) -> Id {
        let (object, index) = (value(children, Field::Object), value(children, Field::Index));
        self.builder.push(Expression::Index(object, index), visit.span)
    }

    /// A call, `new`, or a template that a function is given.
    pub(super) fn call(&mut self, visit: Visit, children: &[Child]) -> Id {
        let callee = match visit.kind {
            Kind::New => value(children, Field::Constructor),
            _ => value(children, Field::Function),
        };
        let arguments = match field(children, Field::Arguments) {
            Some(child) if child.visit.kind == Kind::Arguments => child.value,
            given => {
                let list = self.builder.list(given.map(|child| child.value));
                self.builder.push(Expression::Sequence(list), visit.span)
            }
        };
        self.builder.push(Expression::Call(callee, arguments), visit.span)
    }

    /// `a = b`, `a += b`, `a ||= b`
    pub(super) fn assignment(&mut self, visit: Visit, children: &[Child]) -> Id {
        let (left, right) = (value(children, Field::Left), value(children, Field::Right));
        let given = if visit.kind == Kind::Assignment {
            right
        } else {
            self.operated(visit, children, left, right)
        };
        self.builder.assign(left, given);
        given
    }

    /// `a = b` in `const`, `let` or `var`
    pub(super) fn declare(&mut self, parent: Visit, children: &[Child]) {
        let (name, given) = (value(children, Field::Name), value(children, Field::Value));
        if let Expression::Name(symbol, _) = *self.builder.program.expression(name) {
            self.builder.name_definition(given, symbol);
        }
        match parent.kind {
            Kind::VariableDeclaration => self.builder.bind_in_frame(name, given),
            _ => self.builder.bind(name, given),
        }
    }

    /// `for (a of b)`
    pub(super) fn bind_loop(&mut self, children: &[Child]) {
        let (target, items) = (value(children, Field::Left), value(children, Field::Right));
        let span = self.builder.program.span(items);
        let item = self.builder.push(Expression::Each(items), span);
        self.builder.set_role(item, Role::Silent);
        let declared = |kind| children.iter().any(|child| child.visit.kind == kind);
        if declared(Kind::Const) {
            self.builder.bind(target, item);
        } else if declared(Kind::Var) {
            self.builder.bind_in_frame(target, item);
        } else {
            self.builder.assign(target, item);
        }
    }

    /// `{ a }` in a pattern takes the member `a` and calls it so.
    pub(super) fn shorthand_pattern(&mut self, visit: Visit) -> Id {
        let name = self.identifier(visit);
        let symbol = self.builder.symbol(&normal(self.text.at(visit.span)));
        self.builder.push(Expression::Keyword(symbol, name), visit.span)
    }

    /// `{ a: b }` in a pattern; the key may be computed.
    pub(super) fn pair_pattern(&mut self, visit: Visit, children: &[Child]) -> Id {
        let target = value(children, Field::Value);
        let Some(key) = field(children, Field::Key) else { return target };
        let written = self.text.at(key.visit.span);
        let name = match self.builder.program.expression(key.value) {
            Expression::Constant(Constant::Text(text)) => {
                let text = text.clone();
                self.builder.symbol(&text)
            }
            _ if written.starts_with('[') => {
                return self.builder.push(Expression::Keyed(key.value, target), visit.span);
            }
            _ => self.builder.symbol(&normal(written)),
        };
        self.builder.push(Expression::Keyword(name, target), visit.span)
    }

    /// `a as b` among imports and exports.
    pub(super) fn specifier(&mut self, visit: Visit, children: &[Child]) -> Id {
        let Some(name) = field(children, Field::Name) else { return Id::UNKNOWN };
        let target = field(children, Field::Alias).unwrap_or(name);
        let symbol = match self.builder.program.expression(name.value) {
            Expression::Constant(Constant::Text(text)) => {
                let text = text.clone();
                self.builder.symbol(&text)
            }
            _ => self.builder.symbol(&normal(self.text.at(name.visit.span))),
        };
        let target = match visit.kind {
            Kind::ImportSpecifier => {
                self.silence(children);
                target.value
            }
            _ => name.value,
        };
        let type_only = parts(children).count() < children.len()
            && children.iter().any(|child| child.visit.kind == Kind::TypeKeyword);
        if type_only {
            return self.builder.push(Expression::Splat(target), visit.span);
        }
        self.builder.push(Expression::Keyword(symbol, target), visit.span)
    }
}

/// The pattern of a parameter, without its type and its default.
pub(super) fn parameter(children: &[Child]) -> Id {
    let pattern = field(children, Field::Pattern).or_else(|| field(children, Field::Name));
    pattern.map_or_else(|| only(children), |child| child.value)
}

/// An identifier without the escapes that may spell it.
pub(crate) fn normal(name: &str) -> Cow<'_, str> {
    if name.contains('\\') { Cow::Owned(unescaped(name)) } else { Cow::Borrowed(name) }
}
