//! The checksum in the tokens of GitHub and npm: the last six characters are the CRC-32 of those
//! between it and the prefix, in base 62.
//!
//! As GitHub says in "Behind GitHub's new authentication token formats" (2021); the order of the
//! digits is that of its tokens.

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTH: usize = 6;

/// Whether the end of `body` is the checksum of what is before it.
pub(crate) fn is_right(body: &str) -> bool {
    let Some(length) = body.len().checked_sub(LENGTH) else { return false };
    let (random, checksum) = body.as_bytes().split_at(length);
    checksum == base62(crc32(random))
}

fn base62(mut number: u32) -> [u8; LENGTH] {
    let mut text = [DIGITS[0]; LENGTH];
    for digit in text.iter_mut().rev() {
        *digit = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    text
}

/// Bit by bit: a file has few tokens, and a table would be larger than all the rest.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

#[cfg(test)]
mod tests {
    use super::{crc32, is_right};

    #[test]
    fn the_checksum_is_the_standard_one() {
        // The check value of CRC-32.
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn a_token_that_somebody_made_up_has_another_checksum() {
        // A token that was revoked long ago; it is in articles about the checksum.
        assert!(is_right("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"));
        assert!(!is_right("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq18"));
        assert!(!is_right("zQW"));
    }
}
