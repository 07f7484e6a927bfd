//! Commands that go through a shell.
//!
//! A table of names can say that `subprocess.run` starts a program. Whether what it starts can be
//! something else than the author meant depends on the arguments: a command that is put together
//! while the program runs, and then read by a shell, is whatever its parts make of it.

use lazaret_policy::prelude::*;

mod javascript;
mod object;
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
        let commands = match cx.language() {
            "python" => python::commands(cx),
            _ => javascript::commands(cx),
        };
        for command in commands {
            if let Some(rule) = judge(&command) {
                report(cx, rule, command.call);
            }
        }
    }
}

const COMPUTED: &str = "computed-command";
const UNCERTAIN: &str = "uncertain-shell";
const CONSTANT: &str = "constant-command";

/// A command that a call gives to a shell.
struct Command<'a> {
    call: Call<'a>,
    shell: Shell,
    text: Argument<'a>,
}

/// What a call does with its command.
#[derive(Clone, Copy)]
enum Shell {
    /// Whether a shell reads it, the program decides when it runs.
    Uncertain,
    /// A shell reads it.
    Always,
}

/// The rule that applies. A call without a command fails when it runs, and a constant that no shell may
/// read is nothing that this policy looks for.
fn judge(command: &Command<'_>) -> Option<&'static str> {
    match command.shell {
        Shell::Always if command.text.is_computed() => Some(COMPUTED),
        Shell::Uncertain if command.text.is_computed() => Some(UNCERTAIN),
        Shell::Always if command.text.is_literal() => Some(CONSTANT),
        Shell::Always | Shell::Uncertain => None,
    }
}

fn report(cx: &Context, rule: &str, call: Call<'_>) {
    let does = match rule {
        COMPUTED => "gives a command to a shell that the program computes",
        UNCERTAIN => "may give a command to a shell that the program computes",
        _ => "gives a constant command to a shell",
    };
    cx.report(rule, call).message(format!("`{}` {does}", call.name()));
}
