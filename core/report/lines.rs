//! From bytes to lines and columns.

use lazaret_analysis::Position;

use crate::submission::Submission;

/// Tells where in a submission's files a byte is. Findings come sorted by file, so the lines of
/// the last file are kept.
pub(crate) struct Places<'a> {
    submission: &'a Submission,
    last: Option<(String, Lines<'a>)>,
}

impl<'a> Places<'a> {
    pub(crate) fn new(submission: &'a Submission) -> Self {
        Self { submission, last: None }
    }

    /// Where byte `offset` of the file `path` is; the beginning for a file that nobody submitted.
    pub(crate) fn position(&mut self, path: &str, offset: usize) -> Position {
        self.lines(path).map_or(Position { line: 1, column: 1 }, |lines| lines.position(offset))
    }

    /// The lines of the file `path`.
    pub(crate) fn lines(&mut self, path: &str) -> Option<&Lines<'a>> {
        if self.last.as_ref().is_none_or(|(last, _)| last != path) {
            let lines = self.submission.contents(path).map(Lines::new);
            self.last = lines.map(|lines| (path.to_owned(), lines));
        }
        self.last.as_ref().map(|(_, lines)| lines)
    }
}

/// Where the lines of a file begin.
pub(crate) struct Lines<'a> {
    contents: &'a [u8],
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn new(contents: &'a [u8]) -> Self {
        let ends = contents.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        // The first line begins behind a byte order mark: editors and the analysis do not count it.
        let first = if contents.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let starts = std::iter::once(first).chain(ends.map(|(offset, _)| offset + 1)).collect();
        Self { contents, starts }
    }

    pub(crate) fn position(&self, offset: usize) -> Position {
        let offset = offset.clamp(self.starts[0], self.contents.len());
        let line = self.starts.partition_point(|start| *start <= offset);
        let before = &self.contents[self.starts[line - 1]..offset];
        // Every byte that does not continue a character begins one.
        let characters = before.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        Position { line, column: characters + 1 }
    }

    /// The text of the lines that hold the bytes `start..end`, and where it begins.
    pub(crate) fn excerpt(&self, start: usize, end: usize) -> (&'a str, usize) {
        let first = self.starts[self.position(start).line - 1];
        let after = self.position(end).line;
        let last = self.starts.get(after).copied().unwrap_or(self.contents.len());
        let text = std::str::from_utf8(&self.contents[first..last]).unwrap_or_default();
        (text, first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The report once said column 13 where policies were told 12.
    #[test]
    fn a_byte_order_mark_takes_no_column() {
        let lines = Lines::new("\u{feff}a = 1\n".as_bytes());
        assert_eq!(lines.position(0), Position { line: 1, column: 1 });
        assert_eq!(lines.position(3), Position { line: 1, column: 1 });
        assert_eq!(lines.position(7), Position { line: 1, column: 5 });
        assert_eq!(lines.excerpt(3, 4), ("a = 1\n", 3));
    }

    #[test]
    fn columns_count_characters_and_lines_count_from_one() {
        let lines = Lines::new("a = 'é'; b\nc\n".as_bytes());
        let at = |offset| lines.position(offset);
        assert_eq!(at(0), Position { line: 1, column: 1 });
        assert_eq!(at(10), Position { line: 1, column: 10 });
        assert_eq!(at(12), Position { line: 2, column: 1 });
        assert_eq!(at(999), Position { line: 3, column: 1 });
        assert_eq!(lines.excerpt(12, 13), ("c\n", 12));
    }
}
