//! Calls and look-ups by text that only stand for something else.
//!
//! `getattr(os, "system")` is `os.system`, `require("fs")` is the module. Each is one line of
//! a table in the catalogue; what it means is here.

use std::rc::Rc;

use crate::catalogue::Reflection;
use crate::clock::TooLate;
use crate::program::{Expression, Id, ScopeId};
use crate::resolve::Resolver;
use crate::resolve::meaning::{Meaning, Value, What, exact};

impl Resolver<'_> {
    /// What a call gives.
    pub(super) fn call(&mut self, callee: Id, arguments: Id) -> Result<Rc<Meaning>, TooLate> {
        let callee = self.meaning(callee)?;
        let reflection = callee.values.iter().find_map(|value| match &value.what {
            What::Path(path) => self.world.reflection(path),
            What::Text(_) => None,
        });
        if let Some(reflection) = reflection
            && let Some(meaning) = self.reflect(reflection, arguments)?
        {
            return Ok(meaning);
        }
        Ok(self.each_path(&callee, |world, path| Some(world.path(&format!("{path}()")))))
    }

    /// The module that a call loads, if it loads one that is known.
    pub(crate) fn loaded(
        &mut self,
        callee: &str,
        arguments: Id,
    ) -> Result<Option<Rc<str>>, TooLate> {
        match self.world.reflection(callee) {
            Some(Reflection::Load | Reflection::LoadTop) => match self.argument(arguments, 0) {
                Some(name) => self.text(name),
                None => Ok(None),
            },
            _ => Ok(None),
        }
    }

    fn reflect(
        &mut self,
        reflection: Reflection,
        arguments: Id,
    ) -> Result<Option<Rc<Meaning>>, TooLate> {
        let Some(first) = self.argument(arguments, 0) else { return Ok(None) };
        Ok(match reflection {
            Reflection::Same => Some(self.meaning(first)?),
            Reflection::Dictionary => {
                let object = self.meaning(first)?;
                Some(self.each_path(&object, |world, path| Some(world.member(path, "__dict__"))))
            }
            Reflection::Member => {
                let Some(name) = self.argument(arguments, 1) else { return Ok(None) };
                let Some(name) = self.text(name)? else { return Ok(None) };
                let object = self.meaning(first)?;
                Some(self.member(&object, &name))
            }
            Reflection::Load => self.text(first)?.map(|name| self.module(&name)),
            Reflection::LoadTop => {
                let name = self.text(first)?;
                name.map(|name| self.module(name.split('.').next().unwrap_or(&name)))
            }
        })
    }

    /// `object[index]`, where the index is a text that is known.
    pub(super) fn index(&mut self, object: Id, index: Id, at: Id) -> Result<Rc<Meaning>, TooLate> {
        let (object, Some(name)) = (self.meaning(object)?, self.text(index)?) else {
            return Ok(self.unknown.clone());
        };
        let is_namespace =
            |value: &Value| value.path().is_some_and(|path| self.world.is_namespace(path));
        if object.values.iter().any(is_namespace) {
            return match self.program.symbol(&name) {
                Some(name) => self.name(name, ScopeId::default(), at),
                None => Ok(exact(What::Path(self.world.path(&name)))),
            };
        }
        let item = self.each_path(&object, |world, path| world.item(path, &name));
        let of_any = self.world.member_of_any(&name).filter(|_| item.values.is_empty());
        Ok(of_any.map_or(item, |path| exact(What::Path(path))))
    }

    /// The object of a look-up by a name that is not known, of which rules name a member.
    pub(crate) fn looked_up(&mut self, object: Id, name: Id) -> Result<Option<Value>, TooLate> {
        if self.text(name)?.is_some()
            || matches!(self.program.expression(name), Expression::Constant(_))
        {
            return Ok(None);
        }
        let object = self.meaning(object)?;
        let sensitive = |path: &str| {
            let object = path.strip_suffix(".__dict__").unwrap_or(path);
            self.world.is_above_sink(object) || self.world.is_namespace(path)
        };
        Ok(object
            .values
            .iter()
            .find(|value| value.path().is_some_and(|path| sensitive(path)))
            .cloned())
    }

    fn module(&self, name: &str) -> Rc<Meaning> {
        exact(What::Path(self.world.path(name)))
    }

    /// The argument at a place, if the places are known.
    pub(crate) fn argument(&self, arguments: Id, place: usize) -> Option<Id> {
        let arguments = self.program.arguments(arguments);
        let argument = *arguments.get(place)?;
        let by_place = |id: &Id| {
            !matches!(self.program.expression(*id), Expression::Splat(_) | Expression::Keyword(..))
        };
        arguments[..=place].iter().all(by_place).then_some(argument)
    }
}
