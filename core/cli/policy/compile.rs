//! `lazaret policy compile`: what Lazaret starts to have a policy compiled within limits.
//!
//! It is for no one else, and so it is not in the help.

use clap::Args;
use lazaret_wasm::{Compiler, HostOptions};

#[derive(Args)]
pub(in crate::cli) struct CompileArgs {
    /// What to make, and the limits
    words: Vec<String>,
}

/// Answers whoever has started this program.
pub(super) fn compile(arguments: &CompileArgs) -> u8 {
    Compiler::answer(&arguments.words)
}

/// This program, started a second time.
pub(crate) fn compiler() -> Compiler {
    Compiler::this_program(["policy", "compile"])
}

/// How commands load policies that are no part of a configuration.
pub(super) fn host() -> HostOptions {
    HostOptions { compiler: Some(compiler()), ..HostOptions::default() }
}
