//! Builds a [`Program`], keeping track of the scope that the walk is in.

use std::collections::HashMap;

use crate::Span;
use crate::program::{
    Binding, Constant, DefinitionId, Expression, Guard, Id, List, Program, Role, Scope, ScopeId,
    ScopeKind, Symbol, function_of,
};

/// A program in the making.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    pub(crate) program: Program,
    pub(super) open: Vec<OpenScope>,
    /// Names that `global` and `nonlocal` send to another scope.
    pub(super) redirected: HashMap<(ScopeId, Symbol), ScopeId>,
    /// Assignments to names that may be declared further out, or further down.
    pub(super) assigned: Vec<(ScopeId, Binding)>,
    /// Branches and loops that the walk is within.
    pub(super) branches: u32,
    pub(super) loops: u32,
    /// Definitions that the walk is within.
    pub(super) defining: Vec<DefinitionId>,
}

/// A scope that the walk is in.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenScope {
    pub(super) id: ScopeId,
    /// The branches and loops that the scope itself is within.
    pub(super) branches: u32,
    pub(super) loops: u32,
}

impl Builder {
    /// Begins with the file's scope. Of a language whose module scope leaks, classes do too.
    pub(crate) fn new(leaks: bool) -> Self {
        let mut builder = Self::default();
        builder.push(Expression::Unknown, Span::default());
        let module = Scope { kind: ScopeKind::Module, parent: None, frame: ScopeId(0), leaks };
        builder.program.scopes.push(module);
        builder.open.push(OpenScope { id: ScopeId(0), branches: 0, loops: 0 });
        builder
    }

    /// The scope that the walk is in.
    pub(crate) fn scope(&self) -> ScopeId {
        self.open.last().map_or(ScopeId(0), |open| open.id)
    }

    /// How many scopes the walk is in.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Opens a scope within the current one.
    pub(crate) fn open(&mut self, kind: ScopeKind) {
        let id = ScopeId(u32::try_from(self.program.scopes.len()).unwrap_or(u32::MAX));
        let parent = self.scope();
        let frame = match kind {
            ScopeKind::Module | ScopeKind::Function => id,
            _ => self.program.scopes[parent.0 as usize].frame,
        };
        let leaks = kind == ScopeKind::Class && self.program.scopes[0].leaks;
        self.program.scopes.push(Scope { kind, parent: Some(parent), frame, leaks });
        self.open.push(OpenScope { id, branches: self.branches, loops: self.loops });
    }

    /// Goes back to the scope around the current one, until closed: default arguments are
    /// evaluated there.
    pub(crate) fn reopen_outer(&mut self) {
        if let [.., outer, _] = self.open[..] {
            self.open.push(outer);
        }
    }

    /// Closes scopes until so many are open.
    pub(crate) fn close_to(&mut self, depth: usize) {
        self.open.truncate(depth.max(1));
    }

    /// Enters code that may not run, or not once.
    pub(crate) fn enter_branch(&mut self, repeated: bool) {
        self.branches += 1;
        self.loops += u32::from(repeated);
    }

    /// Leaves such code.
    pub(crate) fn leave_branch(&mut self, repeated: bool) {
        self.branches = self.branches.saturating_sub(1);
        self.loops = self.loops.saturating_sub(u32::from(repeated));
    }

    /// The symbol of a text.
    pub(crate) fn symbol(&mut self, text: &str) -> Symbol {
        self.program.texts.symbol(text)
    }

    /// Adds an expression.
    pub(crate) fn push(&mut self, expression: Expression, span: Span) -> Id {
        let id = self.next();
        for part in parts(&expression).into_iter().flatten() {
            self.set_role(part, Role::Part);
        }
        if let Expression::Call(callee, arguments) = expression {
            self.note_call(id, callee, arguments);
        }
        self.program.expressions.push(expression);
        self.program.spans.push(span);
        self.program.roles.push(Role::Free);
        id
    }

