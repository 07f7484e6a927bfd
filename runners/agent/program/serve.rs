//! Runs one job as process 1: takes it, starts it, watches it, ends it, and says what happened.

mod artifacts;
mod census;
mod evidence;
mod files;
mod job;
mod lockdown;
mod program;
mod session;
mod streams;
mod watch;
mod worker;

use std::io;
use std::os::unix::net::UnixStream;

use lazaret_agent::frame::Kind;
use lazaret_agent::message::{Failure, Ready, VERSION};

use self::session::Session;
use crate::channel::{self, Inbox};
use crate::descriptors::Reserved;
use crate::system;

pub(crate) use self::evidence::Evidence;
pub(crate) use self::lockdown::Rules;

/// Where programs start, and find their files.
pub(crate) const WORK: &str = "/work";

/// What the agent serves in.
pub(crate) struct Sandbox {
    /// What control groups can tell.
    pub(crate) evidence: Evidence,
    /// What programs are restricted by, beside the walls.
    pub(crate) rules: Rules,
    /// What the walls are made of, in words for a report.
    pub(crate) parts: Vec<String>,
    /// The agent's parent, where it has built the walls: kept open, because closing it says that
    /// process 1 has ended.
    pub(crate) outer: Option<UnixStream>,
}

impl Sandbox {
    /// A sandbox that an engine has made; the engine knows what it is made of.
    pub(crate) fn of_an_engine() -> Self {
        let (evidence, rules) = (Evidence::default(), Rules::default());
        Self { evidence, rules, parts: Vec::new(), outer: None }
    }
}

/// Serves one job.
pub(crate) fn run(sandbox: Sandbox, reserved: Reserved) -> Result<(), Failure> {
    let Sandbox { evidence, rules, parts, outer } = sandbox;
    let ready = Ready { version: VERSION, parts, kernel: system::kernel() };
    channel::send_now(io::stdout(), Kind::Ready, &ready)?;
    let mut inbox = Inbox::default();
    let Some(job) = job::receive(&mut inbox)? else { return Ok(()) };
    let program = program::start(&job, rules, reserved)?;
    let outcome = Session::new(&job, program, evidence, inbox).run();
    drop(outer);
    outcome
}
