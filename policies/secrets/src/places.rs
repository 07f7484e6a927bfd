//! Where in a text something may begin that the policy looks for.
//!
//! The policy reads every file, so the text is gone through once, and two bytes tell whether more has to
//! be read: of a program's places, one in thirty.

use crate::Secrets;
use crate::token::prefixes;

/// Places in a text, in order. All are the beginning of a character.
#[derive(Default)]
pub(crate) struct Places {
    /// Where tokens may begin.
    pub(crate) tokens: Vec<usize>,
    /// Dashes, two or more.
    pub(crate) dashes: Vec<usize>,
    /// Colons with a slash behind them.
    pub(crate) colons: Vec<usize>,
    /// Quotes, and equal signs.
    pub(crate) values: Vec<usize>,
}

/// By the first byte, which second bytes are looked for: a bit for each, by its last six bits.
pub(crate) struct Pairs([u64; 256]);

impl Pairs {
    /// The pairs that anything begins with.
    pub(crate) fn of(settings: &Secrets) -> Self {
        let mut pairs = Self([0; 256]);
        let ascii = prefixes(settings).filter(|prefix| prefix.is_ascii());
        for prefix in ascii.chain(["--", ":/"]) {
            if let [first, second, ..] = prefix.as_bytes() {
                pairs.0[usize::from(*first)] |= bit(*second);
            }
        }
        for byte in b"\"'`=" {
            pairs.0[usize::from(*byte)] = u64::MAX;
        }
        pairs
    }
}

impl Places {
    pub(crate) fn of(text: &str, pairs: &Pairs) -> Self {
        let mut places = Self::default();
        let seconds = text.bytes().skip(1).chain([0]);
        for (at, (first, second)) in text.bytes().zip(seconds).enumerate() {
            if pairs.0[usize::from(first)] & bit(second) != 0 {
                places.list(first).push(at);
            }
        }
        places
    }

    fn list(&mut self, first: u8) -> &mut Vec<usize> {
        match first {
            b'-' => &mut self.dashes,
            b':' => &mut self.colons,
            b'"' | b'\'' | b'`' | b'=' => &mut self.values,
            _ => &mut self.tokens,
        }
    }
}

fn bit(byte: u8) -> u64 {
    1 << (byte & 63)
}
