//! The policy that judges by rules without code.
//!
//! It is compiled once, and has a place in it that is kept free. A file of rules becomes a policy
//! when they are written there ([`Rules::to_policy`]): one `.wasm` like any other, which the host
//! does not tell from one that somebody has programmed.

mod judge;
mod place;
mod rules;

pub use judge::RulesWithoutCode;
pub use place::TooLarge;
pub use rules::{Condition, Rule, Rules};
