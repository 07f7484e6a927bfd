//! Constants as texts: what `str` and templates make of them.

use std::fmt::Write as _;

use crate::Language;
use crate::fold::LONGEST;
use crate::fold::operate::is_script;
use crate::program::Constant;

/// A constant as a text, as `str` and `String` have it.
pub(crate) fn shown(language: Language, constant: &Constant) -> String {
    match constant {
        Constant::Text(text) => text.to_string(),
        Constant::Bytes(bytes) => bytes.escape_ascii().to_string(),
        Constant::Integer(number) => number.to_string(),
        Constant::Float(number) => number.to_string(),
        Constant::Boolean(yes) if is_script(language) => yes.to_string(),
        Constant::Boolean(true) => "True".to_owned(),
        Constant::Boolean(false) => "False".to_owned(),
        Constant::Nothing if is_script(language) => "undefined".to_owned(),
        Constant::Nothing => "None".to_owned(),
    }
}

/// `'%s and %c' % values`
pub(crate) fn percent(template: &Constant, values: &[Constant]) -> Option<Constant> {
    let (text, is_bytes) = match template {
        Constant::Text(text) => (text.to_string(), false),
        Constant::Bytes(bytes) => (String::from_utf8(bytes.to_vec()).ok()?, true),
        _ => return None,
    };
    let mut values = values.iter();
    let mut made = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find('%') {
        made.push_str(&rest[..at]);
        let directive = &rest[at + 1..];
        let end = directive.find(|c: char| c.is_alphabetic() || c == '%')?;
        let (spec, kind) = (&directive[..end], directive[end..].chars().next()?);
        match kind {
            '%' => made.push('%'),
            _ if spec.contains(['(', '*']) => return None,
            _ => {
                let kind = if matches!(kind, 'r' | 'a') { return None } else { kind };
                let kind = if matches!(kind, 'i' | 'u') { 'd' } else { kind };
                made.push_str(&self::spec(values.next()?, &format!("{spec}{kind}"))?);
            }
        }
        rest = &directive[end + kind.len_utf8()..];
    }
    made.push_str(rest);
    if made.len() > LONGEST {
        return None;
    }
    Some(if is_bytes { Constant::Bytes(made.into_bytes().into()) } else { Constant::text(made) })
}

/// `'{} {0} {name}'.format(values)`
pub(super) fn braces(template: &str, values: &[Constant]) -> Option<String> {
    let mut made = String::new();
    let mut next = 0;
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        made.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            made.push_str(brace);
            rest = after;
            continue;
        }
        let end = rest.find('}').filter(|_| brace == "{")?;
        let (name, spec) = rest[..end].split_once(':').unwrap_or((&rest[..end], ""));
        let place = if name.is_empty() { next } else { name.parse().ok()? };
        next += 1;
        made.push_str(&self::spec(values.get(place)?, spec)?);
        rest = &rest[end + 1..];
    }
    made.push_str(rest);
    (made.len() <= LONGEST).then_some(made)
}

/// A value in a format, as far as formats hide names: characters, numbers, widths.
pub(super) fn spec(value: &Constant, spec: &str) -> Option<String> {
    let kind = spec.chars().next_back().filter(char::is_ascii_alphabetic);
    let rest = spec.strip_suffix(kind.unwrap_or_default()).unwrap_or(spec);
    let text = match kind {
        None | Some('s') => shown(Language::Python, value),
        Some('c') => match value {
            Constant::Text(text) => text.to_string(),
            _ => char::from_u32(u32::try_from(value.as_integer()?).ok()?)?.to_string(),
        },
        Some('d') => value.as_integer()?.to_string(),
        Some('x') => format!("{:x}", value.as_integer()?),
        Some('X') => format!("{:X}", value.as_integer()?),
        Some('o') => format!("{:o}", value.as_integer()?),
        Some('b') => format!("{:b}", value.as_integer()?),
        Some(_) => return None,
    };
    padded(&text, rest, matches!(value, Constant::Integer(_)))
}

/// A text in a field: fill, alignment, width, and how much of it.
fn padded(text: &str, spec: &str, is_number: bool) -> Option<String> {
    if spec.is_empty() {
        return Some(text.to_owned());
    }
    let (spec, precision) = match spec.split_once('.') {
        Some((spec, precision)) => (spec, Some(precision.parse::<usize>().ok()?)),
        None => (spec, None),
    };
    let text: String = text.chars().take(precision.unwrap_or(usize::MAX)).collect();
    let digits = spec.find(|c: char| c.is_ascii_digit()).unwrap_or(spec.len());
    let (flags, width) = spec.split_at(digits);
    let zeros = width.starts_with('0');
    let width: usize = if width.is_empty() { 0 } else { width.parse().ok()? };
    let mut marks = flags.chars().rev();
    let default = if is_number { '>' } else { '<' };
    let align = marks.next().unwrap_or(default);
    let fill = marks.next().unwrap_or(if zeros { '0' } else { ' ' });
    let missing = width.saturating_sub(text.chars().count());
    if missing > LONGEST {
        return None;
    }
    let before = match align {
        '<' | '-' => 0,
        '>' => missing,
        '^' => missing / 2,
        _ => return None,
    };
    let mut made = String::new();
    made.extend(std::iter::repeat_n(fill, before));
    write!(made, "{text}").ok()?;
    made.extend(std::iter::repeat_n(fill, missing - before));
    Some(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled() {
        let filled = percent(&"%s%c%%%02x".into(), &["ev".into(), 97.into(), 10.into()]);
        assert_eq!(filled, Some("eva%0a".into()));
        let made = braces("{1}{0:c}{{}}{1:>3}", &[108.into(), "x".into()]);
        assert_eq!(made.as_deref(), Some("xl{}  x"));
        assert_eq!(braces("{}{}", &["sys".into(), "tem".into()]).as_deref(), Some("system"));
        assert_eq!(braces("{0[a]}", &["x".into()]), None);
        assert_eq!(spec(&"ab".into(), "*^6").as_deref(), Some("**ab**"));
    }
}
