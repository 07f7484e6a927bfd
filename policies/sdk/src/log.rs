//! Lines for whoever writes or runs the policy.
//!
//! They are no findings, and at most 64 KiB of them are taken for a file. Natively they go to
//! standard error, where `cargo test` shows them with a test that fails.

#[cfg(target_arch = "wasm32")]
use crate::bindings::lazaret::policy::log::write;

pub use crate::bindings::lazaret::policy::log::Level;

/// What is worth knowing while a policy is written.
pub fn debug(message: impl AsRef<str>) {
    write(Level::Debug, message.as_ref());
}

/// What is worth knowing.
pub fn info(message: impl AsRef<str>) {
    write(Level::Info, message.as_ref());
}

/// What somebody should look at.
pub fn warn(message: impl AsRef<str>) {
    write(Level::Warn, message.as_ref());
}

#[cfg(not(target_arch = "wasm32"))]
#[expect(clippy::print_stderr, reason = "there is no host to write to")]
fn write(level: Level, message: &str) {
    eprintln!("{level:?}: {message}");
}
