//! The languages, by their names.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A language that can be analysed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Python 3.
    Python,
    /// JavaScript, with JSX.
    JavaScript,
    /// TypeScript.
    TypeScript,
    /// TypeScript with JSX.
    Tsx,
    /// Bash, and what of `sh` it understands.
    Bash,
}

/// A name that no language has.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("cannot analyse the language `{name}`; there are: {}", Language::ALL.map(Language::name).join(", "))]
pub struct UnknownLanguage {
    /// The name, as given.
    pub name: String,
}

impl Language {
    /// Every language there is.
    pub const ALL: [Self; 5] =
        [Self::Python, Self::JavaScript, Self::TypeScript, Self::Tsx, Self::Bash];

    /// The name in configuration, rules and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::JavaScript => "javascript",
            Self::TypeScript => "typescript",
            Self::Tsx => "tsx",
            Self::Bash => "bash",
        }
    }

    /// The first of the languages that share an interpreter with this one.
    pub(crate) fn family(self) -> Self {
        match self {
            Self::TypeScript | Self::Tsx => Self::JavaScript,
            other => other,
        }
    }

    /// The language that people mean by a name: `py`, `node`, `sh`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "python" | "python3" | "py" => Some(Self::Python),
            "javascript" | "js" | "node" | "nodejs" | "jsx" | "mjs" | "cjs" => {
                Some(Self::JavaScript)
            }
            "typescript" | "ts" | "mts" | "cts" => Some(Self::TypeScript),
            "tsx" => Some(Self::Tsx),
            "bash" | "sh" | "shell" => Some(Self::Bash),
            _ => None,
        }
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::from_name(name).ok_or_else(|| UnknownLanguage { name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_is_known_by_its_own_name() {
        for language in Language::ALL {
            assert_eq!(language.name().parse(), Ok(language));
        }
    }

    #[test]
    fn an_unknown_language_is_answered_with_those_there_are() {
        let error = "cobol".parse::<Language>().unwrap_err().to_string();
        assert!(error.ends_with("there are: python, javascript, typescript, tsx, bash"), "{error}");
    }
}
