//! Builds a [`Program`], keeping track of the scope that the walk is in.

use std::collections::HashMap;

use crate::program::{
    Binding, BindingId, Expression, Id, List, Program, Role, Scope, ScopeId, ScopeKind, Symbol,
};
use crate::{DependencyKind, Span};

/// A program in the making.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    pub(crate) program: Program,
    open: Vec<OpenScope>,
    /// Names that `global` and `nonlocal` send to another scope.
    redirected: HashMap<(ScopeId, Symbol), ScopeId>,
    /// Assignments to names that may be declared further out, or further down.
    assigned: Vec<(ScopeId, Binding)>,
    /// Branches and loops that the walk is within.
    branches: u32,
    loops: u32,
}

/// A scope that the walk is in.
#[derive(Clone, Copy, Debug)]
struct OpenScope {
    id: ScopeId,
    /// The branches and loops that the scope itself is within.
    branches: u32,
    loops: u32,
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
        self.program.expressions.push(expression);
        self.program.spans.push(span);
        self.program.roles.push(Role::Free);
        id
    }

    /// The number that the next expression gets.
    fn next(&self) -> Id {
        Id(u32::try_from(self.program.expressions.len()).unwrap_or(u32::MAX))
    }

    /// A use of a name in the current scope.
    pub(crate) fn name(&mut self, name: &str, span: Span) -> Id {
        let name = self.symbol(name);
        self.push(Expression::Name(name, self.scope()), span)
    }

    /// A constant text.
    pub(crate) fn constant_text(&mut self, text: &str, span: Span) -> Id {
        let text = self.symbol(text);
        self.push(Expression::Text(text), span)
    }

    /// Another constant, as JSON has it.
    pub(crate) fn constant(&mut self, json: &str, span: Span) -> Id {
        let json = self.symbol(json);
        self.push(Expression::Constant(json), span)
    }

    /// Keeps expressions as a list.
    pub(crate) fn list(&mut self, items: impl IntoIterator<Item = Id>) -> List {
        let length = |lists: &[Id]| u32::try_from(lists.len()).unwrap_or(u32::MAX);
        let start = length(&self.program.lists);
        self.program.lists.extend(items);
        start..length(&self.program.lists)
    }

    /// Says what an expression is part of.
    pub(crate) fn set_role(&mut self, id: Id, role: Role) {
        self.program.roles[id.index()] = role;
    }

    /// Imports that run only where something is missing, or never.
    pub(crate) fn lenient(&mut self, span: Span, kind: DependencyKind) {
        self.program.lenient.push((span, kind));
    }

    /// Binds the names of a pattern, here and now.
    pub(crate) fn bind(&mut self, target: Id, value: Id) {
        self.bind_pattern(target, value, Self::declare);
    }

    /// Binds the names of a pattern in the function or file around the current blocks.
    pub(crate) fn bind_in_frame(&mut self, target: Id, value: Id) {
        self.bind_pattern(target, value, Self::declare_in_frame);
    }

    /// Binds a name from the beginning of the current scope on.
    pub(crate) fn hoist(&mut self, target: Id, value: Id) {
        self.bind_pattern(target, value, |builder, name, span, value| {
            let mut binding = builder.binding(name, span, value);
            binding.time = Id::UNKNOWN;
            builder.record(builder.scope(), binding);
        });
    }

    /// Binds the names of a pattern, wherever they are declared.
    pub(crate) fn assign(&mut self, target: Id, value: Id) {
        self.bind_pattern(target, value, |builder, name, span, value| {
            let binding = builder.binding(name, span, value);
            builder.assigned.push((builder.scope(), binding));
        });
    }

    /// Binds one name in the current scope.
    pub(crate) fn declare(&mut self, name: Symbol, span: Span, value: Id) {
        let binding = self.binding(name, span, value);
        match self.redirected.get(&(self.scope(), name)) {
            Some(scope) => self.assigned.push((*scope, binding)),
            None => self.record(self.scope(), binding),
        }
    }

    /// Binds one name in the function or file around the current blocks, as `var` does.
    fn declare_in_frame(&mut self, name: Symbol, span: Span, value: Id) {
        let frame = self.program.scopes[self.scope().0 as usize].frame;
        let open = self.open.iter().rev().find(|open| open.id == frame).copied();
        let mut binding = self.binding(name, span, value);
        if let Some(open) = open {
            binding.certain = self.branches == open.branches;
            binding.repeated = self.loops != open.loops;
        }
        self.record(frame, binding);
    }

    /// Takes a name away.
    pub(crate) fn remove(&mut self, target: Id) {
        if let Expression::Name(name, scope) = *self.program.expression(target) {
            let mut binding = self.binding(name, self.program.span(target), Id::UNKNOWN);
            binding.removed = true;
            self.record(scope, binding);
        }
    }

    /// Sends a name's bindings to the file's scope, or to the function around.
    pub(crate) fn redirect(&mut self, name: Symbol, global: bool) {
        let scope = self.scope();
        let parent = self.program.scopes[scope.0 as usize].parent;
        let target = if global { Some(ScopeId(0)) } else { parent };
        if let Some(target) = target.filter(|target| *target != scope) {
            self.redirected.insert((scope, name), target);
        }
    }

    /// The program, once every declaration is known.
    pub(crate) fn finish(mut self) -> Program {
        for (scope, mut binding) in std::mem::take(&mut self.assigned) {
            let declaring = self.declaring(scope, binding.name);
            let frame = |scope: ScopeId| self.program.scopes[scope.0 as usize].frame;
            if frame(declaring) != frame(scope) {
                binding.certain = false;
                binding.repeated = true;
            }
            self.record(declaring, binding);
        }
        let Program { table, bindings, .. } = &mut self.program;
        for ids in table.values_mut() {
            ids.sort_by_key(|id| bindings[id.0 as usize].time);
        }
        self.program
    }

    /// The innermost scope from `scope` outwards that binds the name, or the file's.
    fn declaring(&self, scope: ScopeId, name: Symbol) -> ScopeId {
        let parent = |scope: &ScopeId| self.program.scopes[scope.0 as usize].parent;
        std::iter::successors(Some(scope), parent)
            .find(|scope| self.program.table.contains_key(&(*scope, name)))
            .unwrap_or_default()
    }

    fn binding(&self, name: Symbol, span: Span, value: Id) -> Binding {
        let open = self.open.last();
        Binding {
            name,
            span,
            value,
            time: self.next(),
            certain: open.is_some_and(|open| open.branches == self.branches),
            repeated: open.is_some_and(|open| open.loops != self.loops),
            removed: false,
        }
    }

    fn record(&mut self, scope: ScopeId, binding: Binding) {
        let id = BindingId(u32::try_from(self.program.bindings.len()).unwrap_or(u32::MAX));
        self.program.table.entry((scope, binding.name)).or_default().push(id);
        if binding.value != Id::UNKNOWN {
            self.set_role(binding.value, Role::Bound);
        }
        self.program.bindings.push(binding);
    }

    /// Takes a pattern and a value apart together, as far as both are known.
    fn bind_pattern(
        &mut self,
        target: Id,
        value: Id,
        mut bind: impl FnMut(&mut Self, Symbol, Span, Id),
    ) {
        let mut pending = vec![(target, value)];
        while let Some((target, value)) = pending.pop() {
            let span = self.program.span(target);
            match self.program.expression(target).clone() {
                Expression::Name(name, _) => {
                    self.set_role(target, Role::Silent);
                    bind(self, name, span, value);
                }
                Expression::Sequence(targets) => pending.extend(self.pairs(&targets, value)),
                Expression::Keyword(name, target) => {
                    let member = self.member_of(value, name, span);
                    pending.push((target, member));
                }
                Expression::Either(targets) => {
                    pending.extend(self.program.list(&targets).iter().map(|id| (*id, value)));
                }
                Expression::Splat(target) => pending.push((target, Id::UNKNOWN)),
                _ => {}
            }
        }
    }

    /// Each target with its value.
    fn pairs(&mut self, targets: &List, value: Id) -> Vec<(Id, Id)> {
        let targets = self.program.list(targets).to_vec();
        let is_splat = |id: &Id| matches!(self.program.expression(*id), Expression::Splat(_));
        let is_named = |id: &Id| matches!(self.program.expression(*id), Expression::Keyword(..));
        let values = match self.program.expression(value) {
            Expression::Sequence(values) => self.program.list(values).to_vec(),
            _ => Vec::new(),
        };
        let matching =
            values.len() == targets.len() && !values.iter().chain(&targets).any(is_splat);
        let value_at = |at: usize, target: &Id| match () {
            () if is_named(target) => value,
            () if matching => values[at],
            () => Id::UNKNOWN,
        };
        targets.iter().enumerate().map(|(at, target)| (*target, value_at(at, target))).collect()
    }

    /// What a pattern takes out of an object.
    fn member_of(&mut self, object: Id, name: Symbol, span: Span) -> Id {
        if object == Id::UNKNOWN {
            return Id::UNKNOWN;
        }
        self.push(Expression::Member(object, name), span)
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
