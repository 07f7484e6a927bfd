//! Whether a text was made by chance, as secrets are, or by somebody who needed an example.

/// Words that stand in examples, and whose letters hardly follow each other by chance.
const EXAMPLES: [&str; 16] = [
    "example",
    "sample",
    "dummy",
    "fake",
    "placeholder",
    "redacted",
    "changeme",
    "change-me",
    "change_me",
    "your",
    "insert",
    "invalid",
    "xxxx",
    "test",
    "foobar",
    "deadbeef",
];

/// So many equal characters in a row are no chance.
const RUN: usize = 5;

/// So many characters in the order of the alphabet are none, either.
const SEQUENCE: usize = 6;

/// Whether it says itself that it is an example: by its words, `aaaaa`, or `123456`.
pub(crate) fn is_example(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    EXAMPLES.iter().any(|word| lower.contains(word))
        || longest(&lower, |one, next| one == next) >= RUN
        || longest(&lower, |one, next| one.checked_add(1) == Some(next)) >= SEQUENCE
}

/// The bits that a character tells, on average (Shannon's entropy).
#[expect(clippy::cast_precision_loss, reason = "no text is that long")]
pub(crate) fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let size = text.len() as f64;
    let shares = counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / size);
    shares.map(|share| -share * share.log2()).sum()
}

/// How many characters in a row each follow the one before as `follows` says.
fn longest(text: &str, follows: impl Fn(u8, u8) -> bool) -> usize {
    let (mut longest, mut length) = (1, 1);
    for pair in text.as_bytes().windows(2) {
        length = if follows(pair[0], pair[1]) { length + 1 } else { 1 };
        longest = longest.max(length);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::{entropy, is_example};

    #[test]
    fn an_example_says_that_it_is_one() {
        for text in ["AKIAIOSFODNN7EXAMPLE", "ghp_aaaaaaaq", "t0k3n-123456", "YOUR_TOKEN"] {
            assert!(is_example(text), "{text}");
        }
        assert!(!is_example("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"));
    }

    #[test]
    fn what_repeats_tells_less() {
        assert!(entropy("aaaaaaaa") < 0.1);
        assert!((entropy("abcdefgh") - 3.0).abs() < 0.01);
    }
}
