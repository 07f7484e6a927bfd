//! What happens while a program is prepared and runs, as JSON, version 1: an object for each event.
//!
//! As with the report, these types are the wire format, and change only by additions;
//! `schemas/events.v1.json` is their published schema.

use lazaret_sandbox as sandbox;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::v1::{Report, encoded};

/// Something that happens.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum Event {
    /// Packages are being installed for the program.
    Installing {
        /// What the installer says it does.
        message: String,
        /// How much of this step is done; null where nobody knows.
        percent: Option<u8>,
    },
    /// The program printed to standard output.
    Stdout(Text),
    /// The program printed to standard error.
    Stderr(Text),
    /// The last event: what the request would have been answered with at once.
    Report {
        /// The status that it would have been answered with.
        status: u16,
        /// The report, as in `schemas/report.v1.json`.
        #[schemars(with = "Value")]
        report: Box<Report>,
    },
}

/// A part of what was printed. Characters are never cut in two.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Text {
    /// As text; bytes that are not UTF-8 are replaced.
    text: String,
    /// The exact bytes in Base64, where they are not UTF-8.
    base64: Option<String>,
}

/// The JSON schema of an event.
pub fn schema() -> Value {
    schemars::schema_for!(Event).to_value()
}

/// Turns what runners tell into events.
#[derive(Default)]
pub(crate) struct Teller {
    stdout: Characters,
    stderr: Characters,
}

impl Teller {
    /// Nothing, where that is only the beginning of a character.
    pub(crate) fn tell(&mut self, event: sandbox::Event) -> Option<Event> {
        Some(match event {
            sandbox::Event::Stdout(bytes) => Event::Stdout(self.stdout.text(bytes)?),
            sandbox::Event::Stderr(bytes) => Event::Stderr(self.stderr.text(bytes)?),
            sandbox::Event::Installing(sandbox::Progress { message, percent }) => {
                Event::Installing { message, percent }
            }
        })
    }

    /// The characters that never became whole.
    pub(crate) fn rest(self) -> impl Iterator<Item = Event> {
        let stdout = self.stdout.rest().map(Event::Stdout);
        stdout.into_iter().chain(self.stderr.rest().map(Event::Stderr))
    }
}

/// A stream of bytes, and the beginning of a character that has come of it.
#[derive(Default)]
struct Characters {
    begun: Vec<u8>,
}

impl Characters {
    fn text(&mut self, bytes: Vec<u8>) -> Option<Text> {
        let mut all = std::mem::take(&mut self.begun);
        all.extend(bytes);
        let last = all.utf8_chunks().last().map_or(&[][..], |chunk| chunk.invalid());
        let is_begun = std::str::from_utf8(last).is_err_and(|error| error.error_len().is_none());
        if is_begun {
            self.begun = all.split_off(all.len() - last.len());
        }
        Text::of(&all)
    }

    fn rest(self) -> Option<Text> {
        Text::of(&self.begun)
    }
}

impl Text {
    fn of(bytes: &[u8]) -> Option<Self> {
        let (text, base64) = encoded(bytes);
        (!bytes.is_empty()).then_some(Self { text, base64 })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn characters_are_not_cut_in_two_and_no_byte_is_lost() {
        let mut teller = Teller::default();
        let parts: [&[u8]; 5] = [b"a\xe2", b"\x82", b"\xacb", b"\xffc\xc3", b"\xa4d\xe2"];
        let mut told: Vec<Event> = Vec::new();
        for part in parts {
            told.extend(teller.tell(sandbox::Event::Stdout(part.to_vec())));
        }
        told.extend(teller.rest());
        let told: Vec<(String, Option<String>)> = told
            .into_iter()
            .map(|event| match event {
                Event::Stdout(text) => (text.text, text.base64),
                other => panic!("{other:?}"),
            })
            .collect();
        let expected = [
            ("a", None),
            ("€b", None),
            ("\u{fffd}c", Some("/2M=")),
            ("äd", None),
            ("\u{fffd}", Some("4g==")),
        ];
        let expected = expected.map(|(text, base64)| (text.to_owned(), base64.map(str::to_owned)));
        assert_eq!(told, expected);
    }
}
