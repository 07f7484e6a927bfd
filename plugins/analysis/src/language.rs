//! The languages, and how a file's own is told.

use serde::{Deserialize, Serialize};

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
}
