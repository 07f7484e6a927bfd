//! Types that a file of skops may make.
//!
//! The catalogue tells `trusted=True`. What the file itself names is no better.

use std::ops::Range;

use lazaret_policy::Flow;
use lazaret_policy::prelude::*;

use crate::{TYPES, place, range};

/// A member `io` of a module is taken for Python's own.
pub(crate) const CALLS: [&str; 6] = [
    "io.get_untrusted_types",
    "io.load",
    "io.loads",
    "skops.io.get_untrusted_types",
    "skops.io.load",
    "skops.io.loads",
];

pub(crate) fn report(cx: &Context, text: &str) {
    let named: Vec<_> = cx.calls("*io.get_untrusted_types").map(range).collect();
    if named.is_empty() {
        return;
    }
    let asked_within = |part: &Range<usize>| {
        let is_in = |place: &Range<usize>| part.start <= place.start && place.end <= part.end;
        named.iter().any(is_in).then_some("get_untrusted_types")
    };
    let flow = Flow::read(text, asked_within);
    for call in cx.calls("*io.load*") {
        let Some(trusted) = place(call, text, "trusted", 1) else { continue };
        if asked_within(&trusted).or_else(|| flow.within(&trusted)).is_some() {
            cx.report(TYPES, call).message("`skops.io` trusts every type that the file names");
        }
    }
}
