//! Python: functions that always use a shell, and those that are told by `shell=True`.

use lazaret_policy::prelude::*;

use crate::{Command, Shell};

/// The calls that the policy asks for.
pub(crate) const CALLS: [&str; 9] = [
    "os.system",
    "os.popen",
    "asyncio.create_subprocess_shell",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
    "subprocess.run",
    "subprocess.call",
    "subprocess.check_*",
    "subprocess.Popen",
];

/// Their command is the first argument, whatever it is called.
const ALWAYS: [&str; 5] = [
    "os.system",
    "os.popen",
    "asyncio.create_subprocess_shell",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
];

pub(crate) fn commands(cx: &Context) -> Vec<Command<'_>> {
    cx.calls("*").filter_map(command).collect()
}

fn command(call: Call<'_>) -> Option<Command<'_>> {
    Some(Command { call, shell: shell(call)?, text: text(call) })
}

/// Whether a shell reads the command; nothing, where none does.
fn shell(call: Call<'_>) -> Option<Shell> {
    if ALWAYS.contains(&call.name()) {
        return Some(Shell::Always);
    }
    let shell = call.argument("shell");
    match shell.literal() {
        Some(value) => is_truthy(&value).then_some(Shell::Always),
        None => shell.is_present().then_some(Shell::Uncertain),
    }
}

/// Whether Python takes it for true: `shell=1` uses a shell, too.
fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(entries) => !entries.is_empty(),
    }
}

/// What is given for the command.
fn text(call: Call<'_>) -> Argument<'_> {
    ["args", "command", "cmd"]
        .into_iter()
        .fold(call.positional(0), |found, name| found.or(call.argument(name)))
}
