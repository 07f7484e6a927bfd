//! Objects of JavaScript as they are written: `{ cwd: "/", shell: true }`.
//!
//! They are read as the language reads them, so that no comment, text or inner object stands between
//! the policy and an option.

/// What stands behind a key; its own name, where nothing does: `{ shell }` is short for
/// `{ shell: shell }`. Of several, the last holds.
pub(crate) fn value(object: &str, key: &str) -> Option<String> {
    let object = object.trim_start_matches(|c| is_blank(c) || c == '(').strip_prefix('{')?;
    entries(object).iter().rev().find_map(|entry| {
        let (name, value) = entry.split_once(':').unwrap_or((entry, entry));
        let name = name.trim_matches(|c| is_blank(c) || "\"'`[]".contains(c));
        (name == key).then(|| value.trim_matches(is_blank).to_owned())
    })
}

/// The entries up to the end of the object, without comments.
fn entries(mut rest: &str) -> Vec<String> {
    let mut entries = vec![String::new()];
    let mut entry = 0;
    let mut depth = 0_usize;
    while let Some(token) = token(rest) {
        rest = &rest[token.len()..];
        match token {
            "{" | "[" | "(" => depth += 1,
            "}" | "]" | ")" if depth == 0 => break,
            "}" | "]" | ")" => depth -= 1,
            "," if depth == 0 => {
                entries.push(String::new());
                entry += 1;
                continue;
            }
            _ => {}
        }
        let is_comment = token.starts_with("//") || token.starts_with("/*");
        entries[entry].push_str(if is_comment { " " } else { token });
    }
    entries
}

/// The text, the comment or the character that is next.
fn token(rest: &str) -> Option<&str> {
    let first = rest.chars().next()?;
    let length = match first {
        '"' | '\'' | '`' => text(rest, first).unwrap_or(1),
        '/' if rest.starts_with("//") => rest.find(['\r', '\n']).unwrap_or(rest.len()),
        '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |at| at + 2),
        _ => first.len_utf8(),
    };
    Some(&rest[..length])
}

/// The bytes of the text that begins with this quote, where it ends.
fn text(rest: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '\r' | '\n' if quote != '`' => return None,
            _ if letter == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// What the language takes for a blank: a byte order mark, too.
fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || letter == '\u{feff}'
}

#[cfg(test)]
mod tests {
    use super::value;

    fn shell(object: &str) -> Option<String> {
        value(object, "shell")
    }

    #[test]
    fn a_key_has_the_value_behind_it() {
        assert_eq!(shell("{ cwd: '/', shell: true }").as_deref(), Some("true"));
        assert_eq!(shell("{'shell':'/bin/sh'}").as_deref(), Some("'/bin/sh'"));
        assert_eq!(shell("({['shell']: 1})").as_deref(), Some("1"));
        assert_eq!(shell("{ shell }").as_deref(), Some("shell"));
        assert_eq!(shell("{ shell: f(1, {}), a }").as_deref(), Some("f(1, {})"));
        assert_eq!(shell("{ shellfish: true }"), None);
        assert_eq!(shell("{}"), None);
        assert_eq!(shell("options"), None);
    }

    #[test]
    fn nothing_stands_before_a_key_but_what_the_language_sees() {
        for object in [
            "{ // with a shell\r\n  shell: true }",
            "{ /* shell: false, */ shell: true }",
            "{ shell /* of course */: true // or false\n }",
            "{ env: { A: 1, shell: false }, shell: true }",
            "{ a: '}', b: \"it\\\"s, shell: false\", shell: true }",
            "{ a: `\n, shell: false`, shell: true }",
            "{ shell: false, shell: true }",
            "{\u{feff}shell\u{feff}: true }",
            "{ a: /'/,\n shell: true }",
        ] {
            assert_eq!(shell(object).as_deref(), Some("true"), "{object}");
        }
        for object in
            ["{ env: { A: 1, shell: true } }", "{ a: ', shell: true' }", "{ /* shell */ }"]
        {
            assert_eq!(shell(object), None, "{object}");
        }
    }
}
