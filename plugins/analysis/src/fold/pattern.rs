//! Patterns of Bash: `?` stands for a character, `*` for any number of them, `[ab]`, `[a-z]` and
//! `[!ab]` for one of a set.

use crate::catalogue::Reducer;
use crate::fold::LONGEST;
use crate::program::Constant;

/// Longer texts are not matched with patterns that are no texts themselves.
const TEXT: usize = 512;

/// Nor are longer patterns. People write ten characters.
const PIECES: usize = 64;

/// One piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Character(char),
    Any,
    AnyNumber,
    OneOf { ranges: Vec<(char, char)>, is_negated: bool },
}

/// A pattern.
#[derive(Clone, Debug)]
pub(crate) struct Pattern(Vec<Piece>);

impl Pattern {
    pub(crate) fn of(written: &str) -> Self {
        let letters: Vec<char> = written.chars().collect();
        let (mut pieces, mut at) = (Vec::new(), 0);
        while let Some(letter) = letters.get(at) {
            let (piece, length) = match letter {
                '?' => (Piece::Any, 1),
                '*' => (Piece::AnyNumber, 1),
                '\\' => (Piece::Character(letters.get(at + 1).copied().unwrap_or('\\')), 2),
                '[' => set(&letters[at..]).unwrap_or((Piece::Character('['), 1)),
                other => (Piece::Character(*other), 1),
            };
            pieces.push(piece);
            at += length;
        }
        Self(pieces)
    }

    /// Whether all of a text is matched.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        let letters: Vec<char> = text.chars().collect();
        self.ends(&letters).contains(&letters.len())
    }

    /// Where a match may end that begins at the first letter.
    fn ends(&self, letters: &[char]) -> Vec<usize> {
        let mut places = vec![0];
        for piece in &self.0 {
            let mut next = Vec::new();
            for place in places {
                match piece {
                    Piece::AnyNumber => next.extend(place..=letters.len()),
                    _ if letters.get(place).is_some_and(|letter| piece.is(*letter)) => {
                        next.push(place + 1);
                    }
                    _ => {}
                }
            }
            next.sort_unstable();
            next.dedup();
            places = next;
        }
        places
    }
}

impl Piece {
    fn is(&self, letter: char) -> bool {
        match self {
            Self::Character(character) => *character == letter,
            Self::Any | Self::AnyNumber => true,
            Self::OneOf { ranges, is_negated } => {
                let is_in = ranges.iter().any(|(from, to)| (*from..=*to).contains(&letter));
                is_in != *is_negated
            }
        }
    }
}

/// `[a-z]`, and how long it is written.
fn set(letters: &[char]) -> Option<(Piece, usize)> {
    let is_negated = matches!(letters.get(1), Some('!' | '^'));
    let first = 1 + usize::from(is_negated);
    // What stands first closes nothing.
    let end = first + 1 + letters.get(first + 1..)?.iter().position(|letter| *letter == ']')?;
    let text: String = letters[first..end].iter().collect();
    let class = match text.as_str() {
        "[:alpha:" => Some(vec![('a', 'z'), ('A', 'Z')]),
        "[:digit:" => Some(vec![('0', '9')]),
        "[:alnum:" => Some(vec![('a', 'z'), ('A', 'Z'), ('0', '9')]),
        "[:lower:" => Some(vec![('a', 'z')]),
        "[:upper:" => Some(vec![('A', 'Z')]),
        "[:space:" => Some(vec![('\t', '\r'), (' ', ' ')]),
        "[:punct:" => Some(vec![('!', '/'), (':', '@'), ('[', '`'), ('{', '~')]),
        _ => None,
    };
    if let Some(ranges) = class {
        return Some((Piece::OneOf { ranges, is_negated }, end + 2));
    }
    let (mut ranges, mut at) = (Vec::new(), first);
    while at < end {
        let is_range = letters[at + 1] == '-' && at + 2 < end;
        let last = if is_range { letters[at + 2] } else { letters[at] };
        ranges.push((letters[at], last));
        at += if is_range { 3 } else { 1 };
    }
    Some((Piece::OneOf { ranges, is_negated }, end + 1))
}

