//! Loads and runs .wasm policies.
//!
//! A policy is somebody else's code, and is trusted with nothing. It sees the facts that it asked
//! for, looks into the tree of one file, and says what it found; it has no files, no network, no
//! clock and no memory of the file before. What it costs is limited, and what it says is checked.
//! A policy that breaks a limit is an error that names it, never a file without findings.
//!
//! ```no_run
//! # use lazaret_analysis::Analysis;
//! # use lazaret_wasm::{HostOptions, Policies, PolicySource};
//! # fn example(analysis: &Analysis) -> Result<(), Box<dyn std::error::Error>> {
//! let source = PolicySource::from_file("no-shell.wasm")?;
//! let policies = Policies::load(vec![source], &HostOptions::default())
//!     .map_err(|mut errors| errors.remove(0))?;
//! for finding in policies.judge(analysis)? {
//!     println!("{}: {}", finding.rule, finding.message);
//! }
//! # Ok(())
//! # }
//! ```

mod admission;
mod bindings;
mod cache;
mod code;
mod compiler;
mod convert;
mod error;
pub mod fixture;
mod host;
mod inspection;
mod judgement;
mod manifest;
mod mistake;
mod options;
#[path = "../../../policies/sdk/src/pattern.rs"]
#[expect(unreachable_pub, reason = "the SDK has it, for policies to use; there is no other copy")]
mod pattern;
mod policies;
mod policy;
mod query;
mod run;
mod runtime;
mod settings;
mod sieve;
mod source;
mod state;
mod subject;
mod submission;
mod table;
mod tree;

pub use cache::CacheError;
pub use compiler::Compiler;
pub use error::{Failure, LoadError, PolicyError, Refusal};
pub use inspection::{Form, Inspection};
pub use manifest::{Interest, Manifest, PolicyRule};
pub use mistake::QueryMistake;
pub use options::{Compiling, HostOptions, Limits};
pub use policies::{Answer, Policies};
pub use query::PolicyQuery;
pub use settings::SettingsProblem;
pub use source::PolicySource;
pub use state::{LogLevel, LogLine};
pub use submission::{Part, Submission};
