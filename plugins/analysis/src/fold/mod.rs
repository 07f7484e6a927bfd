//! Computes with constants as the languages do, within bounds.
//!
//! Everything here is a pure function of constants: what cannot be computed, or would be too
//! large, is `None`, and stays unknown.

mod codec;
mod format;
mod number;
mod operate;
mod pattern;
mod text;

use crate::Language;
use crate::catalogue::Reducer;
use crate::program::Constant;

pub(crate) use format::{percent, shown};
pub(crate) use operate::{is_script, item, operate};
pub(crate) use pattern::Pattern;

/// The longest text or bytes that are computed.
pub(crate) const LONGEST: usize = 1024 * 1024;

/// What a function of constants gives.
pub(crate) fn reduce(language: Language, reducer: Reducer, given: &[Constant]) -> Option<Constant> {
    let result = text::reduce(language, reducer, given)
        .or_else(|| codec::reduce(reducer, given))
        .or_else(|| number::reduce(language, reducer, given))?;
    let result = match (reducer, &result) {
        // `atob` gives a text, whose characters are bytes.
        (Reducer::FromBase64, Constant::Bytes(bytes)) if operate::is_script(language) => {
            Constant::text(bytes.iter().map(|byte| char::from(*byte)).collect::<String>())
        }
        _ => result,
    };
    (result.size() <= LONGEST).then_some(result)
}

/// Text or bytes.
fn bytes(constant: &Constant) -> Option<&[u8]> {
    match constant {
        Constant::Text(text) => Some(text.as_bytes()),
        Constant::Bytes(bytes) => Some(bytes),
        _ => None,
    }
}

/// A place in something of this length, counted from its end where it is negative.
pub(crate) fn place(at: i128, length: usize) -> Option<usize> {
    let length = i128::try_from(length).ok()?;
    let at = if at < 0 { at + length } else { at };
    (0..length).contains(&at).then(|| usize::try_from(at).ok())?
}

/// The places that a slice takes, in its order, as Python counts them.
pub(crate) fn places([from, to, by]: [Option<i128>; 3], length: usize) -> Option<Vec<usize>> {
    let length = i128::try_from(length).ok()?;
    let by = by.unwrap_or(1);
    if by == 0 {
        return None;
    }
    let (least, most) = if by > 0 { (0, length) } else { (-1, length - 1) };
    let bound = |bound: i128| if bound < 0 { bound + length } else { bound }.clamp(least, most);
    let (start, end) = if by > 0 { (least, most) } else { (most, least) };
    let mut at = from.map_or(start, bound);
    let end = to.map_or(end, bound);
    let mut places = Vec::new();
    while if by > 0 { at < end } else { at > end } {
        places.push(usize::try_from(at).ok()?);
        at += by;
    }
    Some(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_are_pythons() {
        let slice = |start, stop, step| places([start, stop, step], 5).unwrap();
        assert_eq!(slice(None, None, Some(-1)), [4, 3, 2, 1, 0]);
        assert_eq!(slice(Some(-2), None, None), [3, 4]);
        assert_eq!(slice(Some(1), Some(100), Some(2)), [1, 3]);
        assert_eq!(slice(Some(3), Some(0), Some(-2)), [3, 1]);
        assert_eq!(places([None, None, Some(0)], 5), None);
    }
}
