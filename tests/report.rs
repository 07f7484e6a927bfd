//! The report as JSON is a promise: its schema is published, and reports keep to it.

use serde_json::Value;

use crate::support::{Place, root};

fn published() -> Value {
    let text = std::fs::read_to_string(root().join("schemas/report.v1.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_published_schema_is_the_reports() {
    let schema = lazaret::report::v1::schema();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(root().join("schemas/report.v1.json"), format!("{schema:#}\n")).unwrap();
    }
    assert_eq!(
        published(),
        schema,
        "version 1 changes only by additions; if this is one, run with BLESS=1"
    );
}

#[test]
fn real_reports_keep_to_the_schema() {
    let validator = jsonschema::validator_for(&published()).unwrap();
    let place = Place::new();
    place.write("ok.py", "def main(): return None\n");
    place.write("bad.py", "import os as o\nimport requests\no.system('id')\n");
    place.write("bytes.py", b"\xff\n");
    place.write("raw.py", "import sys\nsys.stdout.buffer.write(b'\\xff')\n");
    let commands: [&[&str]; 5] = [
        &["check", ".", "--json"],
        &["check", "bytes.py", "--json"],
        &["run", "ok.py", "--main", "--json"],
        &["run", "raw.py", "--json"],
        &["run", "bad.py", "--json"],
    ];
    for command in commands {
        let report = place.lazaret(command).json();
        let errors: Vec<String> =
            validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{command:?}: {errors:?}");
    }
    let report = place.lazaret(&["run", "raw.py", "--json"]).json();
    assert_eq!(report["outcome"]["stdout"]["base64"], "/w==");
}
