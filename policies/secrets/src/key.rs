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

/// The characters of the key, without line ends (`\n` too), quotes and what else a language needs.
fn characters(body: &str) -> String {
    let lines = body.split(['\n', '"', '\'', ',']).flat_map(|line| line.split("\\n"));
    let is_base64 = |line: &&str| {
        !line.is_empty() && line.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))
    };
    lines.map(|line| line.trim().trim_end_matches('\\')).filter(is_base64).collect()
}