    /// Remembers who is called, and which functions it is given.
    fn note_call(&mut self, call: Id, callee: Id, arguments: Id) {
        if let Expression::Name(name, _) | Expression::Member(_, name) =
            *self.program.expression(callee)
        {
            self.program.calls.entry(name).or_default().push(call);
        }
        // In Bash, a function is called by a word, maybe before it stands there.
        if let Expression::Constant(Constant::Text(name)) = self.program.expression(callee) {
            let name = function_of(name);
            let name = self.symbol(&name);
            self.program.calls.entry(name).or_default().push(call);
        }
        if let Expression::Definition(definition) = *self.program.expression(callee) {
            self.program.called.insert(definition, call);
        }
        for argument in self.program.arguments(arguments).to_vec() {
            if let Expression::Definition(definition) = *self.program.expression(argument) {
                self.program.given_to.insert(definition, call);
            }
        }
    }

    /// The number that the next expression gets.
    pub(crate) fn next(&self) -> Id {
        Id(u32::try_from(self.program.expressions.len()).unwrap_or(u32::MAX))
    }

    /// A use of a name in the current scope.
    pub(crate) fn name(&mut self, name: &str, span: Span) -> Id {
        let name = self.symbol(name);
        self.push(Expression::Name(name, self.scope()), span)
    }

    /// A constant text.
    pub(crate) fn constant_text(&mut self, text: &str, span: Span) -> Id {
        self.constant(Constant::text(text), span)
    }

    /// A constant.
    pub(crate) fn constant(&mut self, constant: Constant, span: Span) -> Id {
        self.push(Expression::Constant(constant), span)
    }

    /// What is written to a member of something.
    pub(crate) fn write_field(&mut self, name: Symbol, value: Id) {
        if value != Id::UNKNOWN {
            self.program.fields.entry(name).or_default().push(value);
        }
    }

    /// Keeps expressions as a list.
    pub(crate) fn list(&mut self, items: impl IntoIterator<Item = Id>) -> List {
        let length = |lists: &[Id]| u32::try_from(lists.len()).unwrap_or(u32::MAX);
        let start = length(&self.program.lists);
        self.program.lists.extend(items);
        start..length(&self.program.lists)
    }

    /// A sequence of these.
    pub(crate) fn sequence(&mut self, items: Vec<Id>, span: Span) -> Id {
        let list = self.list(items);
        self.push(Expression::Sequence(list), span)
    }

    /// Any of these.
    pub(crate) fn items(&mut self, items: Vec<Id>, span: Span) -> Id {
        let sequence = self.sequence(items, span);
        self.push(Expression::Each(sequence), span)
    }

    /// What is a statement itself, and no part of one: `a` is none in `b = a`.
    pub(crate) fn drop_value(&mut self, id: Id, statement: Span) {
        if self.program.span(id) == statement {
            self.change_role(id, Role::Dropped);
        }
    }

    /// What is compared is not run. A name that is bound on the way is judged where it is bound.
    pub(crate) fn only_compared(&mut self, id: Id) {
        if matches!(self.program.expression(id), Expression::Name(..) | Expression::Member(..)) {
            self.change_role(id, Role::Silent);
        }
    }

    fn change_role(&mut self, id: Id, role: Role) {
        if id != Id::UNKNOWN && self.program.role(id) == Role::Free {
            self.set_role(id, role);
        }
    }

    /// Says what an expression is part of.
    pub(crate) fn set_role(&mut self, id: Id, role: Role) {
        self.program.roles[id.index()] = role;
    }

    /// Says when the imports of some code run.
    pub(crate) fn guard(&mut self, span: Span, guard: Guard) {
        self.program.guards.push((span, guard));
    }
}

/// The expressions whose meaning is judged as part of this one.
fn parts(expression: &Expression) -> [Option<Id>; 2] {
    match expression {
        Expression::Member(object, _) | Expression::Index(object, _) => [Some(*object), None],
        Expression::Call(callee, arguments) => [Some(*callee), Some(*arguments)],
        _ => [None, None],
    }
}
