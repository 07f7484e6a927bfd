//! Compiles one policy, within limits.
//!
//! For programs that use this library without the command line of Lazaret, and would not know what to
//! do when they are started a second time: it is the smallest program that a [`Compiler`] can be.

use std::process::ExitCode;

use lazaret_wasm::Compiler;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    ExitCode::from(Compiler::answer(&words))
}
