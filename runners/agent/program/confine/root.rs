//! The file system that programs see: the system's own directories to read, a scratch space to
//! write, and nothing of anybody's home.
//!
//! A new, small file system becomes the root first, with the old one mounted inside it; then what
//! is wanted is bound from there, and the old one is taken away. So no directory of the old one is
//! ever covered, and interpreters can be anywhere.
//!
//! `/proc` is not mounted with `hidepid`: it would hide from the agent what a program can hide
//! (a process that is not "dumpable"), and of the agent there is nothing to see, because it is not
//! dumpable itself.

mod devices;
mod etc;
mod mounting;
mod scratch;

use std::fs;
use std::path::{Path, PathBuf};

use lazaret_agent::message::{Failure, Part, Shown, Walls};
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};
use nix::sys::stat::{Mode, umask};
use nix::unistd::{chdir, pivot_root, sethostname};

use self::mounting::{READ_ONLY, WRITABLE, bind, flags, make_directory};
use crate::attempt::Attempt;
use crate::system;

/// Where the old root is while the new one is built.
const OLD: &str = "/old";

/// What of the system programs may read.
const SYSTEM: [&str; 7] = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

/// The name of the machine inside.
const HOST_NAME: &str = "sandbox";

/// Makes the namespaces, and the file system in them. `owner` owns the scratch space.
pub(super) fn build(walls: &Walls, owner: u32) -> Result<(), Failure> {
    enter_namespaces(walls.network)?;
    umask(Mode::empty());
    enter_new_root()?;
    for directory in SYSTEM {
        show_system_directory(Path::new(directory))?;
    }
    etc::write(walls.network)?;
    devices::make()?;
    scratch::make(walls.disk, walls.files, owner)?;
    // Last, because an interpreter may lie in a place that the scratch space covers.
    for directory in &walls.readable {
        bind(directory, directory, READ_ONLY)?;
    }
    for Shown { directory, place, writable } in &walls.shown {
        bind(directory, place, if *writable { WRITABLE } else { READ_ONLY })?;
    }
    processes()?;
    leave_old_root()?;
    umask(Mode::S_IWGRP | Mode::S_IWOTH);
    Ok(())
}

fn enter_namespaces(network: bool) -> Result<(), Failure> {
    let namespaces = CloneFlags::CLONE_NEWNS
        | CloneFlags::CLONE_NEWIPC
        | CloneFlags::CLONE_NEWUTS
        | CloneFlags::CLONE_NEWCGROUP;
    unshare(namespaces).attempt(Part::Namespaces, "make namespaces")?;
    sethostname(HOST_NAME).attempt(Part::Namespaces, "name the machine")?;
    if network {
        return Ok(());
    }
    unshare(CloneFlags::CLONE_NEWNET).attempt(Part::Namespaces, "make a network of its own")?;
    system::loopback_up().attempt(Part::Namespaces, "switch the loopback interface on")
}

/// Puts an empty file system in place of the root, with the old root in it. It is mounted on
/// `/usr` for the moment, which every machine has.
fn enter_new_root() -> Result<(), Failure> {
    const PLACE: &str = "/usr";
    let none = None::<&str>;
    mount(none, "/", none, MsFlags::MS_PRIVATE | MsFlags::MS_REC, none)
        .attempt(Part::Mounts, "keep mounts to itself")?;
    let options = Some("mode=755,size=1m,nr_inodes=4k");
    mount(Some("root"), PLACE, Some("tmpfs"), MsFlags::MS_NOSUID | MsFlags::MS_NODEV, options)
        .attempt(Part::Mounts, "mount a new root")?;
    let old = format!("{PLACE}{OLD}");
    make_directory(Path::new(&old))?;
    pivot_root(PLACE, old.as_str()).attempt(Part::Mounts, "change the root")?;
    chdir("/").attempt(Part::Mounts, "enter the new root")
}

/// Takes the old root away, and makes the new one read-only.
fn leave_old_root() -> Result<(), Failure> {
    umount2(OLD, MntFlags::MNT_DETACH).attempt(Part::Mounts, "take the old root away")?;
    fs::remove_dir(OLD).attempt(Part::Mounts, "remove the place of the old root")?;
    flags(Path::new("/"), READ_ONLY, false)
}

/// Shows a directory of the system as it is there: many are links into `/usr`.
fn show_system_directory(directory: &Path) -> Result<(), Failure> {
    let Ok(found) = fs::symlink_metadata(old(directory)) else { return Ok(()) };
    if found.is_symlink() {
        return mounting::copy_link(directory);
    }
    bind(directory, directory, READ_ONLY)
}

/// The process file system, without what tells about the machine more than programs need.
fn processes() -> Result<(), Failure> {
    const HIDDEN: [&str; 3] = ["kcore", "keys", "timer_list"];
    const FIXED: [&str; 5] = ["bus", "fs", "irq", "sys", "sysrq-trigger"];
    let place = Path::new("/proc");
    make_directory(place)?;
    let options = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    mount(Some("proc"), place, Some("proc"), options, None::<&str>)
        .attempt(Part::Proc, "mount /proc")?;
    for name in HIDDEN.iter().map(|name| place.join(name)).filter(|path| path.exists()) {
        mounting::cover(Path::new("/dev/null"), &name)?;
    }
    for name in FIXED.iter().map(|name| place.join(name)).filter(|path| path.exists()) {
        mounting::cover(&name, &name)?;
        flags(&name, READ_ONLY, true)?;
    }
    Ok(())
}

/// Where a path of the machine is found while the new root is built.
fn old(path: &Path) -> PathBuf {
    Path::new(OLD).join(path.strip_prefix("/").unwrap_or(path))
}
