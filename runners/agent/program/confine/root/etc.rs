//! `/etc`: the few files that libraries look for, and nothing about the machine's accounts.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

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

/// What tells where names of machines are looked up; as the machine has it, where programs reach the
/// machine's network.
const NAMES: [&str; 3] = ["hosts", "nsswitch.conf", "resolv.conf"];

/// Links that one file may be behind; the kernel follows 40.
const MOST_LINKS: usize = 40;

/// Fills `/etc`.
pub(super) fn write(network: bool) -> Result<(), Failure> {
    let directory = Path::new("/etc");
    make_directory(directory)?;
    for (name, text) in FILES {
        let path = directory.join(name);
        let action = format!("write {}", path.display());
        let own = || fs::read(resolved(&path)).ok();
        let bytes = if network && NAMES.contains(&name) { own() } else { None };
        fs::write(&path, bytes.as_deref().unwrap_or(text.as_bytes()))
            .attempt(Part::Mounts, action.clone())?;
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

/// Where the machine has what is behind a path, while the new root is built. A link of the old root leads
/// to a place in the old root.
fn resolved(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = fs::read_link(old(&path)) else { break };
        path = path.parent().unwrap_or(Path::new("/")).join(target);
    }
    old(&path)
}
