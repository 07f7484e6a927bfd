//! Modules that go out of sight: kept in a queue, thrown, given to a function of somebody else's.
//!
//! Nobody follows where they come out again. Whatever the file takes of something that is not
//! known, and that is called as a dangerous member of theirs, may be that member.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::program::{Expression, Id, Role};
use crate::resolve::{Meaning, Value};
use crate::survey::program::Surveyor;
use crate::survey::{FACTS, too_much};
use crate::{FactKind, Label, NotAnalysable, Resolution};

/// Modules of one file that are followed. People hand on three.
const MODULES: usize = 64;

/// What went out of sight, and what may be a member of it.
#[derive(Debug, Default)]
pub(super) struct Astray {
    /// Each module once, with the place where it was handed on.
    modules: Vec<(Value, Id)>,
    /// Members of something that is not known, by their names.
    members: BTreeMap<Rc<str>, Vec<Member>>,
}

/// A member of something that is not known.
#[derive(Debug)]
struct Member {
    at: Id,
    /// The call of it, with what that is given, if it is called.
    call: Option<(Id, Id)>,
}

impl Surveyor<'_> {
    /// Keeps what is handed on.
    pub(super) fn hand_on(&mut self, id: Id, value: &Value) {
        let is_free = self.program.role(id) == Role::Free;
        let Some(path) = value.path().filter(|_| is_free) else { return };
        let modules = &mut self.astray.modules;
        let is_known = modules.iter().any(|(value, _)| value.path() == Some(path));
        let matters = self.world.is_sensitive(path) || self.world.has_modules(path);
        if is_known || !matters {
            return;
        }
        if modules.len() < MODULES {
            modules.push((value.clone(), id));
        } else {
            self.survey.lost.get_or_insert(self.program.span(id));
        }
    }

    /// Keeps a member that may be something else than is known, and one that rules name.
    pub(super) fn of_unknown(&mut self, at: Id, meaning: &Meaning, call: Option<(Id, Id)>) {
        if let Expression::Member(_, name) = *self.program.expression(at) {
            self.may_be_astray(self.program.text(name), meaning, at, call);
        }
    }

    /// The same, of one that is looked up by its name.
    pub(super) fn may_be_astray(
        &mut self,
        name: &str,
        meaning: &Meaning,
        at: Id,
        call: Option<(Id, Id)>,
    ) {
        let is_named = self.world.is_called_like_a_sink(name) || self.world.is_sink(name);
        // What is the same of any object is judged as that.
        if !is_named || self.world.member_of_any(name).is_some() {
            return;
        }
        let is_known = !meaning.open
            && !meaning.values.is_empty()
            && meaning.values.iter().all(|value| self.is_in_sight(value));
        if !is_known && !meaning.has_sink(self.world) {
            self.astray.members.entry(name.into()).or_default().push(Member { at, call });
        }
    }

    /// Whether it is known what a member stands for: what a call gives may be anything, unless it
    /// makes an object of the language's own: `new RegExp(text).exec`.
    fn is_in_sight(&self, value: &Value) -> bool {
        let Some((callee, rest)) = value.path().and_then(|path| path.split_once("()")) else {
            return true;
        };
        let is_class = callee.starts_with(|c: char| c.is_ascii_uppercase());
        is_class && self.world.is_builtin(callee) && !rest.contains('(')
    }

    /// Members that may be those of a module that went out of sight.
    pub(super) fn went_astray(&mut self) -> Result<(), NotAnalysable> {
        let astray = std::mem::take(&mut self.astray);
        for (module, handed_on) in &astray.modules {
            let Some(path) = module.path() else { continue };
            for (name, members) in &astray.members {
                for sink in self.world.sinks_within(path, name) {
                    for member in members {
                        self.clock.tick()?;
                        self.may_be(module, *handed_on, member, &sink)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn may_be(
        &mut self,
        module: &Value,
        handed_on: Id,
        member: &Member,
        path: &Rc<str>,
    ) -> Result<(), NotAnalysable> {
        let value = Value { resolution: Resolution::Likely, ..module.clone() };
        let before = self.survey.seen.len();
        if before > FACTS {
            return Err(too_much());
        }
        if let Some((id, arguments)) = member.call {
            let call = self.given(id, member.at, arguments)?;
            self.called(&call, &value, path)?;
        } else {
            self.tell(FactKind::Reference, &value, path, member.at);
        }
        let name = module.path().map_or("", |path| &**path);
        let label = Label {
            span: self.program.span(handed_on),
            message: format!("`{name}` is handed on here"),
        };
        for seen in &mut self.survey.seen[before..] {
            seen.way.push((None, Some(label.clone())));
            // The module's own name may be computed; that it is this one is a guess.
            seen.is_roundabout = false;
        }
        Ok(())
    }
}
