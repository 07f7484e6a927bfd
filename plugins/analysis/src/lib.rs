//! What source code can be seen to do, without running it.
//!
//! A [`SourceFile`] is parsed; names are resolved to what they stand for; what the file
//! reaches becomes [`Fact`]s, and the catalogue of
//! [`Rule`]s turns the dangerous ones into [`Finding`]s.
//! All of it is synchronous and touches neither the network nor any file.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod analysis;
mod bash;
mod capability;
mod catalogue;
mod clock;
mod dependency;
mod disguise;
mod escape;
mod fact;
mod finding;
mod fold;
mod grammar;
mod javascript;
mod judge;
mod kind;
mod language;
mod printable;
mod program;
mod python;
mod reread;
mod resolve;
mod severity;
mod shebang;
mod source;
mod survey;
mod text;
mod walk;

pub use analysis::{Analyser, Analysis, Project};
pub use capability::{Capability, UnknownCapability};
pub use catalogue::{Level, OverrideError, Overrides, Profile, RuleError, RuleFile};
pub use clock::TIME_LIMIT;
pub use dependency::{
    Aliases, Group, Manifest, Marker, Need, NotARequirement, Note, Place, Plan, Refusal, Refused,
    Requirement, Term,
};
pub use fact::{
    Argument, Dependency, DependencyKind, Ecosystem, Fact, FactKind, KnownBy, Package, Resolution,
};
pub use finding::{Applicability, Edit, Finding, Fix, Label, Rule};
pub use language::{Language, UnknownLanguage};
pub use printable::printable;
pub use severity::Severity;
pub use source::{NotAnalysable, Position, SourceFile, Span};
pub use text::SIZE_LIMIT;
// Policies that bring queries need the tree's own types.
pub use tree_sitter;
