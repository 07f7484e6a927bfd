//! The program that is process 1 in a sandbox.
//!
//! It speaks frames with a host over its standard input and output, runs what the host asks for,
//! and exits when the host goes away; as it is process 1, everything in the sandbox ends with it.
//! `serve` is that, inside walls that an engine has built. `confine` builds the walls first, and
//! stays outside as the parent.
//!
//! It has one thread, so that `fork` is safe, and it never trusts what comes from the program:
//! that arrives over pipes, never over the host's streams.

mod attempt;
mod channel;
mod confine;
mod descriptors;
mod serve;
mod system;

use std::env;
use std::process::ExitCode;

use lazaret_agent::frame::Kind;
use lazaret_agent::message::Failure;

use crate::descriptors::Reserved;

#[global_allocator]
static MEMORY: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    // Before anything else opens a descriptor: the numbers must be free.
    let Ok(reserved) = Reserved::take() else { return ExitCode::from(2) };
    system::reset_signals();
    let outcome = match env::args().nth(1).as_deref() {
        Some("confine") => confine::run(reserved),
        Some("serve") => {
            serve::run(serve::Sandbox::OfAnEngine, reserved).map(|()| ExitCode::SUCCESS)
        }
        _ => return ExitCode::from(2),
    };
    outcome.unwrap_or_else(|failure| last_word(&failure))
}

/// Tells the host why there is no answer. A host that is gone needs none.
fn last_word(failure: &Failure) -> ExitCode {
    let _ = channel::send_now(channel::Host, Kind::Failed, failure);
    ExitCode::FAILURE
}
