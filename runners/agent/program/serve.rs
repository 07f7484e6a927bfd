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
mod listing;
mod lockdown;
mod owner;
mod packages;
mod processor;
mod program;
mod rehearsal;
mod remains;
mod reset;
mod scratch;
mod session;
mod streams;
mod told;
mod watch;
mod worker;
mod zygote;

use std::os::unix::net::UnixStream;

use lazaret_agent::frame::Kind;
use lazaret_agent::message::{
    Failure, Greeting, Interpreter, Kernel, LimitHit, Part, Preparation, Ready, VERSION,
};

use self::children::Children;
use self::program::Program;
use self::rehearsal::rehearse;
use self::session::{Ending, Session};
use self::watch::Watch;
use self::zygote::Zygote;
use crate::attempt::failure;
use crate::channel::{self, Host, Inbox};
use crate::descriptors::Reserved;
use crate::system;

pub(crate) use self::evidence::Evidence;
pub(crate) use self::lockdown::Rules;

/// What the agent serves in.
pub(crate) enum Sandbox {
    /// One that an engine has made; the engine knows what it is made of, and can have it reset.
    OfAnEngine,
    /// One that the agent has made, for one run.
    Own(Built),
}

/// What the agent has made around itself.
pub(crate) struct Built {
    /// What control groups can tell.
    pub(crate) evidence: Evidence,
    /// What programs are restricted by, beside the walls.
    pub(crate) rules: Rules,
    /// What the walls are made of, in words for a report.
    pub(crate) parts: Vec<String>,
    /// The agent's parent: kept open, because closing it says that process 1 has ended.
    pub(crate) outer: UnixStream,
}

/// Serves until the host goes away.
pub(crate) fn run(sandbox: Sandbox, reserved: Reserved) -> Result<(), Failure> {
    let (children, mut inbox) = (Children::watch()?, Inbox::open()?);
    let (kernel, name) = system::kernel();
    let greeting = Greeting { version: VERSION, parts: sandbox.parts(), kernel, build: name };
    channel::send_now(Host, Kind::Greeting, &greeting)?;
    let Some(preparation) = preparation(&mut inbox)? else { return Ok(()) };
    let (kernel, reused) = (preparation.kernel, preparation.reused);
    let (evidence, rules, outer) = match sandbox {
        Sandbox::OfAnEngine => (engine::evidence(kernel), Rules::of_an_engine(kernel), None),
        Sandbox::Own(built) if !reused => (built.evidence, built.rules, Some(built.outer)),
        Sandbox::Own(_) => {
            return Err(failure(Part::Conversation, "reset a sandbox that the agent has made"));
        }
    };
    let watch = Watch::new(preparation.limits, evidence);
    let mut server = Server { preparation, rules, reserved, inbox, children, watch };
    server.prepare_copies()?;
    let mut places = reused.then(reset::Places::open).transpose()?;
    let mut next = server.serve(Rehearsal::Needed)?;
    while let (Next::Reset, Some(places)) = (next, &mut places) {
        places.forget(&server.children)?;
        next = server.serve(Rehearsal::Done)?;
    }
    drop(outer);
    Ok(())
}

impl Sandbox {
    fn parts(&self) -> Vec<String> {
        match self {
            Self::OfAnEngine => {
                ["seccomp", "nobody without capabilities"].map(str::to_owned).into()
            }
            Self::Own(built) => built.parts.clone(),
        }
    }
}

/// What is the same for all jobs.
struct Server {
    preparation: Preparation,
    rules: Rules,
    reserved: Reserved,
    inbox: Inbox,
    children: Children,
    watch: Watch,
}

/// What comes after a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Reset,
    Nothing,
}

/// Whether everything has been done once in this sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rehearsal {
    Needed,
    Done,
}

impl Server {
    /// Whether programs are copies of a zygote: where several are needed, and one costs less than
    /// an interpreter's start. On Linux itself that takes no time worth saving.
    fn makes_copies(&self) -> bool {
        let Preparation { interpreter, kernel, reused, .. } = self.preparation;
        reused && (interpreter, kernel) == (Interpreter::Python, Kernel::Gvisor)
    }

    fn prepare_copies(&mut self) -> Result<(), Failure> {
        if self.makes_copies() {
            let zygote = Zygote::start(&self.preparation, &self.rules, &mut self.reserved)?;
            self.children.adopt(zygote);
        }
        Ok(())
    }

    /// Starts an interpreter, and has it run one job.
    fn serve(&mut self, rehearsal: Rehearsal) -> Result<Next, Failure> {
        self.watch.begin_anew(self.children.zygote().map(|zygote| zygote.process))?;
        let mut program = self.program()?;
        let Self { preparation, inbox, children, watch, .. } = self;
        let ready = Ready { version: std::mem::take(&mut program.version) };
        channel::send_now(Host, Kind::Ready, &ready)?;
        watch.expect(program.process);
        if (preparation.kernel, rehearsal) == (Kernel::Gvisor, Rehearsal::Needed) {
            rehearse(watch, &preparation.limits)?;
        }
        let header = idle::wait_for_job(inbox, children, &program)?;
        let Some(header) = header else { return Ok(Next::Nothing) };
        let received = job::receive(&header, preparation, inbox)?;
        let Some(received) = received else { return Ok(Next::Nothing) };
        watch.begin(received.job.limits);
        program.instruct(&received)?;
        let session = Session::new(received.job.limits, program, watch, inbox, children);
        let ending = session.run()?;
        let Ending::Done { limit, unburied } = ending else { return Ok(Next::Nothing) };
        let next = self.after(limit)?;
        if let (Next::Reset, Some(process)) = (next, unburied) {
            self.children.end_all(process, None);
        }
        Ok(next)
    }

    /// The interpreter of the next program.
    fn program(&mut self) -> Result<Program, Failure> {
        if !self.makes_copies() {
            return Program::start(&self.preparation, &self.rules, &mut self.reserved);
        }
        match self.children.zygote() {
            Some(zygote) => Program::copy(zygote),
            None => Err(failure(Part::Interpreter, "copy an interpreter that has ended")),
        }
    }

    /// What comes after a run that ended so.
    fn after(&mut self, limit: Option<LimitHit>) -> Result<Next, Failure> {
        let refused = |action| Err(failure(Part::Conversation, action));
        match (idle::wait_for_reset(&mut self.inbox)?, limit) {
            (false, _) => Ok(Next::Nothing),
            (true, _) if !self.preparation.reused => refused("reset a sandbox made for one run"),
            (true, None) => Ok(Next::Reset),
            // What the kernel has counted then, it would count again.
            (true, Some(_)) => refused("reset a sandbox that hit a limit"),
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
