//! Operators between constants.

use crate::Language;
use crate::fold::{LONGEST, format, place};
use crate::program::{Constant, Operator};

/// What an operator makes of its sides; the left one is missing where it has none.
pub(crate) fn operate(
    language: Language,
    operator: Operator,
    left: Option<&Constant>,
    right: &Constant,
) -> Option<Constant> {
    let Some(left) = left else { return alone(language, operator, right) };
    match operator {
        Operator::Add => add(language, left, right),
        Operator::Multiply => multiply(language, left, right),
        Operator::Remainder if language == Language::Python && is_template(left) => {
            format::percent(left, std::slice::from_ref(right))
        }
        Operator::Format => format::spec(left, right.as_text()?).map(Constant::text),
        Operator::Equal => Some(Constant::Boolean(is_equal(left, right))),
        Operator::Unequal => Some(Constant::Boolean(!is_equal(left, right))),
        Operator::In | Operator::NotIn => {
            let within = contains(right, left)?;
            Some(Constant::Boolean(within == (operator == Operator::In)))
        }
        Operator::Less | Operator::AtMost | Operator::Greater | Operator::AtLeast => {
            compare(operator, left, right).map(Constant::Boolean)
        }
        _ => number(language, operator, left, right),
    }
}

fn is_template(constant: &Constant) -> bool {
    matches!(constant, Constant::Text(_) | Constant::Bytes(_))
}

fn alone(language: Language, operator: Operator, right: &Constant) -> Option<Constant> {
    match operator {
        Operator::Not => Some(Constant::Boolean(!right.is_true())),
        Operator::Invert => Some(Constant::Integer(!right.as_integer()?)),
        Operator::TypeOf => Some(Constant::text(match right {
            Constant::Text(_) => "string",
            Constant::Integer(_) | Constant::Float(_) => "number",
            Constant::Boolean(_) => "boolean",
            Constant::Nothing | Constant::Bytes(_) => return None,
        })),
        Operator::Add | Operator::Subtract => {
            let number = to_number(language, right)?;
            Some(match number {
                Constant::Integer(number) if operator == Operator::Subtract => {
                    Constant::Integer(number.checked_neg()?)
                }
                Constant::Float(number) if operator == Operator::Subtract => {
                    Constant::Float(-number)
                }
                number => number,
            })
        }
        _ => None,
    }
}

/// What arithmetic takes a constant for: JavaScript makes numbers of everything.
fn to_number(language: Language, constant: &Constant) -> Option<Constant> {
    match constant {
        Constant::Integer(_) | Constant::Float(_) => Some(constant.clone()),
        Constant::Boolean(yes) => Some(Constant::Integer(i128::from(*yes))),
        Constant::Text(text) if is_script(language) => {
            let text = text.trim();
            if text.is_empty() {
                return Some(Constant::Integer(0));
            }
            let whole = text.parse().map(Constant::Integer);
            let number = whole.or_else(|_| text.parse().map(Constant::Float));
            Some(number.unwrap_or(Constant::Float(f64::NAN)))
        }
        _ => None,
    }
}

pub(crate) fn is_script(language: Language) -> bool {
    matches!(language, Language::JavaScript | Language::TypeScript | Language::Tsx)
}

fn add(language: Language, left: &Constant, right: &Constant) -> Option<Constant> {
    match (left, right) {
        (Constant::Text(one), Constant::Text(other)) => {
            let fits = one.len() + other.len() <= LONGEST;
            fits.then(|| Constant::text([&**one, &**other].concat()))
        }
        (Constant::Bytes(one), Constant::Bytes(other)) => {
            let fits = one.len() + other.len() <= LONGEST;
            fits.then(|| Constant::Bytes([&**one, &**other].concat().into()))
        }
        (Constant::Text(_), _) | (_, Constant::Text(_)) if is_script(language) => {
            let text = [format::shown(language, left), format::shown(language, right)].concat();
            (text.len() <= LONGEST).then(|| Constant::text(text))
        }
        _ => number(language, Operator::Add, left, right),
    }
}

fn multiply(language: Language, left: &Constant, right: &Constant) -> Option<Constant> {
    let (repeated, times) = match (left, right) {
        (Constant::Text(_) | Constant::Bytes(_), times) if language == Language::Python => {
            (left, times)
        }
        (times, Constant::Text(_) | Constant::Bytes(_)) if language == Language::Python => {
            (right, times)
        }
        _ => return number(language, Operator::Multiply, left, right),
    };
    let times = usize::try_from(times.as_integer()?.max(0)).ok()?;
    if repeated.size().checked_mul(times)? > LONGEST {
        return None;
    }
    Some(match repeated {
        Constant::Text(text) => Constant::text(text.repeat(times)),
        Constant::Bytes(bytes) => Constant::Bytes(bytes.repeat(times).into()),
        _ => return None,
    })
}

