//! The program: everything that comes with Lazaret, and nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    lazaret::App::builtin().main()
}
