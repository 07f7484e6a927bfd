//! Arrays of numpy that may hold pickles. The catalogue tells `allow_pickle=True`.

use lazaret_policy::Fix;
use lazaret_policy::prelude::*;

use crate::{ARRAYS, place};

pub(crate) const CALLS: [&str; 1] = ["numpy.load"];

pub(crate) fn report(cx: &Context, text: &str) {
    for call in cx.calls("numpy.load") {
        let allows = call.argument("allow_pickle").or(call.positional(2));
        // Of options that are computed as a whole nothing is known.
        if !allows.is_computed() || allows.text().starts_with('*') {
            continue;
        }
        let report = cx.report(ARRAYS, call);
        if let Some(place) = place(call, text, "allow_pickle", 2) {
            let fix = Fix::new("read no pickles", Applicability::Review);
            let message =
                format!("`numpy.load` reads pickles where `{}` says so", &text[place.clone()]);
            report.message(message).fix(fix.replace(place, "False"));
        }
    }
}
