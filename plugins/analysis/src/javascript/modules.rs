//! Import and export statements.

use crate::DependencyKind;
use crate::javascript::kind::Kind;
use crate::javascript::{Child, Script, Visit, field, only, parts};
use crate::kind::Field;
use crate::program::{Constant, Expression, Id, Import, Role, Symbol};

impl Script<'_> {
    /// `import a, { b as c } from "d"`, `import * as e from "d"`, `import type { F } from "d"`
    pub(super) fn import(&mut self, visit: Visit, children: &[Child]) {
        let Some(module) = self.source(children) else { return };
        let clause = children.iter().find(|child| child.visit.kind == Kind::ImportClause);
        let targets = clause.map_or(Vec::new(), |clause| self.items(clause.value));
        let is_type = children.iter().any(|child| child.visit.kind == Kind::TypeKeyword)
            || (!targets.is_empty() && targets.iter().all(|target| self.names_types_only(*target)));
        let kind = if is_type { DependencyKind::TypeOnly } else { DependencyKind::Required };
        self.record(module, visit, kind);
        let loaded = match kind {
            DependencyKind::TypeOnly => Id::UNKNOWN,
            _ => self.builder.push(Expression::Module(module), visit.span),
        };
        for target in targets {
            self.builder.bind(target, loaded);
        }
    }

    /// `import a = require("b")`
    pub(super) fn import_require(&mut self, visit: Visit, children: &[Child]) {
        let Some(module) = self.source(children) else { return };
        self.record(module, visit, DependencyKind::Required);
        let loaded = self.builder.push(Expression::Module(module), visit.span);
        self.builder.bind(only(children), loaded);
    }

    /// `export { a as b } from "c"`, `export * from "c"`: what passes through is used.
    pub(super) fn export(&mut self, visit: Visit, children: &[Child]) {
        let Some(module) = self.source(children) else { return };
        let is_type = children.iter().any(|child| child.visit.kind == Kind::TypeKeyword);
        let kind = if is_type { DependencyKind::TypeOnly } else { DependencyKind::Required };
        self.record(module, visit, kind);
        let exported: Vec<Id> =
            parts(children).flat_map(|clause| self.items(clause.value)).collect();
        for target in exported {
            let Expression::Keyword(name, local) = *self.builder.program.expression(target) else {
                continue;
            };
            self.builder.set_role(local, Role::Silent);
            if kind == DependencyKind::Required {
                let loaded = self.builder.push(Expression::Module(module), visit.span);
                let span = self.builder.program.span(target);
                self.builder.push(Expression::Member(loaded, name), span);
            }
        }
    }

    /// The module that a statement names.
    fn source(&mut self, children: &[Child]) -> Option<Symbol> {
        let source = field(children, Field::Source)?;
        match self.builder.program.expression(source.value) {
            Expression::Constant(Constant::Text(text)) => {
                let text = text.clone();
                Some(self.builder.symbol(&text))
            }
            _ => None,
        }
    }

    fn record(&mut self, module: Symbol, visit: Visit, kind: DependencyKind) {
        let import = Import { module, name: None, span: visit.span, kind };
        self.builder.program.imports.push(import);
    }

    fn items(&self, sequence: Id) -> Vec<Id> {
        self.builder.program.arguments(sequence).to_vec()
    }

    /// `{ type A, type B }`: a specifier of a type has become a splat.
    fn names_types_only(&self, target: Id) -> bool {
        let items = self.builder.program.arguments(target);
        let is_type =
            |id: &Id| matches!(self.builder.program.expression(*id), Expression::Splat(_));
        !items.is_empty() && items.iter().all(is_type)
    }
}
