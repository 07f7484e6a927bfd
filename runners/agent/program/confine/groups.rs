//! Control groups: the only place where the kernel itself counts what a whole run uses.
//!
//! A group is made for each run, under one that the host found. Process 1 is moved in before it
//! starts anything. What the group has to tell is read through files that were opened here,
//! because process 1 has no such file system.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process;
use std::thread::sleep;
use std::time::Duration;

use lazaret_agent::message::{Controller, Demand, Failure, GroupParent, Part, Walls};
use nix::unistd::Pid;

use crate::attempt::{Attempt, failure};
use crate::serve::Evidence;

/// What the agent itself may use of a group's memory: its own pages, and frames on their way.
const AGENT_MEMORY: u64 = 4 * 1024 * 1024;

/// The agent is one of the processes in the group.
const AGENT_PROCESSES: u32 = 1;

/// The kernel's own most (`PID_MAX_LIMIT`); it refuses a group with more.
const MOST_PROCESSES: u32 = 4 * 1024 * 1024;

/// The groups of one run.
#[derive(Default)]
pub(crate) struct Groups {
    directories: Vec<PathBuf>,
}

impl Groups {
    /// Makes the groups that can be made; fails only where they are demanded.
    pub(crate) fn make(walls: &Walls) -> Result<(Self, Evidence), Failure> {
        let (mut groups, mut evidence) = (Self::default(), Evidence::default());
        if walls.groups_demand == Demand::Off {
            return Ok((groups, evidence));
        }
        for parent in &walls.groups {
            let made = groups.make_one(parent, walls, &mut evidence);
            if let (Err(failure), Demand::Required) = (made, walls.groups_demand) {
                groups.remove();
                return Err(failure);
            }
        }
        if walls.groups_demand == Demand::Required && !evidence.is_complete() {
            groups.remove();
            return Err(failure(Part::Groups, "find control groups for memory and processes"));
        }
        Ok((groups, evidence))
    }

    fn make_one(
        &mut self,
        parent: &GroupParent,
        walls: &Walls,
        evidence: &mut Evidence,
    ) -> Result<(), Failure> {
        let directory = parent.path.join(format!("lazaret-{}", process::id()));
        let name = directory.display().to_string();
        fs::create_dir(&directory).attempt(Part::Groups, format!("make {name}"))?;
        let ready = limit(parent.controller, &directory, walls)
            .and_then(|()| open(parent.controller, &directory, evidence));
        if ready.is_err() {
            let _ = fs::remove_dir(&directory);
            return ready.attempt(Part::Groups, format!("set up {name}"));
        }
        self.directories.push(directory);
        Ok(())
    }

    /// Moves a process in, and so all that it will start.
    pub(crate) fn admit(&self, process: Pid) -> Result<(), Failure> {
        for directory in &self.directories {
            fs::write(directory.join("cgroup.procs"), process.to_string())
                .attempt(Part::Groups, format!("move a process to {}", directory.display()))?;
        }
        Ok(())
    }

    /// Removes the groups. The kernel counts a process out a moment after it was waited for.
    pub(crate) fn remove(&self) {
        const ATTEMPTS: usize = 200;
        for directory in &self.directories {
            for _ in 0..ATTEMPTS {
                match fs::remove_dir(directory) {
                    Err(error) if error.raw_os_error() == Some(nix::libc::EBUSY) => {
                        sleep(Duration::from_millis(5));
                    }
                    _ => break,
                }
            }
        }
    }
}

/// Writes the limits of a group. Swap is memory that is slow; where it is counted, there is none.
fn limit(controller: Controller, group: &Path, walls: &Walls) -> std::io::Result<()> {
    let memory = walls.memory.saturating_add(AGENT_MEMORY).to_string();
    let processes = walls.processes.saturating_add(AGENT_PROCESSES).min(MOST_PROCESSES).to_string();
    match controller {
        Controller::MemoryV1 => {
            fs::write(group.join("memory.limit_in_bytes"), &memory)?;
            let _ = fs::write(group.join("memory.memsw.limit_in_bytes"), &memory);
        }
        Controller::PidsV1 => fs::write(group.join("pids.max"), &processes)?,
        Controller::CpuV1 => {}
        Controller::Unified => {
            fs::write(group.join("memory.max"), &memory)?;
            fs::write(group.join("pids.max"), &processes)?;
            let _ = fs::write(group.join("memory.swap.max"), "0");
        }
    }
    Ok(())
}

/// Opens what a group has to tell.
fn open(controller: Controller, group: &Path, evidence: &mut Evidence) -> std::io::Result<()> {
    match controller {
        Controller::MemoryV1 => {
            evidence.memory = Some(File::open(group.join("memory.oom_control"))?);
            evidence.peak = File::open(group.join("memory.max_usage_in_bytes")).ok();
        }
        Controller::PidsV1 => evidence.processes = Some(File::open(group.join("pids.events"))?),
        Controller::CpuV1 => evidence.cpu = Some(File::open(group.join("cpuacct.usage"))?),
        Controller::Unified => {
            evidence.cpu = Some(File::open(group.join("cpu.stat"))?);
            evidence.memory = Some(File::open(group.join("memory.events"))?);
            evidence.peak = File::open(group.join("memory.peak")).ok();
            evidence.processes = Some(File::open(group.join("pids.events"))?);
        }
    }
    Ok(())
}
