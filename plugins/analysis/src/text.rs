//! From bytes to the text that the interpreter would read, or a refusal.
//!
//! A checker that reads other text than the interpreter runs is worse than none. What is seen
//! to differ is therefore refused, or read the interpreter's way; and nothing is moved while
//! doing so: an offset in the text is an offset in the file.

mod encoding;
mod format;

use crate::{Language, NotAnalysable, Position, SourceFile, Span};

/// The largest file that is analysed. Source that people write is smaller; at the grammars'
/// usual speed this is a quarter of a second.
pub const SIZE_LIMIT: usize = 2 * 1024 * 1024;

/// What some editors put before UTF-8. Most grammars and interpreters skip it.
const BYTE_ORDER_MARK: char = '\u{feff}';

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
        format::refuse(file.language, bytes)?;
        let text = std::str::from_utf8(bytes)
            .map_err(|error| NotAnalysable::NotUtf8 { offset: error.valid_up_to() })?;
        Ok(Self::with_lines(match file.language {
            Language::Python => python(text)?,
            Language::JavaScript | Language::TypeScript | Language::Tsx => javascript(text),
            Language::Bash => bash(text),
        }))
    }

    /// Reads code that an interpreter is given as a text: what it declares of its encoding says
    /// nothing then, for it is decoded already.
    pub(crate) fn of_code(file: &SourceFile) -> Result<Self, NotAnalysable> {
        match Self::of(file) {
            Err(NotAnalysable::Encoding { .. }) => {
                let text = String::from_utf8_lossy(&file.contents);
                Ok(Self::with_lines(lone_carriage_returns(&text)))
            }
            read => read,
        }
    }

    fn with_lines(text: String) -> Self {
        let lines = std::iter::once(0)
            .chain(
                text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1),
            )
            .collect();
        Self { text, lines }
    }

    /// The same place by place, with other letters in it.
    pub(crate) fn reread(&self, text: String) -> Self {
        debug_assert_eq!(text.len(), self.text.len());
        Self { text, lines: self.lines.clone() }
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
    let text = lone_carriage_returns(text);
    match encoding::declared(&text) {
        Some(name) if !encoding::is_read(name) => {
            Err(NotAnalysable::Encoding { name: name.to_owned() })
        }
        _ => Ok(text),
    }
}

/// JavaScript's way: four characters end a line. The grammar does not know all of them where a
/// first line for the kernel ends.
fn javascript(text: &str) -> String {
    let text = lone_carriage_returns(text);
    let end = text.find('\n').unwrap_or(text.len());
    let first = &text[..end];
    match first.starts_with("#!").then(|| first.find(['\u{2028}', '\u{2029}'])).flatten() {
        // Both are as long as what takes their place.
        Some(at) => format!("{}\n  {}", &text[..at], &text[at + '\u{2028}'.len_utf8()..]),
        None => text,
    }
}

/// Bash's way: only blanks, tabs and line feeds part words. What else the grammar takes for space
/// is a letter like any other, and so is a byte order mark. Where every line ends in a carriage
/// return too, the file comes from another system, and was not meant so.
fn bash(text: &str) -> String {
    const MARK: [u8; 3] = [0xef, 0xbb, 0xbf];
    if !text.starts_with(BYTE_ORDER_MARK) && !text.contains(['\r', '\x0b', '\x0c', '#']) {
        return text.to_owned();
    }
    let parts_lines = |text: &str| text.matches('\r').count() == text.matches("\r\n").count();
    let letter = if parts_lines(text) { "\r" } else { "_" };
    let mut bytes = text.replace('\r', letter).into_bytes();
    if bytes.starts_with(&MARK) {
        bytes[..MARK.len()].fill(b'_');
    }
    let mut is_escaped = false;
    for at in 0..bytes.len() {
        match bytes[at] {
            b'\x0b' | b'\x0c' => bytes[at] = b'_',
            // A blank that is escaped is a part of the word, and so is a `#` behind it.
            b'#' if at >= 2 && matches!(bytes[at - 1], b' ' | b'\t') && is_escaped => {
                bytes[at] = b'_';
            }
            _ => {}
        }
        is_escaped = match bytes[at] {
            b' ' | b'\t' => at > 0 && bytes[at - 1] == b'\\' && backslashes(&bytes[..at]) % 2 == 1,
            _ => false,
        };
    }
    String::from_utf8(bytes).expect("letters took the place of letters")
}

/// How many backslashes are the last of these bytes.
fn backslashes(bytes: &[u8]) -> usize {
    bytes.iter().rev().take_while(|byte| **byte == b'\\').count()
}

/// Each carriage return that no line feed follows becomes one. The grammars take it for space.
fn lone_carriage_returns(text: &str) -> String {
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
