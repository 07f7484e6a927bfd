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

/// The bytes that a literal's escapes stand for: `\xff` is one of them, and `\u0041` is none.
pub(crate) fn unescaped_bytes(written: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(written.len());
    let mut rest = written;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        rest = &rest[at + 1..];
        let hexadecimal = rest.strip_prefix('x').and_then(|rest| rest.get(..2));
        if let Some(Ok(byte)) = hexadecimal.map(|digits| u8::from_str_radix(digits, 16)) {
            bytes.push(byte);
            rest = &rest[3..];
        } else if rest.starts_with(['u', 'U', 'N']) {
            bytes.push(b'\\');
        } else {
            let mut text = String::new();
            rest = escape(rest, &mut text);
            // An octal escape is a byte, too.
            bytes.extend(text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')));
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
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
    fn bytes_have_escapes_of_their_own() {
        assert_eq!(unescaped_bytes(r"a\xff\101\u0041\n"), b"a\xffA\\u0041\n");
    }

    #[test]
    fn letters_can_be_spelt_by_their_numbers() {
        assert_eq!(unescaped(r"a\x73\u0079\U00000073\164\n\\\q"), "asyst\n\\\\q");
    }
}
