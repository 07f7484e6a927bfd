//! Bash that the grammar gets wrong, read a second time.
//!
//! The grammar fails on 2 to 4 of 100 scripts that Bash runs, reads no backticks in
//! here-documents or within each other, and parts a word where a line goes on within it. What is
//! concerned is written anew, command by command and at the same offsets, with everything else
//! blank; and what is found in that is found in the file.

use tree_sitter::{Tree, TreeCursor};

use crate::clock::Clock;
use crate::text::Text;
use crate::{Language, NotAnalysable, walk};

/// Places in one file that are read a second time. Where there are more, it is not Bash.
const MOST_PLACES: usize = 1_000;

/// Words that stand before a command and are none.
const RESERVED: [&str; 13] = [
    "!", "coproc", "do", "done", "elif", "else", "esac", "fi", "if", "then", "time", "until",
    "while",
];

/// Words that begin what is no command up to where one can begin.
const HEADERS: [&str; 4] = ["case", "for", "function", "select"];

/// What can stand before `case` in a line.
const BEFORE_CASE: [&str; 8] = ["&&", "(", ";", "do", "else", "then", "{", "||"];

/// The longest of these words.
const LONGEST_WORD: usize = 8;

/// Bytes of a line that are looked at before the pattern of a `case`.
const PATTERN_LINE: usize = 512;

/// What is read a second time: as long as the text, and blank where nothing is the matter.
pub(crate) fn text(tree: &Tree, text: &Text, clock: &Clock) -> Result<Option<Text>, NotAnalysable> {
    let source = text.as_str();
    let is_concerned = tree.root_node().has_error()
        || source.contains("\\\n")
        || source.contains("<<") && source.contains('`')
        || source.contains("\\`");
    if !is_concerned {
        return Ok(None);
    }
    let mut again = Again::new(source);
    walk::each_node(tree, clock, |cursor| {
        again.look_at(cursor);
        if again.places > MOST_PLACES {
            let line = text.position(cursor.node().start_byte()).line;
            return Err(NotAnalysable::Syntax { language: Language::Bash, line });
        }
        Ok(true)
    })?;
    again.lines_that_go_on(tree);
    Ok(again.written().map(|written| text.reread(written)))
}

struct Again<'a> {
    source: &'a str,
    bytes: Vec<u8>,
    /// Up to where lines with errors are written already.
    done: usize,
    /// How many places are written.
    places: usize,
    /// Whether the shell looks into the here-document that comes next.
    expands: bool,
}

impl<'a> Again<'a> {
    fn new(source: &'a str) -> Self {
        let blank = |byte: u8| if byte == b'\n' { b'\n' } else { b' ' };
        Self {
            source,
            bytes: source.bytes().map(blank).collect(),
            done: 0,
            places: 0,
            expands: false,
        }
    }

    fn look_at(&mut self, cursor: &TreeCursor<'_>) {
        let node = cursor.node();
        let range = node.byte_range();
        let written = &self.source[range.clone()];
        if node.is_error() || node.is_missing() {
            if range.end < self.done {
                return;
            }
            let range = if node.is_missing() { around(cursor) } else { range };
            self.lines(range.start, range.end);
            return;
        }
        match node.kind() {
            "heredoc_start" => self.expands |= !written.contains(['\'', '"', '\\']),
            "heredoc_body" if std::mem::take(&mut self.expands) => {
                self.backticks(range.start, written);
            }
            "command_substitution" if written.starts_with('`') && written.contains("\\`") => {
                self.commands(range.start, range.end);
            }
            _ => {}
        }
    }

    /// Writes anew what stands between backticks in a here-document.
    fn backticks(&mut self, start: usize, body: &str) {
        let mut marks = body.match_indices('`').map(|(at, _)| start + at);
        while let Some(opens) = marks.next() {
            let closes = marks.next().unwrap_or(start + body.len());
            self.commands(opens, closes);
        }
    }

    /// Writes the lines anew in which these bytes are.
    fn lines(&mut self, start: usize, end: usize) {
        if end <= self.done {
            return;
        }
        let start = self.source[..start].rfind('\n').map_or(0, |at| at + 1).max(self.done);
        let end = self.source[end..].find('\n').map_or(self.source.len(), |at| end + at);
        if start < end {
            self.commands(start, end);
            self.done = end;
        }
    }

