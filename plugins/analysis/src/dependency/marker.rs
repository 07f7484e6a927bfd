//! Environment markers: on which Python and which system something is needed (PEP 508).
//!
//! They are read from requirements, and made from guards such as `if sys.platform == "win32"`.
//! Only the version of Python is ever computed with; what the system is, nobody here knows.

use std::fmt;

/// Minor versions of Python 3 that something can run on, where none is named.
const SUPPORTED: std::ops::RangeInclusive<u8> = 9..=14;

/// Comparisons in a marker that is made of others. Where there are more, something is taken to be
/// needed everywhere.
const LARGEST: usize = 32;

/// The variables that PEP 508 has.
const VARIABLES: [&str; 12] = [
    "python_version",
    "python_full_version",
    "os_name",
    "sys_platform",
    "platform_release",
    "platform_system",
    "platform_version",
    "platform_machine",
    "platform_python_implementation",
    "implementation_name",
    "implementation_version",
    "extra",
];

/// A condition on the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Marker {
    /// `python_version < "3.11"`
    Compare(Term, &'static str, Term),
    /// All of these.
    All(Vec<Marker>),
    /// Any of these.
    Any(Vec<Marker>),
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// `sys_platform`
    Variable(&'static str),
    /// `"win32"`
    Text(String),
}

impl Term {
    /// The variable of this name, if PEP 508 has it.
    pub(super) fn variable(name: &str) -> Option<Self> {
        VARIABLES.into_iter().find(|known| *known == name).map(Self::Variable)
    }
}

impl Marker {
    /// `variable operator "text"`
    pub(crate) fn compare(
        variable: &'static str,
        operator: &'static str,
        text: impl Into<String>,
    ) -> Self {
        Self::Compare(Term::Variable(variable), operator, Term::Text(text.into()))
    }

    /// Where this does not hold, if there is a way to write it.
    pub(crate) fn negated(&self) -> Option<Self> {
        let all = |markers: &[Self]| markers.iter().map(Self::negated).collect::<Option<Vec<_>>>();
        Some(match self {
            Self::Compare(left, operator, right) => {
                Self::Compare(left.clone(), opposite(operator)?, right.clone())
            }
            Self::All(markers) => Self::Any(all(markers)?),
            Self::Any(markers) => Self::All(all(markers)?),
        })
    }

    /// Where both hold.
    pub(crate) fn and(self, other: Self) -> Self {
        Self::joined(self, other, |marker| matches!(marker, Self::All(_)), Self::All)
    }

    /// Where either holds.
    pub(crate) fn or(self, other: Self) -> Self {
        Self::joined(self, other, |marker| matches!(marker, Self::Any(_)), Self::Any)
    }

    /// Where something is needed that is needed in one place here and in another there; without a
    /// marker, everywhere.
    pub fn either(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        let (one, other) = (one?, other?);
        let either = (one.negated().as_ref() != Some(&other)).then(|| one.or(other))?;
        (either.size() <= LARGEST).then_some(either)
    }

    /// The comparisons in it.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Compare(..) => 1,
            Self::All(markers) | Self::Any(markers) => markers.iter().map(Self::size).sum(),
        }
    }

    fn joined(
        one: Self,
        other: Self,
        is_alike: fn(&Self) -> bool,
        join: fn(Vec<Self>) -> Self,
    ) -> Self {
        let mut kept: Vec<Self> = Vec::new();
        for marker in [one, other] {
            let is_flat = is_alike(&marker);
            let parts = match marker {
                Self::All(parts) | Self::Any(parts) if is_flat => parts,
                marker => vec![marker],
            };
            for part in parts {
                if !kept.contains(&part) {
                    kept.push(part);
                }
            }
        }
        if kept.len() == 1 { kept.remove(0) } else { join(kept) }
    }

    /// Whether it can hold on Python 3.`minor`, or on any supported version if none is given.
    pub fn may_hold(&self, minor: Option<u8>) -> bool {
        match minor {
            Some(minor) => self.holds(minor) != Some(false),
            None => SUPPORTED.into_iter().any(|minor| self.holds(minor) != Some(false)),
        }
    }

    /// Whether it holds on Python 3.`minor`, as far as that decides it.
    fn holds(&self, minor: u8) -> Option<bool> {
        match self {
            Self::Compare(Term::Variable("python_version"), operator, Term::Text(version)) => {
                compared(minor, operator, version)
            }
            Self::Compare(..) => None,
            Self::All(markers) => {
                let mut all = markers.iter().map(|marker| marker.holds(minor));
                all.try_fold(Some(true), |so_far, one| match one {
                    Some(false) => Err(()),
                    one => Ok(so_far.and(one)),
                })
                .unwrap_or(Some(false))
            }
            Self::Any(markers) => {
                let mut any = markers.iter().map(|marker| marker.holds(minor));
                any.try_fold(Some(false), |so_far, one| match one {
                    Some(true) => Err(()),
                    one => Ok(so_far.and(one)),
                })
                .unwrap_or(Some(true))
            }
        }
    }
}

