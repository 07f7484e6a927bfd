//! Takes a job from the host: its header, its files, its arguments.

use lazaret_agent::frame::{Frame, Kind};
use lazaret_agent::message::{Failure, File, Interpreter, Job, Limits, Part, Preparation};

use super::files::{self, Directory};
use super::owner;
use super::packages::Packages;
use crate::attempt::failure;
use crate::channel::{self, Inbox, unexpected};

/// A job that is all here.
pub(super) struct Received {
    pub(super) interpreter: Interpreter,
    /// The interpreter's executable, and options that come before all others.
    pub(super) command: Vec<String>,
    pub(super) job: Job,
    /// Of the job's files.
    pub(super) paths: Vec<String>,
    pub(super) arguments: Vec<u8>,
    pub(super) packages: Option<Packages>,
}

/// Takes the rest of a job whose header has come, and puts its files into the work directory;
/// `None` when the host goes away before it says to start.
pub(super) fn receive(
    header: &Frame,
    preparation: &Preparation,
    inbox: &mut Inbox,
) -> Result<Option<Received>, Failure> {
    let job: Job = channel::expect(Kind::Job, header)?;
    check(&job.limits, &preparation.limits)?;
    let (interpreter, command) = (preparation.interpreter, preparation.command.clone());
    let (paths, arguments) = (Vec::new(), Vec::new());
    let mut received = Received { interpreter, command, job, paths, arguments, packages: None };
    // The files belong to the program.
    let all = owner::as_program(|| received.take_rest(inbox))?;
    Ok(all.then_some(received))
}

/// Refuses limits above those that the kernel was told when the interpreter was started.
fn check(asked: &Limits, prepared: &Limits) -> Result<(), Failure> {
    let fits = asked.memory <= prepared.memory
        && asked.processes <= prepared.processes
        && asked.disk <= prepared.disk
        && asked.files <= prepared.files
        && asked.cpu <= prepared.cpu;
    if fits {
        return Ok(());
    }
    Err(failure(Part::Conversation, "hold a job to limits that its sandbox was not made for"))
}

impl Received {
    /// Takes what follows the header. Whether all has come.
    fn take_rest(&mut self, inbox: &mut Inbox) -> Result<bool, Failure> {
        let directory = Directory::work()?;
        let mut file = None;
        while let Some(frame) = inbox.wait()? {
            match frame.kind {
                Kind::File => {
                    let File { path } = channel::parse(&frame)?;
                    file = Some(directory.create(&path)?);
                    self.paths.push(path);
                }
                Kind::FileBytes => files::append(file.as_mut(), &frame.payload)?,
                Kind::Arguments => self.arguments.extend_from_slice(&frame.payload),
                Kind::Start => {
                    self.packages = Packages::of(&self.job, self.interpreter)?;
                    self.packages.iter().try_for_each(|packages| packages.show_in(&directory))?;
                    return Ok(true);
                }
                _ => return Err(unexpected(&frame)),
            }
        }
        Ok(false)
    }
}
