//! One mistake in the configuration: where, which key, what is wrong, and what is right.

use figment::error::{Actual, Kind};
use figment::{Figment, Metadata, Source};
use thiserror::Error;

use super::secret::hidden;

/// One mistake in the configuration.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("cannot use {key}: {reason}", key = Named(.origin, .key))]
pub struct ConfigError {
    /// The file, variable or flag that holds the mistake.
    pub origin: String,
    /// The key, with its table: `execution.timeout`. Empty where the file is no TOML.
    pub key: String,
    /// What is wrong.
    pub reason: String,
    /// What the user can do.
    pub help: Option<String>,
    /// Further mistakes, in the order they are told.
    pub more: Vec<ConfigError>,
}

/// `` `key` of `origin` ``, or only the origin.
struct Named<'a>(&'a str, &'a str);

impl std::fmt::Display for Named<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self(origin, "") => write!(formatter, "{origin}"),
            Self(origin, key) => write!(formatter, "`{key}` of {origin}"),
        }
    }
}

/// Figment's error, in our words. `table` is what was being read.
pub(super) fn from_figment(
    figment: &Figment,
    error: &figment::Error,
    table: &[&str],
) -> ConfigError {
    // What Figment makes of a path has a part more than what the user wrote.
    let written = error.path.iter().map(String::as_str).filter(|part| !part.starts_with("___"));
    let mut path: Vec<&str> = written.collect();
    // Figment puts the table that was asked for behind the keys in it.
    path.truncate(path.len() - if path.ends_with(table) { table.len() } else { 0 });
    path.splice(0..0, table.iter().copied());
    let (reason, help) = match &error.kind {
        Kind::UnknownField(field, known) => {
            if path.last() != Some(&field.as_str()) {
                path.push(field);
            }
            ("there is no such key".to_owned(), Some(suggest(field, known)))
        }
        Kind::UnknownVariant(name, known) => {
            (format!("there is no `{name}`"), Some(suggest(name, known)))
        }
        Kind::MissingField(field) => {
            path.push(field);
            ("it is missing".to_owned(), None)
        }
        Kind::InvalidType(actual, expected) | Kind::InvalidValue(actual, expected) => {
            (format!("found {}, expected {}", found(actual), wanted(expected)), None)
        }
        // Of a struct serde would take a list, too.
        Kind::InvalidLength(_, expected) if wanted(expected) == "a table" => {
            ("found a list, expected a table".to_owned(), None)
        }
        Kind::Message(text) => (text.trim_end().to_owned(), None),
        other => (other.to_string(), None),
    };
    let key = path.join(".");
    let help = moved(&path).or(help);
    let origin =
        error.metadata.as_ref().map_or_else(|| origin(figment, &key), |known| name(known, &key));
    ConfigError { origin, key, reason: hidden(reason), help, more: Vec::new() }
}

/// Keys that there were, and what there is in their place.
const MOVED: [([&str; 2], &str); 3] = [
    (
        ["policies", "bundled"],
        "each policy has a table now; `[policies.NAME]` with `mode = \"off\"` switches one off",
    ),
    (
        ["policies", "paths"],
        "each policy has a table now: `[policies.NAME]` with `source = \"FILE.wasm\"`",
    ),
    (["policies", "settings"], "each policy has a table now: `[policies.NAME.settings]`"),
];

/// What there is in place of a key that there was.
fn moved(path: &[&str]) -> Option<String> {
    let (_, help) = MOVED.iter().find(|(old, _)| path.starts_with(old))?;
    Some((*help).to_owned())
}

/// What was found, in words for people who write TOML.
fn found(actual: &Actual) -> String {
    match actual {
        Actual::Bool(value) => format!("`{value}`"),
        Actual::Unsigned(value) => format!("the number `{value}`"),
        Actual::Signed(value) => format!("the number `{value}`"),
        Actual::Float(value) => format!("the number `{value}`"),
        Actual::Str(value) => format!("the text {value:?}"),
        Actual::Seq => "a list".to_owned(),
        Actual::Map => "a table".to_owned(),
        other => other.to_string(),
    }
}

/// What was wanted; serde names Rust's types.
fn wanted(expected: &str) -> &str {
    match expected {
        "a sequence" => "a list",
        "a string" | "a character" | "path string" => "a text in quotes",
        "a boolean" => "`true` or `false`",
        "u32" => "a whole number, 0 or greater",
        "a nonzero u32" => "a whole number greater than 0",
        _ if expected == "a map" || expected.starts_with("struct ") => "a table",
        other => other,
    }
}

/// The error of a key that nothing reads.
pub(super) fn unknown_key(figment: &Figment, key: &str, name: &str, known: &[&str]) -> ConfigError {
    ConfigError {
        origin: origin(figment, key),
        key: key.to_owned(),
        reason: "there is no such key".to_owned(),
        help: Some(suggest(name, known)),
        more: Vec::new(),
    }
}

/// The layer that set `key`, or that it would stand in.
pub(super) fn origin(figment: &Figment, key: &str) -> String {
    figment
        .find_metadata(key)
        .map_or_else(|| "the configuration".to_owned(), |known| name(known, key))
}

/// A layer's name as the user knows it.
pub(super) fn name(metadata: &Metadata, key: &str) -> String {
    match &metadata.source {
        Some(Source::File(path)) => format!("`{}`", path.display()),
        _ if metadata.name.contains("environment variable") => {
            format!("the variable `LAZARET_{}`", key.replace('.', "__").to_uppercase())
        }
        _ => metadata.name.to_string(),
    }
}

/// "did you mean `timeout`?", or, where nothing is near, all there is.
pub(crate) fn suggest(name: &str, known: &[&str]) -> String {
    match nearest(name, known) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None if known.is_empty() => "remove it".to_owned(),
        None => format!("there are: {}", quoted(known)),
    }
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The name that was most probably meant: at most a third of its letters differ.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let distance = |other: &str| strsim::damerau_levenshtein(&name.to_lowercase(), other);
    let best = known.iter().copied().min_by_key(|other| distance(other))?;
    (distance(best) <= best.len().max(3) / 3).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_name_is_suggested_and_a_far_one_is_not() {
        assert_eq!(suggest("timeuot", &["memory", "timeout"]), "did you mean `timeout`?");
        assert_eq!(suggest("colour", &["memory", "timeout"]), "there are: `memory`, `timeout`");
    }
}
