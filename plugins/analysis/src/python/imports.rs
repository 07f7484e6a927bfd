//! Import statements, and whether the program needs what they import.

use crate::kind::Field;
use crate::program::{Expression, Guard, Import};
use crate::python::kind::Kind;
use crate::python::names::normal;
use crate::python::{Child, Python, Visit, field, parts};
use crate::{DependencyKind, Span};

/// What an `except` names when it is meant for an import that fails, or for everything.
const IMPORT_FAILURES: [&str; 4] =
    ["ImportError", "ModuleNotFoundError", "Exception", "BaseException"];

impl Python<'_> {
    /// `import a.b, c as d`
    pub(super) fn import(&mut self, children: &[Child]) {
        for child in parts(children).filter(|child| child.visit.field == Field::Name) {
            let (path, alias) = self.imported(child);
            self.record(&path, None, child.visit.span);
            let (name, bound) = match &alias {
                Some((alias, _)) => (alias.as_str(), path.as_str()),
                None => (top(&path), top(&path)),
            };
            let span = alias.as_ref().map_or(child.visit.span, |(_, span)| *span);
            self.bind_module(name, span, bound, child.visit.span);
        }
    }

    /// `from a import b as c`, `from .a import *`
    pub(super) fn import_from(&mut self, visit: Visit, children: &[Child]) {
        let Some(module) = field(children, Field::ModuleName) else { return };
        let module = dotted(self.text.at(module.visit.span));
        for child in parts(children).filter(|child| child.visit.field == Field::Name) {
            let (name, alias) = self.imported(child);
            self.record(&module, Some(&name), child.visit.span);
            let path = member(&module, &name);
            let (name, span) = alias.unwrap_or((name, child.visit.span));
            self.bind_module(&name, span, &path, child.visit.span);
        }
        if children.iter().any(|child| child.visit.kind == Kind::WildcardImport) {
            self.record(&module, None, visit.span);
            let module = self.builder.symbol(&module);
            self.builder.program.stars.push(module);
        }
    }

    /// `from __future__ import a`: a switch for the compiler, and no names.
    pub(super) fn import_future(&mut self, visit: Visit) {
        self.record("__future__", None, visit.span);
    }

    /// `try: import a` with an `except` for its failure.
    pub(super) fn optional_imports(&mut self, children: &[Child]) {
        let clauses = || children.iter().filter(|child| child.visit.kind == Kind::ExceptClause);
        if !clauses().any(|clause| catches_import_failures(self.text.at(clause.visit.span))) {
            return;
        }
        for child in field(children, Field::Body).into_iter().chain(clauses()) {
            self.builder.guard(child.visit.span, Guard::Kind(DependencyKind::Optional));
        }
    }

    /// `with suppress(ImportError): import a`
    pub(super) fn suppressed_imports(&mut self, children: &[Child]) {
        let clause = children.iter().find(|child| child.visit.kind == Kind::WithClause);
        let clause = clause.map(|child| self.text.at(child.visit.span)).unwrap_or_default();
        if !clause.contains("suppress(") || !names_import_failures(clause) {
            return;
        }
        if let Some(body) = field(children, Field::Body) {
            self.builder.guard(body.visit.span, Guard::Kind(DependencyKind::Optional));
        }
    }

    /// The path that is imported, and the name that it is given with its place.
    fn imported(&self, child: &Child) -> (String, Option<(String, Span)>) {
        let written = self.text.at(child.visit.span);
        if child.visit.kind != Kind::AliasedImport {
            return (dotted(written), None);
        }
        let alias =
            written.rsplit(|c: char| c.is_whitespace() || c == '\\').next().unwrap_or(written);
        let path = written.split(|c: char| c.is_whitespace() || c == '\\');
        let path: String = path.take_while(|word| *word != "as").collect();
        let span = Span { start: child.visit.span.end - alias.len(), end: child.visit.span.end };
        (dotted(&path), Some((normal(alias).into_owned(), span)))
    }

    fn record(&mut self, module: &str, name: Option<&str>, span: Span) {
        let module = self.builder.symbol(module);
        let name = name.map(|name| self.builder.symbol(name));
        let import = Import { module, name, span, kind: DependencyKind::Required };
        self.builder.program.imports.push(import);
    }

    fn bind_module(&mut self, name: &str, span: Span, path: &str, whole: Span) {
        let (name, path) = (self.builder.symbol(name), self.builder.symbol(path));
        let module = self.builder.push(Expression::Module(path), whole);
        self.builder.declare(name, span, module);
    }
}

/// A dotted name without the space and the line breaks that Python allows in it.
fn dotted(written: &str) -> String {
    normal(written).chars().filter(|c| !c.is_whitespace() && *c != '\\').collect()
}

fn top(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

/// What `from module import name` gives.
fn member(module: &str, name: &str) -> String {
    if module.ends_with('.') { format!("{module}{name}") } else { format!("{module}.{name}") }
}

fn catches_import_failures(clause: &str) -> bool {
    let header = clause.split(':').next().unwrap_or(clause);
    header.trim() == "except" || names_import_failures(header)
}

fn names_import_failures(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.any(|word| IMPORT_FAILURES.contains(&word))
}
