//! The scratch space: the one file system that a program can write to.
//!
//! The places where programs may write are directories of it, so that one size bounds all three.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;

use lazaret_agent::message::{Failure, Part, SCRATCH, WORK};
use nix::libc::{MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOSUID};
use nix::mount::{MntFlags, MsFlags, mount, umount2};

use super::mounting::{cover, flags, make_directory};
use crate::attempt::Attempt;

/// Where the file system is while its directories are shown elsewhere.
const PLACE: &str = "/scratch";

/// More than any machine has. The kernel rounds sizes up, and what it rounds up to 0 has no limit.
const MOST_BYTES: u64 = 1 << 50;

const RESTRICTED: u64 = MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID;

/// Makes the scratch space with room for so many bytes, and so many files.
pub(super) fn make(size: u64, files: u64, owner: u32) -> Result<(), Failure> {
    let options = format!("mode=700,size={},nr_inodes={files}", size.min(MOST_BYTES));
    make_directory(Path::new(PLACE))?;
    let restricted = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    mount(Some("scratch"), PLACE, Some("tmpfs"), restricted, Some(options.as_str()))
        .attempt(Part::Mounts, "mount the scratch space")?;
    for target in SCRATCH {
        show(Path::new(target), owner)?;
    }
    umount2(PLACE, MntFlags::MNT_DETACH).attempt(Part::Mounts, "hide the scratch space")?;
    fs::remove_dir(PLACE).attempt(Part::Mounts, "remove the place of the scratch space")
}

/// Makes one of its directories, and shows it where programs look for it.
fn show(target: &Path, owner: u32) -> Result<(), Failure> {
    let (mode, restrictions) = if target == Path::new(WORK) {
        (0o755, RESTRICTED)
    } else {
        (0o1777, RESTRICTED | MOUNT_ATTR_NOEXEC)
    };
    let directory = Path::new(PLACE).join(target.file_name().unwrap_or_default());
    own(&directory, owner, mode)?;
    make_directory(target)?;
    cover(&directory, target)?;
    flags(target, restrictions, false)
}

fn own(directory: &Path, owner: u32, mode: u32) -> Result<(), Failure> {
    let action = format!("make {}", directory.display());
    make_directory(directory)?;
    fs::set_permissions(directory, fs::Permissions::from_mode(mode))
        .attempt(Part::Mounts, action.clone())?;
    chown(directory, Some(owner), Some(owner)).attempt(Part::Mounts, action)
}
