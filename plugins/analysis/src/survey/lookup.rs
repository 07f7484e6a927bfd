//! Members that are not written out: looked up by names that are not known, taken all at once, or
//! named in a template.

use crate::catalogue::Reducer;
use crate::program::{Expression, Id, Role};
use crate::resolve::{Meaning, Value, What};
use crate::survey::program::Surveyor;
use crate::{FactKind, NotAnalysable};

/// What the inner members are called that a template takes of its values.
const TEMPLATE: &str = "{}.";

/// Inner members that people show.
const HARMLESS: [&str; 5] = ["__class__", "__doc__", "__module__", "__name__", "__qualname__"];

impl Surveyor<'_> {
    /// `'{0.__globals__}'.format(value)`: a template takes members of what it is given.
    pub(super) fn template(
        &mut self,
        id: Id,
        callee: Id,
        arguments: Id,
    ) -> Result<(), NotAnalysable> {
        let is_format = |reducer| reducer == Some(Reducer::Format);
        let template = match *self.program.expression(callee) {
            Expression::Member(object, name)
                if is_format(self.world.method(self.program.text(name))) =>
            {
                let callee = self.resolver.meaning(callee)?;
                let mut paths = callee.values.iter().filter_map(Value::path);
                // `str.format` is given its template.
                if paths.any(|path| is_format(self.world.reducer(path))) {
                    self.resolver.argument(arguments, 0)
                } else {
                    Some(object)
                }
            }
            _ => None,
        };
        let Some(template) = template else { return Ok(()) };
        let meaning = self.resolver.meaning(template)?;
        let Some(text) = meaning.text() else { return Ok(()) };
        let members =
            text.split('{').skip(1).filter_map(|field| field.split(['}', ':', '!']).next());
        for member in members.flat_map(|field| field.split(['.', '[', ']']).skip(1)) {
            let of_any = self.world.member_of_any(member);
            let inner =
                member.starts_with("__") && member.ends_with("__") && !HARMLESS.contains(&member);
            if let Some(path) =
                of_any.or_else(|| inner.then(|| format!("{TEMPLATE}{member}").into()))
            {
                let value = Value::exact(What::Path(path.clone()));
                let seen = self.seen(FactKind::Reference, &value, &path, id);
                self.survey.seen.push(seen);
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
        let takes_all = |value: &Value| {
            value.path().and_then(|path| self.world.reducer(path)).is_some_and(Reducer::takes_all)
        };
        if callee.values.iter().any(takes_all) {
            self.all_of(id, first)?;
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
            let seen = self.seen(FactKind::Lookup, &value, object, id);
            self.survey.seen.push(seen);
        }
    }

    /// All members of something that rules name a member of.
    pub(super) fn all_of(&mut self, id: Id, object: Id) -> Result<(), NotAnalysable> {
        // `'{a}'.format(**locals())` takes what it names.
        let is_bound = self.program.role(object) == Role::Silent;
        if is_bound || self.text.at(self.program.span(id)).starts_with("**") {
            return Ok(());
        }
        if let Some(value) = self.resolver.sensitive(object)?
            && let Some(path) = value.path()
        {
            let seen = self.seen(FactKind::Lookup, &value, path, id);
            self.survey.seen.push(seen);
        }
        Ok(())
    }

    /// A member that is looked up by a name that is not known.
    pub(super) fn lookup(&mut self, id: Id, object: Id, name: Id) -> Result<(), NotAnalysable> {
        if self.program.role(id) != Role::Silent
            && let Some(value) = self.resolver.looked_up(object, name)?
            && let Some(path) = value.path()
        {
            let seen = self.seen(FactKind::Lookup, &value, path, id);
            self.survey.seen.push(seen);
        }
        Ok(())
    }
}
