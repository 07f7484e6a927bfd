//! Files that code reaches outside of its work directory.
//!
//! A table of names can say that `open` opens a file, and what its path begins with. Where a path
//! leads, one has to follow it: `/srv/../etc//shadow` begins like nothing that matters.

use lazaret_policy::prelude::*;
use lazaret_policy::types;

mod functions;
mod path;
mod places;
mod told;

use functions::Given;
use path::{Followed, follow, is_in};
use told::Catalogue;

/// The policy. Its rules are explained in README.md.
#[policy]
#[derive(Default)]
pub struct FileReach {
    /// Files and folders outside of the work directory that code may reach, with all that is in them:
    /// `/srv/data`, `~/.cache/shop`, `..`. With it, whatever else is outside is `not-allowed`.
    #[schemars(inner(length(min = 1)))]
    allow: Option<Vec<String>>,
    /// Files and folders that hold secrets, beside those that are known: `/srv/keys`, `~/.shop`.
    #[schemars(inner(length(min = 2)))]
    secrets: Vec<String>,
}

impl Policy for FileReach {
    fn manifest() -> Manifest {
        Manifest::new("file-reach", env!("CARGO_PKG_VERSION"))
            .summary("files that code reaches outside of its work directory")
            .license("Apache-2.0 OR MIT")
            .calls(functions::names())
            .calls(Catalogue::load().names())
            .strings(PARTS)
            .rule(
                Rule::new(HIDDEN, Severity::High, "a path hides that it leads to secrets")
                    .help("nobody writes it so but to get past a filter; look at who wrote this")
                    .cwe(22),
            )
            .rule(
                Rule::new(SECRET, Severity::High, "a file that holds secrets is reached")
                    .help("give the program what it needs, and nothing else")
                    .cwe(552),
            )
            .rule(
                Rule::new(NOT_ALLOWED, Severity::High, "the settings do not allow to reach a file")
                    .help("add the file or its folder to the policy's `allow`, or leave it alone")
                    .cwe(552),
            )
            .rule(
                Rule::new(
                    OUTSIDE,
                    Severity::Low,
                    "a file outside of the work directory is reached",
                )
                .help("name files by their path from the work directory"),
            )
    }

    fn check(&self, cx: &mut Context) {
        let file = File { cx, policy: self, catalogue: Catalogue::load() };
        let reached = cx.calls("*").filter_map(|call| Some((call, file.reached(call)?)));
        for (call, Reached { rule, message }) in reached {
            cx.report(rule, call).message(message);
        }
        for part in file.parts() {
            let message = format!("`{}` ends a path to a file that holds secrets", part.name);
            cx.report(SECRET, part).severity(Severity::Medium).message(message);
        }
    }
}

const HIDDEN: &str = "hidden-path";
const SECRET: &str = "secret-file";
const NOT_ALLOWED: &str = "not-allowed";
const OUTSIDE: &str = "outside";

/// Ends of paths that are put together with what is not known.
const PARTS: [&str; 9] = [
    "*.ssh/id_*",
    "*.aws/credentials*",
    "*.config/g*",
    "*.kube/config*",
    "*.docker/config.json*",
    "*.git-credentials*",
    "*.gnupg/*",
    "*.cargo/credentials*",
    "*/keyrings*",
];

/// The file at hand.
struct File<'a> {
    cx: &'a Context,
    policy: &'a FileReach,
    catalogue: Catalogue,
}

/// Something that a call reaches.
struct Reached {
    rule: &'static str,
    message: String,
}

impl File<'_> {
    /// The worst that a call reaches.
    fn reached(&self, call: Call<'_>) -> Option<Reached> {
        let paths = functions::paths(call, self.cx.language());
        let reached = paths.iter().filter_map(|given| self.judge(call.name(), given));
        reached.min_by_key(|reached| RULES.iter().position(|rule| *rule == reached.rule))
    }

    fn judge(&self, function: &str, given: &Given) -> Option<Reached> {
        let written = &given.path;
        let reached = |rule, what: &str| {
            Some(Reached { rule, message: format!("`{function}` reaches `{written}`{what}") })
        };
        let is_told = self.catalogue.tells(function, given);
        let places = path::places(written);
        let has_secrets =
            |place: &&Followed| places::has_secrets(&place.path, &self.policy.secrets);
        if let Some(Followed { path, is_roundabout }) =
            places.iter().find(has_secrets).filter(|_| !is_told)
        {
            let rule = if *is_roundabout { HIDDEN } else { SECRET };
            let is_as_written = !is_roundabout && *path == places[0].path;
            let other = if is_as_written { String::new() } else { format!(" is `{path}`, and") };
            return reached(rule, &format!(", which{other} holds secrets"));
        }
        let path = &places[0].path;
        if !places::is_outside(path) || is_told {
            return None;
        }
        match &self.policy.allow {
            Some(allow) if allow.iter().any(|folder| is_in(path, &follow(folder).path)) => None,
            Some(_) => reached(NOT_ALLOWED, ", which the settings do not allow"),
            // The catalogue tells it (`python/open-absolute`, `python/fs-home`).
            None if function == "open" && given.is_first() && written.starts_with(['/', '~']) => {
                None
            }
            None if function == "os.path.expanduser" => None,
            None => reached(OUTSIDE, ", outside of the work directory"),
        }
    }

    /// Texts that end a path to secrets, and that are given to no call of which something is said.
    fn parts(&self) -> impl Iterator<Item = &types::Fact> {
        let is_said = |call: &Call<'_>| {
            let mut given = call.arguments().map(Argument::text);
            given.any(|text| self.catalogue.tells_within(call.name(), text))
                || self.reached(*call).is_some()
        };
        let calls = self.cx.calls("*").filter(is_said);
        let told = merged(calls.map(Call::span).map(|span| (span.start_byte, span.end_byte)));
        let is_told = move |part: &types::Fact| {
            let row = told.partition_point(|(start, _)| *start <= part.span.start_byte);
            row > 0 && part.span.end_byte <= told[row - 1].1
        };
        let parts = self.cx.strings("*");
        parts.filter(move |part| places::is_part_with_secrets(&part.name) && !is_told(part))
    }
}

/// Ranges in order, those that overlap as one.
fn merged(ranges: impl Iterator<Item = (u32, u32)>) -> Vec<(u32, u32)> {
    let mut ranges: Vec<_> = ranges.collect();
    ranges.sort_unstable();
    ranges.dedup_by(|next, one| {
        let overlaps = next.0 <= one.1;
        if overlaps {
            one.1 = one.1.max(next.1);
        }
        overlaps
    });
    ranges
}

/// The rules, the worst first.
const RULES: [&str; 4] = [HIDDEN, SECRET, NOT_ALLOWED, OUTSIDE];
