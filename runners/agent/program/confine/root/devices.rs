//! `/dev`: what gives zeros and random bytes, and the names of one's own descriptors.

use std::os::unix::fs::symlink;
use std::path::Path;

use lazaret_agent::message::{Failure, Part};
use nix::libc::{MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOSUID};

use super::mounting::{bind, make_directory};
use crate::attempt::Attempt;

const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

const LINKS: [(&str, &str); 4] = [
    ("/dev/fd", "/proc/self/fd"),
    ("/dev/stdin", "/proc/self/fd/0"),
    ("/dev/stdout", "/proc/self/fd/1"),
    ("/dev/stderr", "/proc/self/fd/2"),
];

/// Fills `/dev`. Devices are shown, not made: an ordinary user may not make one.
pub(super) fn make() -> Result<(), Failure> {
    make_directory(Path::new("/dev"))?;
    for device in DEVICES {
        bind(Path::new(device), Path::new(device), MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC)?;
    }
    for (link, target) in LINKS {
        symlink(target, link).attempt(Part::Mounts, format!("make the link {link}"))?;
    }
    Ok(())
}
