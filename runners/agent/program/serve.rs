//! Runs jobs as process 1: starts an interpreter, takes a job for it, watches it, ends it, and says
//! what happened.
//!
//! The interpreter comes before the job, because starting it is what takes the time. All that a
//! job brings is told to it later, over a pipe.

mod artifacts;
mod census;
mod children;
mod evidence;
mod files;
mod idle;
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
use lazaret_agent::message::{Failure, Greeting, Part, Preparation, VERSION};

use self::children::Children;
use self::program::Program;
use self::session::{Ending, Session};
use crate::attempt::failure;
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

/// Serves until the host goes away.
pub(crate) fn run(sandbox: Sandbox, mut reserved: Reserved) -> Result<(), Failure> {
    let Sandbox { evidence, rules, parts, outer } = sandbox;
    let (children, mut inbox) = (Children::watch()?, Inbox::open()?);
    let greeting = Greeting { version: VERSION, parts, kernel: system::kernel() };
    channel::send_now(io::stdout(), Kind::Greeting, &greeting)?;
    let outcome = match preparation(&mut inbox)? {
        Some(preparation) => Program::start(&preparation, &rules, &mut reserved)
            .and_then(|program| serve(&preparation, program, evidence, &mut inbox, &children)),
        None => Ok(()),
    };
    drop(outer);
    outcome
}

/// Has the interpreter that is up run one job.
fn serve(
    preparation: &Preparation,
    mut program: Program,
    evidence: Evidence,
    inbox: &mut Inbox,
    children: &Children,
) -> Result<(), Failure> {
    channel::send_word(io::stdout(), Kind::Ready)?;
    let Some(header) = idle::wait_for_job(inbox, children, &program)? else { return Ok(()) };
    let Some(received) = job::receive(&header, preparation, inbox)? else { return Ok(()) };
    program.is_still_up()?;
    program.instruct(&received)?;
    let session = Session::new(received.job.limits, program, evidence, inbox, children);
    match session.run()? {
        Ending::HostIsGone => Ok(()),
        Ending::Done => idle::wait_for_end(inbox),
    }
}

/// What to start; `None` when the host only wanted to be greeted.
fn preparation(inbox: &mut Inbox) -> Result<Option<Preparation>, Failure> {
    let Some(frame) = inbox.wait()? else { return Ok(None) };
    let preparation: Preparation = channel::expect(Kind::Prepare, &frame)?;
    if preparation.version == VERSION {
        Ok(Some(preparation))
    } else {
        Err(failure(Part::Conversation, "agree on the version of the protocol"))
    }
}