fn number(
    language: Language,
    operator: Operator,
    left: &Constant,
    right: &Constant,
) -> Option<Constant> {
    let (left, right) = (to_number(language, left)?, to_number(language, right)?);
    match (&left, &right) {
        (Constant::Integer(one), Constant::Integer(other)) => {
            whole(language, operator, *one, *other)
        }
        _ => float(operator, left.as_float()?, right.as_float()?).map(Constant::Float),
    }
}

/// Whole numbers, as far as they are kept.
fn whole(language: Language, operator: Operator, left: i128, right: i128) -> Option<Constant> {
    let shift = || u32::try_from(right).ok();
    let number = match operator {
        Operator::Add => left.checked_add(right)?,
        Operator::Subtract => left.checked_sub(right)?,
        Operator::Multiply => left.checked_mul(right)?,
        Operator::Divide if right != 0 && left % right == 0 && is_script(language) => left / right,
        Operator::Divide => {
            return float(operator, approximately(left), approximately(right)).map(Constant::Float);
        }
        Operator::DivideWhole => left.checked_div_euclid(right)?,
        Operator::Remainder if is_script(language) => left.checked_rem(right)?,
        Operator::Remainder => left.checked_rem_euclid(right)?,
        Operator::Power => left.checked_pow(shift()?)?,
        Operator::And => left & right,
        Operator::Or => left | right,
        Operator::ExclusiveOr => left ^ right,
        Operator::ShiftLeft => left.checked_shl(shift()?).filter(|n| n >> right == left)?,
        Operator::ShiftRight => left.checked_shr(shift()?)?,
        _ => return None,
    };
    Some(Constant::Integer(number))
}

#[allow(clippy::cast_precision_loss, reason = "so do the languages")]
fn approximately(number: i128) -> f64 {
    number as f64
}

fn float(operator: Operator, left: f64, right: f64) -> Option<f64> {
    let number = match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide => left / right,
        Operator::DivideWhole => (left / right).floor(),
        Operator::Remainder => left % right,
        Operator::Power => left.powf(right),
        _ => return None,
    };
    number.is_finite().then_some(number)
}

fn is_equal(left: &Constant, right: &Constant) -> bool {
    match (left.as_integer(), right.as_integer()) {
        (Some(one), Some(other)) => one == other,
        _ => left == right,
    }
}

fn compare(operator: Operator, left: &Constant, right: &Constant) -> Option<bool> {
    let ordering = match (left, right) {
        (Constant::Text(one), Constant::Text(other)) => one.cmp(other),
        (Constant::Bytes(one), Constant::Bytes(other)) => one.cmp(other),
        _ => left.as_float()?.partial_cmp(&right.as_float()?)?,
    };
    Some(match operator {
        Operator::Less => ordering.is_lt(),
        Operator::AtMost => ordering.is_le(),
        Operator::Greater => ordering.is_gt(),
        _ => ordering.is_ge(),
    })
}

fn contains(whole: &Constant, part: &Constant) -> Option<bool> {
    match (whole, part) {
        (Constant::Text(whole), Constant::Text(part)) => Some(whole.contains(&**part)),
        (Constant::Bytes(whole), Constant::Integer(byte)) => {
            Some(u8::try_from(*byte).is_ok_and(|byte| whole.contains(&byte)))
        }
        _ => None,
    }
}

/// The item of a text or of bytes in a place.
pub(crate) fn item(language: Language, of: &Constant, at: i128) -> Option<Constant> {
    match of {
        Constant::Text(text) => {
            let at = if is_script(language) {
                usize::try_from(at).ok()?
            } else {
                place(at, text.chars().count())?
            };
            text.chars().nth(at).map(|c| Constant::text(c.to_string()))
        }
        Constant::Bytes(bytes) => {
            place(at, bytes.len()).map(|at| Constant::Integer(i128::from(bytes[at])))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn python(
        operator: Operator,
        left: impl Into<Constant>,
        right: impl Into<Constant>,
    ) -> Option<Constant> {
        operate(Language::Python, operator, Some(&left.into()), &right.into())
    }

    #[test]
    fn texts_are_joined_and_repeated() {
        assert_eq!(python(Operator::Add, "a", "b"), Some("ab".into()));
        assert_eq!(python(Operator::Multiply, "ab", 2), Some("abab".into()));
        assert_eq!(python(Operator::Multiply, "ab", 1 << 40), None);
        assert_eq!(python(Operator::Add, "a", 1), None);
    }

    #[test]
    fn javascript_makes_texts_of_numbers_and_numbers_of_texts() {
        let script = |operator, left: Constant, right: Constant| {
            operate(Language::JavaScript, operator, Some(&left), &right)
        };
        assert_eq!(script(Operator::Add, "a".into(), 1.into()), Some("a1".into()));
        assert_eq!(script(Operator::Subtract, "3".into(), 1.into()), Some(2.into()));
    }

    #[test]
    fn numbers_that_are_too_large_are_not_known() {
        assert_eq!(python(Operator::Power, 10, 100), None);
        assert_eq!(python(Operator::ShiftLeft, 1, 200), None);
        assert_eq!(python(Operator::DivideWhole, 1, 0), None);
        assert_eq!(python(Operator::Remainder, -7, 3), Some(2.into()));
    }
}
