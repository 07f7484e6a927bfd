//! Functions of Python and JavaScript that do what the commands do.

use lazaret_policy::prelude::*;

use crate::DestructiveShell;
use crate::mode;
use crate::places::{follow, matters};
use crate::{DELETED, OPENED, STOPPED, Told};

/// Functions that delete the folder that they are given.
const DELETE: [&str; 13] = [
    "shutil.rmtree",
    "os.removedirs",
    "os.truncate",
    "distutils.dir_util.remove_tree",
    "fs.rm",
    "fs.rmSync",
    "fs.promises.rm",
    "fs/promises.rm",
    "rimraf",
    "rimraf.sync",
    "fs-extra.remove",
    "fs-extra.removeSync",
    "fs.truncateSync",
];

const CHANGE: [&str; 5] =
    ["os.chmod", "fs.chmod", "fs.chmodSync", "fs.promises.chmod", "fs/promises.chmod"];

const KILL: [&str; 3] = ["os.kill", "os.killpg", "process.kill"];

/// What the catalogue tells as critical (`python/tree-destruction`, `javascript/tree-destruction`).
const TOLD: [&str; 13] =
    ["/", "/*", ".", "..", "~", "/bin", "/boot", "/etc", "/home", "/lib", "/opt", "/root", "/sbin"];

pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    DELETE.into_iter().chain(CHANGE).chain(KILL)
}

/// What is to be told about a call.
pub(crate) fn judge(call: Call<'_>, settings: &DestructiveShell) -> Option<Told> {
    let name = call.name();
    let first = call.positional(0).or(call.argument("path")).literal()?;
    if KILL.contains(&name) {
        // Signal 0 asks whether there is one.
        let is_asked = call.positional(1).literal() == Some(Value::from(0));
        let is_all = first == 1 || first == -1;
        let message = format!("`{name}` ends what runs on the machine");
        return (is_all && !is_asked).then_some(Told { rule: STOPPED, message });
    }
    let path = first.as_str()?;
    if !matters(&follow(path), settings) {
        return None;
    }
    if CHANGE.contains(&name) {
        let mode = call.positional(1).or(call.argument("mode")).literal()?;
        let is_open = match (mode.as_u64(), mode.as_str()) {
            (Some(number), _) => u32::try_from(number).is_ok_and(mode::is_open_number),
            (_, Some(text)) => mode::is_open(text),
            _ => false,
        };
        let message = format!("`{name}` lets everybody write to `{path}`");
        return is_open.then_some(Told { rule: OPENED, message });
    }
    let is_told = TOLD.contains(&path) || ["/usr", "/var"].contains(&path);
    let message = format!("`{name}` deletes `{path}`, which others need");
    (!is_told).then_some(Told { rule: DELETED, message })
}
