//! Who the agent and the program are, outside and inside.
//!
//! Inside they are always 65534. Outside, that is the user who started the host; for root it is a
//! number that no account has, another for each run: what the kernel counts or shares per user
//! (processes, watches, signals on their way) is then shared with nobody.

use std::fs;
use std::process;

use lazaret_agent::message::{Failure, NOBODY, Part};
use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl;
use nix::unistd::{Gid, Pid, Uid, getegid, geteuid, setgroups, setresgid, setresuid};

use crate::attempt::Attempt;

/// The first number for runs of root: above what systemd gives to containers (up to 0x6FFFFFFF),
/// and with room for the largest process number (22 bits) below 2^31.
const FIRST_NUMBER: u32 = 0x7000_0000;

/// The capability that mounts and namespaces need, by its number in `linux/capability.h`.
const CAP_SYS_ADMIN: u32 = 21;

/// Who runs this, and as whom programs run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// An ordinary user, who is the program's user outside.
    Ordinary {
        /// The user.
        user: u32,
        /// The group.
        group: u32,
    },
    /// Root; the program's user and group outside are this number.
    Root {
        /// The user and the group.
        number: u32,
    },
}

impl Identity {
    /// Looks at the effective user. Root that may not do what root usually may, as in most
    /// containers, is given up at once, and what follows is done as an ordinary user would.
    pub(crate) fn of_this_process() -> Result<Self, Failure> {
        if !geteuid().is_root() {
            return Ok(Self::Ordinary { user: geteuid().as_raw(), group: getegid().as_raw() });
        }
        let read =
            |path| fs::read_to_string(path).attempt(Part::UserNamespace, format!("read {path}"));
        let number = unused_number(&read("/proc/self/uid_map")?, process::id());
        if has_capability(&read("/proc/self/status")?, CAP_SYS_ADMIN) {
            return Ok(Self::Root { number });
        }
        leave_root(number).attempt(Part::UserNamespace, "be anybody but root")?;
        Ok(Self::Ordinary { user: number, group: number })
    }

    /// The number of the program's user, as file systems that are mounted by the inner process
    /// know it.
    pub(crate) fn owner(self) -> u32 {
        match self {
            Self::Ordinary { .. } => NOBODY,
            Self::Root { number } => number,
        }
    }

    /// What the outer process enters before it starts process 1.
    pub(crate) fn enter_first(self) -> Result<(), Failure> {
        let Self::Ordinary { user, group } = self else {
            return unshare(CloneFlags::CLONE_NEWPID)
                .attempt(Part::Namespaces, "make a process namespace");
        };
        unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWPID)
            .attempt(Part::UserNamespace, "make a user namespace")?;
        write_maps("self", user, group)
    }

    /// Maps process 1 to its number, from outside. Only root's process 1 asks for it.
    pub(crate) fn map(self, process: Pid) -> Result<(), Failure> {
        match self {
            Self::Ordinary { .. } => Ok(()),
            Self::Root { number } => write_maps(&process.to_string(), number, number),
        }
    }

    /// What process 1 does once everything is mounted; `ask` has it mapped from outside.
    pub(crate) fn enter_last(
        self,
        ask: impl FnOnce() -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        if matches!(self, Self::Ordinary { .. }) {
            return Ok(());
        }
        setgroups(&[]).attempt(Part::Privileges, "leave the groups of root")?;
        unshare(CloneFlags::CLONE_NEWUSER).attempt(Part::UserNamespace, "make a user namespace")?;
        // After this the process belongs to nobody who could write its map, so the map comes first.
        ask()?;
        let (user, group) = (Uid::from_raw(NOBODY), Gid::from_raw(NOBODY));
        setresgid(group, group, group).attempt(Part::Privileges, "change the group")?;
        setresuid(user, user, user).attempt(Part::Privileges, "change the user")
    }
}

/// Becomes an ordinary user for good. A program would otherwise own, outside, what root owns.
fn leave_root(number: u32) -> nix::Result<()> {
    let (user, group) = (Uid::from_raw(number), Gid::from_raw(number));
    setgroups(&[])?;
    setresgid(group, group, group)?;
    setresuid(user, user, user)?;
    // A change of user hides the process, and a hidden process cannot write its own map.
    prctl::set_dumpable(true)
}

/// The process and what it starts can be neither read nor traced by others of its user.
pub(crate) fn hide() -> Result<(), Failure> {
    prctl::set_dumpable(false).attempt(Part::Privileges, "hide the agent's memory")
}

/// Writes who is who. Groups come last in the kernel's rules: an ordinary user may map one only
/// after `setgroups` is given up.
fn write_maps(process: &str, user: u32, group: u32) -> Result<(), Failure> {
    let write = |name: &str, text: String| {
        let path = format!("/proc/{process}/{name}");
        fs::write(&path, text).attempt(Part::UserNamespace, format!("write {path}"))
    };
    write("uid_map", format!("{NOBODY} {user} 1\n"))?;
    write("setgroups", "deny".into())?;
    write("gid_map", format!("{NOBODY} {group} 1\n"))
}

/// Whether `/proc/self/status` has this capability among the effective ones.
fn has_capability(status: &str, capability: u32) -> bool {
    let line = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let set = line.and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok());
    set.is_some_and(|set| set & (1 << capability) != 0)
}

/// A number that no account has, if the namespace we are in has such numbers; in a container that
/// has few, `nobody`.
fn unused_number(uid_map: &str, process: u32) -> u32 {
    let number = FIRST_NUMBER.saturating_add(process);
    let knows = |line: &str| {
        let mut numbers = line.split_whitespace().map_while(|word| word.parse::<u64>().ok());
        let (first, _, count) = (numbers.next()?, numbers.next()?, numbers.next()?);
        Some((first..first + count).contains(&u64::from(number)))
    };
    if uid_map.lines().filter_map(knows).any(|known| known) { number } else { NOBODY }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_machine_has_a_number_for_each_run() {
        assert_eq!(unused_number("         0          0 4294967295\n", 7), FIRST_NUMBER + 7);
    }

    #[test]
    fn a_container_with_few_users_has_nobody() {
        assert_eq!(unused_number("0 100000 65536\n", 7), NOBODY);
    }

    #[test]
    fn capabilities_are_read_from_the_effective_set() {
        let status = "CapPrm:\t0000000000000000\nCapEff:\t0000000000200000\n";
        assert!(has_capability(status, CAP_SYS_ADMIN));
        assert!(!has_capability(status, CAP_SYS_ADMIN - 1));
    }
}
