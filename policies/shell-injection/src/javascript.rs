//! JavaScript and TypeScript: `child_process.exec`, and `spawn` with the option `shell`.

use lazaret_policy::prelude::*;

use crate::{Command, Shell, object};

/// The calls that the policy asks for.
pub(crate) const CALLS: [&str; 1] = ["child_process.*"];

pub(crate) fn commands(cx: &Context) -> Vec<Command<'_>> {
    cx.calls("child_process.*").filter_map(command).collect()
}

fn command(call: Call<'_>) -> Option<Command<'_>> {
    Some(Command { call, shell: shell(call)?, text: call.positional(0) })
}

/// Whether a shell reads the command; nothing, where none does.
fn shell(call: Call<'_>) -> Option<Shell> {
    let (_, function) = call.name().rsplit_once('.')?;
    match function {
        "exec" | "execSync" => Some(Shell::Always),
        "spawn" | "spawnSync" | "execFile" | "execFileSync" => {
            call.arguments().find_map(|argument| shell_option(argument.text()))
        }
        _ => None,
    }
}

/// What the option `shell` says, in an argument that is an object as written. Objects are no
/// constants to the analysis, because a program can change them.
fn shell_option(object: &str) -> Option<Shell> {
    match object::value(object, "shell")?.as_str() {
        "false" | "undefined" | "null" | "0" | "''" | "\"\"" | "``" => None,
        "true" => Some(Shell::Always),
        text if text.starts_with(['"', '\'', '`']) => Some(Shell::Always),
        _ => Some(Shell::Uncertain),
    }
}
