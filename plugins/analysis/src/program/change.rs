//! Collections that are changed where they are: `names[0] = "system"`, `names.reverse()`.
//!
//! What a name was bound to is not what it holds then. Nobody follows in which order such changes
//! come; a name that any of them is made by is told, with what is written.

use crate::program::{Expression, Id, Program, Symbol};

impl Program {
    /// Finds the names whose collections are changed, by assignments or by these methods.
    pub(crate) fn note_changes(&mut self, is_changing: impl Fn(&str) -> bool) {
        let mut changed = Vec::new();
        for (target, value) in &self.writes {
            if let Expression::Index(object, _) = *self.expression(*target) {
                changed.extend(self.name_of(object).map(|name| (name, vec![*value])));
            }
        }
        for id in self.ids() {
            if let Expression::Call(callee, arguments) = *self.expression(id)
                && let Expression::Member(object, method) = *self.expression(callee)
                && is_changing(self.text(method))
            {
                let given = || self.arguments(arguments).iter().copied().take(8).collect();
                changed.extend(self.name_of(object).map(|name| (name, given())));
            }
        }
        for (name, values) in changed {
            self.changed.entry(name).or_default().extend(values);
        }
    }

    fn name_of(&self, object: Id) -> Option<Symbol> {
        match *self.expression(object) {
            Expression::Name(name, _) => Some(name),
            _ => None,
        }
    }
}
