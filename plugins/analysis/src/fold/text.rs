//! Functions of texts.

use crate::Language;
use crate::catalogue::Reducer;
use crate::escape;
use crate::fold::operate::{is_script, item};
use crate::fold::{LONGEST, bytes, codec, format, pattern};
use crate::program::Constant;

/// What a function of texts gives.
pub(super) fn reduce(language: Language, reducer: Reducer, given: &[Constant]) -> Option<Constant> {
    let first = given.first()?;
    let second = given.get(1);
    let texts = || Some((first.as_text()?, second?.as_text()?));
    match reducer {
        Reducer::Upper => map(first, str::to_uppercase, <[u8]>::to_ascii_uppercase),
        Reducer::Lower => map(first, str::to_lowercase, <[u8]>::to_ascii_lowercase),
        Reducer::SwapCase => map(first, swap_case, <[u8]>::to_ascii_uppercase),
        Reducer::Capitalize => map(first, capitalize, <[u8]>::to_ascii_lowercase),
        Reducer::Title => map(first, title, <[u8]>::to_ascii_lowercase),
        Reducer::Trim | Reducer::TrimStart | Reducer::TrimEnd => trim(reducer, first, second),
        Reducer::Unescape => first.as_text().map(|text| Constant::text(escape::unescaped(text))),
        Reducer::WithoutPrefix
        | Reducer::WithoutSuffix
        | Reducer::Replace
        | Reducer::ReplaceFirst
            if language == Language::Bash =>
        {
            let (text, pattern) = texts()?;
            pattern::reduce(reducer, text, pattern, given.get(2)).map(Constant::text)
        }
        Reducer::WithoutPrefix => {
            texts().map(|(text, part)| text.strip_prefix(&**part).unwrap_or(text).into())
        }
        Reducer::WithoutSuffix => {
            texts().map(|(text, part)| text.strip_suffix(&**part).unwrap_or(text).into())
        }
        Reducer::Replace => replace(first, second?, given.get(2)?, usize::MAX),
        Reducer::ReplaceFirst => replace(first, second?, given.get(2)?, 1),
        Reducer::Repeat => {
            let (text, times) = (first.as_text()?, usize::try_from(second?.as_integer()?).ok()?);
            (text.len().checked_mul(times)? <= LONGEST).then(|| Constant::text(text.repeat(times)))
        }
        Reducer::CharacterAt => {
            item(language, first, second.map_or(Some(0), Constant::as_integer)?)
        }
        Reducer::CodeAt => {
            let character = item(language, first, second.map_or(Some(0), Constant::as_integer)?)?;
            reduce(language, Reducer::Code, &[character])
        }
        Reducer::Code => code(first),
        Reducer::Substring | Reducer::Substr => part(reducer, first, second?, given.get(2)),
        Reducer::Format => format::braces(first.as_text()?, &given[1..]).map(Constant::text),
        Reducer::FormatOne => {
            let spec = second.map_or(Some(""), |spec| spec.as_text().map(|spec| &**spec))?;
            format::spec(first, spec).map(Constant::text)
        }
        Reducer::ToText => to_text(language, given),
        Reducer::Find => {
            let (text, part) = texts()?;
            let at = text.find(&**part).map_or(-1, |at| text[..at].chars().count() as i128);
            Some(Constant::Integer(at))
        }
        Reducer::Length => {
            let length = first
                .as_text()
                .map_or_else(|| bytes(first).map(<[u8]>::len), |text| Some(text.chars().count()))?;
            Some(Constant::Integer(i128::try_from(length).ok()?))
        }
        _ => None,
    }
}

fn map(
    constant: &Constant,
    of_text: impl Fn(&str) -> String,
    of_bytes: impl Fn(&[u8]) -> Vec<u8>,
) -> Option<Constant> {
    Some(match constant {
        Constant::Text(text) => Constant::text(of_text(text)),
        Constant::Bytes(bytes) => Constant::Bytes(of_bytes(bytes).into()),
        _ => return None,
    })
}

fn swap_case(text: &str) -> String {
    let swap = |c: char| {
        if c.is_uppercase() { c.to_lowercase().to_string() } else { c.to_uppercase().to_string() }
    };
    text.chars().map(swap).collect()
}

fn capitalize(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    first + &characters.as_str().to_lowercase()
}

fn title(text: &str) -> String {
    let mut within = false;
    let mut made = String::new();
    for character in text.chars() {
        if within {
            made.extend(character.to_lowercase());
        } else {
            made.extend(character.to_uppercase());
        }
        within = character.is_alphabetic();
    }
    made
}

/// Takes space, or any of the characters that are given, from the ends.
fn trim(reducer: Reducer, first: &Constant, second: Option<&Constant>) -> Option<Constant> {
    let characters = match second {
        None | Some(Constant::Nothing) => None,
        Some(given) => Some(String::from_utf8(bytes(given)?.to_vec()).ok()?),
    };
    let goes = |c: char| match &characters {
        Some(characters) => characters.contains(c),
        None => c.is_whitespace(),
    };
    let text = std::str::from_utf8(bytes(first)?).ok()?;
    let text = match reducer {
        Reducer::TrimStart => text.trim_start_matches(goes),
        Reducer::TrimEnd => text.trim_end_matches(goes),
        _ => text.trim_matches(goes),
    };
    Some(like(first, text.as_bytes()))
}

