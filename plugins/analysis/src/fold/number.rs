//! Functions of numbers.

use crate::Language;
use crate::catalogue::Reducer;
use crate::fold::operate::is_script;
use crate::program::Constant;

/// What a function of numbers gives.
pub(super) fn reduce(language: Language, reducer: Reducer, given: &[Constant]) -> Option<Constant> {
    let first = given.first()?;
    match reducer {
        Reducer::ToInteger => to_integer(language, first, given.get(1)),
        Reducer::Hexadecimal => Some(Constant::text(format!("{:#x}", first.as_integer()?))),
        _ => None,
    }
}

/// `int(text, base)`, `parseInt(text, base)`
fn to_integer(language: Language, first: &Constant, base: Option<&Constant>) -> Option<Constant> {
    let Constant::Text(text) = first else { return first.as_integer().map(Constant::Integer) };
    let text = text.trim().replace('_', "");
    let base = base.map_or(Some(10), Constant::as_integer)?;
    let (prefix, named) = match text.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => (2, 16),
        Some("0o") => (2, 8),
        Some("0b") => (2, 2),
        _ => (0, 10),
    };
    let (digits, base) = match base {
        0 => (&text[prefix..], named),
        _ if base == named => (&text[prefix..], named),
        10 if named == 16 && is_script(language) => (&text[2..], 16),
        base => (text.as_str(), base),
    };
    let base = u32::try_from(base).ok().filter(|base| (2..=36).contains(base))?;
    let end = digits.find(|c: char| !c.is_digit(base) && c != '-').unwrap_or(digits.len());
    let digits = if is_script(language) { &digits[..end] } else { digits };
    i128::from_str_radix(digits, base).ok().map(Constant::Integer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_their_base() {
        let read = |language, given: &[Constant]| reduce(language, Reducer::ToInteger, given);
        assert_eq!(read(Language::Python, &["0x41".into(), 16.into()]), Some(65.into()));
        assert_eq!(read(Language::Python, &["0x41".into(), 0.into()]), Some(65.into()));
        assert_eq!(read(Language::Python, &["12px".into()]), None);
        assert_eq!(read(Language::JavaScript, &["12px".into()]), Some(12.into()));
        assert_eq!(read(Language::JavaScript, &["zz".into(), 36.into()]), Some(1295.into()));
    }
}
