//! Lists that are looked up in their text.
//!
//! A list is lines in the order of their first words, with comments before them. Most files import
//! little that is in one: to make a table of thousands of lines would cost more than all else that
//! a small file costs.

use std::cmp::Ordering;

/// The lines of a list.
pub(super) fn of(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines().filter(|line| !line.starts_with('#'))
}

/// What follows a first word in its line, if the list has it.
pub(super) fn find(list: &'static str, word: &str) -> Option<&'static str> {
    let (mut low, mut high) = (end_of_comments(list), list.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let begin = list[low..middle].rfind('\n').map_or(low, |at| low + at + 1);
        let end = list[begin..high].find('\n').map_or(high, |at| begin + at);
        let (first, rest) = split(&list[begin..end]);
        match first.cmp(word) {
            Ordering::Less => low = end + 1,
            Ordering::Greater => high = begin,
            Ordering::Equal => return Some(rest),
        }
    }
    None
}

/// The first word, and what follows it.
fn split(line: &'static str) -> (&'static str, &'static str) {
    line.split_once(' ').unwrap_or((line, ""))
}

fn end_of_comments(list: &str) -> usize {
    let comments = list.split_inclusive('\n').take_while(|line| line.starts_with('#'));
    comments.map(str::len).sum()
}

/// Whether each line can be found.
#[cfg(test)]
pub(super) fn is_sorted(list: &'static str) -> bool {
    let words: Vec<&str> = of(list).map(|line| split(line).0).collect();
    words.windows(2).all(|pair| pair[0] < pair[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "# one\n# two\na b c\nab\nb d\n";

    #[test]
    fn each_line_is_found_by_its_first_word_and_nothing_else_is() {
        assert_eq!(find(LIST, "a"), Some("b c"));
        assert_eq!(find(LIST, "ab"), Some(""));
        assert_eq!(find(LIST, "b"), Some("d"));
        for other in ["", "#", "# one", "aa", "a b", "c", "d"] {
            assert_eq!(find(LIST, other), None, "{other}");
        }
        assert_eq!(find("", "a"), None);
        assert_eq!(find("a", "a"), Some(""));
    }
}
