//! What the program's first process gives up between `clone` and `exec`. All that it starts
//! inherits it, and none of it can be undone.
//!
//! Until it becomes the program, that process shares the agent's memory (`system::start`): what it
//! changes there is changed for the agent.

use std::fs;
use std::io;
use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreated,
    RulesetCreatedAttr, RulesetError, RulesetStatus, Scope, path_beneath_rules,
};
use lazaret_agent::message::{Demand, Failure, Kernel, Limits, NOBODY, Part, SCRATCH};
use nix::sys::prctl;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::unistd::{Gid, Uid, getuid, setgroups, setresgid, setresuid, setsid};

use super::filter;
use crate::attempt::failure;
use crate::system;

/// Devices that programs may write to; what they write is gone.
const DEVICES: [&str; 3] = ["/dev/null", "/dev/zero", "/dev/full"];

/// How many processes the kernel allows above the limit. The agent, and in the outer namespace its
/// parent, are of the same user; and a program has to get *above* its limit for the agent to see
/// that it wants to, where no control group tells.
const SPARE_PROCESSES: u64 = 16;

/// The same in containers on one kernel, which counts the processes of a user in all of them
/// together. The container's own control group holds each, and tells the agent.
const SPARE_PROCESSES_OF_NEIGHBOURS: u64 = 32 * 1024;

/// What is beside the kernel's limits and the filter of system calls. The rules of Landlock are
/// made beforehand so that a kernel without it is known in time.
#[derive(Default)]
pub(crate) struct Rules {
    landlock: Option<RulesetCreated>,
    place: Place,
}

/// What the sandbox's user and kernel are.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    /// A user that nobody else is.
    #[default]
    Alone,
    /// A user that other containers of this kernel have, too.
    AmongNeighbours,
    /// gVisor.
    Gvisor,
}

impl Place {
    fn kernel(self) -> Kernel {
        if self == Self::Gvisor { Kernel::Gvisor } else { Kernel::Linux }
    }
}

impl Rules {
    /// Makes the rules; fails only where they are demanded. `writable` is beside the scratch space.
    pub(crate) fn prepare(demand: Demand, writable: &[&Path]) -> Result<Self, Failure> {
        let made = match demand {
            Demand::Off => return Ok(Self::default()),
            Demand::WhenAvailable => rules(CompatLevel::BestEffort, writable),
            Demand::Required => rules(CompatLevel::HardRequirement, writable),
        };
        match (made, demand) {
            (Ok(rules), _) => Ok(Self { landlock: Some(rules), place: Place::Alone }),
            (Err(_), Demand::WhenAvailable | Demand::Off) => Ok(Self::default()),
            (Err(error), Demand::Required) => {
                Err(failure(Part::Landlock, format!("restrict files: {error}")))
            }
        }
    }

    /// Those of an engine's container.
    pub(crate) fn of_an_engine(kernel: Kernel) -> Self {
        let place = match kernel {
            Kernel::Gvisor => Place::Gvisor,
            Kernel::Linux => Place::AmongNeighbours,
        };
        Self { landlock: None, place }
    }

    /// Whether the kernel knows the rules of Landlock.
    pub(crate) fn is_enforced(&self) -> bool {
        let copy = self.landlock.as_ref().and_then(|rules| rules.try_clone().ok());
        copy.is_some_and(|rules| Option::<std::os::fd::OwnedFd>::from(rules).is_some())
    }

    fn enforce(&self) -> io::Result<()> {
        let Some(rules) = &self.landlock else { return Ok(()) };
        let status = rules.try_clone()?.restrict_self().map_err(io::Error::other)?;
        let held = !self.is_enforced() || status.ruleset != RulesetStatus::NotEnforced;
        held.then_some(()).ok_or_else(|| io::Error::from_raw_os_error(nix::libc::EPERM))
    }
}

/// Reading and starting everywhere, writing in a few places; no signals to the agent. What the
/// newest rules add is used where the kernel has it.
fn rules(level: CompatLevel, writable: &[&Path]) -> Result<RulesetCreated, RulesetError> {
    // The first version is what a demand means; the rest is a gain where it is there.
    let (demanded, known) = (ABI::V1, ABI::V6);
    let usual = SCRATCH.into_iter().chain(DEVICES).map(Path::new);
    let writable = usual.chain(writable.iter().copied());
    Ruleset::default()
        .set_compatibility(level)
        .handle_access(AccessFs::from_all(demanded))?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(known))?
        .scope(Scope::from_all(known))?
        .create()?
        .add_rules(path_beneath_rules(["/"], AccessFs::from_read(known)))?
        .add_rules(path_beneath_rules(writable, AccessFs::from_all(known)))
}

