//! `package.json`: its tables of packages and versions.

use std::collections::HashMap;

use serde_json::Value;

use super::{Group, Manifest, Refusal, Requirement, line_of, npm};
use crate::{Ecosystem, Span};

/// The tables, and when what is in them is needed.
const TABLES: [(&str, Group); 4] = [
    ("dependencies", Group::Run),
    ("peerDependencies", Group::Run),
    ("optionalDependencies", Group::Optional),
    ("devDependencies", Group::Development),
];

/// Where npm, yarn and pnpm are told to take another package in place of one that others ask for.
const REPLACING: [&[&str]; 3] = [&["overrides"], &["resolutions"], &["pnpm", "overrides"]];

/// Reads the tables.
pub(super) fn read(manifest: &mut Manifest, text: &str) {
    let read: Value = match serde_json::from_str(text) {
        Ok(read) => read,
        Err(error) => return manifest.unreadable(&error.to_string(), error.line().max(1)),
    };
    manifest.own.extend(read["name"].as_str().map(str::to_owned));
    for (table, group) in TABLES {
        let start = text.find(&format!("\"{table}\"")).unwrap_or_default();
        let lines = lines(text, start);
        match &read[table] {
            Value::Null => {}
            Value::Object(packages) => {
                for (name, range) in packages {
                    let line = lines.get(name.as_str()).copied();
                    let line = line.unwrap_or_else(|| line_of(text, start));
                    keep(manifest, name, range, group, line);
                }
            }
            _ => manifest.refuse(table, Refusal::Shape("table"), line_of(text, start)),
        }
    }
    for path in REPLACING {
        let table = path.iter().fold(&read, |table, key| &table[key]);
        let start = text.find(&format!("\"{}\"", path[0])).unwrap_or_default();
        replace(manifest, table, &lines(text, start), line_of(text, start));
    }
}

/// Keeps the packages that are taken in place of others, however deep they are in the table. They are
/// needed where the others are. A version in place of another brings nothing new.
fn replace(manifest: &mut Manifest, table: &Value, lines: &HashMap<&str, usize>, line: usize) {
    for (key, value) in table.as_object().into_iter().flatten() {
        let line = lines.get(key.as_str()).copied().unwrap_or(line);
        if let Some((name, range)) = value.as_str().and_then(npm::alias) {
            keep(manifest, name, &range.into(), Group::Optional, line);
        }
        replace(manifest, value, lines, line);
    }
}

/// Keeps `lodash@^4`, `@scope/name@1`, or a name alone.
pub(super) fn ask(manifest: &mut Manifest, word: &str, line: usize) {
    let (scope, rest) = word.split_at(usize::from(word.starts_with('@')));
    let (name, range) = rest.split_once('@').unwrap_or((rest, "*"));
    let name = format!("{scope}{name}");
    if manifest.requirements.iter().any(|one| one.name == name) {
        return manifest.refuse(word, Refusal::Twice(name), line);
    }
    keep(manifest, &name, &range.into(), Group::Run, line);
}

/// The lines of keys behind a place, where they are written without escapes.
fn lines(text: &str, start: usize) -> HashMap<&str, usize> {
    let mut lines = HashMap::new();
    let mut line = line_of(text, start);
    let mut before = "";
    for (at, part) in text[start..].split('"').enumerate() {
        // What comes before a colon is a key.
        if at > 0 && part.trim_start().starts_with(':') {
            lines.entry(before).or_insert(line);
        }
        line += part.matches('\n').count();
        before = part;
    }
    lines
}

fn keep(manifest: &mut Manifest, name: &str, range: &Value, group: Group, line: usize) {
    let Some(range) = range.as_str() else {
        return manifest.refuse(name, Refusal::Shape("range of versions"), line);
    };
    match npm::range(name, range) {
        Ok(()) => manifest.requirements.push(Requirement {
            ecosystem: Ecosystem::Npm,
            name: name.to_owned(),
            versions: range.trim().to_owned(),
            extras: Vec::new(),
            marker: None,
            group,
            line,
            span: Span::default(),
        }),
        Err(reason) => {
            manifest.refuse(&format!("{name}: {range}"), reason, line);
            let refused = manifest.refused.last_mut().expect("it was just refused");
            let name = npm::alias(range).map_or(name, |(name, _)| name);
            refused.name = npm::is_name(name).then(|| name.to_owned());
        }
    }
}
