//! A policy's settings, held against the schema that it publishes.
//!
//! A schema is somebody else's, and is compiled and run by the host: it fetches nothing, refers to
//! nothing, and its patterns are few and small, and take time in the length of what they are held
//! against and no more.

use std::fmt;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{PatternOptions, ValidationError, Validator};
use lazaret_analysis::printable;
use serde_json::{Map, Value};

use crate::Refusal;

/// More than any settings need, and little to read.
const LARGEST_SCHEMA: usize = 64 << 10;

/// Patterns in a schema.
const PATTERNS: usize = 64;

/// Bytes that one of them may be compiled to.
const PATTERN_SIZE: usize = 64 << 10;

/// Problems that are told.
const PROBLEMS: usize = 20;

/// Keywords by which a schema uses a part of itself again. Forty lines of them are 2^40 schemas.
const REFERENCES: [&str; 3] = ["$ref", "$dynamicRef", "$recursiveRef"];

/// What a policy without a schema is held against.
const NO_SETTINGS: &str = r#"{"additionalProperties": false}"#;

/// Keywords whose values are no schemas.
const DATA: [&str; 4] = ["const", "default", "enum", "examples"];

/// One thing that is wrong with a policy's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsProblem {
    /// Where, as a JSON pointer; empty for the whole.
    pub pointer: String,
    /// What.
    pub message: String,
    /// What stands there, where it is one of a choice.
    pub written: String,
    /// What could stand there instead, where it is one of a choice.
    pub choice: Vec<String>,
}

impl SettingsProblem {
    /// A problem without a choice.
    pub(crate) fn new(pointer: String, message: String) -> Self {
        Self { pointer, message, written: String::new(), choice: Vec::new() }
    }
}

impl fmt::Display for SettingsProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "/" } else { &self.pointer };
        write!(formatter, "{} (at `{place}`)", self.message)
    }
}

/// A policy's schema.
pub(crate) struct Schema {
    value: Value,
    validator: Validator,
}

impl Schema {
    /// The schema in `text`. A policy without one has no settings.
    pub(crate) fn new(text: &str) -> Result<Self, Refusal> {
        let wrong = |why: String| Refusal::Manifest(format!("its settings schema {why}"));
        if text.len() > LARGEST_SCHEMA {
            return Err(wrong(format!("has more than {LARGEST_SCHEMA} bytes")));
        }
        let text = if text.is_empty() { NO_SETTINGS } else { text };
        let mut value = serde_json::from_str(text).map_err(|_| wrong("is not JSON".to_owned()))?;
        modest(&value).map_err(wrong)?;
        name_what_is_refused(&mut value);
        let patterns =
            PatternOptions::regex().size_limit(PATTERN_SIZE).dfa_size_limit(PATTERN_SIZE);
        let options = jsonschema::options().with_pattern_options(patterns);
        let validator = options
            .build(&value)
            .map_err(|error| wrong(format!("is wrong: {}", printable(&error.to_string()))))?;
        Ok(Self { value, validator })
    }

    /// What is wrong with `settings`, by the schema's words.
    pub(crate) fn problems(&self, settings: &Value) -> Vec<SettingsProblem> {
        let errors = self.validator.iter_errors(settings);
        errors.flat_map(|error| self.mistakes(&error)).take(PROBLEMS).collect()
    }

    fn mistakes(&self, error: &ValidationError<'_>) -> Vec<SettingsProblem> {
        let pointer = error.instance_path().as_str();
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                let choice = self.properties(error.schema_path().as_str());
                let message = match (pointer, choice.as_slice()) {
                    ("", []) => "this policy has no settings",
                    _ => "there is no such setting",
                };
                let problem = |key: &String| SettingsProblem {
                    pointer: format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")),
                    message: message.to_owned(),
                    written: key.clone(),
                    choice: choice.clone(),
                };
                unexpected.iter().map(problem).collect()
            }
            kind => vec![SettingsProblem {
                pointer: pointer.to_owned(),
                message: printable(&error.to_string()),
                written: error.instance().as_str().unwrap_or_default().to_owned(),
                choice: match kind {
                    ValidationErrorKind::Enum { options } => texts(options),
                    _ => Vec::new(),
                },
            }],
        }
    }

    /// The settings that there are where `additionalProperties`, at this place in the schema, is broken.
    fn properties(&self, place: &str) -> Vec<String> {
        let object = place.rsplit_once('/').and_then(|(object, _)| self.value.pointer(object));
        let properties = object.and_then(|object| object["properties"].as_object());
        properties.into_iter().flat_map(|known| known.keys().map(|key| printable(key))).collect()
    }
}

/// Whether a schema takes no more time and memory than its length tells; if not, what it has.
fn modest(schema: &Value) -> Result<(), String> {
    let (mut pending, mut patterns) = (vec![schema], 0);
    while let Some(value) = pending.pop() {
        pending.extend(value.as_array().into_iter().flatten());
        for (key, value) in value.as_object().into_iter().flatten() {
            if REFERENCES.contains(&key.as_str()) {
                return Err(format!(
                    "has `{key}`, which is not followed; write out what it stands for"
                ));
            }
            patterns += match key.as_str() {
                "pattern" => 1,
                "patternProperties" => value.as_object().map_or(0, Map::len),
                _ => 0,
            };
            pending.push(value);
        }
    }
    if patterns > PATTERNS {
        return Err(format!("has {patterns} patterns, and {PATTERNS} are taken"));
    }
    Ok(())
}

