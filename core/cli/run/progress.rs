//! That packages are being installed, for whoever waits for the program at a terminal.

use std::io::{IsTerminal, Write, stderr};

use lazaret_analysis::printable;

/// Back to the beginning of the line, and nothing on it (ECMA-48: carriage return, erase in line).
const CLEAR: &str = "\r\x1b[K";

/// A line that is gone when the program prints, or has ended.
pub(super) struct Progress {
    is_shown: bool,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self { is_shown: false }
    }

    /// Shows what the installer says, as far as the line has room for it.
    pub(super) fn show(&mut self, said: &str) {
        let mut stderr = stderr().lock();
        if !stderr.is_terminal() {
            return;
        }
        let width = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0));
        let line = format!("installing packages: {}", printable(said));
        let line: String = line.chars().take(width.saturating_sub(1)).collect();
        // Nobody fails because of a line that is for convenience.
        let _ = write!(stderr, "{CLEAR}{line}");
        let _ = stderr.flush();
        self.is_shown = true;
    }

    /// Takes the line away.
    pub(super) fn clear(&mut self) {
        if std::mem::take(&mut self.is_shown) {
            let _ = write!(stderr(), "{CLEAR}");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}
