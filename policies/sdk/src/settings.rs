//! The settings of a policy: the fields of its struct.
//!
//! Their JSON Schema is derived from the same struct that they are read into, so neither can say
//! what the other does not know.

use schemars::generate::SchemaSettings;
use schemars::transform::transform_subschemas;
use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A policy with its settings. The attribute [`crate::policy`] implements it.
pub trait Settings: Sized {
    /// A JSON Schema of them; empty where there are none.
    fn schema() -> String;

    /// The policy with the settings in `json`, or what is wrong with them.
    fn read(json: &str) -> Result<Self, String>;
}

/// Settings that are fields.
#[doc(hidden)]
#[macro_export]
macro_rules! settings_of {
    ($policy:ty) => {
        impl $crate::Settings for $policy {
            fn schema() -> ::std::string::String {
                $crate::settings::schema::<Self>()
            }

            fn read(json: &str) -> ::std::result::Result<Self, ::std::string::String> {
                $crate::settings::read(json)
            }
        }
    };
}

/// No settings.
#[doc(hidden)]
#[macro_export]
macro_rules! no_settings {
    ($policy:ident) => {
        impl $crate::Settings for $policy {
            fn schema() -> ::std::string::String {
                ::std::string::String::new()
            }

            fn read(_: &str) -> ::std::result::Result<Self, ::std::string::String> {
                ::std::result::Result::Ok($policy)
            }
        }
    };
}

/// What is derived of the fields.
#[doc(hidden)]
pub fn schema<S: JsonSchema>() -> String {
    // The host follows no references.
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.with_transform(plain).into_generator().into_root_schema_for::<S>();
    // The policy's name and documentation, which its manifest has.
    schema.remove("title");
    schema.remove("description");
    Value::from(schema).to_string()
}

/// Says it in the words that errors and users read best.
fn plain(schema: &mut Schema) {
    transform_subschemas(&mut plain, schema);
    without_null(schema);
    if let Some(words) = schema.get("oneOf").and_then(words) {
        schema.remove("oneOf");
        schema.insert("type".to_owned(), "string".into());
        schema.insert("enum".to_owned(), words);
    }
    if let Some(Value::String(text)) = schema.get_mut("description") {
        // Where lines of a comment end says nothing; paragraphs do.
        let paragraphs = text.split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
        *text = paragraphs.collect::<Vec<_>>().join("\n\n");
    }
}

/// Settings are written in TOML, which has no null: what is optional is left out.
fn without_null(schema: &mut Schema) {
    if schema.get("default") == Some(&Value::Null) {
        schema.remove("default");
    }
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = &mut types[..] {
            let only = only.take();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(forms)) = schema.get_mut("anyOf") {
        forms.retain(|form| form["type"] != "null");
        if let [Value::Object(only)] = &mut forms[..] {
            let only = std::mem::take(only);
            schema.remove("anyOf");
            for (key, value) in only {
                schema.ensure_object().entry(key).or_insert(value);
            }
        }
    }
}

/// The words that a type is a choice of, those with documentation of their own too.
fn words(forms: &Value) -> Option<Value> {
    let mut words = Vec::new();
    for form in forms.as_array()? {
        match (form.get("const"), form.get("enum")) {
            (Some(word), _) if word.is_string() => words.push(word.clone()),
            (_, Some(Value::Array(more))) => words.extend(more.iter().cloned()),
            _ => return None,
        }
    }
    Some(Value::Array(words))
}

/// What stands in `json`.
#[doc(hidden)]
pub fn read<S: DeserializeOwned>(json: &str) -> Result<S, String> {
    serde_json::from_str(json).map_err(|error| format!("the settings cannot be read: {error}"))
}
