//! `package.json`: its tables of packages and versions.

use serde_json::Value;

use super::{Group, Manifest, Refusal, Requirement, line_of, npm};
use crate::Ecosystem;

/// The tables, and when what is in them is needed.
const TABLES: [(&str, Group); 4] = [
    ("dependencies", Group::Run),
    ("peerDependencies", Group::Run),
    ("optionalDependencies", Group::Optional),
    ("devDependencies", Group::Development),
];

/// Reads the tables.
pub(super) fn read(manifest: &mut Manifest, text: &str) {
    let read: Value = match serde_json::from_str(text) {
        Ok(read) => read,
        Err(error) => return manifest.unreadable(&error.to_string(), error.line().max(1)),
    };
    manifest.own.extend(read["name"].as_str().map(str::to_owned));
    for (table, group) in TABLES {
        let start = text.find(&format!("\"{table}\"")).unwrap_or_default();
        match &read[table] {
            Value::Null => {}
            Value::Object(packages) => {
                for (name, range) in packages {
                    let line = line_of(text, start + place(&text[start..], name));
                    keep(manifest, name, range, group, line);
                }
            }
            _ => manifest.refuse(table, Refusal::Shape("table"), line_of(text, start)),
        }
    }
}

/// Where a key stands in a text.
fn place(text: &str, key: &str) -> usize {
    let written = format!("\"{key}\"");
    let is_key = |at: &usize| text[at + written.len()..].trim_start().starts_with(':');
    text.match_indices(&written).map(|(at, _)| at).find(is_key).unwrap_or_default()
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
        }),
        Err(reason) => manifest.refuse(&format!("{name}: {range}"), reason, line),
    }
}