    /// Writes commands anew, each in a line of its own, whatever they are parts of.
    fn commands(&mut self, start: usize, end: usize) {
        self.places += 1;
        self.bytes[start..end].copy_from_slice(&self.source.as_bytes()[start..end]);
        let mut at = start;
        let mut begins = true;
        while at < end {
            if begins {
                at = self.without_reserved(at, end);
                at = self.without_pattern(at, end);
                at = self.without_reserved(at, end);
                begins = false;
                continue;
            }
            match self.bytes[at] {
                quote @ (b'\'' | b'"') => match self.end_of_quote(quote, at, end) {
                    Some(last) => at = last,
                    None => self.bytes[at] = b' ',
                },
                b'\\' if self.source.as_bytes().get(at + 1) == Some(&b'`') => self.bytes[at] = b' ',
                b'\\' => at += 1,
                b'<' if self.is_here_document(at) => {
                    self.bytes[at..at + 2].fill(b' ');
                    at += 1;
                }
                b'<' => at += usize::from(self.source[at..].starts_with("<<<")) * 2,
                b';' | b'&' | b'|' | b'(' | b')' | b'{' | b'}' | b'`' | b'\n'
                    if !self.is_of_expansion(at) =>
                {
                    self.bytes[at] = b'\n';
                    begins = true;
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// Whether a here-document is opened here. Its lines are commands then, of which most do nothing.
    fn is_here_document(&self, at: usize) -> bool {
        let rest = &self.source[at..];
        rest.starts_with("<<") && !rest.starts_with("<<<")
    }

    /// Whether a brace belongs to `${…}`, or an ampersand to a redirection.
    fn is_of_expansion(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map(|before| self.bytes[before]);
        match self.bytes[at] {
            b'{' => before == Some(b'$'),
            b'&' => matches!(before, Some(b'>' | b'<')) || self.source[at..].starts_with("&>"),
            b'}' => {
                let line = &self.bytes[..at];
                let opened = line.iter().rposition(|byte| matches!(byte, b'{' | b'}' | b'\n'));
                opened.is_some_and(|at| line[at] == b'{')
            }
            _ => false,
        }
    }

    /// Where a quoted text ends that begins here.
    fn end_of_quote(&self, quote: u8, at: usize, end: usize) -> Option<usize> {
        let mut next = at + 1;
        while next < end {
            match self.bytes[next] {
                b'\\' if quote == b'"' => next += 1,
                byte if byte == quote => return Some(next),
                _ => {}
            }
            next += 1;
        }
        None
    }

    /// Blanks the words that stand before a command. Gives its first byte.
    fn without_reserved(&mut self, mut at: usize, end: usize) -> usize {
        loop {
            while at < end && matches!(self.bytes[at], b' ' | b'\t') {
                at += 1;
            }
            let is_letter = |byte: &&u8| byte.is_ascii_alphanumeric() || b"!_-.".contains(byte);
            let letters = self.bytes[at..end].iter().take(LONGEST_WORD + 1);
            let word = &self.source[at..at + letters.take_while(is_letter).count()];
            let length = if HEADERS.contains(&word) {
                let rest = &self.source[at..end];
                rest.find(['\n', ';', '(', ')', '{', '`']).unwrap_or(rest.len())
            } else if RESERVED.contains(&word) {
                word.len()
            } else {
                return at;
            };
            self.bytes[at..at + length].fill(b' ');
            at += length;
        }
    }

    /// Blanks the pattern of a `case` that begins here, up to its bracket. Gives what comes then.
    fn without_pattern(&mut self, start: usize, end: usize) -> usize {
        if !self.begins_pattern(start) {
            return start;
        }
        let bytes = self.source.as_bytes();
        let mut at = start;
        while at < end {
            match bytes[at] {
                quote @ (b'\'' | b'"') => match self.end_of_quote(quote, at, end) {
                    Some(last) => at = last,
                    None => return start,
                },
                b'\\' => at += 1,
                b')' => {
                    self.bytes[start..=at].fill(b' ');
                    return at + 1;
                }
                // What runs within a pattern is not blanked with it.
                b'\n' | b';' | b'`' | b'$' | b'&' => return start,
                b'(' if at > start => return start,
                _ => {}
            }
            at += 1;
        }
        start
    }

    /// Whether the pattern of a `case` can begin here: behind what ends another one, or `in`.
    fn begins_pattern(&self, at: usize) -> bool {
        let from = self.source.floor_char_boundary(at.saturating_sub(PATTERN_LINE));
        let before = self.source[from..at].trim_end();
        let ends = [";;", ";&", " in"].iter().any(|end| before.ends_with(end));
        let line = before.rsplit('\n').next().filter(|_| ends).unwrap_or_default();
        let is_whole = from == 0 || line.len() < before.len();
        if !ends || !is_whole || !ends_as_code(line) {
            return false;
        }
        let opens = || {
            let (before, subject) = line.rsplit_once("case ").unwrap_or((line, ""));
            let before = before.trim_end();
            let is_begin = |word: &str| before.ends_with(word);
            subject.ends_with(" in")
                && (before.is_empty() || BEFORE_CASE.iter().any(|word| is_begin(word)))
        };
        [";;", ";&"].iter().any(|end| before.ends_with(end)) || opens()
    }

    /// Joins words that a line's end parts, where that is more than a part of a text.
    fn lines_that_go_on(&mut self, tree: &Tree) {
        for (at, end) in self.source.match_indices("\\\n") {
            if self.places > MOST_PLACES {
                return;
            }
            let bytes = self.source.as_bytes();
            let is_letter =
                |byte: Option<&u8>| byte.is_some_and(|byte| !byte.is_ascii_whitespace());
            let touches = is_letter(at.checked_sub(1).and_then(|before| bytes.get(before)))
                && is_letter(bytes.get(at + end.len()));
            let inside = tree.root_node().descendant_for_byte_range(at, at + 1);
            if touches && !inside.is_some_and(|node| is_text(node.kind())) {
                self.join(at, at + end.len());
            }
        }
    }

    /// Moves what stands before a line's end to what stands behind it.
    fn join(&mut self, at: usize, next: usize) {
        let start = self.source[..at].rfind('\n').map_or(0, |at| at + 1);
        let end = self.source[next..].find('\n').map_or(self.source.len(), |at| next + at);
        if self.bytes[start..at].iter().all(|byte| *byte == b' ') {
            self.commands(start, at);
        }
        self.commands(next, end);
        self.bytes.copy_within(start..at, start + (next - at));
        self.bytes[start..start + (next - at)].fill(b' ');
    }

    fn written(self) -> Option<String> {
        // Only what is ASCII was written over, or whole lines moved.
        (self.places > 0).then(|| String::from_utf8_lossy(&self.bytes).into_owned())
    }
}

/// Whether a line does not end within a quoted text or a comment, nor is its end escaped.
fn ends_as_code(line: &str) -> bool {
    let (mut quote, mut before) = (None, b' ');
    let mut bytes = line.bytes();
    while let Some(byte) = bytes.next() {
        match (byte, quote) {
            (b'\\', None | Some(b'"')) => match bytes.next() {
                Some(b';' | b'&') | None => return false,
                Some(_) => {}
            },
            (b'#', None) if before.is_ascii_whitespace() || before == b';' => return false,
            (b'"' | b'\'', None) => quote = Some(byte),
            (byte, Some(open)) if byte == open => quote = None,
            _ => {}
        }
        before = byte;
    }
    quote.is_none()
}

/// Where the node above the cursor is. What is missing at an end was missed from the beginning.
fn around(cursor: &TreeCursor<'_>) -> std::ops::Range<usize> {
    let mut above = cursor.clone();
    above.goto_parent();
    above.node().byte_range()
}

/// Whether what stands in this node is no command.
fn is_text(kind: &str) -> bool {
    matches!(
        kind,
        "comment"
            | "raw_string"
            | "string"
            | "string_content"
            | "ansi_c_string"
            | "heredoc_body"
            | "heredoc_content"
            | "regex"
    )
}
