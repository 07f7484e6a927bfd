//! Loaders that `yaml.load` is given in Python.
//!
//! The catalogue tells those of `PyYAML` that make any object. Here is judged what has another name, or
//! several: a class of the file itself, `CSafeLoader` where there is one, what a function gives back.

use std::ops::Range;

use lazaret_policy::prelude::*;
use lazaret_policy::{Fix, pattern};

use crate::{UNKNOWN, UNSAFE, place, within};

pub(crate) const CALLS: [&str; 2] = ["yaml.load", "yaml.load_all"];

/// What they are called as values.
pub(crate) const LOADERS: [&str; 1] = ["yaml.*Loader"];

/// Loaders of `PyYAML` that make plain data alone.
const SAFE: [&str; 4] =
    ["yaml.BaseLoader", "yaml.CBaseLoader", "yaml.CSafeLoader", "yaml.SafeLoader"];

/// Classes that are made of each other, at most.
const STEPS: usize = 8;

/// What a loader makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Makes {
    PlainData,
    AnyObject,
    Unknown,
}

pub(crate) fn report(cx: &Context, text: &str, allow: &[String]) {
    for call in cx.calls("yaml.load*").filter(|call| CALLS.contains(&call.name())) {
        let place = place(call, text, "Loader", 1);
        let loader = place.clone().map_or("what it is given", |place| &text[place]);
        let is_allowed = allow.iter().any(|allowed| pattern::matches(allowed, loader));
        // Without a loader, the catalogue tells it.
        if call.arguments().count() < 2 || is_allowed {
            continue;
        }
        let makes = place.clone().map_or(Makes::Unknown, |place| makes(&place, cx, text));
        let (rule, what) = match makes {
            Makes::PlainData => continue,
            Makes::AnyObject if is_told(place.as_ref(), cx) => continue,
            Makes::AnyObject => (UNSAFE, "which makes any object that the document asks for"),
            Makes::Unknown => (UNKNOWN, "of which is not known what it makes"),
        };
        let message = format!("`{}` uses `{loader}`, {what}", call.name());
        let report = cx.report(rule, call).message(message);
        if let Some(place) = place.filter(|_| is_named_yaml(call, text)) {
            let title = "make plain data alone";
            report.fix(Fix::new(title, Applicability::Review).replace(place, "yaml.SafeLoader"));
        }
    }
}

/// Whether a call of `yaml.load` makes plain data alone.
pub(crate) fn is_safe(call: Call<'_>, cx: &Context, text: &str) -> bool {
    let place = place(call, text, "Loader", 1);
    place.is_some_and(|place| makes(&place, cx, text) == Makes::PlainData)
}

/// What loaders make that stand in this part of the file.
fn makes(part: &Range<usize>, cx: &Context, text: &str) -> Makes {
    makes_after(part, cx, text, STEPS)
}

fn makes_after(part: &Range<usize>, cx: &Context, text: &str, steps: usize) -> Makes {
    let mut names = within(cx.facts("reference", LOADERS[0]), part).peekable();
    if names.peek().is_some() {
        let are_safe = names.all(|fact| SAFE.contains(&fact.name.as_str()));
        return if are_safe { Makes::PlainData } else { Makes::AnyObject };
    }
    let bases = (steps > 0).then(|| bases(&text[part.clone()], text)).flatten();
    let Some(bases) = bases else { return Makes::Unknown };
    // The first that is known decides: the others are what PyYAML's own loaders are made of, too.
    let mut made = bases.iter().map(|base| makes_after(base, cx, text, steps - 1));
    made.find(|makes| *makes != Makes::Unknown).unwrap_or(Makes::Unknown)
}

/// What a class of the file is made of.
fn bases(class: &str, text: &str) -> Option<Vec<Range<usize>>> {
    let head = format!("class {class}(");
    let begin = text.find(&head)? + head.len();
    let mut bases = Vec::new();
    let mut at = begin;
    for base in text[begin..].split_once(')')?.0.split(',') {
        let blanks = base.len() - base.trim_start().len();
        bases.push(at + blanks..at + blanks + base.trim().len());
        at += base.len() + 1;
    }
    Some(bases)
}

/// Whether the catalogue tells it: the loader has one name.
fn is_told(place: Option<&Range<usize>>, cx: &Context) -> bool {
    let Some(place) = place else { return false };
    let names: Vec<_> = within(cx.facts("reference", LOADERS[0]), place).collect();
    let is_whole = |span: lazaret_policy::Span| {
        span.start_byte as usize == place.start && span.end_byte as usize == place.end
    };
    matches!(names.as_slice(), [name] if is_whole(name.span))
}

/// Whether the module has its own name where the call stands, so that `yaml.SafeLoader` is right there.
fn is_named_yaml(call: Call<'_>, text: &str) -> bool {
    text[crate::range(call)].starts_with("yaml.")
}
