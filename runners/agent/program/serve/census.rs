//! Who is alive in the sandbox, and what they use, as `/proc` tells.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::sync::OnceLock;

use nix::unistd::{Pid, SysconfVar, sysconf};

use super::listing::Listing;

/// What all processes but the agent use together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Census {
    /// Threads, and processes that have ended and were not waited for.
    pub(super) threads: u64,
    /// Processor time in clock ticks, of the living and of the children they waited for.
    pub(super) user_ticks: u64,
    /// The same in the kernel.
    pub(super) system_ticks: u64,
    /// Memory that is present, in pages; what processes share counts for each of them.
    pub(super) pages: u64,
    /// The processes.
    pub(super) processes: Vec<u32>,
}

impl Census {
    /// Counts everybody but process 1 and its zygote. Who ends meanwhile is not counted.
    pub(super) fn take(zygote: Option<Pid>) -> Self {
        let mut census = Self::default();
        for process in others(zygote) {
            let Ok(stat) = fs::read_to_string(format!("/proc/{process}/stat")) else { continue };
            census.add(process, &stat);
        }
        census
    }

    /// Counts one process by its `stat`, opened before.
    pub(super) fn of(stat: &File) -> Self {
        let (mut census, mut line) = (Self::default(), [0; 1024]);
        if let Ok(length) = stat.read_at(&mut line, 0) {
            census.add(0, &String::from_utf8_lossy(line.get(..length).unwrap_or_default()));
        }
        census
    }

    /// Memory with what is shared divided among those who share it. It takes the kernel long, so
    /// it is asked only where the quick count is above a limit. A process that hides this from us
    /// counts with its quick count already, and is left out here only if it has ended.
    pub(super) fn proportional_bytes(&self) -> u64 {
        self.processes.iter().filter_map(|process| proportional(*process)).sum()
    }

    /// Adds a process by the line that the kernel writes about it. The name comes in parentheses
    /// and can hold anything, parentheses too, so the fields are counted from the last one.
    fn add(&mut self, process: u32, stat: &str) {
        let Some((_, fields)) = stat.rsplit_once(") ") else { return };
        let fields: Vec<u64> =
            fields.split(' ').map(|field| field.trim().parse().unwrap_or(0)).collect();
        // Numbers of `proc_pid_stat(5)`, which calls the first field after the name number 3.
        let field = |number: usize| fields.get(number - 3).copied().unwrap_or(0);
        self.user_ticks += field(14) + field(16);
        self.system_ticks += field(15) + field(17);
        self.threads += field(20).max(1);
        self.pages += field(24);
        self.processes.push(process);
    }
}

/// Processes but the agent and its zygote, with those that have ended and were not waited for.
pub(super) fn leaders(zygote: Option<Pid>) -> u64 {
    others(zygote).len() as u64
}

/// Whether `/proc` tells of the agent, and of nobody but it and its zygote.
pub(super) fn is_alone(zygote: Option<Pid>) -> bool {
    let all = processes();
    all.contains(&1) && all.iter().all(|process| is_own(*process, zygote))
}

fn others(zygote: Option<Pid>) -> Vec<u32> {
    let mut all = processes();
    all.retain(|process| !is_own(*process, zygote));
    all
}

fn is_own(process: u32, zygote: Option<Pid>) -> bool {
    process == 1 || zygote.and_then(|zygote| zygote.as_raw().try_into().ok()) == Some(process)
}

fn processes() -> Vec<u32> {
    static LISTING: OnceLock<Option<Listing>> = OnceLock::new();
    let mut processes = Vec::new();
    let each =
        |name: &OsStr| processes.extend(name.to_str().and_then(|name| name.parse::<u32>().ok()));
    if let Some(listing) = LISTING.get_or_init(|| Listing::open("/proc").ok()) {
        // Of what could not be read to its end, nothing is believed: who wants a proof looks for
        // the agent.
        if listing.each_name(each).is_err() {
            processes.clear();
        }
    }
    processes
}

fn proportional(process: u32) -> Option<u64> {
    let Ok(text) = fs::read_to_string(format!("/proc/{process}/smaps_rollup")) else {
        return resident(process);
    };
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}

fn resident(process: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/statm")).ok()?;
    Some(text.split(' ').nth(1)?.parse::<u64>().ok()? * page_size())
}

/// Bytes of a page.
pub(super) fn page_size() -> u64 {
    configured(SysconfVar::PAGE_SIZE, 4096)
}

/// Clock ticks of a second.
pub(super) fn ticks_per_second() -> u64 {
    configured(SysconfVar::CLK_TCK, 100)
}

/// A number of the system's.
pub(super) fn configured(variable: SysconfVar, usual: u64) -> u64 {
    sysconf(variable).ok().flatten().and_then(|value| value.try_into().ok()).unwrap_or(usual)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "7 (a) S (b)) S 1 7 7 0 -1 4194560 1 2 3 4 50 6 7 8 20 0 3 0 99 1000 42 1";

    #[test]
    fn a_name_with_parentheses_does_not_shift_the_fields() {
        let mut census = Census::default();
        census.add(7, LINE);
        let expected = Census {
            threads: 3,
            user_ticks: 50 + 7,
            system_ticks: 6 + 8,
            pages: 42,
            processes: vec![7],
        };
        assert_eq!(census, expected);
    }

    #[test]
    fn the_living_are_found() {
        assert!(Census::take(None).threads > 0);
    }
}
