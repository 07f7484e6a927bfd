//! What an installation depends on.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// Everything that an installation depends on, as one number: the requirements, the interpreter and the
/// platform, the index, and whose index it is, where it is not everybody's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Request(String);

impl Request {
    /// That of these parts. Equal parts are the same request; the order of lists is a part of them.
    ///
    /// # Panics
    /// Where the parts cannot be written as JSON: a map whose keys are no text.
    pub fn of(parts: &impl Serialize) -> Self {
        let text = serde_json::to_vec(parts).expect("parts can be written as JSON");
        Self(hexadecimal(&[&text]))
    }

    pub(crate) fn key(&self) -> &str {
        &self.0
    }
}

/// The SHA-256 of some texts, which cannot be mistaken for others that look the same in a row.
pub(crate) fn hexadecimal(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hex(&hasher.finalize())
}

/// Bytes as a file's name has them.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
