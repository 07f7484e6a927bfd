//! Members that are not written out: looked up by names that are not known, taken all at once, or
//! named in a template.

use crate::catalogue::Reducer;
use crate::program::{Constant, Expression, Id, Operator, Role};
use crate::resolve::{Meaning, Value, What};
use crate::survey::program::Surveyor;
use crate::{FactKind, NotAnalysable};

/// What the inner members are called that a template takes of its values.
const TEMPLATE: &str = "{}.";

impl<'a> Surveyor<'a> {
    /// `'{0.__globals__}'.format(value)`: a template takes members of what it is given.
    pub(super) fn template(
        &mut self,
        id: Id,
        callee: Id,
        arguments: Id,
    ) -> Result<(), NotAnalysable> {
        let is_format = |reducer| reducer == Some(Reducer::Format);
        let function = self.resolver.meaning(callee)?;
        let template = function.values.iter().find_map(|value| match &value.what {
            What::Applied(applied) if is_format(applied.reducer()) => {
                Some(applied.given.by_place.first().cloned())
            }
            // `str.format` is given its template.
            What::Path(path) if is_format(self.world.reducer(path)) => Some(None),
            _ => None,
        });
        let template = match (template, self.resolver.argument(arguments, 0)) {
            (Some(Some(template)), _) => template,
            (Some(None), Some(first)) => self.resolver.meaning(first)?,
            _ => return Ok(()),
        };
        let Some(text) = template.text() else { return Ok(()) };
        let members =
            text.split('{').skip(1).filter_map(|field| field.split(['}', ':', '!']).next());
        for member in members.flat_map(|field| field.split(['.', '[', ']']).skip(1)) {
            let of_any = self.world.member_of_any(member);
            let inner =
                member.starts_with("__") && member.ends_with("__") && !self.world.is_shown(member);
            if let Some(path) =
                of_any.or_else(|| inner.then(|| format!("{TEMPLATE}{member}").into()))
            {
                let value = Value::exact(What::Path(path.clone()));
                self.tell(FactKind::Reference, &value, &path, id);
            }
        }
        Ok(())
    }

    /// `list(globals())`, `globals().values()`: all that something has, of which any may be meant.
    pub(super) fn whole(
        &mut self,
        id: Id,
        callee: &Meaning,
        arguments: Id,
    ) -> Result<(), NotAnalysable> {
        let Some(first) = self.resolver.argument(arguments, 0) else {
            self.walked(id, callee);
            return Ok(());
        };
        for value in &callee.values {
            match value.path().and_then(|path| self.world.reducer(path)) {
                // Going through a dictionary gives the names in it.
                Some(reducer) if reducer.goes_through() => self.all_of(id, first, false)?,
                Some(reducer) if reducer.takes_all() => self.all_of(id, first, true)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// `namespace.values()`
    fn walked(&mut self, id: Id, callee: &Meaning) {
        let Some((object, method)) =
            callee.values.iter().find_map(|value| value.path()?.rsplit_once('.'))
        else {
            return;
        };
        let takes_all = self.world.method(method).is_some_and(Reducer::takes_all);
        if takes_all && (self.world.is_sensitive(object) || self.world.has_modules(object)) {
            let value = Value::exact(What::Path(object.into()));
            self.tell(FactKind::Lookup, &value, object, id);
        }
    }

    /// All members of something that rules name a member of.
    pub(super) fn all_of(
        &mut self,
        id: Id,
        object: Id,
        with_values: bool,
    ) -> Result<(), NotAnalysable> {
        // `'{a}'.format(**locals())` takes what it names.
        let is_bound = self.program.role(object) == Role::Silent;
        if is_bound || self.text.at(self.program.span(id)).starts_with("**") {
            return Ok(());
        }
        if let Some(value) = self.resolver.sensitive(object)?
            && let Some(path) = value.path()
            && (with_values || !(self.world.is_dictionary(path) || self.world.is_namespace(path)))
        {
            self.tell(FactKind::Lookup, &value, path, id);
        }
        Ok(())
    }

    /// A member that is looked up by a name that is not known.
    pub(super) fn lookup(&mut self, id: Id, object: Id, name: Id) -> Result<(), NotAnalysable> {
        if self.program.role(id) == Role::Silent || self.is_of_own_names(object, name)? {
            return Ok(());
        }
        let member = self.resolver.meaning(id)?;
        if let Some(name) = self.resolver.meaning(name)?.text() {
            self.may_be_astray(name, &member, id, None);
        }
        if !self.resolver.may_be_any(name)? {
            return Ok(());
        }
        let value = self.resolver.sensitive(object)?;
        let path = value.as_ref().and_then(|value| value.path().cloned());
        let path = match path {
            Some(path) => path,
            None => match self.literal(id, object)? {
                Some(class) => class.into(),
                None => return Ok(()),
            },
        };
        let value = value.unwrap_or_else(|| Value::exact(What::Path(path.clone())));
        self.tell(FactKind::Lookup, &value, &path, id);
        Ok(())
    }

    /// `globals()[f"do_{name}"]`: the beginning is written, and only the file's own names have it.
    fn is_of_own_names(&mut self, object: Id, name: Id) -> Result<bool, NotAnalysable> {
        let program = self.program;
        let object = self.resolver.meaning(object)?;
        let is_here =
            |value: &Value| value.path().is_some_and(|path| self.world.is_own_namespace(path));
        let first = match program.expression(name) {
            Expression::Join(list) => program.list(list).first().copied(),
            Expression::Operation(Operator::Add, left, _) => Some(*left),
            _ => None,
        };
        let first = first.map(|first| program.expression(first));
        let Some(Expression::Constant(Constant::Text(start))) = first else { return Ok(false) };
        let is_some = !start.is_empty() && !start.starts_with('_');
        let is_of_file = !object.values.is_empty() && object.values.iter().all(is_here);
        if !is_some || !is_of_file || !program.stars.is_empty() {
            return Ok(false);
        }
        for binding in program.bindings() {
            self.clock.tick()?;
            if program.text(binding.name).starts_with(&**start) {
                let bound = self.resolver.meaning(binding.value)?;
                let is_own = |value: &Value| matches!(value.what, What::Own(_));
                if bound.values.is_empty() || !bound.values.iter().all(is_own) {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// The class of a literal that a member is looked up of: nobody does that who wants one of it,
    /// and it leads to all others. What has items is looked up in, too, unless it is empty.
    fn literal(&mut self, id: Id, object: Id) -> Result<Option<&'a str>, NotAnalysable> {
        let is_index = matches!(self.program.expression(id), Expression::Index(..));
        if is_index && !self.world.has_indexed_members() {
            return Ok(None);
        }
        let meaning = self.resolver.meaning(object)?;
        let Some(value) = meaning.only() else { return Ok(None) };
        let is_written_here = matches!(
            self.program.expression(object),
            Expression::Constant(_) | Expression::Sequence(_) | Expression::Mapping(_)
        );
        let is_bare = match &value.what {
            What::Items(items) => items.is_empty() && is_written_here,
            What::Pairs(pairs) => pairs.is_empty() && is_written_here,
            What::Constant(constant) => constant.as_text().is_none_or(|text| text.is_empty()),
            _ => false,
        };
        let sort = value.what.sort().filter(|_| is_bare || !is_index);
        Ok(sort.and_then(|sort| self.world.class_of(sort)))
    }
}
