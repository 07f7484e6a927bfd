//! Data that may be code, and loaders that run it.
//!
//! A table of names can say that `pickle.loads` runs what the data asks for, and that `yaml.SafeLoader` does
//! not. Who has written the data, and what a loader of one's own makes of it, has to be followed.

use std::ops::Range;

use lazaret_policy::prelude::*;
use lazaret_policy::types::Fact;

mod arrays;
mod fetched;
mod schema;
mod types;
mod yaml;

/// The policy. Its rules are explained in README.md.
#[policy]
#[derive(Default)]
pub struct Deserialization {
    /// Loaders of YAML of your own that make plain data alone, as calls name them. A `*` stands for any
    /// characters.
    #[schemars(inner(length(min = 1)))]
    allow: Vec<String>,
}

impl Policy for Deserialization {
    fn manifest() -> Manifest {
        let manifest = Manifest::new("deserialization", env!("CARGO_PKG_VERSION"))
            .summary("data that may be code, and loaders that run it")
            .license("Apache-2.0 OR MIT")
            .languages(["python", "javascript", "typescript", "tsx"])
            .wants_source()
            .calls(fetched::names())
            .calls(yaml::CALLS)
            .interests("reference", yaml::LOADERS)
            .calls(schema::CALLS)
            .interests("reference", schema::UNSAFE_NAMES)
            .calls(types::CALLS)
            .calls(arrays::CALLS);
        rules(manifest)
    }

    fn check(&self, cx: &mut Context) {
        let Some(text) = cx.source() else { return };
        fetched::report(cx, text);
        yaml::report(cx, text, &self.allow);
        schema::report(cx, text);
        types::report(cx, text);
        arrays::report(cx, text);
    }
}

const FETCHED: &str = "fetched-data";
const UNSAFE: &str = "unsafe-loader";
const UNKNOWN: &str = "unknown-loader";
const TYPES: &str = "all-types";
const ARRAYS: &str = "uncertain-pickle";

fn rules(manifest: Manifest) -> Manifest {
    let rule = |id, severity, title, help| Rule::new(id, severity, title).help(help).cwe(502);
    manifest
        .rule(rule(
            FETCHED,
            Severity::High,
            "another machine sends what is run",
            "send JSON, or check who has signed the data before it is read",
        ))
        .rule(rule(
            UNSAFE,
            Severity::High,
            "a loader makes any object that the document asks for",
            "make the loader of a safe one",
        ))
        .rule(rule(
            UNKNOWN,
            Severity::Medium,
            "what a loader makes is not known",
            "use `yaml.safe_load`, or name the loader in `allow`",
        ))
        .rule(rule(
            TYPES,
            Severity::High,
            "every type is trusted that the file names",
            "look at the types, and write down those that are trusted",
        ))
        .rule(rule(
            ARRAYS,
            Severity::Medium,
            "whether pickles are read, the program decides",
            "leave `allow_pickle` out",
        ))
}

/// The bytes of a call.
fn range(call: Call<'_>) -> Range<usize> {
    call.span().start_byte as usize..call.span().end_byte as usize
}

/// The facts among `facts` that stand in this part of the file.
fn within<'a>(
    facts: impl Iterator<Item = &'a Fact>,
    part: &Range<usize>,
) -> impl Iterator<Item = &'a Fact> {
    let is_in = |fact: &&Fact| {
        part.start <= fact.span.start_byte as usize && fact.span.end_byte as usize <= part.end
    };
    facts.filter(is_in)
}

/// Where a value stands that is given by this name, or else as the `nth` without one.
fn place(call: Call<'_>, text: &str, name: &str, nth: usize) -> Option<Range<usize>> {
    let named = call.arguments().position(|argument| argument.name() == Some(name));
    let placed = || {
        let unnamed = call.arguments().enumerate().filter(|(_, one)| one.name().is_none());
        unnamed.map(|(row, _)| row).nth(nth)
    };
    let place = call.places(text).into_iter().nth(named.or_else(placed)?)?;
    // With its name, it is written `name=value`.
    let written = &text[place.clone()];
    let value = named.map_or(Some(written), |_| written.split_once('=').map(|(_, value)| value))?;
    Some(place.end - value.trim_start().len()..place.end)
}
