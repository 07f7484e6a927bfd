//! Calls and look-ups by text that only stand for something else.
//!
//! `getattr(os, "system")` is `os.system`, `require("fs")` is the module. Each is one line of
//! a table in the catalogue; what it means is here.

use std::rc::Rc;

use crate::catalogue::Reflection;
use crate::clock::TooLate;
use crate::program::{Expression, Id};
use crate::resolve::{Meaning, Resolver, Value, What};

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
                Some(self.each_path(&object, |world, path| world.member(path, "__dict__")))
            }
            Reflection::Member => {
                let Some(name) = self.argument(arguments, 1) else { return Ok(None) };
                let Some(name) = self.text(name)? else { return Ok(None) };
                let object = self.meaning(first)?;
                Some(self.each_path(&object, |world, path| world.member(path, &name)))
            }
            Reflection::Load => self.text(first)?.map(|name| self.module(&name)),
            Reflection::LoadTop => {
                let name = self.text(first)?;
                name.map(|name| self.module(name.split('.').next().unwrap_or(&name)))
            }
        })
    }

    /// `object[index]`, where the index is a text that is known.
    pub(super) fn index(&mut self, object: Id, index: Id) -> Result<Rc<Meaning>, TooLate> {
        let (object, Some(name)) = (self.meaning(object)?, self.text(index)?) else {
            return Ok(self.unknown.clone());
        };
        Ok(self.each_path(&object, |world, path| world.item(path, &name)))
    }

    fn module(&self, name: &str) -> Rc<Meaning> {
        super::exact(What::Path(self.world.path(name)))
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

impl Value {
    /// The path, if it is one.
    pub(crate) fn path(&self) -> Option<&Rc<str>> {
        match &self.what {
            What::Path(path) => Some(path),
            What::Text(_) => None,
        }
    }
}
