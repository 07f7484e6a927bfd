//! What source code can be seen to do, without running it.
//!
//! A [`SourceFile`] is parsed once; names are resolved to what they stand for; what the file
//! reaches becomes [`Fact`]s, and the catalogue of
//! [`Rule`]s turns the dangerous ones into [`Finding`]s.
//! All of it is synchronous and touches neither the network nor any file.

mod analysis;
mod fact;
mod finding;
mod language;
mod source;

pub use analysis::{Analyser, Analysis, Project};
pub use fact::{Argument, Dependency, DependencyKind, Fact, FactKind, Resolution};
pub use finding::{Finding, Label, Rule, Severity};
pub use language::Language;
pub use source::{NotAnalysable, Position, SourceFile, Span};
