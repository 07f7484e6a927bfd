//! Lazaret checks code nobody has vouched for, and runs it where it can do no harm.
//!
//! ```text
//!  Submission -> CHECK -> [gate] -> PREPARE -> EXECUTE -> Report
//! ```
//!
//! To read it: a [`submission::Submission`] goes through a [`pipeline::Pipeline`] of
//! [`stage::Stage`]s, each of which writes what it found into a [`stage::Run`]; the
//! [`verdict::Gate`] decides after the checks; what comes out is a [`pipeline::Report`]. The
//! [`app::App`] knows which stages and runners a [`config::Config`] can name. Everything else
//! here brings submissions in (`cli`, `serve`) or reports out ([`report`]).

mod auto;
mod cli;
mod directories;
mod doctor;
mod parallel;
mod processes;
mod serve;

pub mod app;
pub mod config;
pub mod pipeline;
pub mod report;
pub mod stage;
pub mod stages;
pub mod submission;
pub mod verdict;

pub use app::App;
pub use lazaret_wasm::Compiler;
