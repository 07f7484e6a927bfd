//! What an expression may be: several things, with doubts.

use std::rc::Rc;

use crate::Resolution;
use crate::program::BindingId;

/// What an expression may be is kept up to this many values.
pub(super) const VALUES: usize = 8;

/// Bindings that a finding shows on its way. People read three.
const STEPS: usize = 16;

/// What an expression may be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meaning {
    /// Any of these.
    pub(crate) values: Vec<Value>,
    /// Or something else, which is not known.
    pub(crate) open: bool,
}

/// One thing that an expression may be.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    /// The thing.
    pub(crate) what: What,
    /// How sure that is.
    pub(crate) resolution: Resolution,
    /// What it was found through, the first binding first.
    pub(crate) way: Vec<Step>,
}

/// The sorts of things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// Something with a name of its own: `os.system`; of a call's result, `pathlib.Path()`.
    Path(Rc<str>),
    /// A constant text.
    Text(Rc<str>),
}

/// A binding that a name was followed through.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// The binding.
    pub(crate) binding: BindingId,
    /// What it binds the name to.
    pub(crate) path: Rc<str>,
}

impl Meaning {
    /// Adds a value, unless it is there.
    pub(super) fn add(&mut self, value: Value) {
        if self.values.iter().any(|known| known.what == value.what) {
            return;
        }
        if self.values.len() == VALUES {
            self.open = true;
        } else {
            self.values.push(value);
        }
    }

    /// Of several values, none is certain.
    pub(super) fn doubt(&mut self) {
        if self.values.len() > 1 || self.open {
            let exact = |value: &&mut Value| value.resolution == Resolution::Exact;
            self.values.iter_mut().filter(exact).for_each(|v| v.resolution = Resolution::Likely);
        }
    }
}

/// A value that a name was followed to.
pub(super) fn through(binding: BindingId, value: &Value) -> Value {
    let mut value = value.clone();
    if let What::Path(path) = &value.what
        && value.way.len() < STEPS
    {
        value.way.push(Step { binding, path: path.clone() });
    }
    value
}

/// What is only this.
pub(super) fn exact(what: What) -> Rc<Meaning> {
    let value = Value { what, resolution: Resolution::Exact, way: Vec::new() };
    Rc::new(Meaning { values: vec![value], open: false })
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
