//! Values that a name calls a secret: `db_password = "…"`, `{"api_key": "…"}`, `PASSWORD=…`.
//!
//! Names are found in the text and not in the tree: it is the same in every language, and what a
//! comment says is no less known to whoever reads it.

use std::ops::Range;

use crate::Secrets;
use crate::chance::{entropy, is_example};

/// Names of what people type.
const PASSWORDS: [&str; 5] = ["password", "passwd", "passphrase", "pwd", "pass"];

/// Names of what machines make: the last word, or the last words.
const KEYS: [&str; 19] = [
    "secret",
    "token",
    "apikey",
    "api_key",
    "authkey",
    "auth_key",
    "accesskey",
    "access_key",
    "secretkey",
    "secret_key",
    "private_key",
    "privatekey",
    "encryption_key",
    "signing_key",
    "master_key",
    "account_key",
    "credential",
    "credentials",
    "bearer",
];

/// Words in a name that say that its value opens nothing.
const HARMLESS: [&str; 8] =
    ["fake", "dummy", "example", "sample", "wrong", "invalid", "bad", "test"];

/// A value that a name calls a secret.
pub(crate) struct Named<'a> {
    pub(crate) name: &'a str,
    /// The bytes of the value.
    pub(crate) range: Range<usize>,
}

/// What kind of secret a name promises.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Password,
    Key,
}

/// The values that names call secrets, and that are none of the things that are written there when
/// the secret is elsewhere. `places` are the quotes and equal signs.
pub(crate) fn named<'a>(
    text: &'a str,
    places: &[usize],
    language: &str,
    settings: &Secrets,
) -> Vec<Named<'a>> {
    let is_bash = language == "bash";
    let mut found = Vec::new();
    for at in places.iter().copied() {
        let byte = text.as_bytes()[at];
        let before = match byte {
            b'=' if is_bash => &text[..=at],
            b'=' => continue,
            _ => &text[..at],
        };
        let Some(name) = name_before(before) else { continue };
        let Some(kind) = kind(name, settings) else { continue };
        let value = if byte == b'=' { bare(text, at + 1) } else { quoted(text, at) };
        let Some(value) = value else { continue };
        if is_secret(&text[value.clone()], kind, settings.entropy) {
            found.push(Named { name, range: value });
        }
    }
    found
}

/// What is between the quote at `at` and the next of its kind on the line.
fn quoted(text: &str, at: usize) -> Option<Range<usize>> {
    let quote = char::from(text.as_bytes()[at]);
    let rest = &text[at + 1..];
    let length = rest.find([quote, '\r', '\n', '\\'])?;
    (length > 0 && rest[length..].starts_with(quote)).then_some(at + 1..at + 1 + length)
}

/// The word of Bash that begins at `at`, and ends where the line or the file does at the latest.
fn bare(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = &text[at..];
    let goes_on = ['"', '\'', '`', '$'];
    let ends = |c: char| c.is_whitespace() || ";&|)<>".contains(c) || goes_on.contains(&c);
    let length = rest.find(ends).unwrap_or(rest.len());
    (length > 0 && !rest[length..].starts_with(goes_on)).then_some(at..at + length)
}

/// The name that the value behind `before` is given to, compared with, or the other of a pair of.
fn name_before(before: &str) -> Option<&str> {
    // `b"…"` and its like.
    let prefix = before.len() - before.trim_end_matches(|c| "rbuRBU".contains(c)).len();
    let before = if prefix <= 2 { &before[..before.len() - prefix] } else { before };
    let before = before.trim_end_matches([' ', '\t']);
    let operator = before.chars().next_back()?;
    let rest = before.trim_end_matches(['=', ':', '!', ',']).trim_end_matches([' ', '\t']);
    match operator {
        '=' => Some(without_type(rest)),
        ':' => Some(rest),
        // A pair, as of a name and its default.
        ',' if rest.ends_with(['"', '\'']) => Some(rest),
        _ => None,
    }
    .map(last_name)
    .filter(|name| !name.is_empty())
}