/// Bytes as what another constant is.
fn like(constant: &Constant, bytes: &[u8]) -> Constant {
    match constant {
        Constant::Bytes(_) => Constant::Bytes(bytes.into()),
        _ => Constant::text(String::from_utf8_lossy(bytes).into_owned()),
    }
}

fn replace(text: &Constant, old: &Constant, new: &Constant, times: usize) -> Option<Constant> {
    let as_text = |constant| std::str::from_utf8(bytes(constant)?).ok();
    let (of, old, new) = (as_text(text)?, as_text(old)?, as_text(new)?);
    let grown = of.matches(old).count().min(times).checked_mul(new.len())?;
    (grown + of.len() <= LONGEST).then(|| like(text, of.replacen(old, new, times).as_bytes()))
}

fn code(constant: &Constant) -> Option<Constant> {
    let number = match constant {
        Constant::Text(text) => {
            let mut characters = text.chars();
            let first = characters.next()?;
            characters.next().is_none().then(|| u32::from(first))?
        }
        Constant::Bytes(bytes) => u32::from(*bytes.first().filter(|_| bytes.len() == 1)?),
        _ => return None,
    };
    Some(Constant::Integer(i128::from(number)))
}

/// `text.substring(from, to)`, `text.substr(from, count)`
fn part(
    reducer: Reducer,
    text: &Constant,
    from: &Constant,
    other: Option<&Constant>,
) -> Option<Constant> {
    let text = text.as_text()?;
    let length = text.chars().count();
    let most = i128::try_from(length).ok()?;
    let (from, other) = (from.as_integer()?, other.map_or(Some(most), Constant::as_integer)?);
    let (start, stop) = if reducer == Reducer::Substr {
        let start = if from < 0 { (from + most).max(0) } else { from };
        (start, start.checked_add(other)?)
    } else {
        (from.min(other), from.max(other))
    };
    let places = crate::fold::places([Some(start.max(0)), Some(stop.max(0)), None], length)?;
    let characters: Vec<char> = text.chars().collect();
    Some(Constant::text(places.into_iter().map(|at| characters[at]).collect::<String>()))
}

/// `str(value)`, `str(bytes, encoding)`, `String(value)`, `number.toString(base)`
fn to_text(language: Language, given: &[Constant]) -> Option<Constant> {
    let first = &given[0];
    match (first, given.get(1)) {
        (Constant::Bytes(bytes), encoding) if encoding.is_some() || is_script(language) => {
            match encoding.and_then(Constant::as_text).map(|name| &**name) {
                Some("base64") => codec::reduce(Reducer::ToBase64, given)
                    .and_then(|made| codec::reduce(Reducer::Decode, &[made])),
                Some("hex") => codec::reduce(Reducer::ToHex, given),
                _ => Some(Constant::text(std::str::from_utf8(bytes).ok()?)),
            }
        }
        (Constant::Integer(number), Some(base)) if is_script(language) => {
            in_base(*number, base.as_integer()?).map(Constant::text)
        }
        _ => Some(Constant::text(format::shown(language, first))),
    }
}

fn in_base(number: i128, base: i128) -> Option<String> {
    let base = u32::try_from(base).ok().filter(|base| (2..=36).contains(base))?;
    let mut left = u128::try_from(number).ok()?;
    let mut digits = Vec::new();
    while left > 0 || digits.is_empty() {
        let digit = u32::try_from(left % u128::from(base)).ok()?;
        digits.push(char::from_digit(digit, base)?);
        left /= u128::from(base);
    }
    Some(digits.into_iter().rev().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn python(reducer: Reducer, given: &[Constant]) -> Option<Constant> {
        reduce(Language::Python, reducer, given)
    }

    #[test]
    fn texts_are_changed_as_the_languages_do() {
        assert_eq!(python(Reducer::SwapCase, &["sYs".into()]), Some("SyS".into()));
        assert_eq!(python(Reducer::Title, &["os path".into()]), Some("Os Path".into()));
        assert_eq!(python(Reducer::Trim, &["xxosx".into(), "x".into()]), Some("os".into()));
        let replaced = python(Reducer::Replace, &["sXsXm".into(), "X".into(), "y".into()]);
        assert_eq!(replaced, Some("sysym".into()));
        assert_eq!(python(Reducer::Code, &["a".into()]), Some(97.into()));
        assert_eq!(python(Reducer::Code, &["ab".into()]), None);
    }

    #[test]
    fn parts_of_texts_are_javascripts() {
        let script = |reducer, given: &[Constant]| reduce(Language::JavaScript, reducer, given);
        let given = ["abcdef".into(), 4.into(), 1.into()];
        assert_eq!(script(Reducer::Substring, &given), Some("bcd".into()));
        assert_eq!(
            script(Reducer::Substr, &["abcdef".into(), (-3).into(), 2.into()]),
            Some("de".into())
        );
        assert_eq!(script(Reducer::ToText, &[255.into(), 16.into()]), Some("ff".into()));
        assert_eq!(script(Reducer::CharacterAt, &["abc".into()]), Some("a".into()));
    }

    #[test]
    fn what_would_fill_the_memory_is_not_known() {
        assert_eq!(python(Reducer::Repeat, &["a".into(), (1 << 40).into()]), None);
        let many = "a".repeat(2000);
        let given = [many.as_str().into(), "a".into(), many.as_str().into()];
        assert_eq!(python(Reducer::Replace, &given), None);
    }
}
