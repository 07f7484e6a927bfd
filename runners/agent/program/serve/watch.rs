//! Holds a program to its limits.
//!
//! Every limit is judged by what the kernel counted, never by how the program ended: a program can
//! choose its exit code, and a parent can survive the child that ran out of memory. Where nobody
//! counts for the agent, it counts by itself, every few milliseconds; what a program does and
//! undoes between two looks is not seen.

use std::time::{Duration, Instant};

use lazaret_agent::message::{Failure, Kernel, LimitHit, Limits, Measured, Source, Usage};
use nix::unistd::Pid;

use super::Evidence;
use super::census::{Census, leaders, page_size};
use super::processor::{Processor, Spent, microseconds};
use super::scratch::Scratch;

/// How often the agent looks. A look takes some 50 microseconds, so this costs a program about a
/// four-hundredth of a processor; inside of gVisor it is some 200.
pub(super) const INTERVAL: Duration = Duration::from_millis(20);

/// The watch over one program.
pub(super) struct Watch {
    limits: Limits,
    evidence: Evidence,
    start: Instant,
    processor: Processor,
    scratch: Scratch,
    most: Most,
}

/// Whether a limit is hit.
type IsOver = fn(&mut Watch, &Census) -> bool;

/// The most of everything at any look.
#[derive(Default)]
struct Most {
    memory: u64,
    processes: u64,
    disk: u64,
}

impl Watch {
    /// Knows where to look. No program's time has begun yet.
    pub(super) fn new(limits: Limits, evidence: Evidence) -> Self {
        let (processor, most) = (Processor::new(), Most::default());
        let (scratch, start) = (Scratch::new(&limits), Instant::now());
        Self { limits, evidence, start, processor, scratch, most }
    }

    /// Another program is about to come.
    pub(super) fn begin_anew(&mut self, zygote: Option<Pid>) -> Result<(), Failure> {
        self.evidence.zygote = zygote;
        self.evidence.begin_anew()
    }

    /// This process is going to be a program.
    pub(super) fn expect(&mut self, process: Pid) {
        self.processor.expect(process);
    }

    /// Begins with the program.
    pub(super) fn begin(&mut self, limits: Limits) {
        self.limits = limits;
        self.processor.begin(&self.evidence);
        self.scratch.hold_to(&limits);
        self.scratch.is_empty_for(INTERVAL);
        let memory = self.evidence.held_memory().unwrap_or(0);
        self.most = Most { memory, processes: 1, disk: 0 };
        self.start = Instant::now();
    }

    /// The kernel that counts.
    pub(super) fn kernel(&self) -> Kernel {
        self.evidence.kernel
    }

    /// Whether the program has no process but one, not even any that have ended and that nobody has
    /// waited for.
    pub(super) fn has_one_process(&self) -> bool {
        leaders(self.evidence.zygote) == 1
    }

