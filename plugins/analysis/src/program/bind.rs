//! What binds names: declarations, assignments, and patterns that take values apart.

use crate::Span;
use crate::program::{
    Binding, BindingId, Builder, Constant, Expression, Id, List, Program, Role, ScopeId, Symbol,
};

impl Builder {
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

    /// What was just bound within these, which stand in their order, may not be.
    pub(crate) fn doubt_within(&mut self, spans: &[Span]) {
        let Some(first) = spans.first() else { return };
        let bound = self.assigned.iter_mut().map(|(_, binding)| binding).rev();
        for binding in bound.take_while(|binding| binding.span.start >= first.start) {
            let next = spans.partition_point(|span| span.start <= binding.span.start);
            if next > 0 && binding.span.start < spans[next - 1].end {
                binding.certain = false;
            }
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
        // They grew by doubling, and there is no more of them.
        self.program.expressions.shrink_to_fit();
        self.program.spans.shrink_to_fit();
        self.program.lists.shrink_to_fit();
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
                Expression::Keyed(key, target) if value != Id::UNKNOWN => {
                    pending.push((target, self.push(Expression::Index(value, key), span)));
                }
                Expression::Either(targets) => {
                    pending.extend(self.program.list(&targets).iter().map(|id| (*id, value)));
                }
                Expression::Splat(target) => pending.push((target, value)),
                // What is written to is not read.
                Expression::Member(_, name) => {
                    self.set_role(target, Role::Silent);
                    self.program.writes.push((target, value));
                    self.write_field(name, value);
                }
                Expression::Index(_, key) => {
                    self.set_role(target, Role::Silent);
                    self.program.writes.push((target, value));
                    if let Expression::Constant(Constant::Text(key)) =
                        self.program.expression(key).clone()
                    {
                        let key = self.symbol(&key);
                        self.write_field(key, value);
                    }
                }
                _ => {}
            }
        }
    }

    /// Each target with its value: those that are written out, or what the value has in that
    /// place.
    fn pairs(&mut self, targets: &List, value: Id) -> Vec<(Id, Id)> {
        let targets = self.program.list(targets).to_vec();
        let is_splat = |id: &Id| matches!(self.program.expression(*id), Expression::Splat(_));
        let values = match self.program.expression(value) {
            Expression::Sequence(values) => self.program.list(values).to_vec(),
            _ => Vec::new(),
        };
        let written_out =
            values.len() == targets.len() && !values.iter().chain(&targets).any(is_splat);
        let is_member = |id: &Id| {
            let target = self.program.expression(*id);
            matches!(target, Expression::Keyword(..) | Expression::Keyed(..))
        };
        let is_object = targets.iter().any(is_member);
        let splat = targets.iter().position(is_splat).unwrap_or(targets.len());
        let mut pairs = Vec::new();
        for (at, target) in targets.iter().enumerate() {
            let part = match self.program.expression(*target) {
                Expression::Keyword(..) | Expression::Keyed(..) => value,
                _ if written_out => values[at],
                // The rest of an object has its members.
                Expression::Splat(_) if is_object => value,
                _ if at < splat => self.item_of(value, at, self.program.span(*target)),
                _ => Id::UNKNOWN,
            };
            pairs.push((*target, part));
        }
        pairs
    }

    /// What a pattern takes out of a sequence.
    fn item_of(&mut self, object: Id, at: usize, span: Span) -> Id {
        if object == Id::UNKNOWN {
            return Id::UNKNOWN;
        }
        let at = Constant::Integer(i128::try_from(at).unwrap_or_default());
        let at = self.constant(at, span);
        let item = self.push(Expression::Index(object, at), span);
        self.set_role(item, Role::Silent);
        item
    }

    /// What a pattern takes out of an object.
    fn member_of(&mut self, object: Id, name: Symbol, span: Span) -> Id {
        if object == Id::UNKNOWN {
            return Id::UNKNOWN;
        }
        self.push(Expression::Member(object, name), span)
    }
}
