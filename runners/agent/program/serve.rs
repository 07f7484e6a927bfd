//! Runs jobs as process 1: starts an interpreter, takes a job for it, watches it, ends it, and says
//! what happened.
//!
//! The interpreter comes before the job, because starting it is what takes the time. All that a
//! job brings is told to it later, over a pipe.

mod artifacts;
mod census;
mod children;
mod command;
mod engine;
mod evidence;
mod files;
mod filter;
mod idle;
mod job;
mod lockdown;
mod owner;
mod processor;
mod program;
mod rehearsal;
mod reset;
mod scratch;
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
use self::rehearsal::rehearse;
use self::session::{Ending, Session};
use self::watch::Watch;
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
    /// A sandbox that an engine has made; the engine knows what else it is made of.
    pub(crate) fn of_an_engine() -> Self {
        let evidence = engine::evidence();
        let rules = Rules::of_an_engine(evidence.gvisor);
        let parts = ["seccomp", "nobody without capabilities"].map(str::to_owned).into();
        Self { evidence, rules, parts, outer: None }
    }
}

/// Serves until the host goes away.
pub(crate) fn run(sandbox: Sandbox, reserved: Reserved) -> Result<(), Failure> {
    let Sandbox { evidence, rules, parts, outer } = sandbox;
    let (children, mut inbox) = (Children::watch()?, Inbox::open()?);
    let greeting = Greeting { version: VERSION, parts, kernel: system::kernel() };
    channel::send_now(io::stdout(), Kind::Greeting, &greeting)?;
    let Some(preparation) = preparation(&mut inbox)? else { return Ok(()) };
    let can_be_reset = outer.is_none();
    let mut server = Server { preparation, rules, reserved, inbox, children };
    let (mut next, mut clean) = (server.serve(evidence)?, reset::Sandbox::default());
    while next == Next::Reset {
        if !can_be_reset {
            return Err(failure(Part::Conversation, "reset a sandbox that the agent has made"));
        }
        clean.forget()?;
        // Counted anew from here on.
        next = server.serve(engine::evidence())?;
    }
    drop(outer);
    Ok(())
}

/// What is the same for all jobs.
struct Server {
    preparation: Preparation,
    rules: Rules,
    reserved: Reserved,
    inbox: Inbox,
    children: Children,
}

/// What comes after a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Reset,
    Nothing,
}

impl Server {
    /// Starts an interpreter, and has it run one job.
    fn serve(&mut self, evidence: Evidence) -> Result<Next, Failure> {
        let Self { preparation, rules, reserved, inbox, children } = self;
        let mut program = Program::start(preparation, rules, reserved)?;
        channel::send_word(io::stdout(), Kind::Ready)?;
        let is_gvisor = evidence.gvisor;
        let mut watch = Watch::new(preparation.limits, evidence, program.process);
        if is_gvisor {
            rehearse(&mut watch, &preparation.limits)?;
        }
        let header = idle::wait_for_job(inbox, children, &program)?;
        let Some(header) = header else { return Ok(Next::Nothing) };
        let received = job::receive(&header, preparation, inbox)?;
        let Some(received) = received else { return Ok(Next::Nothing) };
        program.is_still_up()?;
        watch.begin(received.job.limits);
        program.instruct(&received)?;
        let session = Session::new(received.job.limits, program, watch, inbox, children);
        let Ending::Done { limit } = session.run()? else { return Ok(Next::Nothing) };
        match (idle::wait_for_reset(inbox)?, limit) {
            (false, _) => Ok(Next::Nothing),
            (true, None) => Ok(Next::Reset),
            // What the kernel has counted then, it would count again.
            (true, Some(_)) => Err(failure(Part::Conversation, "reset a sandbox that hit a limit")),
        }
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
