//! Where names are bound, and what a use of one can mean.
//!
//! The answer keeps every binding that may hold at the use ("may" analysis): missing the
//! dangerous one would be a hole, naming one too many is a doubt that the finding admits.

use crate::Span;
use crate::program::{Id, Program, Symbol};

/// A scope's number; 0 is the file's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ScopeId(pub(crate) u32);

/// A binding's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct BindingId(pub(crate) u32);

/// Bindings of one name that are looked at for one use: generated files bind a name thousands
/// of times, and the nearest ones tell.
const BINDINGS_PER_USE: usize = 32;

/// The kinds of scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScopeKind {
    /// The file.
    Module,
    /// A function: it runs later than the code around it, or never.
    Function,
    /// A class body: functions within do not see its names.
    Class,
    /// A comprehension: binds for itself, in no order that matters.
    Comprehension,
    /// A block of JavaScript.
    Block,
}

/// A scope.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    /// Its kind.
    pub(crate) kind: ScopeKind,
    /// The scope around it.
    pub(crate) parent: Option<ScopeId>,
    /// The scope whose code it runs with, in the order written.
    pub(crate) frame: ScopeId,
    /// Whether a name bound here may still mean the outer one: so in Python's modules and
    /// classes before the binding was reached.
    pub(crate) leaks: bool,
}

/// A name bound to a value.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    /// The name.
    pub(crate) name: Symbol,
    /// Where the name is written.
    pub(crate) span: Span,
    /// What it is bound to.
    pub(crate) value: Id,
    /// The number of the expression that it comes before.
    pub(crate) time: Id,
    /// Whether every run of the scope passes here.
    pub(crate) certain: bool,
    /// Whether it may come round again.
    pub(crate) repeated: bool,
    /// Whether it takes the name away, as `del` does.
    pub(crate) removed: bool,
}

/// What a use of a name can mean.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Any of these bindings.
    pub(crate) bindings: Vec<BindingId>,
    /// Or what the language itself means by it.
    pub(crate) free: bool,
    /// Or any of more bindings than are looked at.
    pub(crate) cut: bool,
}

impl Found {
    /// Adds the nearest of these, and says so if there are more.
    fn add<'a>(&mut self, mut bindings: impl Iterator<Item = &'a BindingId>) {
        self.bindings.extend(bindings.by_ref().take(BINDINGS_PER_USE));
        self.cut |= bindings.next().is_some();
    }
}

impl Program {
    /// What `name` can mean in `scope`, read by the expression `at`.
    pub(crate) fn find(&self, name: Symbol, scope: ScopeId, at: Id) -> Found {
        let mut found = Found::default();
        let frame = self.scopes[scope.0 as usize].frame;
        let mut next = Some(scope);
        while let Some(id) = next {
            let here = &self.scopes[id.0 as usize];
            let visible = here.kind != ScopeKind::Class || here.frame == frame;
            if let Some(bindings) = self.table.get(&(id, name)).filter(|_| visible) {
                let ordered = here.frame == frame && here.kind != ScopeKind::Comprehension;
                if self.choose(bindings, ordered.then_some(at), here.leaks, &mut found) {
                    return found;
                }
            }
            next = here.parent;
        }
        found.free = true;
        found
    }

    /// Adds the bindings of one scope that may hold. Whether one of them must: then what the
    /// name means further out does not matter.
    fn choose(&self, all: &[BindingId], at: Option<Id>, leaks: bool, found: &mut Found) -> bool {
        let binding = |id: &BindingId| &self.bindings[id.0 as usize];
        let Some(at) = at else {
            found.add(all.iter().rev().filter(|id| !binding(id).removed));
            return !leaks || all.iter().any(|id| binding(id).certain && !binding(id).removed);
        };
        let passed = all.partition_point(|id| binding(id).time <= at);
        let last_certain = all[..passed].iter().rposition(|id| binding(id).certain);
        let earlier = all[last_certain.unwrap_or(0)..passed].iter().rev();
        let later = all[passed..].iter().filter(|id| binding(id).repeated);
        let candidates = earlier.chain(later).filter(|id| !binding(id).removed);
        let before = found.bindings.len();
        found.add(candidates);
        if found.bindings.len() == before && !leaks {
            found.add(all.iter());
        }
        // What may have been taken away may mean what it meant before.
        let since = all[last_certain.unwrap_or(0)..passed].iter().rev();
        let is_kept = since.clone().take(BINDINGS_PER_USE).all(|id| !binding(id).removed);
        !leaks || (last_certain.is_some() && is_kept && since.len() <= BINDINGS_PER_USE)
    }
}