/// Gives an object that may have nothing more an empty list of what it may have: without one, the
/// validator does not say which key is too much.
fn name_what_is_refused(schema: &mut Value) {
    if let Some(keys) = schema.as_object_mut()
        && keys.get("additionalProperties") == Some(&Value::Bool(false))
    {
        keys.entry("properties").or_insert_with(|| Map::new().into());
    }
    let parts = match schema {
        Value::Object(keys) => keys
            .iter_mut()
            .filter(|(key, _)| !DATA.contains(&key.as_str()))
            .map(|(_, part)| part)
            .collect(),
        Value::Array(parts) => parts.iter_mut().collect(),
        _ => Vec::new(),
    };
    parts.into_iter().for_each(name_what_is_refused);
}

fn texts(options: &Value) -> Vec<String> {
    let options = options.as_array().into_iter().flatten();
    options.filter_map(Value::as_str).map(printable).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Schema;

    fn problems(settings: &serde_json::Value) -> Vec<(String, Vec<String>)> {
        let schema = json!({
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "ports": { "type": "array", "items": { "type": "integer", "maximum": 65535 } },
                "level": { "enum": ["strict", "lax"] },
            },
        });
        let problems = Schema::new(&schema.to_string()).unwrap().problems(settings);
        problems.into_iter().map(|problem| (problem.to_string(), problem.choice)).collect()
    }

    #[test]
    fn every_problem_is_told_with_its_place_and_what_could_stand_there() {
        assert_eq!(problems(&json!({ "ports": [22], "level": "lax" })), []);
        let names = ["level".to_owned(), "ports".to_owned()].to_vec();
        let wrong = problems(&json!({ "port/s": 1, "ports": [22, 70000], "level": "srict" }));
        assert_eq!(wrong.len(), 3, "{wrong:?}");
        assert!(wrong.contains(&("there is no such setting (at `/port~1s`)".to_owned(), names)));
        let large = "70000 is greater than the maximum of 65535 (at `/ports/1`)";
        assert!(wrong.contains(&(large.to_owned(), Vec::new())), "{wrong:?}");
        assert!(wrong.iter().any(|(_, choice)| *choice == ["strict", "lax"]), "{wrong:?}");
    }

    #[test]
    fn a_policy_without_a_schema_has_no_settings() {
        let wrong = Schema::new("").unwrap().problems(&json!({ "a/b": 1 }));
        assert_eq!(wrong[0].to_string(), "this policy has no settings (at `/a~1b`)");
        assert_eq!(Schema::new("").unwrap().problems(&json!({})), []);
        // The user was told `False schema does not allow {"a/b":1}`.
        let schema = r#"{"type": "object", "additionalProperties": false}"#;
        let wrong = Schema::new(schema).unwrap().problems(&json!({ "a/b": 1 }));
        assert_eq!(wrong[0].to_string(), "this policy has no settings (at `/a~1b`)");
        let schema = format!(r#"{{"properties": {{"a": {schema}}}}}"#);
        let wrong = Schema::new(&schema).unwrap().problems(&json!({ "a": { "b": 1 } }));
        assert_eq!(wrong[0].to_string(), "there is no such setting (at `/a/b`)");
    }

    #[test]
    fn a_schema_that_is_none_or_fetches_something_is_refused() {
        for schema in [
            "no JSON",
            r#"{"type": "strnig"}"#,
            r#"{"$ref": "https://example.org/schema.json"}"#,
            r#"{"$ref": "file:///etc/passwd"}"#,
            // Takes for ever with a matcher that tries everything.
            r#"{"pattern": "(a+)+\\1$"}"#,
            // Once it is compiled it takes megabytes.
            r#"{"pattern": "\\w{100}\\pL{100}"}"#,
        ] {
            assert!(Schema::new(schema).is_err(), "{schema}");
        }
    }

    #[test]
    fn a_schema_takes_no_more_than_its_length_tells() {
        let error = |schema: serde_json::Value| {
            Schema::new(&schema.to_string()).err().map(|error| error.to_string())
        };
        let doubled = json!({ "allOf": [{ "$ref": "#/$defs/a" }, { "$ref": "#/$defs/a" }] });
        let text = error(json!({ "$defs": { "a": {} }, "properties": { "x": doubled } }));
        assert!(text.unwrap().contains("write out what it stands for"));
        let patterns = |count: usize| json!({ "allOf": vec![json!({ "pattern": "a" }); count] });
        assert_eq!(error(patterns(64)), None);
        assert!(error(patterns(65)).unwrap().contains("65 patterns"));
        let broken = json!({ "allOf": vec![json!({ "minProperties": 5 }); 100] });
        assert_eq!(Schema::new(&broken.to_string()).unwrap().problems(&json!({})).len(), 20);
    }
}
