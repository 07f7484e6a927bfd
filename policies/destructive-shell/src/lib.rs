//! Commands and calls that destroy what they are not meant to.
//!
//! A table of names can say that `rm -r` deletes a tree, and that nobody deletes `/`. What a path leads
//! to, whether a variable in it may be empty, and who may write to a file afterwards, have to be judged.

use lazaret_policy::prelude::*;

mod call;
mod command;
mod mode;
mod places;

use command::Command;

/// The policy. Its rules are explained in README.md.
#[policy]
#[derive(Default)]
pub struct DestructiveShell {
    /// Folders of your own that no program may delete or open to everybody, beside those of the system
    /// and of users.
    #[schemars(inner(length(min = 1)))]
    matters: Vec<String>,
    /// Folders that programs may delete and open to everybody, with all that is in them.
    #[schemars(inner(length(min = 1)))]
    allow: Vec<String>,
}

impl Policy for DestructiveShell {
    fn manifest() -> Manifest {
        Manifest::new("destructive-shell", env!("CARGO_PKG_VERSION"))
            .summary("commands and calls that destroy what they are not meant to")
            .license("Apache-2.0 OR MIT")
            .wants_source()
            .calls(call::names())
            .calls(command::NAMES)
            .commands(command::NAMES)
            .rule(
                Rule::new(DELETED, Severity::High, "what others need is deleted")
                    .help("delete below one folder that the program has made itself")
                    .cwe(73),
            )
            .rule(
                Rule::new(UNSET, Severity::High, "an empty variable deletes what others need")
                    .help("write `${name:?}`, which ends the script where it is empty")
                    .cwe(73),
            )
            .rule(
                Rule::new(OPENED, Severity::High, "everybody may write to what others need")
                    .help("give one user or group the right, and no more than it needs")
                    .cwe(732),
            )
            .rule(
                Rule::new(
                    STOPPED,
                    Severity::High,
                    "the machine is stopped, or all that runs on it",
                )
                .help("leave that to whoever owns the machine"),
            )
    }

    fn check(&self, cx: &mut Context) {
        let judged = |call: Call<'_>| {
            let command = Command { name: call.name(), words: command::words(call) };
            command.judge(cx.source().unwrap_or_default(), self)
        };
        let is_bash = cx.language() == "bash";
        let calls = cx.calls("*").filter_map(|call| {
            let told = if is_bash { judged(call) } else { call::judge(call, self) };
            Some((call, told?))
        });
        let commands = cx.commands("*").filter_map(|command| Some((command, judged(command)?)));
        for (place, Told { rule, message }) in calls.chain(commands) {
            cx.report(rule, place).message(message);
        }
    }
}

const DELETED: &str = "deleted";
const UNSET: &str = "unset-variable";
const OPENED: &str = "opened";
const STOPPED: &str = "stopped";

/// What is to be told.
struct Told {
    rule: &'static str,
    message: String,
}
