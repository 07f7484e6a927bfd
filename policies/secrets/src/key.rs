//! Private keys, in the form that tools write them in: between `BEGIN` and `END`, in base 64.

use std::ops::Range;

use crate::chance::entropy;

const BEGIN: &str = "-----BEGIN ";
const PRIVATE: &str = "PRIVATE KEY";

/// Characters of the shortest private key, an Ed25519 one.
const SHORTEST: usize = 64;

/// Where a key of any size has ended.
const LONGEST: usize = 16 * 1024;

/// A private key in a text.
pub(crate) struct Key {
    /// The line that it begins with.
    pub(crate) range: Range<usize>,
    /// Whether it is of no use without a passphrase.
    pub(crate) is_encrypted: bool,
}

/// The private keys in `text`, of those that begin with one of these dashes.
pub(crate) fn keys(text: &str, dashes: &[usize]) -> impl Iterator<Item = Key> {
    let begins = dashes.iter().filter(|at| text.as_bytes()[**at..].starts_with(BEGIN.as_bytes()));
    begins.filter_map(|at| key(&text[*at..], *at))
}

/// The key that `text` begins with.
fn key(text: &str, at: usize) -> Option<Key> {
    let label = text[BEGIN.len()..].split("-----").next()?;
    if !label.contains(PRIVATE) || label.len() > 40 {
        return None;
    }
    let header = BEGIN.len() + label.len() + "-----".len();
    let body = text.get(header..)?;
    let body = &body[..body.floor_char_boundary(LONGEST)];
    let body = &body[..body.find("-----END")?];
    let secret = characters(body);
    let is_key = secret.len() >= SHORTEST && entropy(&secret) >= 4.0;
    let is_encrypted = label.contains("ENCRYPTED") || body.contains("4,ENCRYPTED");
    is_key.then_some(Key { range: at..at + header, is_encrypted })
}

/// The characters of the key, without line ends, quotes and what else a language needs.
fn characters(body: &str) -> String {
    let lines = body.split(['\r', '\n', '"', '\'', '`', ',']);
    let is_base64 = |part: &&str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))
    };
    lines.flat_map(unescaped).map(str::trim).filter(is_base64).collect()
}

/// What is between the escapes of a line: `\r` and `\n` are two characters of the text, `\x0a` four.
fn unescaped(line: &str) -> impl Iterator<Item = &str> {
    line.split('\\').enumerate().map(|(number, part)| {
        let escape = match part.as_bytes().first() {
            Some(b'n' | b'r' | b't') if number > 0 => 1,
            Some(b'x') if number > 0 => 3,
            Some(b'u') if number > 0 => 5,
            _ => 0,
        };
        part.get(escape..).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::characters;

    #[test]
    fn a_key_is_the_same_however_its_lines_end() {
        for body in [
            "\nMC4C\nAQAw\n",
            "\r\nMC4C\r\nAQAw\r\n",
            "\rMC4C\rAQAw\r",
            r"\nMC4C\nAQAw\n",
            r"\r\nMC4C\r\nAQAw\r\n",
            r"\\nMC4C\\nAQAw\\n",
            r"\x0aMC4C\x0aAQAw\x0a",
            r"\u000d\u000aMC4C\u000d\u000aAQAw",
            "\\n\\\nMC4C\\n\\\r\nAQAw\\n\\\r\n",
            "\" +\r\n  \"MC4C\\r\\n\",\r\n `AQAw\\n`",
        ] {
            assert_eq!(characters(body).replace('+', ""), "MC4CAQAw", "{body:?}");
        }
    }
}
