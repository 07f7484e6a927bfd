//! What a rule says about a place.

use crate::{Capability, Language, Severity, Span};

/// What is looked for, and what is said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable: `python/process-spawn`.
    pub id: String,
    /// The languages it speaks of.
    pub languages: Vec<Language>,
    /// What the code is able to do by it.
    pub capability: Capability,
    /// Resolved names: `os.system`; `subprocess.*` for all below a module. A rule that is not
    /// about names has none.
    pub names: Vec<String>,
    /// How bad it is where the configuration does not say otherwise.
    pub severity: Severity,
    /// What is there, in one line; `{name}` stands for the resolved name.
    pub message: String,
    /// What to do instead, in one line.
    pub help: String,
    /// The weakness in the Common Weakness Enumeration, where there is one: `78`.
    pub cwe: Option<u32>,
    /// A small program that it fires on; empty where a user's rule has none.
    pub example: String,
    /// A program much like it that it does not fire on; empty where a user's rule has none.
    pub counter: String,
}

/// What a rule says about a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id.
    pub rule: String,
    /// What the code is able to do by it, where whoever found it says so.
    pub capability: Option<Capability>,
    /// How bad it is.
    pub severity: Severity,
    /// What is there, in one line.
    pub message: String,
    /// The file, as [`crate::SourceFile::path`] has it.
    pub path: String,
    /// Where.
    pub span: Span,
    /// Other places that explain it, such as where a name was bound.
    pub labels: Vec<Label>,
    /// What to do instead.
    pub help: Option<String>,
    /// The weakness in the Common Weakness Enumeration.
    pub cwe: Option<u32>,
    /// What would remove the cause, where whoever found it says so.
    pub fix: Option<Fix>,
}

/// A change of the file that removes the cause of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in one line.
    pub title: String,
    /// Whether a person has to look at it.
    pub applicability: Applicability,
    /// In the order of the file; no two touch the same bytes.
    pub edits: Vec<Edit>,
}

/// Whether a person has to look at a fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applicability {
    /// It keeps what the program means, and can be made without a look.
    Safe,
    /// It may change what the program means.
    Review,
    /// It shows what is meant, and is not made as it is.
    DisplayOnly,
}

impl Applicability {
    /// As reports have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Review => "review",
            Self::DisplayOnly => "display-only",
        }
    }
}

/// Another text for some bytes of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes; none where something is inserted.
    pub span: Span,
    /// What comes in their place.
    pub replacement: String,
}

/// A place that explains a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where, in the same file.
    pub span: Span,
    /// What is there: `` `s` is `os.system` ``.
    pub message: String,
}