/// The text up to a name, without the type that the name is given: `password: str`.
fn without_type(text: &str) -> &str {
    let is_type = |c: char| c.is_alphanumeric() || "_[].| ".contains(c);
    let before = text.trim_end_matches(is_type);
    before.strip_suffix(':').filter(|_| before.len() < text.len()).unwrap_or(text)
}

/// The name at the end of `text`, without quotes and brackets.
fn last_name(text: &str) -> &str {
    let text = text.trim_end_matches([']', '"', '\'']);
    let begins = text.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_' || c == '-');
    &text[begins.len()..]
}

fn kind(name: &str, settings: &Secrets) -> Option<Kind> {
    // Far more than names have.
    if name.len() > 100 {
        return None;
    }
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_' || c == '-');
    let kind = if PASSWORDS.iter().any(|last| ends(name, last)) {
        Kind::Password
    } else if KEYS.iter().any(|last| ends(name, last))
        || settings.names.iter().any(|last| ends(name, last))
    {
        Kind::Key
    } else {
        return None;
    };
    let is_harmless = words(name).split('_').any(|word| HARMLESS.contains(&word));
    (!is_harmless).then_some(kind)
}

/// Whether these are the last words of a name, however it is written: `apiKey`, `API-KEY`.
fn ends(name: &str, last: &str) -> bool {
    let Some(start) = name.len().checked_sub(last.len()) else { return false };
    let (before, tail) = name.as_bytes().split_at(start);
    let is_same = |(one, other): (&u8, &u8)| {
        one.eq_ignore_ascii_case(other) || (*one == b'-' && *other == b'_')
    };
    // From the end, where most names differ at once.
    tail.iter().zip(last.as_bytes()).rev().all(is_same)
        && before.last().is_none_or(|previous| {
            let is_camel = previous.is_ascii_lowercase() && tail[0].is_ascii_uppercase();
            is_camel || !previous.is_ascii_alphabetic()
        })
}

/// The words of a name, in small letters with `_` between: `clientSecret` is `client_secret`.
fn words(name: &str) -> String {
    let mut words = String::new();
    let mut was_small = false;
    for letter in name.chars() {
        if was_small && letter.is_uppercase() {
            words.push('_');
        }
        words.push(if letter == '-' { '_' } else { letter.to_ascii_lowercase() });
        was_small = letter.is_lowercase() || letter.is_ascii_digit();
    }
    words
}

fn is_secret(value: &str, kind: Kind, least: f64) -> bool {
    match kind {
        Kind::Password => is_password(value) && entropy(value) >= least,
        Kind::Key => {
            value.len() >= 16
                && value
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-.~".contains(&byte))
                && is_no_name(value)
                && entropy(value) >= least
        }
    }
}

/// Whether somebody may have chosen it as a password: no word, no place, no text with blanks, nothing
/// that is filled in later.
pub(crate) fn is_password(value: &str) -> bool {
    let filled_in = |c: char| !c.is_ascii_graphic() || "{}<>$%()[]\\|;".contains(c);
    value.len() >= 8 && !value.contains(filled_in) && !value.contains("://") && is_no_name(value)
}

/// Whether it has letters and something that names hardly have: `user_name-2` is a name, `hunter2a` is
/// none.
fn is_no_name(value: &str) -> bool {
    let has_letter = value.bytes().any(|byte| byte.is_ascii_alphabetic());
    let mut parts = value.split(['_', '-', '.', ':', '/', ',', '=']);
    let is_name = parts.all(|part| {
        let word = part.trim_end_matches(|c: char| c.is_ascii_digit());
        let is_word = word.bytes().all(|byte| byte.is_ascii_alphabetic());
        is_word && (word.len() == part.len() || word.is_empty() || value.len() > part.len())
    });
    has_letter && !is_name && !is_example(value) && !is_the_name_again(value)
}

/// `password1`: what is written where nobody thought of a secret.
fn is_the_name_again(value: &str) -> bool {
    let letters: String = value.chars().filter(char::is_ascii_alphabetic).collect();
    let letters = letters.to_ascii_lowercase();
    PASSWORDS.contains(&letters.as_str()) || KEYS.contains(&letters.as_str())
}
