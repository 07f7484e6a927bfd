//! What looks into the interpreter and takes nothing of it: the name of a calling module, classes that
//! come from one's own, code that is read and not run.

use crate::NotAnalysable;
use crate::program::{Constant, Expression, Id, Role};
use crate::resolve::What;
use crate::survey::program::Surveyor;

/// Names in a chain that is looked at. People write four.
const CHAIN: usize = 16;

impl Surveyor<'_> {
    /// Finds the chains that end in a text: `frame.f_globals['__name__']`. Where modules are looked up
    /// by their names, such a text leads to one.
    pub(super) fn ask(&mut self) {
        let program = self.program;
        if self.world.has_modules_by(|name| program.symbol(name).is_some()) {
            return;
        }
        for id in program.ids().filter(|id| program.role(*id) != Role::Silent) {
            let (object, key) = match *program.expression(id) {
                Expression::Index(object, key) => (object, Some(key)),
                Expression::Call(callee, arguments) => match *program.expression(callee) {
                    Expression::Member(object, name) if self.world.gets(program.text(name)) => {
                        (object, program.arguments(arguments).first().copied())
                    }
                    _ => continue,
                },
                _ => continue,
            };
            let key = key.map(|key| program.expression(key));
            if let Some(Expression::Constant(Constant::Text(key))) = key
                && self.world.is_only_text(key)
            {
                self.ask_along(object);
            }
        }
    }

    fn ask_along(&mut self, mut object: Id) {
        for _ in 0..CHAIN {
            self.asked.insert(object);
            object = match *self.program.expression(object) {
                Expression::Member(object, _) => object,
                Expression::Call(callee, _) => callee,
                _ => return,
            };
        }
    }

    /// Whether this is a part of such a chain that nothing else comes of.
    pub(super) fn only_asks(&self, id: Id, path: &str) -> bool {
        self.asked.contains(&id) && self.world.is_on_the_way(path)
    }

    /// `Own.__subclasses__`: whatever is below a class of the file's own.
    pub(super) fn is_own_register(&mut self, id: Id) -> Result<bool, NotAnalysable> {
        let Expression::Member(object, name) = *self.program.expression(id) else {
            return Ok(false);
        };
        // That of a class of classes is given the class whose register it reads.
        let is_plain_call = |call: &Id| match *self.program.expression(*call) {
            Expression::Call(_, arguments) => self.program.arguments(arguments).is_empty(),
            _ => false,
        };
        let is_register = self.world.is_register(self.program.text(name))
            && self.program.role(id) == Role::Part
            && self.program.calls_of(name).iter().all(is_plain_call);
        if !is_register {
            return Ok(false);
        }
        let object = self.resolver.meaning(object)?;
        let is_class = |what: &What| match what {
            What::Own(class) => self.program.definition(*class).is_class,
            _ => false,
        };
        Ok(object.only().is_some_and(|value| is_class(&value.what)))
    }

    /// Whether a call does no more than give a value, and nothing takes that.
    pub(super) fn is_inert(&self, id: Id, path: &str) -> bool {
        self.program.role(id) == Role::Dropped && !self.is_embedded && self.world.is_inert(path)
    }

    /// Whether a name is a statement: it is there, and nothing comes of it.
    pub(super) fn is_dropped_name(&self, id: Id) -> bool {
        !self.is_embedded && matches!(self.program.expression(id), Expression::Name(..))
    }
}
