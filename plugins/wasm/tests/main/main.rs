//! Policies, good and hostile, through the public door.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod files;
mod hostile;

mod bundled;
mod cache;
mod compiling;
mod fixtures;
mod limits;
mod loading;
mod queries;
mod results;
mod submissions;
