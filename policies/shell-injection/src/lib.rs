//! Commands that go through a shell.
//!
//! A table of names can say that `subprocess.run` starts a program. Whether what it starts can be
//! something else than the author meant depends on the arguments: a command that is put together
//! while the program runs, and then read by a shell, is whatever its parts make of it.

use lazaret_policy::prelude::*;

mod javascript;
mod python;

/// The policy. Its rules are explained in README.md.
#[policy]
pub struct ShellInjection;

impl Policy for ShellInjection {
    fn manifest() -> Manifest {
        Manifest::new("shell-injection", env!("CARGO_PKG_VERSION"))
            .summary("commands that go through a shell")
            .license("Apache-2.0 OR MIT")
            .languages(["python", "javascript", "typescript", "tsx"])
            .calls(python::CALLS)
            .calls(javascript::CALLS)
            .rule(
                Rule::new(COMPUTED, Severity::High, "a computed command goes through a shell")
                    .help("start the program directly, with its arguments as a list")
                    .cwe(78),
            )
            .rule(
                Rule::new(UNCERTAIN, Severity::Medium, "a computed command may go through a shell")
                    .help("say `shell=False`, and give the arguments as a list")
                    .cwe(78),
            )
            .rule(
                Rule::new(CONSTANT, Severity::Low, "a constant command goes through a shell")
                    .help("start the program directly, with its arguments as a list"),
            )
    }

    fn check(&self, cx: &mut Context) {
        match cx.language() {
            "python" => python::check(cx),
            _ => javascript::check(cx),
        }
    }
}

const COMPUTED: &str = "computed-command";
const UNCERTAIN: &str = "uncertain-shell";
const CONSTANT: &str = "constant-command";

/// What a call does with its command.
#[derive(Clone, Copy)]
enum Shell {
    /// A shell reads it.
    Always,
    /// Whether a shell reads it, the program decides when it runs.
    Uncertain,
}

/// Reports a call that gives `command` to a shell.
fn report(cx: &Context, call: Call<'_>, shell: Shell, command: Argument<'_>) {
    let name = call.name();
    // A call without a command fails when it runs, and a constant that no shell may read is
    // nothing that this policy looks for.
    match shell {
        Shell::Always if command.is_computed() => {
            cx.report(COMPUTED, call)
                .message(format!("`{name}` gives a command to a shell that the program computes"));
        }
        Shell::Uncertain if command.is_computed() => {
            cx.report(UNCERTAIN, call).message(format!(
                "`{name}` may give a command to a shell that the program computes"
            ));
        }
        Shell::Always if command.is_literal() => {
            cx.report(CONSTANT, call)
                .message(format!("`{name}` gives a constant command to a shell"));
        }
        Shell::Always | Shell::Uncertain => {}
    }
}
