//! The published schemas, and what keeps to them.

use serde_json::Value;

use super::root;

/// The schema that is published under this name.
fn published(name: &str) -> Value {
    let text = std::fs::read_to_string(root().join("schemas").join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Fails where another schema is published; with `BLESS`, publishes this one.
pub(crate) fn assert_published(name: &str, schema: &Value) {
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(root().join("schemas").join(name), format!("{schema:#}\n")).unwrap();
    }
    assert_eq!(
        published(name),
        *schema,
        "version 1 changes only by additions; if this is one, run with BLESS=1"
    );
}

/// Fails where something does not keep to the published schema.
pub(crate) fn assert_kept(name: &str, printed: &Value) {
    let validator = jsonschema::validator_for(&published(name)).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(printed).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?} in {printed:#}");
}