/// `${x//pattern/new}`, `${x#pattern}`, `${x%pattern}`; of the last two, the longest if that is given.
pub(super) fn reduce(
    reducer: Reducer,
    text: &str,
    pattern: &str,
    given: Option<&Constant>,
) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    let pattern = Pattern::of(pattern);
    let is_text = pattern.0.iter().all(|piece| matches!(piece, Piece::Character(_)));
    if !is_text && (letters.len() > TEXT || pattern.0.len() > PIECES) {
        return None;
    }
    let is_longest = given.is_some_and(Constant::is_true);
    let longest_or_shortest = |ends: Vec<usize>| {
        if is_longest { ends.last().copied() } else { ends.first().copied() }
    };
    match reducer {
        Reducer::WithoutPrefix => {
            let end = longest_or_shortest(pattern.ends(&letters)).unwrap_or(0);
            Some(letters[end..].iter().collect())
        }
        Reducer::WithoutSuffix => {
            let is_end = |at: &usize| pattern.ends(&letters[*at..]).contains(&(letters.len() - at));
            let mut starts: Vec<usize> = (0..=letters.len()).filter(is_end).collect();
            starts.reverse();
            let start = longest_or_shortest(starts).unwrap_or(letters.len());
            Some(letters[..start].iter().collect())
        }
        _ => {
            let new = given?.as_text()?;
            let most = if reducer == Reducer::Replace { usize::MAX } else { 1 };
            replaced(&letters, &pattern, new, most)
        }
    }
}

/// Each match is as long as it can be.
fn replaced(letters: &[char], pattern: &Pattern, new: &str, most: usize) -> Option<String> {
    let (mut made, mut at, mut count) = (String::new(), 0, 0);
    while at < letters.len() {
        let end = if count < most { pattern.ends(&letters[at..]).last().copied() } else { None };
        if let Some(end) = end.filter(|end| *end > 0) {
            made.push_str(new);
            at += end;
            count += 1;
        } else {
            made.push(letters[at]);
            at += 1;
        }
        if made.len() > LONGEST {
            return None;
        }
    }
    Some(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_stand_for_names() {
        let matches = |pattern: &str, name: &str| Pattern::of(pattern).is_match(name);
        assert!(matches("b?s?", "bash") && matches("*sh", "bash") && matches("[abc]at", "cat"));
        assert!(!matches("b?s", "bash") && !matches("[ab]at", "cat") && !matches("*sh", "shed"));
        assert!(matches("[!x]m", "rm") && matches("[[:lower:]]m", "rm") && matches("[a-z]m", "rm"));
    }

    #[test]
    fn parts_of_texts_that_match_are_taken_away() {
        let reduced = |reducer, text, pattern, given: Constant| {
            super::reduce(reducer, text, pattern, Some(&given)).unwrap()
        };
        let nothing = || Constant::text("");
        assert_eq!(reduced(Reducer::Replace, "r1m2", "[0-9]", nothing()), "rm");
        assert_eq!(reduced(Reducer::ReplaceFirst, "rXXm", "X*X", nothing()), "rm");
        assert_eq!(reduced(Reducer::WithoutPrefix, "/a/b/rm", "*/", Constant::Boolean(true)), "rm");
        assert_eq!(reduced(Reducer::WithoutPrefix, "/a/b", "*/", Constant::Boolean(false)), "a/b");
        assert_eq!(
            reduced(Reducer::WithoutSuffix, "rm.a.b", ".*", Constant::Boolean(false)),
            "rm.a"
        );
        assert_eq!(reduced(Reducer::WithoutSuffix, "rm.a.b", ".*", Constant::Boolean(true)), "rm");
    }
}
