//! What came out, for people and for programs.

mod lines;

pub mod deps;
pub(crate) mod fixtures;
pub mod human;
pub mod policy;
pub mod v1;
