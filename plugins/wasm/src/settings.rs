//! What a policy is told, held against the schema that it publishes.
//!
//! A schema is somebody else's: it fetches nothing, and its patterns take time in the length of
//! what they are held against and no more.

use std::fmt;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{PatternOptions, ValidationError, Validator};
use lazaret_analysis::printable;
use serde_json::Value;

use crate::Refusal;

/// More than any settings need, and little to read.
const LARGEST_SCHEMA: usize = 64 << 10;

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

/// The schema, compiled; nothing, where the policy has none.
pub(crate) fn validator(schema: &str) -> Result<Option<Validator>, Refusal> {
    let wrong = |why: String| Refusal::Manifest(format!("its settings schema {why}"));
    if schema.is_empty() {
        return Ok(None);
    }
    if schema.len() > LARGEST_SCHEMA {
        return Err(wrong(format!("has more than {LARGEST_SCHEMA} bytes")));
    }
    let schema: Value =
        serde_json::from_str(schema).map_err(|_| wrong("is not JSON".to_owned()))?;
    let options = jsonschema::options().with_pattern_options(PatternOptions::regex());
    let validator = options.build(&schema);
    validator
        .map(Some)
        .map_err(|error| wrong(format!("is wrong: {}", printable(&error.to_string()))))
}

/// What is wrong with `settings`, by the schema's words.
pub(crate) fn problems(schema: &str, settings: &Value) -> Result<Vec<SettingsProblem>, Refusal> {
    let Some(validator) = validator(schema)? else { return Ok(Vec::new()) };
    let schema: Value = serde_json::from_str(schema).expect("a validator was made of it");
    let errors = validator.iter_errors(settings);
    Ok(errors.flat_map(|error| explained(&error, &schema)).collect())
}

fn explained(error: &ValidationError<'_>, schema: &Value) -> Vec<SettingsProblem> {
    let pointer = error.instance_path().as_str();
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let choice = properties(error.schema_path().as_str(), schema);
            let problem = |key: &String| SettingsProblem {
                pointer: format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")),
                message: "there is no such setting".to_owned(),
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
fn properties(place: &str, schema: &Value) -> Vec<String> {
    let object = place.rsplit_once('/').and_then(|(object, _)| schema.pointer(object));
    let properties = object.and_then(|object| object["properties"].as_object());
    properties.into_iter().flat_map(|known| known.keys().map(|key| printable(key))).collect()
}

fn texts(options: &Value) -> Vec<String> {
    let options = options.as_array().into_iter().flatten();
    options.filter_map(Value::as_str).map(printable).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{problems, validator};

    fn told(settings: &serde_json::Value) -> Vec<(String, Vec<String>)> {
        let schema = json!({
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "ports": { "type": "array", "items": { "type": "integer", "maximum": 65535 } },
                "level": { "enum": ["strict", "lax"] },
            },
        });
        let problems = problems(&schema.to_string(), settings).unwrap();
        problems.into_iter().map(|problem| (problem.to_string(), problem.choice)).collect()
    }

    #[test]
    fn every_problem_is_told_with_its_place_and_what_could_stand_there() {
        assert_eq!(told(&json!({ "ports": [22], "level": "lax" })), []);
        let names = ["level".to_owned(), "ports".to_owned()].to_vec();
        let told = told(&json!({ "port/s": 1, "ports": [22, 70000], "level": "srict" }));
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told.contains(&("there is no such setting (at `/port~1s`)".to_owned(), names)));
        let large = "70000 is greater than the maximum of 65535 (at `/ports/1`)";
        assert!(told.contains(&(large.to_owned(), Vec::new())), "{told:?}");
        assert!(told.iter().any(|(_, choice)| *choice == ["strict", "lax"]), "{told:?}");
    }

    #[test]
    fn a_schema_that_is_none_or_fetches_something_is_refused() {
        assert!(validator("").unwrap().is_none());
        for schema in [
            "no JSON",
            r#"{"type": "strnig"}"#,
            r#"{"$ref": "https://example.org/schema.json"}"#,
            r#"{"$ref": "file:///etc/passwd"}"#,
            // Takes for ever with a matcher that tries everything.
            r#"{"pattern": "(a+)+\\1$"}"#,
        ] {
            assert!(validator(schema).is_err(), "{schema}");
        }
    }
}
