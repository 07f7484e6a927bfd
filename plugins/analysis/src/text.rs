//! From bytes to the text that the interpreter would read, or a refusal.
//!
//! A checker that reads other text than the interpreter runs is worse than none. What is seen
//! to differ is therefore refused, or read the interpreter's way; and nothing is moved while
//! doing so: an offset in the text is an offset in the file.

use crate::{Language, NotAnalysable, Position, SourceFile, Span};

/// The largest file that is analysed. Source that people write is smaller; at the grammars'
/// usual speed this is a quarter of a second.
pub const SIZE_LIMIT: usize = 2 * 1024 * 1024;

/// How a zip archive begins. Python runs one whatever it is called.
const ZIP_MAGIC: &[u8] = b"PK\x03\x04";

/// What some editors put before UTF-8. Grammars and interpreters skip it.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Encodings that Python may be told to read: those in which the text means what UTF-8 says.
/// A latin-1 file whose text goes beyond ASCII is not UTF-8, and refused for that.
const ENCODINGS: [&str; 14] = [
    "utf-8",
    "utf8",
    "u8",
    "utf",
    "utf-8-sig",
    "utf8-ucs2",
    "utf8-ucs4",
    "ascii",
    "us-ascii",
    "latin-1",
    "latin1",
    "l1",
    "iso-8859-1",
    "iso8859-1",
];

/// A file's text, and where its lines begin.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    text: String,
    lines: Vec<usize>,
}

impl Text {
    /// Reads a file as its interpreter would.
    pub(crate) fn of(file: &SourceFile) -> Result<Self, NotAnalysable> {
        let bytes = file.contents.as_slice();
        if bytes.len() > SIZE_LIMIT {
            return Err(NotAnalysable::TooLarge { size: bytes.len(), limit: SIZE_LIMIT });
        }
        if file.language == Language::Python && bytes.starts_with(ZIP_MAGIC) {
            return Err(NotAnalysable::Archive);
        }
        if let Some(offset) = bytes.iter().position(|byte| *byte == 0) {
            return Err(NotAnalysable::NulByte { offset });
        }
        let text = std::str::from_utf8(bytes)
            .map_err(|error| NotAnalysable::NotUtf8 { offset: error.valid_up_to() })?;
        let text = match file.language {
            Language::Python => python(text)?,
            _ => text.to_owned(),
        };
        let lines = std::iter::once(0)
            .chain(
                text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1),
            )
            .collect();
        Ok(Self { text, lines })
    }

    /// All of it.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The part at a span, cut where the text ends.
    pub(crate) fn at(&self, span: Span) -> &str {
        self.text.get(span.start..span.end.min(self.text.len())).unwrap_or_default()
    }

    /// The line and column of a byte; of one in the middle of a character, that character's.
    pub(crate) fn position(&self, byte: usize) -> Position {
        let byte = byte.min(self.text.len());
        let line = self.lines.partition_point(|start| *start <= byte);
        let start = self.lines[line - 1];
        let before = self.text[start..].char_indices().take_while(|(at, _)| start + at < byte);
        let characters = before.filter(|(_, character)| *character != BYTE_ORDER_MARK).count();
        let inside = usize::from(!self.text.is_char_boundary(byte));
        Position { line, column: characters + 1 - inside }
    }
}

/// Python's way: the encoding is declared, and a lone carriage return ends a line.
fn python(text: &str) -> Result<String, NotAnalysable> {
    let text = carriage_returns_as_line_feeds(text);
    match declared_encoding(&text) {
        Some(name) if !is_read(name) => Err(NotAnalysable::Encoding { name: name.to_owned() }),
        _ => Ok(text),
    }
}

/// The grammar takes a carriage return within a line for space; Python, for the line's end.
fn carriage_returns_as_line_feeds(text: &str) -> String {
    if !text.contains('\r') {
        return text.to_owned();
    }
    let mut following = text.chars().skip(1);
    text.chars()
        .map(|character| match (character, following.next()) {
            ('\r', Some('\n')) => '\r',
            ('\r', _) => '\n',
            _ => character,
        })
        .collect()
}

/// The encoding that one of the first two lines declares, by the rule of PEP 263; the second
/// counts only after an empty line or a comment.
fn declared_encoding(text: &str) -> Option<&str> {
    for line in text.lines().take(2) {
        let line = line.trim_start_matches([BYTE_ORDER_MARK, ' ', '\t', '\u{c}']);
        match line.strip_prefix('#') {
            Some(comment) => {
                if let Some(name) = encoding_in(comment) {
                    return Some(name);
                }
            }
            None if line.is_empty() => {}
            None => return None,
        }
    }
    None
}

/// The name after the first `coding:` or `coding=` that is followed by one.
fn encoding_in(comment: &str) -> Option<&str> {
    comment.match_indices("coding").find_map(|(at, word)| {
        let rest = comment[at + word.len()..].strip_prefix([':', '='])?;
        let name = rest.trim_start_matches([' ', '\t']);
        let end = name.find(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c));
        let name = &name[..end.unwrap_or(name.len())];
        (!name.is_empty()).then_some(name)
    })
}

/// Python takes case and underscores for nothing.
fn is_read(name: &str) -> bool {
    ENCODINGS.contains(&name.to_ascii_lowercase().replace('_', "-").as_str())
}
