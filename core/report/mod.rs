//! What came out, for people and for programs.

mod lines;

pub mod deps;
pub mod fixtures;
pub mod human;
pub mod policy;
pub mod v1;
