//! What came out, for people and for programs.

mod fix;
pub(crate) mod lines;

pub mod cache;
pub mod deps;
pub mod events;
pub(crate) mod explanation;
pub(crate) mod fixtures;
pub mod human;
pub mod policy;
pub(crate) mod table;
pub mod v1;
