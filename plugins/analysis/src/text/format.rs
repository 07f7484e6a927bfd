//! What is no source code, by its bytes: other encodings, archives, compiled code, binary.
//!
//! Python looks at what is in a file, not at what it is called: it runs an archive that something
//! stands before, and compiled code, under any name.

use crate::{Language, NotAnalysable};

/// How each encoding in wide characters begins, the longer ones first.
const MARKS: [(&[u8], &str); 4] = [
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
];

/// How a zip archive begins, and how its directory ends. Python looks for the second.
const ZIP_ENTRY: &[u8] = b"PK\x03\x04";
const ZIP_END: &[u8] = b"PK\x05\x06";

/// What the end of a zip archive's directory may be followed by: itself, and a comment.
const ZIP_TAIL: usize = 22 + u16::MAX as usize;

/// Refuses what is not text, with the reason that says most.
pub(super) fn refuse(language: Language, bytes: &[u8]) -> Result<(), NotAnalysable> {
    if let Some((_, name)) = MARKS.iter().find(|(mark, _)| bytes.starts_with(mark)) {
        return Err(NotAnalysable::Wide { name });
    }
    if language == Language::Python && is_archive(bytes) {
        return Err(NotAnalysable::Archive);
    }
    if language == Language::Python && is_compiled(bytes) {
        return Err(NotAnalysable::Compiled);
    }
    match bytes.iter().position(|byte| *byte == 0) {
        Some(offset) => Err(NotAnalysable::NulByte { offset }),
        None => Ok(()),
    }
}

fn is_archive(bytes: &[u8]) -> bool {
    let tail = &bytes[bytes.len().saturating_sub(ZIP_TAIL)..];
    // Its numbers hold zeros, as text does not: who writes about archives in Python is not refused.
    let is_end = |at: usize| tail[at..].starts_with(ZIP_END) && tail[at..].contains(&0);
    bytes.starts_with(ZIP_ENTRY) || memchr(tail, ZIP_END[0]).any(is_end)
}

fn memchr(bytes: &[u8], wanted: u8) -> impl Iterator<Item = usize> {
    bytes.iter().enumerate().filter(move |(_, byte)| **byte == wanted).map(|(at, _)| at)
}

/// Compiled code begins with a number near 3,500, `\r\n`, and flags of which the upper three bytes
/// are zeros.
fn is_compiled(bytes: &[u8]) -> bool {
    matches!(bytes, [_, 0x0b..=0x0f, b'\r', b'\n', _, 0, 0, 0, ..])
}
