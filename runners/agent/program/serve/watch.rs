//! Holds a program to its limits.
//!
//! Every limit is judged by what the kernel counted, never by how the program ended: a program can
//! choose its exit code, and a parent can survive the child that ran out of memory. Where there is
//! no control group, the agent counts by itself, every few milliseconds; what a program does and
//! undoes between two looks is not seen.

use std::time::{Duration, Instant};

use lazaret_agent::message::{LimitHit, Limits, Usage};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::statvfs::{Statvfs, statvfs};
use nix::sys::time::TimeValLike;

use super::census::{Census, page_size, ticks_per_second};
use super::{Evidence, WORK};

/// How often the agent looks. A look takes some 50 microseconds, so this costs a program about a
/// four-hundredth of a processor.
pub(super) const INTERVAL: Duration = Duration::from_millis(20);

/// The watch over one program.
pub(super) struct Watch {
    limits: Limits,
    evidence: Evidence,
    start: Instant,
}

impl Watch {
    /// Begins with the program.
    pub(super) fn new(limits: Limits, evidence: Evidence) -> Self {
        Self { limits, evidence, start: Instant::now() }
    }

    /// When the wall clock's limit ends. None where that is further than the clock goes.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.start.checked_add(Duration::from_micros(self.limits.wall))
    }

    /// Looks at everything while the program runs. What explains the others comes first: a program
    /// without memory or processes is slow, too.
    pub(super) fn look(&self) -> Option<LimitHit> {
        let census = Census::take();
        let limits = [
            (LimitHit::Memory, self.memory_is_over(&census)),
            (LimitHit::Processes, self.processes_are_over(&census)),
            (LimitHit::Disk, scratch_is_full()),
            (LimitHit::Cpu, self.used(&census) > self.limits.cpu),
            (LimitHit::Wall, self.deadline().is_some_and(|deadline| Instant::now() >= deadline)),
        ];
        limits.into_iter().find_map(|(limit, hit)| hit.then_some(limit))
    }

    /// Looks once more when nobody is left: what happened after the last look.
    pub(super) fn look_back(&self) -> Option<LimitHit> {
        let limits = [
            (LimitHit::Memory, self.evidence.out_of_memory()),
            (LimitHit::Processes, self.evidence.out_of_processes()),
            (LimitHit::Disk, scratch_is_full()),
            (LimitHit::Cpu, self.used(&Census::default()) > self.limits.cpu),
        ];
        limits.into_iter().find_map(|(limit, hit)| hit.then_some(limit))
    }

    /// What was used, once everybody was waited for.
    pub(super) fn usage(&self) -> Usage {
        let (user, system, largest) = children();
        let peak_memory = self.evidence.peak_memory().unwrap_or(largest);
        Usage { wall: microseconds(self.start.elapsed()), user, system, peak_memory }
    }

    fn memory_is_over(&self, census: &Census) -> bool {
        if self.evidence.memory.is_some() {
            return self.evidence.out_of_memory();
        }
        let files = scratch().map_or(0, |scratch| used_bytes(&scratch));
        let limit = self.limits.memory;
        let quick = census.pages.saturating_mul(page_size()).saturating_add(files);
        quick > limit && census.proportional_bytes().saturating_add(files) > limit
    }

    fn processes_are_over(&self, census: &Census) -> bool {
        if self.evidence.processes.is_some() {
            return self.evidence.out_of_processes();
        }
        census.threads > u64::from(self.limits.processes)
    }

    /// Microseconds of processor time, of the living and the dead. A control group counts the
    /// agent's own, too, which is next to nothing. Without one, a program that has the kernel bury
    /// its children hides their time; the wall clock holds it all the same.
    fn used(&self, census: &Census) -> u64 {
        let (user, system, _) = children();
        let living = census.ticks.saturating_mul(1_000_000) / ticks_per_second();
        let counted = user.saturating_add(system).saturating_add(living);
        counted.max(self.evidence.cpu_time().unwrap_or(0))
    }
}

/// Processor time in the program and in the kernel, in microseconds, and the memory of the largest
/// process, in bytes, of those who were waited for.
fn children() -> (u64, u64, u64) {
    let Ok(usage) = getrusage(UsageWho::RUSAGE_CHILDREN) else { return (0, 0, 0) };
    let positive = |number: i64| u64::try_from(number).unwrap_or(0);
    let user = positive(usage.user_time().num_microseconds());
    let system = positive(usage.system_time().num_microseconds());
    (user, system, positive(usage.max_rss()).saturating_mul(1024))
}

fn scratch() -> Option<Statvfs> {
    statvfs(WORK).ok()
}

/// Whether there is no room in the scratch space, for bytes or for files. gVisor does not count
/// files, and says that there is room for none.
fn scratch_is_full() -> bool {
    let full = |scratch: Statvfs| {
        scratch.blocks_free() == 0 || (scratch.files() > 0 && scratch.files_free() == 0)
    };
    scratch().is_some_and(full)
}

fn used_bytes(scratch: &Statvfs) -> u64 {
    let blocks: u64 = scratch.blocks().saturating_sub(scratch.blocks_free());
    blocks.saturating_mul(scratch.fragment_size())
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
