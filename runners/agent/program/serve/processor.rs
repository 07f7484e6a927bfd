//! Time on processors, from the program's start.
//!
//! The interpreter has used some before it had a program; that is not the program's.
//!
//! gVisor's clocks take whoever is ready for one that runs: seen, a fork bomb that had "used" 155
//! seconds after 15 on two processors. So no time is believed that there was not.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use nix::unistd::{Pid, SysconfVar};

use super::Evidence;
use super::census::{Census, configured, ticks_per_second};
use crate::system;

/// What was used before the program began.
pub(super) struct Processor {
    /// What the kernel tells of the program's first process.
    first: Option<File>,
    counted: u64,
    /// By the agent, whom the group counts too.
    own: u64,
    user: u64,
    system: u64,
    largest: u64,
    processors: u64,
}

/// What was used, by everybody who was waited for. Times are microseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spent {
    pub(super) user: u64,
    pub(super) system: u64,
    /// The memory of the largest process, in bytes; 0 where only an earlier program's is known.
    pub(super) largest: u64,
}

impl Processor {
    /// Knows the machine.
    pub(super) fn new() -> Self {
        let processors = configured(SysconfVar::_NPROCESSORS_ONLN, 1);
        Self { first: None, counted: 0, own: 0, user: 0, system: 0, largest: 0, processors }
    }

    /// Knows the process that is up before the program begins.
    pub(super) fn expect(&mut self, process: Pid) {
        self.first = system::open_to_read(Path::new(&format!("/proc/{process}/stat"))).ok();
    }

    /// Begins to count, when only that process lives.
    pub(super) fn begin(&mut self, evidence: &Evidence) {
        let (user, system, largest) = used_by(UsageWho::RUSAGE_CHILDREN);
        let living = self.of_first();
        self.counted = evidence.cpu_time().unwrap_or(0);
        self.own = own();
        self.user = user + living.user;
        self.system = system + living.system;
        self.largest = largest;
    }

    /// Microseconds, of the living and the dead. A control group counts the agent's own, too: under
    /// gVisor, on a busy machine, looking alone is a tenth of a processor. Without a group, a program
    /// that has the kernel bury its children hides their time; the wall clock holds it all the same.
    pub(super) fn used(&self, evidence: &Evidence, living: &Census, elapsed: Duration) -> u64 {
        let counted = evidence.cpu_time().map(|counted| {
            let own = own().saturating_sub(self.own);
            counted.saturating_sub(self.counted).saturating_sub(own)
        });
        let used = counted.unwrap_or_else(|| {
            let (user, system, _) = self.since(Spent::default());
            user + system + in_microseconds(living.user_ticks + living.system_ticks)
        });
        used.min(self.possible(elapsed))
    }

    /// What the first process has used while it lives, and the children that it has waited for.
    pub(super) fn of_first(&self) -> Spent {
        let living = self.first.as_ref().map(Census::of).unwrap_or_default();
        let (user, system) =
            (in_microseconds(living.user_ticks), in_microseconds(living.system_ticks));
        Spent { user, system, largest: 0 }
    }

    /// What was used, when nobody lives any more; or what is told of those whom nobody waits for.
    pub(super) fn spent(&self, told: Spent, elapsed: Duration) -> Spent {
        let (user, system, largest) = self.since(told);
        let (all, possible) = (user + system, self.possible(elapsed));
        let share = |time: u64| if all > possible { scale(time, possible, all) } else { time };
        let largest = if largest > self.largest { largest } else { 0 }.max(told.largest);
        Spent { user: share(user), system: share(system), largest }
    }

    fn since(&self, told: Spent) -> (u64, u64, u64) {
        let (user, system, largest) = used_by(UsageWho::RUSAGE_CHILDREN);
        let since = |now: u64, before: u64| now.saturating_sub(before);
        (since(user + told.user, self.user), since(system + told.system, self.system), largest)
    }

    fn possible(&self, elapsed: Duration) -> u64 {
        microseconds(elapsed).saturating_mul(self.processors)
    }
}

/// What the agent itself has used.
fn own() -> u64 {
    let (user, system, _) = used_by(UsageWho::RUSAGE_SELF);
    user + system
}

/// Processor time in programs and in the kernel, in microseconds, and the memory of the largest
/// process, in bytes: of the agent, or of those whom it has waited for.
fn used_by(who: UsageWho) -> (u64, u64, u64) {
    let Ok(usage) = getrusage(who) else { return (0, 0, 0) };
    let positive = |number: i64| u64::try_from(number).unwrap_or(0);
    let user = positive(usage.user_time().num_microseconds());
    let system = positive(usage.system_time().num_microseconds());
    (user, system, positive(usage.max_rss()).saturating_mul(1024))
}

fn scale(number: u64, numerator: u64, denominator: u64) -> u64 {
    let scaled = u128::from(number) * u128::from(numerator) / u128::from(denominator.max(1));
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

fn in_microseconds(ticks: u64) -> u64 {
    ticks.saturating_mul(1_000_000) / ticks_per_second()
}

/// Longer than the wire can say is half a million years.
pub(super) fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_time_is_believed_than_there_was() {
        let processor = Processor { processors: 2, ..Processor::new() };
        let living = Census { user_ticks: 1_000_000, ..Census::default() };
        let elapsed = Duration::from_millis(10);
        assert_eq!(processor.used(&Evidence::default(), &living, elapsed), 20_000);
    }

    #[test]
    fn shares_stay_shares() {
        assert_eq!((scale(30, 20, 60), scale(u64::MAX, 1, u64::MAX)), (10, 1));
    }
}
