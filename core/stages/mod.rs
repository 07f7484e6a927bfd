//! The stages that come with Lazaret.

pub mod analysis;
pub mod command;
pub mod dependencies;
pub mod execution;
pub mod policies;
