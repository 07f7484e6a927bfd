//! Loads and runs .wasm policies.
//!
//! A policy is somebody else's code, and is trusted with nothing. It sees the facts that it asked
//! for, looks into the tree of one file, and says what it found; it has no files, no network, no
//! clock and no memory of the file before. What it costs is limited, and what it says is checked.
//! A policy that breaks a limit is an error that names it, never a file without findings.
//!
//! ```no_run
//! # use lazaret_wasm::{HostOptions, Policies, PolicySource, Unit};
//! # fn example(unit: Unit<'_>) -> Result<(), Box<dyn std::error::Error>> {
//! let source = PolicySource::from_file("no-shell.wasm")?;
//! let policies = Policies::load(vec![source], &HostOptions::default())
//!     .map_err(|mut errors| errors.remove(0))?;
//! for finding in policies.judge(unit)?.findings {
//!     println!("{}: {}", finding.rule, finding.message);
//! }
//! # Ok(())
//! # }
//! ```

mod admission;
mod bindings;
mod cache;
mod convert;
mod error;
mod host;
mod judgement;
mod manifest;
mod options;
mod policies;
mod policy;
mod run;
mod runtime;
mod source;
mod state;
mod tree;
mod unit;

pub use cache::CacheError;
pub use error::{Failure, LoadError, PolicyError, Refusal};
pub use manifest::{Interest, Manifest, PolicyRule};
pub use options::{HostOptions, Limits};
pub use policies::{Judgement, Policies};
pub use source::PolicySource;
pub use state::{LogLevel, LogLine};
pub use unit::Unit;
