//! Takes a job from the host: its header, its files, its arguments.

use lazaret_agent::frame::{Frame, Kind};
use lazaret_agent::message::{Failure, File, Job, Part, VERSION};

use super::files::{self, Directory};
use crate::attempt::failure;
use crate::channel::{self, Inbox};

/// The most bytes of arguments; the agent holds them until the program has read them.
const MOST_ARGUMENTS: usize = 16 * 1024 * 1024;

/// A job that is all here.
pub(super) struct Received {
    pub(super) job: Job,
    pub(super) arguments: Vec<u8>,
}

/// Waits for a job, and puts its files into the work directory; `None` when the host goes away
/// before it says to start.
pub(super) fn receive(inbox: &mut Inbox) -> Result<Option<Received>, Failure> {
    let Some(first) = inbox.wait()? else { return Ok(None) };
    let mut received = Received { job: header(&first)?, arguments: Vec::new() };
    let directory = Directory::work()?;
    let mut file = None;
    while let Some(frame) = inbox.wait()? {
        match frame.kind {
            Kind::File => file = Some(directory.create(&channel::parse::<File>(&frame)?.path)?),
            Kind::FileBytes => files::append(file.as_mut(), &frame.payload)?,
            Kind::Arguments => received.add_arguments(&frame.payload)?,
            Kind::Start => return Ok(Some(received)),
            _ => return Err(unexpected(&frame)),
        }
    }
    Ok(None)
}

impl Received {
    fn add_arguments(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if self.arguments.len() + bytes.len() > MOST_ARGUMENTS {
            return Err(failure(Part::Conversation, "take so many arguments"));
        }
        self.arguments.extend_from_slice(bytes);
        Ok(())
    }
}

fn header(frame: &Frame) -> Result<Job, Failure> {
    if frame.kind != Kind::Job {
        return Err(unexpected(frame));
    }
    let job: Job = channel::parse(frame)?;
    if job.version != VERSION {
        return Err(failure(Part::Conversation, "agree on the version of the protocol"));
    }
    Ok(job)
}

fn unexpected(frame: &Frame) -> Failure {
    failure(Part::Conversation, format!("make sense of a {:?} at this time", frame.kind))
}
