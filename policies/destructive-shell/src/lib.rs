//! Commands and calls that destroy what they are not meant to.
//!
//! A table of names can say that `rm -r` deletes a tree, and that nobody deletes `/`. What a path leads
//! to, whether a variable in it may be empty, and who may write to a file afterwards, have to be judged.

use lazaret_policy::prelude::*;
use lazaret_policy::serde_json;

mod call;
mod command;
mod mode;
mod places;
mod settings;

use command::Command;
use settings::Settings;

/// The policy. Its rules are explained in README.md.
pub struct DestructiveShell;

impl Policy for DestructiveShell {
    fn manifest() -> Manifest {
        let schema = serde_json::from_str(settings::SCHEMA).expect("the schema is JSON");
        Manifest::new("destructive-shell", env!("CARGO_PKG_VERSION"))
            .summary("commands and calls that destroy what they are not meant to")
            .license("Apache-2.0 OR MIT")
            .settings(&schema)
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

    fn check(cx: &mut Context) {
        let settings = Settings::of(cx);
        let judged = |call: Call<'_>| {
            let command = Command { name: call.name(), words: command::words(call) };
            command.judge(cx.source().unwrap_or_default(), &settings)
        };
        let is_bash = cx.language() == "bash";
        let calls = cx.calls("*").filter_map(|call| {
            let told = if is_bash { judged(call) } else { call::judge(call, &settings) };
            Some((call, told?))
        });
        let commands = cx.commands("*").filter_map(|command| Some((command, judged(command)?)));
        for (place, Told { rule, message }) in calls.chain(commands).take(MOST) {
            cx.report(rule, place).message(message);
        }
    }
}

lazaret_policy::export_policy!(DestructiveShell);

const DELETED: &str = "deleted";
const UNSET: &str = "unset-variable";
const OPENED: &str = "opened";
const STOPPED: &str = "stopped";

/// Findings in a file: the host takes a thousand.
const MOST: usize = 900;

/// What is to be told.
struct Told {
    rule: &'static str,
    message: String,
}
