//! Encodings: what hides a text from the eye, and not from the interpreter.

use std::fmt::Write as _;

use data_encoding::{BASE32, BASE64, BASE64URL, HEXLOWER_PERMISSIVE};
use percent_encoding::percent_decode_str;

use crate::catalogue::Reducer;
use crate::fold::{LONGEST, bytes};
use crate::program::Constant;

/// What an encoding makes of its argument.
pub(super) fn reduce(reducer: Reducer, given: &[Constant]) -> Option<Constant> {
    let first = given.first()?;
    let name = given.get(1).and_then(Constant::as_text).map(|name| normal(name));
    match reducer {
        Reducer::Encode => encode(first, name.as_deref().unwrap_or("utf8")),
        Reducer::Decode => decode(first, name.as_deref().unwrap_or("utf8")),
        Reducer::FromBase64 => from_base64(bytes(first)?).map(to_bytes),
        Reducer::ToBase64 => Some(to_bytes(BASE64.encode(bytes(first)?).into_bytes())),
        Reducer::FromBase32 => BASE32.decode(&without_space(bytes(first)?)).ok().map(to_bytes),
        Reducer::FromBase85 => from_base85(bytes(first)?).map(to_bytes),
        Reducer::FromHex => from_hex(bytes(first)?).map(to_bytes),
        Reducer::ToHex => Some(Constant::text(to_hex(bytes(first)?))),
        Reducer::FromPercent => {
            let text = percent_decode_str(first.as_text()?).decode_utf8_lossy();
            Some(Constant::text(text.into_owned()))
        }
        Reducer::Decompress => decompress(bytes(first)?).map(to_bytes),
        _ => None,
    }
}

fn to_bytes(bytes: Vec<u8>) -> Constant {
    Constant::Bytes(bytes.into())
}

/// `UTF-8` and `utf_8` are the same.
fn normal(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

/// A text as bytes; by a codec of Python, or an encoding of Node's `Buffer`.
fn encode(constant: &Constant, name: &str) -> Option<Constant> {
    let given = bytes(constant)?;
    match name {
        "utf8" | "ascii" | "utf" | "u8" => Some(Constant::Bytes(given.into())),
        "latin1" | "iso88591" | "binary" => {
            let byte = |c: char| u8::try_from(c).ok();
            constant.as_text()?.chars().map(byte).collect::<Option<Vec<u8>>>().map(to_bytes)
        }
        "rot13" => Some(Constant::text(rotate13(constant.as_text()?))),
        "hex" | "hexcodec" => Some(Constant::Bytes(to_hex(given).into_bytes().into())),
        "base64" | "base64codec" => Some(to_bytes(BASE64.encode(given).into_bytes())),
        _ => None,
    }
}

/// The other way; of bytes, what a codec of Python or an encoding of Node's `Buffer` makes.
fn decode(constant: &Constant, name: &str) -> Option<Constant> {
    let given = bytes(constant)?;
    match name {
        "utf8" | "ascii" | "utf" | "u8" | "utf8sig" | "latin1" | "iso88591" | "binary" => {
            let text = match std::str::from_utf8(given) {
                Ok(text) if given.is_ascii() || name.starts_with('u') => text.to_owned(),
                _ if name.starts_with('u') || name == "ascii" => return None,
                _ => given.iter().map(|byte| char::from(*byte)).collect(),
            };
            Some(Constant::text(text))
        }
        "utf16" | "utf16le" | "ucs2" => {
            let units = given.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit));
            String::from_utf16(&units.collect::<Vec<_>>()).ok().map(Constant::text)
        }
        "rot13" => Some(Constant::text(rotate13(std::str::from_utf8(given).ok()?))),
        "hex" | "hexcodec" => from_hex(given).map(to_bytes),
        "base64" | "base64codec" => from_base64(given).map(to_bytes),
        "zlib" | "zlibcodec" | "zip" => decompress(given).map(to_bytes),
        "unicodeescape" | "rawunicodeescape" => {
            let text = std::str::from_utf8(given).ok()?;
            Some(Constant::text(crate::escape::unescaped(text)))
        }
        _ => None,
    }
}

