//! Where a text is made of one that nobody can read.

use std::ops::Range;

use lazaret_policy::prelude::*;

/// Calls that do so, whatever they are given.
const CALLS: [&str; 40] = [
    "base64.a85decode",
    "base64.b16decode",
    "base64.b32decode",
    "base64.b64decode",
    "base64.b85decode",
    "base64.decodebytes",
    "base64.decodestring",
    "base64.standard_b64decode",
    "base64.urlsafe_b64decode",
    "binascii.a2b_base64",
    "binascii.a2b_hex",
    "binascii.a2b_uu",
    "binascii.unhexlify",
    "bytearray.fromhex",
    "bytes.fromhex",
    "codecs.decode",
    "bz2.decompress",
    "gzip.decompress",
    "lzma.decompress",
    "zlib.decompress",
    "zlib.decompressobj().decompress",
    "marshal.loads",
    "cryptography.fernet.Fernet().decrypt",
    "atob",
    "Buffer.from",
    "buffer.Buffer.from",
    "Buffer",
    "unescape",
    "decodeURIComponent",
    "String.fromCharCode",
    "String.fromCharCode.apply",
    "String.fromCodePoint",
    "zlib.gunzipSync",
    "zlib.inflateSync",
    "zlib.inflateRawSync",
    "zlib.unzipSync",
    "zlib.brotliDecompressSync",
    "crypto.createDecipheriv().update",
    "js-base64.decode",
    "js-base64.Base64.decode",
];

/// Encodings that make other bytes of a text.
const ENCODINGS: [&str; 3] = ["base64", "base64url", "hex"];

/// What is written where letters are put together of numbers, or a text is turned round. No call says
/// it by itself: each is harmless where it is not run.
const SIGNS: [(&str, &[&str]); 10] = [
    ("chr", &["map(chr"]),
    ("chr", &["chr(", "join("]),
    ("chr", &["chr(", "+"]),
    ("bytes", &["bytes(["]),
    ("bytearray", &["bytearray(["]),
    (TURNED, &[TURNED]),
    ("rot13", &["rot13"]),
    ("rot13", &["rot_13"]),
    ("reverse", &[".reverse()", ".join("]),
    ("String.fromCharCode", &["fromCharCode"]),
];

/// A text that is read from its end.
const TURNED: &str = "[::-1]";

pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    CALLS.into_iter()
}

/// The places of a file where something is decoded.
pub(crate) struct Decoders<'a> {
    calls: Vec<(Range<usize>, &'a str)>,
    text: &'a str,
}

impl<'a> Decoders<'a> {
    pub(crate) fn of(cx: &'a Context, text: &'a str) -> Self {
        let calls = cx.calls("*").filter(|call| CALLS.contains(&call.name()) && decodes(*call));
        let place = |call: Call<'a>| {
            let span = call.span();
            (span.start_byte as usize..span.end_byte as usize, call.name())
        };
        Self { calls: calls.map(place).collect(), text }
    }

    /// What decodes in this part of the file.
    pub(crate) fn within(&self, part: &Range<usize>) -> Option<&'a str> {
        let is_in = |place: &Range<usize>| part.start <= place.start && place.end <= part.end;
        let call = self.calls.iter().find(|(place, _)| is_in(place)).map(|(_, name)| *name);
        call.or_else(|| sign(self.text.get(part.clone())?))
    }

    /// Whether the file has any.
    pub(crate) fn are_there(&self) -> bool {
        !self.calls.is_empty() || sign(self.text).is_some()
    }
}

/// Whether a call decodes, as far as its name leaves it open.
fn decodes(call: Call<'_>) -> bool {
    if !call.name().ends_with("Buffer.from") && call.name() != "Buffer" {
        return true;
    }
    let encoding = call.positional(1).literal();
    let encoding = encoding.as_ref().and_then(Value::as_str);
    let is_numbers = call.positional(0).text().starts_with('[');
    is_numbers || encoding.is_some_and(|encoding| ENCODINGS.contains(&encoding))
}

fn sign(text: &str) -> Option<&'static str> {
    let is_there = |words: &[&str]| words.iter().all(|word| text.contains(word));
    let found = SIGNS.iter().find(|(_, words)| is_there(words)).map(|(name, _)| *name);
    found.filter(|name| *name != TURNED || !is_list(text))
}

/// Whether words are put together, and not letters: `'.'.join(names[::-1])`.
fn is_list(text: &str) -> bool {
    text.contains("join(") && !text.contains("''.join(") && !text.contains("\"\".join(")
}
