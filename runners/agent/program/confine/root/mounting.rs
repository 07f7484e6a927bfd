//! The few kinds of mount that the new root is made of.

use std::ffi::CString;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;

use lazaret_agent::message::{Failure, Part};
use nix::libc;
use nix::mount::{MsFlags, mount};

use super::old;
use crate::attempt::{Attempt, failure};
use crate::system;

/// No writing, no gain of privileges, no devices.
pub(super) const READ_ONLY: u64 =
    libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV;

/// Writing, but no starting, no gain of privileges, no devices.
pub(super) const WRITABLE: u64 =
    libc::MOUNT_ATTR_NOEXEC | libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV;

/// Shows a file or directory of the machine, with all that is mounted below it.
pub(super) fn bind(source: &Path, target: &Path, attributes: u64) -> Result<(), Failure> {
    let source = old(source);
    if source.is_dir() {
        make_directory(target)?;
    } else {
        make_file(target)?;
    }
    cover(&source, target)?;
    flags(target, attributes, true)
}

/// Mounts one place over another.
pub(super) fn cover(source: &Path, target: &Path) -> Result<(), Failure> {
    mount(Some(source), target, None::<&str>, MsFlags::MS_BIND | MsFlags::MS_REC, None::<&str>)
        .attempt(Part::Mounts, format!("show {}", target.display()))
}

/// Restricts a mount.
pub(super) fn flags(target: &Path, attributes: u64, recursive: bool) -> Result<(), Failure> {
    let action = format!("restrict {}", target.display());
    let path = CString::new(target.as_os_str().as_bytes())
        .map_err(|_| failure(Part::Mounts, action.clone()))?;
    system::set_mount_flags(&path, attributes, recursive).attempt(Part::Mounts, action)
}

/// Makes a link that the machine has.
pub(super) fn copy_link(path: &Path) -> Result<(), Failure> {
    let action = format!("make the link {}", path.display());
    let target = fs::read_link(old(path)).attempt(Part::Mounts, action.clone())?;
    symlink(target, path).attempt(Part::Mounts, action)
}

/// Makes a directory and those above it.
pub(super) fn make_directory(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o755)
        .create(path)
        .attempt(Part::Mounts, format!("make the directory {}", path.display()))
}

fn make_file(path: &Path) -> Result<(), Failure> {
    if let Some(parent) = path.parent() {
        make_directory(parent)?;
    }
    File::create(path).map(drop).attempt(Part::Mounts, format!("make the file {}", path.display()))
}
