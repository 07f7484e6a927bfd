//! Schemas that `load` of js-yaml is given.
//!
//! The catalogue tells those that are written where it is called. Here is told what a name stands for:
//! `const schema = yaml.DEFAULT_FULL_SCHEMA`.

use std::ops::Range;

use lazaret_policy::Flow;
use lazaret_policy::prelude::*;

use crate::{UNSAFE, within};

pub(crate) const CALLS: [&str; 2] = ["js-yaml.load", "js-yaml.loadAll"];

/// Names of schemas that have functions in them, and of the package that has them since version 4.
pub(crate) const UNSAFE_NAMES: [&str; 2] = ["js-yaml.DEFAULT_FULL_SCHEMA", "js-yaml-js-types*"];

/// What the catalogue looks for among the options.
const TOLD: [&str; 3] = ["DEFAULT_FULL_SCHEMA", "js-yaml-js-types", "jsTypes"];

pub(crate) fn report(cx: &Context, text: &str) {
    let calls = cx.calls("js-yaml.*").filter(|call| CALLS.contains(&call.name()));
    let is_told = |call: &Call<'_>| {
        call.arguments().any(|argument| TOLD.iter().any(|told| argument.text().contains(told)))
    };
    let open: Vec<Call<'_>> = calls.filter(|call| !is_told(call)).collect();
    if open.is_empty() || cx.facts("reference", "*").next().is_none() {
        return;
    }
    let unsafe_within = |part: &Range<usize>| {
        let mut names = UNSAFE_NAMES.iter().flat_map(|name| cx.facts("reference", name));
        within(&mut names, part).next().map(|fact| fact.name.as_str())
    };
    let flow = Flow::read(text, unsafe_within);
    for call in open {
        let Some(options) = call.places(text).into_iter().nth(1) else { continue };
        let Some(schema) = flow.within(&options) else { continue };
        let message = format!("`{}` uses `{schema}`, which makes functions", call.name());
        cx.report(UNSAFE, call).message(message);
    }
}
