//! Operators that languages share, and what they mean in each.

/// An operator. What gives one of its sides, as `or` does, is an
/// [`Expression::Either`](super::Expression::Either).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    /// `+`: of numbers, texts, bytes and sequences; without a left side, a number.
    Add,
    /// `-`
    Subtract,
    /// `*`: of numbers, and so many times a text or a sequence.
    Multiply,
    /// `/`: of numbers, and of paths in Python.
    Divide,
    /// `//`
    DivideWhole,
    /// `%`: of numbers, and of formats in Python.
    Remainder,
    /// `**`
    Power,
    /// `&`
    And,
    /// `|`
    Or,
    /// `^`
    ExclusiveOr,
    /// `<<`
    ShiftLeft,
    /// `>>`
    ShiftRight,
    /// `~`
    Invert,
    /// `not`, `!`
    Not,
    /// `==`, `===`, `is`
    Equal,
    /// `!=`, `!==`, `is not`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `in`
    In,
    /// `not in`
    NotIn,
    /// A value in a format: `{value:format}`.
    Format,
    /// `typeof`
    TypeOf,
}

impl Operator {
    /// The operator that the grammars write so, also where it assigns at once: `+=`.
    pub(crate) fn written(token: &str) -> Option<Self> {
        Some(match token {
            "+" | "+=" => Self::Add,
            "-" | "-=" => Self::Subtract,
            "*" | "*=" => Self::Multiply,
            "/" | "/=" => Self::Divide,
            "//" | "//=" => Self::DivideWhole,
            "%" | "%=" => Self::Remainder,
            "**" | "**=" => Self::Power,
            "&" | "&=" => Self::And,
            "|" | "|=" => Self::Or,
            "^" | "^=" => Self::ExclusiveOr,
            "<<" | "<<=" => Self::ShiftLeft,
            ">>" | ">>=" | ">>>" | ">>>=" => Self::ShiftRight,
            "~" => Self::Invert,
            "!" | "not" => Self::Not,
            "typeof" => Self::TypeOf,
            "==" | "===" | "is" => Self::Equal,
            "!=" | "!==" | "<>" | "is not" => Self::Unequal,
            "<" => Self::Less,
            "<=" => Self::AtMost,
            ">" => Self::Greater,
            ">=" => Self::AtLeast,
            "in" => Self::In,
            "not in" => Self::NotIn,
            _ => return None,
        })
    }
}