fn without_space(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect()
}

/// Of either alphabet, with or without what fills up the end.
fn from_base64(given: &[u8]) -> Option<Vec<u8>> {
    let mut text = without_space(given);
    text.truncate(text.iter().rposition(|byte| *byte != b'=').map_or(0, |at| at + 1));
    while !text.len().is_multiple_of(4) {
        text.push(b'=');
    }
    BASE64.decode(&text).or_else(|_| BASE64URL.decode(&text)).ok()
}

fn from_hex(given: &[u8]) -> Option<Vec<u8>> {
    HEXLOWER_PERMISSIVE.decode(&without_space(given)).ok()
}

fn to_hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The alphabet of `base64.b85decode` (RFC 1924).
const BASE85: &[u8; 85] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

fn from_base85(given: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for chunk in given.chunks(5) {
        let mut number: u64 = 0;
        for at in 0..5 {
            let digit =
                chunk.get(at).map_or(Some(84), |byte| BASE85.iter().position(|b| b == byte));
            number = number * 85 + u64::try_from(digit?).ok()?;
        }
        let word = u32::try_from(number).ok()?.to_be_bytes();
        bytes.extend_from_slice(&word[..chunk.len().saturating_sub(1).min(4)]);
    }
    Some(bytes)
}

fn rotate13(text: &str) -> String {
    let rotate = |c: char| match c {
        'a'..='m' | 'A'..='M' => char::from_u32(u32::from(c) + 13).unwrap_or(c),
        'n'..='z' | 'N'..='Z' => char::from_u32(u32::from(c) - 13).unwrap_or(c),
        other => other,
    };
    text.chars().map(rotate).collect()
}

/// What zlib or gzip have compressed, up to the longest that is kept.
fn decompress(given: &[u8]) -> Option<Vec<u8>> {
    use miniz_oxide::inflate::{decompress_to_vec_with_limit, decompress_to_vec_zlib_with_limit};
    const GZIP: &[u8] = &[0x1f, 0x8b, 8];
    match given.strip_prefix(GZIP) {
        // A header without options is ten bytes long; what has options is rare.
        Some([0, rest @ ..]) => decompress_to_vec_with_limit(rest.get(6..)?, LONGEST).ok(),
        Some(_) => None,
        None => decompress_to_vec_zlib_with_limit(given, LONGEST)
            .or_else(|_| decompress_to_vec_with_limit(given, LONGEST))
            .ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(reducer: Reducer, text: &str) -> Option<Constant> {
        reduce(reducer, &[text.into()])
    }

    fn is(text: &str) -> Option<Constant> {
        (!text.is_empty()).then(|| Constant::Bytes(text.as_bytes().into()))
    }

    #[test]
    fn encodings_are_undone() {
        assert_eq!(decoded(Reducer::FromBase64, "c3lz\ndGVt"), is("system"));
        assert_eq!(decoded(Reducer::FromBase64, "b3M"), is("os"));
        assert_eq!(decoded(Reducer::FromBase32, "N5ZQ===="), is("os"));
        assert_eq!(decoded(Reducer::FromBase85, "b9r-gWo-"), is("system"));
        assert_eq!(decoded(Reducer::FromHex, "6f 73"), is("os"));
        assert_eq!(decoded(Reducer::FromPercent, "%6fs"), Some("os".into()));
        assert_eq!(decode(&"bf".into(), "rot13"), Some("os".into()));
    }

    #[test]
    fn what_was_compressed_is_read_and_a_bomb_is_not() {
        let small = miniz_oxide::deflate::compress_to_vec_zlib(b"import os", 6);
        assert_eq!(decompress(&small).as_deref(), Some(b"import os".as_slice()));
        let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; LONGEST * 2], 6);
        assert_eq!(decompress(&bomb), None);
    }
}
