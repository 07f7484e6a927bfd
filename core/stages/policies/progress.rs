//! Why the first check of a version takes longer, for whoever waits for it at a terminal.

use std::io::{IsTerminal, Write, stderr};

use lazaret_wasm::Compiling;

/// Back to the beginning of the line, and nothing on it (ECMA-48: carriage return, erase in line).
const CLEAR: &str = "\r\x1b[K";

/// Shows which policy is being compiled, on a line that is gone afterwards.
pub(super) fn show(what: Compiling<'_>) {
    let mut stderr = stderr().lock();
    if !stderr.is_terminal() {
        return;
    }
    // Nobody fails because of a line that is for convenience.
    let _ = match what {
        Compiling::Begun(policy) => {
            write!(stderr, "{CLEAR}compiling the policy `{policy}`, once for this version ...")
        }
        Compiling::Ended => write!(stderr, "{CLEAR}"),
    };
    let _ = stderr.flush();
}
