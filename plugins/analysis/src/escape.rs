//! The escapes of C, which Python's literals and Bash's `$'…'` share.

/// The text that a literal's escapes stand for. What is none stays as it is.
pub(crate) fn unescaped(written: &str) -> String {
    let mut text = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        rest = escape(rest, &mut text);
    }
    text.push_str(rest);
    text
}

/// Reads what follows a backslash; what is left after it.
fn escape<'a>(rest: &'a str, text: &mut String) -> &'a str {
    let Some(first) = rest.chars().next() else { return rest };
    let after = &rest[first.len_utf8()..];
    let digits = match first {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        '0'..='7' => return octal(rest, text),
        '\n' => return after,
        _ => {
            match simple(first) {
                Some(meant) => text.push(meant),
                None => text.extend(['\\', first]),
            }
            return after;
        }
    };
    let code = after.get(..digits).and_then(|code| u32::from_str_radix(code, 16).ok());
    if let Some(meant) = code.and_then(char::from_u32) {
        text.push(meant);
        &after[digits..]
    } else {
        text.extend(['\\', first]);
        after
    }
}

/// The escapes of one letter.
fn simple(letter: char) -> Option<char> {
    Some(match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        '\\' | '\'' | '"' => letter,
        _ => return None,
    })
}

/// Up to three octal digits.
fn octal<'a>(rest: &'a str, text: &mut String) -> &'a str {
    let is_octal = |byte: &u8| (b'0'..=b'7').contains(byte);
    let length = rest.bytes().take(3).take_while(is_octal).count();
    let code = u32::from_str_radix(&rest[..length], 8).ok();
    text.extend(code.and_then(char::from_u32));
    &rest[length..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_can_be_spelt_by_their_numbers() {
        assert_eq!(unescaped(r"a\x73\u0079\U00000073\164\n\\\q"), "asyst\n\\\\q");
    }
}
