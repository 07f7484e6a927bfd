//! JavaScript and TypeScript: `child_process.exec`, and `spawn` with the option `shell`.

use lazaret_policy::prelude::*;

use crate::{Command, Shell};

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
    let options = object.trim().strip_prefix('{')?;
    match value(options, "shell")? {
        "false" | "undefined" | "null" | "''" | "\"\"" => None,
        "true" => Some(Shell::Always),
        text if text.starts_with(['"', '\'']) => Some(Shell::Always),
        _ => Some(Shell::Uncertain),
    }
}

/// What stands behind a key; its own name, where nothing does: `{ shell }` is short for
/// `{ shell: shell }`.
fn value<'a>(options: &'a str, key: &str) -> Option<&'a str> {
    let quote = ['"', '\''];
    let entries = options.split([',', '}']).map(str::trim);
    entries.into_iter().find_map(|entry| {
        let (name, value) = entry.split_once(':').unwrap_or((entry, entry));
        (name.trim().trim_matches(quote) == key).then(|| value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn a_key_has_the_value_behind_it() {
        assert_eq!(value(" cwd: '/', shell: true }", "shell"), Some("true"));
        assert_eq!(value("'shell':'/bin/sh'}", "shell"), Some("'/bin/sh'"));
        assert_eq!(value(" shell }", "shell"), Some("shell"));
        assert_eq!(value(" shellfish: true }", "shell"), None);
        assert_eq!(value("}", "shell"), None);
    }
}
