//! What is decided about a submission, and the gate that decides it.

use lazaret_analysis::{Finding, Severity};

/// What was decided. A failure is never an allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing that was found reaches the gate.
    Allow,
    /// Something does.
    Deny,
    /// A stage could not do its work, so nobody knows.
    Unknown {
        /// The stage's name in the configuration.
        stage: String,
        /// What it could not do, with its causes.
        reason: String,
        /// What the user can do.
        help: Option<String>,
    },
}

/// The severity that stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gate {
    /// Findings of this severity or worse deny.
    pub deny: Severity,
}

impl Gate {
    /// Whether this finding stops the pipeline.
    pub fn denies(self, finding: &Finding) -> bool {
        finding.severity >= self.deny
    }

    /// Deny where a finding denies, else allow.
    pub fn judge(self, findings: &[Finding]) -> Verdict {
        if findings.iter().any(|finding| self.denies(finding)) {
            Verdict::Deny
        } else {
            Verdict::Allow
        }
    }
}
