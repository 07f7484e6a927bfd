//! How bad something is.

use serde::{Deserialize, Serialize};

/// How bad it is. Ordered: worse is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// Worth a look.
    Medium,
    /// Dangerous where the author is not trusted.
    High,
    /// Dangerous wherever it stands.
    Critical,
}

impl Severity {
    /// The name in configuration and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}
