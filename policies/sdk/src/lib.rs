//! What a policy author depends on.
//!
//! A policy is a struct, whose fields are its settings. It says what it is and asks for
//! ([`Policy::manifest`]), and judges one file at a time by the facts that the analysis established
//! about it ([`Policy::check`]):
//!
//! ```
//! use lazaret_policy::prelude::*;
//!
//! #[policy]
//! #[derive(Default)]
//! struct NoShell {
//!     /// Functions that may use a shell.
//!     allow: Vec<String>,
//! }
//!
//! impl Policy for NoShell {
//!     fn manifest() -> Manifest {
//!         Manifest::new("no-shell", "1.0.0")
//!             .languages(["python"])
//!             .calls(["subprocess.*"])
//!             .rule(Rule::new("shell-true", Severity::High, "a command goes through a shell"))
//!     }
//!
//!     fn check(&self, cx: &mut Context) {
//!         for call in cx.calls("subprocess.*") {
//!             let is_allowed = self.allow.iter().any(|name| name == call.name());
//!             if call.argument("shell").is_true() && !is_allowed {
//!                 cx.report("shell-true", call).message("the command goes through a shell");
//!             }
//!         }
//!     }
//! }
//! ```
//!
//! Built for `wasm32-unknown-unknown` as a `cdylib`, that is a policy which Lazaret loads. It can
//! read what it is given and nothing else: no files, no network, no clock. On the author's own
//! machine it is plain Rust, and [`testing`] judges facts made by hand.

pub mod bindings;
mod call;
mod context;
mod flow;
#[doc(hidden)]
pub mod guest;
mod limit;
pub mod log;
mod manifest;
mod matched;
pub mod pattern;
mod policy;
#[doc(hidden)]
pub mod settings;
mod submission;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
mod tree;

pub use bindings::lazaret::policy::types;
pub use call::{Argument, Call};
pub use context::{Context, Place, Report};
pub use flow::Flow;
/// Makes a policy of a struct that implements [`Policy`]; its fields are its settings.
///
/// ```
/// # use lazaret_policy::prelude::*;
/// #[policy]
/// #[derive(Default)]
/// pub struct NoTelnet {
///     /// Hosts that may be logged in to as plain text.
///     allow_hosts: Vec<String>,
/// }
/// # impl Policy for NoTelnet {
/// #     fn manifest() -> Manifest { Manifest::new("no-telnet", "1.0.0") }
/// #     fn check(&self, _: &mut Context) {}
/// # }
/// # fn main() {}
/// ```
///
/// A user writes `settings = { allow-hosts = ["localhost"] }`; what is left out is as in `default()`.
/// The host refuses anything else, with the nearest right name, because the JSON Schema that the
/// policy publishes is made of the struct: the documentation of a field is its description, and
/// `#[schemars(range(min = 1))]` or `#[schemars(length(min = 1))]` says what it must keep to. A type of
/// your own in a field has the attribute [`settings`](macro@settings). A policy without settings is
/// a struct without fields: `pub struct NoTelnet;`.
///
/// `#[policy(submission)]` is for one that implements [`SubmissionPolicy`], too.
///
/// For `wasm32` the attribute also exports the policy, so there is one in a crate. Natively it can be
/// tested like any other code.
pub use lazaret_policy_macros::policy;
/// Derives what a type needs that stands in the settings: a struct, all of whose fields have to be
/// there unless they are an `Option` or have `#[serde(default)]`; or an enum, a choice of words.
///
/// ```
/// /// A token of one's own.
/// #[lazaret_policy::settings]
/// struct Token {
///     /// What it begins with.
///     prefix: String,
/// }
/// ```
pub use lazaret_policy_macros::settings;
pub use manifest::{Manifest, Rule};
pub use matched::Match;
pub use policy::{Policy, SubmissionPolicy};
pub use serde_json::{self, Value};
pub use settings::Settings;
pub use submission::{Dependency, Submission};
pub use tree::{Node, Tree};
pub use types::{Applicability, Fix, Resolution, SettingsError, Severity, Span};
#[doc(hidden)]
pub use {schemars, serde};

/// What most policies name.
pub mod prelude {
    pub use crate::{
        Applicability, Argument, Call, Context, Dependency, Fix, Manifest, Match, Policy,
        Resolution, Rule, Severity, Submission, SubmissionPolicy, Value, policy,
    };
}
