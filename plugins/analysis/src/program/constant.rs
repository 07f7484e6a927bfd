//! Values that a program writes down, or can be seen to compute.

use std::rc::Rc;

/// A value without parts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Constant {
    /// A text.
    Text(Rc<str>),
    /// Bytes, where the language tells them from texts.
    Bytes(Rc<[u8]>),
    /// A whole number. Larger ones are not kept.
    Integer(i128),
    /// Any other number.
    Float(f64),
    /// True or false.
    Boolean(bool),
    /// `None`, `null`, `undefined`.
    Nothing,
}

impl Constant {
    /// A text.
    pub(crate) fn text(text: impl Into<Rc<str>>) -> Self {
        Self::Text(text.into())
    }

    /// The text that it is.
    pub(crate) fn as_text(&self) -> Option<&Rc<str>> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number that it is; a boolean is one, too.
    pub(crate) fn as_integer(&self) -> Option<i128> {
        match self {
            Self::Integer(number) => Some(*number),
            Self::Boolean(yes) => Some(i128::from(*yes)),
            #[allow(clippy::cast_possible_truncation, reason = "it has no fraction, and is small")]
            Self::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
                Some(*number as i128)
            }
            _ => None,
        }
    }

    /// The number that it is.
    pub(crate) fn as_float(&self) -> Option<f64> {
        match self {
            Self::Float(number) => Some(*number),
            #[allow(clippy::cast_precision_loss, reason = "so do the languages")]
            _ => self.as_integer().map(|number| number as f64),
        }
    }

    /// Whether a condition takes it for true.
    pub(crate) fn is_true(&self) -> bool {
        match self {
            Self::Text(text) => !text.is_empty(),
            Self::Bytes(bytes) => !bytes.is_empty(),
            Self::Integer(number) => *number != 0,
            Self::Float(number) => *number != 0.0,
            Self::Boolean(yes) => *yes,
            Self::Nothing => false,
        }
    }

    /// As JSON has it, where JSON has it.
    pub(crate) fn json(&self) -> Option<serde_json::Value> {
        Some(match self {
            Self::Text(text) => serde_json::Value::from(&**text),
            Self::Integer(number) => serde_json::from_str(&number.to_string()).ok()?,
            Self::Float(number) if number.is_finite() => serde_json::Value::from(*number),
            Self::Boolean(yes) => serde_json::Value::from(*yes),
            Self::Nothing => serde_json::Value::Null,
            Self::Bytes(_) | Self::Float(_) => return None,
        })
    }

    /// How many bytes it takes.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
            _ => 0,
        }
    }
}

impl From<&str> for Constant {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<i128> for Constant {
    fn from(number: i128) -> Self {
        Self::Integer(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_no_bytes_and_no_infinity() {
        assert_eq!(Constant::text("a\n").json(), Some("a\n".into()));
        assert_eq!(Constant::Float(1.5).json(), Some(1.5.into()));
        assert_eq!(Constant::Bytes([1].into()).json(), None);
        assert_eq!(Constant::Float(f64::INFINITY).json(), None);
    }
}
