//! `lazaret config show` and `lazaret config schema`.

use std::fmt::Write;

use figment::value::Value;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, json};

use super::secret::hidden;
use super::{Config, Top, error};
use crate::app::App;
use crate::serve::ServeConfig;
use crate::stages::command::CommandConfig;

/// Every value with where it came from, one to a line, in TOML.
pub fn show(config: &Config) -> String {
    let mut lines = Vec::new();
    let top: Value = config.figment.extract().unwrap_or_else(|_| Value::from(String::new()));
    flatten(config, "", &top, &mut lines);
    let width =
        lines.iter().map(|(line, _)| line.len()).filter(|width| *width < 50).max().unwrap_or(0);
    lines.iter().fold(String::new(), |mut text, (line, origin)| {
        let _ = writeln!(text, "{line:width$}  # {origin}");
        text
    })
}

/// The leaves below `value`. Empty tables are shown too: they tell that a key exists.
fn flatten(config: &Config, key: &str, value: &Value, lines: &mut Vec<(String, String)>) {
    let Some(dict) = value.as_dict().filter(|dict| !dict.is_empty()) else {
        let metadata = config.figment.get_metadata(value.tag());
        let origin = metadata.map_or("the defaults".into(), |known| error::name(known, key));
        lines.push((format!("{key} = {}", toml_value(value)), origin));
        return;
    };
    for (name, below) in dict {
        let name = toml_key(name);
        let below_key = if key.is_empty() { name } else { format!("{key}.{name}") };
        flatten(config, &below_key, below, lines);
    }
}

fn toml_key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(bare) { name.to_owned() } else { format!("{name:?}") }
}

fn toml_value(value: &Value) -> String {
    toml::Value::try_from(value).map_or_else(|_| "?".to_owned(), |value| shown(value).to_string())
}

/// The value, without the passwords of addresses in it.
fn shown(value: toml::Value) -> toml::Value {
    match value {
        toml::Value::String(text) => toml::Value::String(hidden(text)),
        toml::Value::Array(all) => toml::Value::Array(all.into_iter().map(shown).collect()),
        toml::Value::Table(all) => {
            toml::Value::Table(all.into_iter().map(|(key, value)| (key, shown(value))).collect())
        }
        other => other,
    }
}

/// The JSON Schema of a configuration file, for editors and for checking in CI.
pub fn schema(app: &App) -> serde_json::Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let mut properties = Map::new();
    let top = generator.root_schema_for::<Top>();
    if let Some(keys) = top.get("properties").and_then(|value| value.as_object()) {
        properties.extend(keys.clone());
    }
    let mut add =
        |name: &str, schema: Schema| properties.insert(name.to_owned(), schema.to_value());
    for part in &app.stages {
        add(part.name, (part.schema)(&mut generator));
    }
    for part in &app.runners {
        add(part.name, (part.schema)(&mut generator));
    }
    add("serve", ServeConfig::json_schema(&mut generator));
    let command = generator.subschema_for::<CommandConfig>();
    properties.insert("stages".into(), json!({"type": "object", "additionalProperties": command}));
    // A file names only what it changes.
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The configuration of Lazaret",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "$defs": generator.take_definitions(true),
    });
    make_optional(&mut schema);
    schema
}

/// The defaults fill in what a file leaves out, so nothing is required of it but of a command.
fn make_optional(schema: &mut serde_json::Value) {
    for pointer in ["/properties", "/$defs"] {
        let tables = schema.pointer_mut(pointer).and_then(serde_json::Value::as_object_mut);
        for (name, table) in tables.into_iter().flatten() {
            if let Some(table) = table.as_object_mut().filter(|_| name != "CommandConfig") {
                table.remove("required");
            }
        }
    }
}
