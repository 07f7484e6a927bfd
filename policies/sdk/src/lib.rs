//! What a policy author depends on.
//!
//! A policy says what it is and asks for ([`Policy::manifest`]), and judges one file at a time by
//! the facts that the analysis established about it ([`Policy::check`]):
//!
//! ```
//! use lazaret_policy::prelude::*;
//!
//! struct NoShell;
//!
//! impl Policy for NoShell {
//!     fn manifest() -> Manifest {
//!         Manifest::new("no-shell", "1.0.0")
//!             .languages(["python"])
//!             .calls(["subprocess.*"])
//!             .rule(Rule::new("shell-true", Severity::High, "a command goes through a shell"))
//!     }
//!
//!     fn check(cx: &mut Context) {
//!         for call in cx.calls("subprocess.*") {
//!             if call.argument("shell").is_true() {
//!                 cx.report("shell-true", call).message("the command goes through a shell");
//!             }
//!         }
//!     }
//! }
//!
//! lazaret_policy::export_policy!(NoShell);
//! # fn main() {}
//! ```
//!
//! Built for `wasm32-unknown-unknown` as a `cdylib`, that is a policy which Lazaret loads. It can
//! read what it is given and nothing else: no files, no network, no clock. On the author's own
//! machine it is plain Rust, and [`testing`] judges facts made by hand.

pub mod bindings;
mod call;
mod context;
#[doc(hidden)]
pub mod guest;
pub mod log;
mod manifest;
mod matched;
pub mod pattern;
mod policy;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
mod tree;

pub use bindings::lazaret::policy::types;
pub use call::{Argument, Call};
pub use context::{Context, Place, Report};
pub use manifest::{Manifest, Rule};
pub use matched::Match;
pub use policy::Policy;
pub use serde_json::{self, Value};
pub use tree::{Node, Tree};
pub use types::{Applicability, Fix, Resolution, SettingsError, Severity, Span};

/// What most policies name.
pub mod prelude {
    pub use crate::{
        Applicability, Argument, Call, Context, Fix, Manifest, Match, Policy, Resolution, Rule,
        Severity, Value,
    };
}
