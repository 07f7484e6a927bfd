//! What is written to members and items of things that have a name: `sys.excepthook = run`.
//!
//! What an interpreter calls by itself (hooks, loaders, variables of the environment) is changed so,
//! and nothing of it is called where it stands.

use std::rc::Rc;

use crate::catalogue::Reducer;
use crate::program::{Expression, Id};
use crate::resolve::{Given, Meaning, Value, What};
use crate::survey::program::Surveyor;
use crate::{FactKind, NotAnalysable, Resolution};

impl Surveyor<'_> {
    /// Assignments to members and items.
    pub(super) fn writes(&mut self) -> Result<(), NotAnalysable> {
        let program = self.program;
        for (target, value) in &program.writes {
            let (object, name) = match *program.expression(*target) {
                Expression::Member(object, name) => (object, Some(program.text(name).into())),
                Expression::Index(object, key) => {
                    (object, self.resolver.meaning(key)?.text().cloned())
                }
                _ => continue,
            };
            if let Some(name) = name {
                let object = self.resolver.meaning(object)?;
                self.write(*target, &object, &name, Some(*value))?;
            }
        }
        Ok(())
    }

    /// `setattr(object, name, value)`, `os.environ.update(name=value)`
    pub(super) fn setters(
        &mut self,
        id: Id,
        callee: &Meaning,
        arguments: Id,
    ) -> Result<(), NotAnalysable> {
        for value in &callee.values {
            let (reducer, object) = match &value.what {
                What::Path(path) => (self.world.reducer(path), None),
                What::Applied(applied) => (applied.reducer(), applied.given.by_place.first()),
                _ => continue,
            };
            match reducer {
                Some(Reducer::SetMember) => self.set_member(id, object.cloned(), arguments)?,
                Some(Reducer::SetMembers | Reducer::Merge) => {
                    self.set_members(id, object.cloned(), arguments)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// What `setattr` and its like change, with all that they are given, and how much of that comes
    /// before the rest: the object stands before the arguments, or first among them.
    fn changed(
        &mut self,
        object: Option<Rc<Meaning>>,
        arguments: Id,
    ) -> Result<(Option<Rc<Meaning>>, Given, usize), NotAnalysable> {
        let given = self.resolver.given(arguments)?;
        let shift = usize::from(object.is_none());
        let object = object.or_else(|| given.by_place.first().cloned());
        Ok((object, given, shift))
    }

    fn set_member(
        &mut self,
        id: Id,
        object: Option<Rc<Meaning>>,
        arguments: Id,
    ) -> Result<(), NotAnalysable> {
        let (object, given, shift) = self.changed(object, arguments)?;
        let name = given.by_place.get(shift).and_then(|name| name.text());
        if let (Some(object), Some(name)) = (object, name) {
            let value = self.resolver.argument(arguments, shift + 1);
            self.write(id, &object, name, value)?;
        }
        Ok(())
    }

    fn set_members(
        &mut self,
        id: Id,
        object: Option<Rc<Meaning>>,
        arguments: Id,
    ) -> Result<(), NotAnalysable> {
        let (object, given, shift) = self.changed(object, arguments)?;
        let Some(object) = object else { return Ok(()) };
        let mut names: Vec<Rc<str>> = given.by_name.iter().map(|(name, _)| name.clone()).collect();
        for others in given.by_place.iter().skip(shift) {
            if let Some(What::Pairs(pairs)) = others.only().map(|value| &value.what) {
                names.extend(pairs.iter().filter_map(|(key, _)| key.text().cloned()));
            }
        }
        names.iter().try_for_each(|name| self.write(id, &object, name, None))
    }

    /// A value that is written to a member: of what has a path, or whatever it is a member of.
    fn write(
        &mut self,
        at: Id,
        object: &Meaning,
        name: &str,
        value: Option<Id>,
    ) -> Result<(), NotAnalysable> {
        let known = object.values.iter().filter(|value| value.resolution != Resolution::Unknown);
        let mut written: Vec<Value> = known
            .filter_map(|value| {
                let path = format!("{}.{name}", value.path()?);
                Some(Value { what: What::Path(path.into()), ..value.clone() })
            })
            .collect();
        if written.is_empty() {
            let what = What::Path(format!(".{name}").into());
            written.push(Value { resolution: Resolution::Likely, ..Value::exact(what) });
        }
        let value = value.filter(|id| *id != Id::UNKNOWN);
        let arguments = value.map(|id| self.argument(id)).transpose()?;
        for value in &written {
            let path = value.path().expect("it was made of one");
            // Of what has no name, only what rules name is told.
            if path.starts_with('.') && !self.catalogue.is_written(path) {
                continue;
            }
            let mut seen = self.seen(FactKind::Assign, value, path, at);
            seen.fact.arguments.extend(arguments.clone());
            self.survey.seen.push(seen);
        }
        Ok(())
    }
}
