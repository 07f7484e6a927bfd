//! Commands that go through a shell, in Rust.

use lazaret_policy::prelude::*;

/// The policy.
#[policy]
pub struct NoShell;

impl Policy for NoShell {
    fn manifest() -> Manifest {
        Manifest::new("no-shell", "0.1.0")
            .summary("commands that go through a shell")
            .languages(["python"])
            .calls(["subprocess.*"])
            .rule(
                Rule::new("shell-true", Severity::High, "a command goes through a shell")
                    .help("give the words of the command as a list, without `shell`")
                    .cwe(78),
            )
    }

    fn check(&self, cx: &mut Context) {
        for call in cx.calls("*").filter(|call| call.argument("shell").is_true()) {
            cx.report("shell-true", call);
        }
    }
}
