//! `/etc`: the few files that libraries look for, and nothing about the machine's accounts.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use lazaret_agent::message::{Failure, Part};

use super::mounting::{READ_ONLY, bind, copy_link, make_directory};
use super::old;
use crate::attempt::Attempt;

/// The files that are the same everywhere.
const FILES: [(&str, &str); 5] = [
    (
        "passwd",
        "root:x:0:0:root:/nonexistent:/bin/false\nnobody:x:65534:65534:nobody:/work:/bin/false\n",
    ),
    ("group", "root:x:0:\nnogroup:x:65534:\n"),
    ("hosts", "127.0.0.1 localhost sandbox\n::1 localhost\n"),
    ("nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"),
    ("resolv.conf", ""),
];

/// What is shown as the machine has it: where libraries are, what time it is, and which program
/// answers to a name such as `awk`.
const SHOWN: [&str; 3] = ["ld.so.cache", "localtime", "alternatives"];

/// Fills `/etc`.
pub(super) fn write() -> Result<(), Failure> {
    let directory = Path::new("/etc");
    make_directory(directory)?;
    for (name, text) in FILES {
        let path = directory.join(name);
        let action = format!("write {}", path.display());
        fs::write(&path, text).attempt(Part::Mounts, action.clone())?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644))
            .attempt(Part::Mounts, action)?;
    }
    for path in SHOWN.map(|name| directory.join(name)) {
        match fs::symlink_metadata(old(&path)) {
            Ok(found) if found.is_symlink() => copy_link(&path)?,
            Ok(_) => bind(&path, &path, READ_ONLY)?,
            Err(_) => {}
        }
    }
    Ok(())
}