fn opposite(operator: &str) -> Option<&'static str> {
    Some(match operator {
        "<" => ">=",
        ">=" => "<",
        ">" => "<=",
        "<=" => ">",
        "==" => "!=",
        "!=" => "==",
        "in" => "not in",
        "not in" => "in",
        _ => return None,
    })
}

/// Compares Python 3.`minor` with `3.8`, `3` or `3.*`.
fn compared(minor: u8, operator: &str, version: &str) -> Option<bool> {
    let is_any = version.ends_with(".*");
    let mut numbers = version.trim_end_matches(".*").split('.').map(str::parse::<u16>);
    let (major, asked) = (numbers.next()?.ok()?, numbers.next().transpose().ok()?);
    if numbers.next().is_some() {
        return None;
    }
    let here = (3, u16::from(minor));
    let there = (major, asked.unwrap_or(0));
    let equal = if is_any && asked.is_none() { here.0 == there.0 } else { here == there };
    Some(match operator {
        "<" => here < there,
        "<=" => here <= there,
        ">" => here > there,
        ">=" => here >= there,
        "==" => equal,
        "!=" => !equal,
        _ => return None,
    })
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => f.write_str(name),
            Self::Text(text) if text.contains('"') => write!(f, "'{text}'"),
            Self::Text(text) => write!(f, "\"{text}\""),
        }
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (markers, word) = match self {
            Self::Compare(left, operator, right) => return write!(f, "{left} {operator} {right}"),
            Self::All(markers) => (markers, " and "),
            Self::Any(markers) => (markers, " or "),
        };
        for (at, marker) in markers.iter().enumerate() {
            f.write_str(if at == 0 { "" } else { word })?;
            match marker {
                Self::Any(_) if matches!(self, Self::All(_)) => write!(f, "({marker})")?,
                _ => write!(f, "{marker}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn python(operator: &'static str, version: &str) -> Marker {
        Marker::compare("python_version", operator, version)
    }

    #[test]
    fn a_marker_is_written_so_that_pip_reads_it_the_same() {
        let windows = Marker::compare("sys_platform", "==", "win32");
        let either = windows.clone().or(Marker::compare("os_name", "==", "nt"));
        let both = python("<", "3.11").and(either);
        let written =
            "python_version < \"3.11\" and (sys_platform == \"win32\" or os_name == \"nt\")";
        assert_eq!(both.to_string(), written);
        assert_eq!(windows.clone().and(windows.clone()), windows);
    }

    #[test]
    fn what_no_supported_version_is_never_holds() {
        assert!(!python("<", "3").may_hold(None));
        assert!(python(">=", "3").may_hold(None));
        assert!(python("<", "3.11").may_hold(None));
        assert!(!python("<", "3.11").may_hold(Some(11)));
        assert!(python("==", "3.*").may_hold(Some(11)));
        let impossible = python("<", "3").and(Marker::compare("os_name", "==", "nt"));
        assert!(!impossible.may_hold(None));
        assert!(impossible.negated().unwrap().may_hold(None));
    }
}
