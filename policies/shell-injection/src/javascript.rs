//! JavaScript and TypeScript: `child_process.exec`, and `spawn` with the option `shell`.

use lazaret_policy::prelude::*;

use crate::{Shell, report};

/// The calls that the policy asks for. The module has two names: `child_process` and
/// `node:child_process`.
pub(crate) const CALLS: [&str; 2] = ["child_process.*", "node:child_process.*"];

pub(crate) fn check(cx: &Context) {
    for call in cx.calls("*child_process.*") {
        if let Some(shell) = shell(call) {
            report(cx, call, shell, call.positional(0));
        }
    }
}

/// Whether a shell reads the command; nothing, where none does.
fn shell(call: Call<'_>) -> Option<Shell> {
    let (_, function) = call.name().rsplit_once('.')?;
    match function {
        "exec" | "execSync" => Some(Shell::Always),
        "spawn" | "spawnSync" | "execFile" | "execFileSync" => {
            uses_shell(call).then_some(Shell::Always)
        }
        _ => None,
    }
}

/// Whether an option says so: `{ shell: true }`, or the name of one.
fn uses_shell(call: Call<'_>) -> bool {
    call.arguments().filter_map(Argument::literal).any(|value| match value.get("shell") {
        Some(Value::Bool(shell)) => *shell,
        Some(Value::String(shell)) => !shell.is_empty(),
        _ => false,
    })
}
