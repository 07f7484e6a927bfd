//! The report as JSON is a promise: its schema is published, and reports keep to it.

use crate::support::Place;
use crate::support::schema::{assert_kept, assert_published};

const SCHEMA: &str = "report.v1.json";

#[test]
fn the_published_schema_is_the_reports() {
    assert_published(SCHEMA, &lazaret::report::v1::schema());
}

#[test]
fn the_published_schema_is_the_events() {
    assert_published("events.v1.json", &lazaret::report::events::schema());
}

#[test]
fn real_reports_keep_to_the_schema() {
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
        assert_kept(SCHEMA, &report);
    }
    let report = place.lazaret(&["run", "raw.py", "--json"]).json();
    assert_eq!(report["outcome"]["stdout"]["base64"], "/w==");
}