/// What a process is going to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A program.
    Program,
    /// What makes programs of itself: it gives up what it need not give up later.
    Zygote,
}

/// Gives up everything, in the order in which each step still may. On failure says which part.
pub(super) fn lock_down(
    limits: &Limits,
    rules: &Rules,
    role: Role,
) -> Result<(), (Part, io::Error)> {
    give_up_privileges(limits, rules.place, role).map_err(|error| (Part::Privileges, error))?;
    rules.enforce().map_err(|error| (Part::Landlock, error))?;
    let in_gvisor = rules.place == Place::Gvisor;
    filter::load(in_gvisor).map_err(|errno| (Part::Seccomp, errno.into()))
}

fn give_up_privileges(limits: &Limits, place: Place, role: Role) -> io::Result<()> {
    setsid()?;
    volunteer_for_the_end_of_memory();
    set_limits(limits, place)?;
    let is_root = getuid().is_root();
    if is_root {
        let group = Gid::from_raw(NOBODY);
        setgroups(&[])?;
        setresgid(group, group, group)?;
    }
    if role == Role::Program {
        // A zygote lives longer than a program may, and its copies are held to this.
        set_limit(Resource::RLIMIT_CPU, seconds(limits, place.kernel()))?;
        if is_root {
            let user = Uid::from_raw(NOBODY);
            setresuid(user, user, user)?;
        }
        system::drop_capabilities()?;
    }
    Ok(prctl::set_no_new_privs()?)
}

/// When memory ends, the program ends before the agent. A process's files in `/proc` belong to
/// nobody while it is hidden, and the new process is hidden as the agent is. It hides again at
/// once, because what is hidden is the memory, which is still the agent's. Where this is refused,
/// the kernel takes the largest process, which is the program just as well.
fn volunteer_for_the_end_of_memory() {
    let before = prctl::get_dumpable();
    if prctl::set_dumpable(true).is_ok() {
        let _ = fs::write("/proc/self/oom_score_adj", "1000");
    }
    if before == Ok(false) {
        let _ = prctl::set_dumpable(false);
    }
}

/// The kernel's limits, as a net below the agent's: they hold for a process, and not for the run.
fn set_limits(limits: &Limits, place: Place) -> nix::Result<()> {
    const OPEN_FILES: u64 = 1024;
    let spare = match place {
        Place::AmongNeighbours => SPARE_PROCESSES_OF_NEIGHBOURS,
        Place::Alone | Place::Gvisor => SPARE_PROCESSES,
    };
    let processes = u64::from(limits.processes) + spare;
    let all = [
        (Resource::RLIMIT_CORE, 0),
        (Resource::RLIMIT_NOFILE, OPEN_FILES),
        (Resource::RLIMIT_NPROC, processes),
        (Resource::RLIMIT_FSIZE, limits.disk),
    ];
    // gVisor has no such limit; its queues are the program's memory.
    let _ = setrlimit(Resource::RLIMIT_MSGQUEUE, 0, 0);
    all.into_iter().try_for_each(|(resource, most)| set_limit(resource, (most, most)))
}

/// Sets a soft and a hard limit. What the host itself may not exceed cannot be raised here.
fn set_limit(resource: Resource, (soft, hard): (u64, u64)) -> nix::Result<()> {
    let (_, most) = getrlimit(resource)?;
    setrlimit(resource, soft.min(most), hard.min(most))
}

/// How long a process may use a processor until the kernel warns it, and until it ends it.
pub(super) fn seconds(limits: &Limits, kernel: Kernel) -> (u64, u64) {
    // gVisor has been seen to count five times too much, and would end programs that used less.
    let margin = if kernel == Kernel::Gvisor { 16 } else { 1 };
    let seconds = limits.cpu.div_ceil(1_000_000).saturating_add(1).saturating_mul(margin);
    (seconds, seconds.saturating_add(1))
}
