//! The times when no program runs: an interpreter is up and waits for a job, or a run is over.

use lazaret_agent::frame::{Frame, Kind};
use lazaret_agent::message::Failure;

use super::children::Children;
use super::program::Program;
use crate::channel::{self, Host, Inbox, unexpected};

/// Waits for a job; `None` when the host goes away. An interpreter that ends meanwhile is a
/// failure, told without being asked.
pub(super) fn wait_for_job(
    inbox: &mut Inbox,
    children: &mut Children,
    program: &Program,
) -> Result<Option<Frame>, Failure> {
    while let Some(frame) = inbox.wait_beside(children, |all| program.is_still_up(all))? {
        match frame.kind {
            // Who has ended was looked for when this came.
            Kind::Ping => channel::send_word(Host, Kind::Pong)?,
            _ => return Ok(Some(frame)),
        }
    }
    Ok(None)
}

/// Waits until the host asks for a reset; false when it goes away instead. What was meant for a
/// program that has ended is dropped.
pub(super) fn wait_for_reset(inbox: &mut Inbox) -> Result<bool, Failure> {
    while let Some(frame) = inbox.wait()? {
        match frame.kind {
            Kind::Stdin | Kind::StdinEnd => {}
            Kind::Reset => return Ok(true),
            _ => return Err(unexpected(&frame)),
        }
    }
    Ok(false)
}
