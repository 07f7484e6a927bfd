//! Places inside of a text of TOML.

use std::ops::Range;

/// The byte of `file` at which the byte `at` of a text is written, whose literal is at `span`.
pub(super) fn within(file: &str, span: Range<usize>, at: usize) -> usize {
    let literal = &file[span.clone()];
    let quotes = if literal.starts_with("'''") || literal.starts_with("\"\"\"") { 3 } else { 1 };
    let has_escapes = literal.starts_with('"');
    let mut rest = &literal[quotes..];
    if quotes == 3 {
        // The first line break is no part of the text.
        rest = rest.strip_prefix("\r\n").or(rest.strip_prefix('\n')).unwrap_or(rest);
    }
    let mut read = 0;
    while read < at && rest.len() > quotes {
        let (written, meant) = if has_escapes && rest.starts_with('\\') {
            escaped(rest)
        } else {
            let length = rest.chars().next().map_or(1, char::len_utf8);
            (length, length)
        };
        rest = rest.get(written..).unwrap_or_default();
        read += meant;
    }
    span.end - rest.len()
}

/// The bytes that an escape takes, and those that it stands for.
fn escaped(rest: &str) -> (usize, usize) {
    let code = |digits: usize| {
        let number = rest.get(2..2 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        (2 + digits, number.and_then(char::from_u32).map_or(1, char::len_utf8))
    };
    match rest.as_bytes().get(1) {
        Some(b'x') => code(2),
        Some(b'u') => code(4),
        Some(b'U') => code(8),
        // The line goes on where the next text is.
        Some(next) if next.is_ascii_whitespace() => (rest.len() - rest[1..].trim_start().len(), 0),
        _ => (2, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn a_byte_of_a_text_is_found_in_the_file() {
        for (file, at, expected) in [
            ("'(call) @c'", 1, "call) @c'"),
            ("\"(a \\\"b\\\" c)\"", 6, " c)\""),
            ("\"\"\"\n(a\n b)\"\"\"", 4, "b)\"\"\""),
            ("'''(a)'''", 3, "'''"),
            ("'(a)'", 99, "'"),
            ("\"é\\u00e9x\"", 4, "x\""),
            ("\"\"\"a\\\n  bc\"\"\"", 2, "c\"\"\""),
        ] {
            let found = within(file, 0..file.len(), at);
            assert_eq!(&file[found..], expected, "{file}");
        }
    }
}