    /// When the wall clock's limit ends. None where that is further than the clock goes.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.start.checked_add(Duration::from_micros(self.limits.wall))
    }

    /// Looks at everything while the program runs. What explains the others comes first: a
    /// program with too many processes lacks memory and is slow, too. It is also the cheapest to
    /// see, and under a fork bomb the rest takes seconds.
    pub(super) fn look(&mut self) -> Option<LimitHit> {
        // Where everything is counted for the agent, it need not ask about each process.
        let census = if self.is_told_everything() {
            Census::default()
        } else {
            Census::take(self.evidence.zygote)
        };
        let over_time = |watch: &mut Self, _: &Census| {
            watch.deadline().is_some_and(|deadline| Instant::now() >= deadline)
        };
        self.first_of(
            &census,
            [
                (LimitHit::Processes, Self::processes_are_over),
                (LimitHit::Memory, Self::memory_is_over),
                (LimitHit::Disk, Self::scratch_is_full),
                (LimitHit::Cpu, Self::processor_is_over),
                (LimitHit::Wall, over_time),
            ],
        )
    }

    /// Looks once more when nobody is left: what happened after the last look.
    pub(super) fn look_back(&mut self) -> Option<LimitHit> {
        self.first_of(
            &Census::default(),
            [
                (LimitHit::Processes, |watch, _| watch.evidence.out_of_processes()),
                (LimitHit::Memory, |watch, _| watch.evidence.out_of_memory()),
                (LimitHit::Disk, Self::scratch_is_full),
                (LimitHit::Cpu, Self::processor_is_over),
            ],
        )
    }

    /// The first limit of these that is hit; the others are not looked at.
    fn first_of<const N: usize>(
        &mut self,
        census: &Census,
        limits: [(LimitHit, IsOver); N],
    ) -> Option<LimitHit> {
        let mut limits = limits.into_iter();
        limits.find_map(|(limit, is_over)| is_over(self, census).then_some(limit))
    }

    /// What the program's first process has spent, which lives.
    pub(super) fn spent_by_first(&self) -> Spent {
        self.processor.of_first()
    }

    /// What was used, once everybody was waited for: by the agent, or by whoever tells what the
    /// program's first process spent; with what was printed, as whoever reads that has counted.
    pub(super) fn usage(&self, told: Spent, printed: u64) -> Usage {
        let spent = self.processor.spent(told, self.start.elapsed());
        let (peak_memory, memory) = match self.evidence.peak_memory() {
            Some(bytes) => (bytes, Source::Cgroup),
            None if self.most.memory > 0 => (self.most.memory.max(spent.largest), Source::Sampled),
            None => (spent.largest, Source::Rusage),
        };
        let cpu = match self.evidence.kernel {
            Kernel::Gvisor => Source::Estimated,
            Kernel::Linux => Source::Rusage,
        };
        Usage {
            wall: microseconds(self.start.elapsed()),
            user: spent.user,
            system: spent.system,
            peak_memory,
            peak_processes: self.most.processes,
            peak_disk: self.most.disk,
            printed,
            measured: Measured { cpu, memory, processes: Source::Sampled, disk: Source::Sampled },
        }
    }

    fn is_told_everything(&self) -> bool {
        let Evidence { memory, held, tasks, cpu, .. } = &self.evidence;
        (memory.is_some() || held.is_some()) && tasks.is_some() && cpu.is_some()
    }

    fn memory_is_over(&mut self, census: &Census) -> bool {
        if let Some(held) = self.evidence.held_memory() {
            self.most.memory = self.most.memory.max(held);
            return held > self.limits.memory || self.evidence.out_of_memory();
        }
        if self.evidence.memory.is_some() {
            return self.evidence.out_of_memory();
        }
        let (files, limit) = (self.scratch.look().bytes, self.limits.memory);
        let quick = census.pages.saturating_mul(page_size()).saturating_add(files);
        quick > limit && census.proportional_bytes().saturating_add(files) > limit
    }

    /// gVisor does not count who has ended and was not waited for, and they make a fork bomb's
    /// forks fail just as well. Each is an entry in `/proc`.
    fn processes_are_over(&mut self, census: &Census) -> bool {
        let processes = match self.evidence.tasks() {
            Some(tasks) if self.evidence.kernel == Kernel::Gvisor => {
                tasks.max(leaders(self.evidence.zygote))
            }
            Some(tasks) => tasks,
            None => census.threads,
        };
        self.most.processes = self.most.processes.max(processes);
        processes > u64::from(self.limits.processes) || self.evidence.out_of_processes()
    }

    fn scratch_is_full(&mut self, _: &Census) -> bool {
        let filled = self.scratch.look();
        self.most.disk = self.most.disk.max(filled.bytes);
        filled.full
    }

    fn processor_is_over(&mut self, census: &Census) -> bool {
        self.processor.used(&self.evidence, census, self.start.elapsed()) > self.limits.cpu
    }
}
