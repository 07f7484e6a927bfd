//! Brace expansion: `a{b,c}d` is `abd` and `acd`, `{1..3}` is `1`, `2` and `3`.

/// More words than this are not made of one.
const WORDS: usize = 256;

/// Letters of all words together that are made of one: `eval` runs them as code.
const LETTERS: usize = 16 * 1024;

/// Letters that are looked at for the braces of one word: each that opens is looked for to its end.
const LOOKS: usize = 200_000;

/// Braces that make more than is looked at.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooMany;

/// Letters that nobody writes stand for what is no letter.
type Letters = Vec<char>;

/// Where braces begin and end, and what they stand for.
type Group = (usize, usize, Vec<Letters>);

/// The words that braces make of one, if there are any that do.
pub(super) fn braces(word: &str) -> Result<Option<Vec<String>>, TooMany> {
    let mut looks = LOOKS;
    let (mut made, mut letters) = (Vec::new(), 0);
    let mut pending: Vec<Letters> = vec![word.chars().collect()];
    while let Some(word) = pending.pop() {
        match first_group(&word, &mut looks)? {
            None => {
                letters += word.len();
                made.push(word.into_iter().collect());
            }
            Some((start, end, parts)) => {
                // The first of them comes first.
                for part in parts.iter().rev() {
                    pending.push([&word[..start], part, &word[end + 1..]].concat());
                }
            }
        }
        if made.len() + pending.len() > WORDS || letters > LETTERS {
            return Err(TooMany);
        }
    }
    let is_changed = made.len() > 1 || made.first().is_some_and(|one: &String| one != word);
    Ok(is_changed.then_some(made))
}

/// The first braces that mean something: where they begin and end, and what they stand for.
fn first_group(word: &[char], looks: &mut usize) -> Result<Option<Group>, TooMany> {
    let mut at = 0;
    while at < word.len() {
        match word[at] {
            '\\' => at += 1,
            '{' if at == 0 || word[at - 1] != '$' => {
                let (group, seen) = group(word, at);
                *looks = looks.checked_sub(seen).ok_or(TooMany)?;
                if let Some((end, parts)) = group {
                    return Ok(Some((at, end, parts)));
                }
            }
            _ => {}
        }
        at += 1;
    }
    Ok(None)
}

/// What the braces stand for that open here, and how many letters were looked at.
fn group(word: &[char], start: usize) -> (Option<(usize, Vec<Letters>)>, usize) {
    let (mut depth, mut from, mut parts) = (0_usize, start + 1, Vec::new());
    let mut at = start;
    while at < word.len() {
        match word[at] {
            '\\' => at += 1,
            '{' => depth += 1,
            ',' if depth == 1 => {
                parts.push(word[from..at].to_vec());
                from = at + 1;
            }
            '}' if depth == 1 => {
                if parts.is_empty() {
                    return (range(&word[from..at]).map(|parts| (at, parts)), at - start);
                }
                parts.push(word[from..at].to_vec());
                return (Some((at, parts)), at - start);
            }
            '}' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    (None, word.len() - start)
}

/// `1..3`, `a..e`
fn range(inside: &[char]) -> Option<Vec<Letters>> {
    let inside: String = inside.iter().collect();
    let (from, to) = inside.split_once("..")?;
    let is_letter =
        |text: &str| text.len() == 1 && text.starts_with(|c: char| c.is_ascii_alphabetic());
    if is_letter(from) && is_letter(to) {
        let (from, to) = (from.chars().next()?, to.chars().next()?);
        let letters = (from.min(to)..=from.max(to)).map(|letter| vec![letter]);
        return Some(if from <= to { letters.collect() } else { letters.rev().collect() });
    }
    let (from, to): (i64, i64) = (from.parse().ok()?, to.parse().ok()?);
    let (least, most) = (from.min(to), from.max(to));
    if most.checked_sub(least)? >= i64::try_from(WORDS).ok()? {
        return None;
    }
    let numbers = (least..=most).map(|number| number.to_string().chars().collect());
    Some(if from <= to { numbers.collect() } else { numbers.rev().collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_make_words() {
        assert_eq!(braces("r{m,mdir}").unwrap().unwrap(), ["rm", "rmdir"]);
        assert_eq!(braces("{rm,-rf,/}").unwrap().unwrap(), ["rm", "-rf", "/"]);
        assert_eq!(braces("/{bin,usr/{a,b}}").unwrap().unwrap(), ["/bin", "/usr/a", "/usr/b"]);
        assert_eq!(braces("{a,b}{1..2}").unwrap().unwrap(), ["a1", "a2", "b1", "b2"]);
        assert_eq!(braces("r{m,}").unwrap().unwrap(), ["rm", "r"]);
        for plain in ["${a,b}", "{a}", "{}", "a\\{b,c}", "{1..99999}"] {
            assert_eq!(braces(plain), Ok(None), "{plain}");
        }
    }

    #[test]
    fn words_that_are_many_or_long_are_not_made() {
        let long = "a".repeat(LETTERS / 2);
        assert_eq!(braces(&format!("{long}{{,b}}")), Err(TooMany));
        assert!(braces(&format!("{}{{,b}}", &long[..LETTERS / 2 - 1])).is_ok());
        assert_eq!(braces("{1..16}{1..17}"), Err(TooMany));
    }
}
