//! What operators of JavaScript make of objects: texts. Programs are written of nothing else.

use std::rc::Rc;

use crate::Language;
use crate::fold;
use crate::program::Constant;
use crate::resolve::{Meaning, Resolver, Value, What};

impl Resolver<'_> {
    /// What an operator takes this for. Only JavaScript makes texts of objects.
    pub(super) fn primitive(&mut self, meaning: &Rc<Meaning>) -> Rc<Meaning> {
        let is_object = |value: &Value| value.constant().is_none();
        if !fold::is_script(self.language) || !meaning.values.iter().any(is_object) {
            return meaning.clone();
        }
        self.each(meaning, |this, value| {
            Some(match this.shown_object(value) {
                Some(text) => value.becomes(What::Constant(Constant::text(text))),
                None => value.clone(),
            })
        })
    }

    /// An object as a text.
    fn shown_object(&mut self, value: &Value) -> Option<String> {
        match &value.what {
            What::Items(_) => match self.joined(&Meaning::one(value.clone()), ",")? {
                What::Constant(Constant::Text(text)) => Some(text.to_string()),
                _ => None,
            },
            What::Pairs(_) => Some("[object Object]".to_owned()),
            What::Path(path) if &**path == "Array.prototype.entries()" => {
                Some("[object Array Iterator]".to_owned())
            }
            What::Path(path) if self.world.is_function(path) => {
                let name = path.rsplit('.').next().unwrap_or(path);
                Some(format!("function {name}() {{ [native code] }}"))
            }
            _ => None,
        }
    }

    /// A key as JavaScript takes it: `"10"` is a place, too, and `[]` is `""`.
    pub(super) fn key(&mut self, index: &Rc<Meaning>) -> Rc<Meaning> {
        if self.language == Language::Python || self.language == Language::Bash {
            return index.clone();
        }
        let index = self.primitive(index);
        self.each(&index, |_, value| {
            let place = value.constant().and_then(Constant::as_text).and_then(|text| {
                let number: i128 = text.parse().ok()?;
                (number.to_string() == **text).then_some(number)
            });
            Some(match place {
                Some(place) => value.becomes(What::Constant(Constant::Integer(place))),
                None => value.clone(),
            })
        })
    }
}
