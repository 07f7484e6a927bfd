//! What a runner is given, what it answers, and the suite that every runner passes.
//!
//! A [`Job`] is everything a runner needs, decided beforehand; an [`Outcome`] is what the program
//! did. The two meet in the [`Runner`] trait. Whatever the program does, a crash included, is an
//! `Outcome`; a [`RunnerError`] is what we ourselves could not do.

mod check;
#[cfg(feature = "conformance")]
pub mod conformance;
mod diagnosis;
mod job;
mod limits;
mod outcome;
mod pool;
mod runner;
mod units;

pub use diagnosis::{Diagnosis, Examination, Health, causes};
pub use job::{Entry, Form, InputFile, Installation, Interpreter, Job, Packages};
pub use limits::{LimitError, Limits};
pub use outcome::{
    Artifact, Isolation, Measured, Outcome, Printed, RefusedArtifact, Source, Status, Usage,
};
pub use pool::PoolState;
pub use runner::{Event, Events, Progress, Runner, RunnerError};
pub use units::{Size, Time};
