//! Tokens that are told by their form: those of [`FORMATS`], of the settings, and JSON Web Tokens.

use std::ops::Range;

use crate::Secrets;
use crate::chance::{entropy, is_example};
use crate::checksum;
use crate::formats::{FORMATS, Format, Proof};
use crate::settings::OwnToken;

/// What the header of a JSON Web Token begins with: `{"` in base 64.
const JSON: &str = "eyJ";

/// Characters of random tokens tell more, even in base 16: 3.4 bits, where there are twenty.
const LEAST_ENTROPY: f64 = 2.8;

/// A JSON Web Token is sent with every request, and servers take no header that is longer.
const LONGEST: usize = 8192;

/// A token in a text.
pub(crate) struct Token<'a> {
    pub(crate) name: &'a str,
    /// Its bytes in the text.
    pub(crate) range: Range<usize>,
    /// Whether it can be nothing else, and is not meant to be seen.
    pub(crate) is_sure: bool,
}

/// The tokens in `text`, of those that begin at `places`.
pub(crate) fn tokens<'a>(text: &'a str, places: &[usize], settings: &'a Secrets) -> Vec<Token<'a>> {
    let mut found: Vec<Token<'a>> = Vec::new();
    for at in places.iter().copied() {
        if at > 0 && is_inside(text.as_bytes()[at - 1]) {
            continue;
        }
        let Some(token) = token(&text[at..], settings) else { continue };
        if found.last().is_none_or(|last| last.range.end <= at) {
            let range = at..at + token.range.end;
            found.push(Token { range, ..token });
        }
    }
    found
}

/// What tokens begin with.
pub(crate) fn prefixes(settings: &Secrets) -> impl Iterator<Item = &str> {
    let own = settings.tokens.iter().map(|own| own.prefix.as_str());
    FORMATS.iter().map(|format| format.prefix).chain(own).chain([JSON])
}

/// Whether what follows this byte is the rest of something.
fn is_inside(before: u8) -> bool {
    before.is_ascii_alphanumeric() || b"_-.".contains(&before)
}

/// The token that `text` begins with.
fn token<'a>(text: &'a str, settings: &'a Secrets) -> Option<Token<'a>> {
    let known = FORMATS.iter().find_map(|format| known(format, text));
    let own = || settings.tokens.iter().find_map(|own| of_your_own(own, text));
    known.or_else(own).or_else(|| json_web_token(text))
}

fn known<'a>(format: &'static Format, text: &str) -> Option<Token<'a>> {
    let body = format.body(text)?;
    let is_sure = match format.proof {
        Proof::Form => true,
        Proof::Checksum => checksum::is_right(body),
        Proof::Weak => false,
        Proof::Within(part) if body.contains(part) => true,
        Proof::Within(_) => return None,
    };
    let is_token = !is_example(body) && entropy(body) >= LEAST_ENTROPY && has_a_digit(body);
    let range = 0..format.prefix.len() + body.len();
    is_token.then_some(Token { name: format.name, range, is_sure })
}

/// Chance leaves it out once in a thousand tokens, and names hardly ever have one.
fn has_a_digit(body: &str) -> bool {
    body.bytes().any(|byte| byte.is_ascii_digit())
}

fn of_your_own<'a>(own: &'a OwnToken, text: &str) -> Option<Token<'a>> {
    let rest = text.strip_prefix(&own.prefix)?;
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-".contains(byte);
    let length = rest.bytes().take(own.length + 1).take_while(|byte| is_part(byte)).count();
    let is_token = length == own.length && !is_example(&rest[..length]);
    let range = 0..own.prefix.len() + length;
    is_token.then_some(Token { name: &own.name, range, is_sure: true })
}

/// Three parts in base 64; the first two are JSON. One that nobody has signed opens nothing.
fn json_web_token<'a>(text: &str) -> Option<Token<'a>> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    let length = text.bytes().take(LONGEST).take_while(is_part).count();
    let token = text[..length].trim_end_matches('.');
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else { return None };
    let is_token = header.starts_with(JSON) && claims.starts_with(JSON) && signature.len() >= 40;
    let (name, range) = ("a JSON Web Token", 0..token.len());
    (is_token && !is_example(signature)).then_some(Token { name, range, is_sure: false })
}
