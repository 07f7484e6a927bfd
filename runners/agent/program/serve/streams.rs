//! The pipes between the agent and the program.
//!
//! The program's ends are ordinary pipes. Nothing that is printed can be taken for a frame,
//! because the host's streams are not among the program's descriptors.

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use lazaret_agent::frame::CHUNK;
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::{pipe2, read, write};

use crate::attempt::is_not_yet;
use crate::descriptors::set_new_nonblocking;

/// A pipe whose other end the program reads.
pub(super) struct Feeder {
    pipe: Option<OwnedFd>,
    waiting: VecDeque<u8>,
    ended: bool,
}

impl Feeder {
    /// Makes a pipe; the program's end is the second.
    pub(super) fn new() -> nix::Result<(Self, OwnedFd)> {
        let (theirs, ours) = pipe2(OFlag::O_CLOEXEC)?;
        set_new_nonblocking(&ours)?;
        Ok((Self { pipe: Some(ours), waiting: VecDeque::new(), ended: false }, theirs))
    }

    /// Adds bytes. They are dropped where nobody reads any more.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        if self.pipe.is_some() {
            self.waiting.extend(bytes);
        }
    }

    /// There will be no more bytes.
    pub(super) fn end(&mut self) {
        self.ended = true;
        self.feed();
    }

    /// Whether the host may send more.
    pub(super) fn has_room(&self) -> bool {
        self.waiting.len() < CHUNK
    }

    /// The pipe, while something waits to be written.
    pub(super) fn wants_to_write(&self) -> Option<BorrowedFd<'_>> {
        if self.waiting.is_empty() { None } else { self.pipe.as_ref().map(AsFd::as_fd) }
    }

    /// Writes what the pipe takes.
    pub(super) fn feed(&mut self) {
        while let (Some(pipe), false) = (&self.pipe, self.waiting.is_empty()) {
            match write(pipe, self.waiting.as_slices().0) {
                Ok(length) => drop(self.waiting.drain(..length)),
                Err(errno) if is_not_yet(errno) => return,
                Err(_) => self.close(),
            }
        }
        if self.ended {
            self.close();
        }
    }

    fn close(&mut self) {
        self.pipe = None;
        self.waiting.clear();
    }
}

/// A pipe whose other end the program writes.
pub(super) struct Tap {
    pipe: Option<OwnedFd>,
}

impl Tap {
    /// Makes a pipe; the program's end is the second.
    pub(super) fn new() -> nix::Result<(Self, OwnedFd)> {
        let (ours, theirs) = pipe2(OFlag::O_CLOEXEC)?;
        set_new_nonblocking(&ours)?;
        Ok((Self { pipe: Some(ours) }, theirs))
    }

    /// The pipe, while somebody can write to it.
    pub(super) fn wants_to_read(&self) -> Option<BorrowedFd<'_>> {
        self.pipe.as_ref().map(AsFd::as_fd)
    }

    /// Waits for a line, which has to be short and the only one; none where nobody writes any
    /// more.
    pub(super) fn wait_for_line(&mut self, patience: Duration) -> nix::Result<Option<String>> {
        let Some(pipe) = &self.pipe else { return Ok(None) };
        let deadline = Instant::now() + patience;
        let mut line = String::new();
        loop {
            let mut room = [0; 16];
            match read(pipe, &mut room) {
                Ok(0) => return Ok(None),
                Ok(length) => {
                    line += &String::from_utf8_lossy(room.get(..length).unwrap_or_default());
                    if let Some(end) = line.find('\n') {
                        line.truncate(end);
                        return Ok(Some(line));
                    }
                    if line.len() > room.len() {
                        return Err(Errno::EMSGSIZE);
                    }
                }
                Err(errno) if !is_not_yet(errno) => return Err(errno),
                Err(_) => {}
            }
            let rest = deadline.saturating_duration_since(Instant::now());
            let rest = PollTimeout::try_from(rest).unwrap_or(PollTimeout::MAX);
            match poll(&mut [PollFd::new(pipe.as_fd(), PollFlags::POLLIN)], rest) {
                Ok(0) => return Err(Errno::ETIMEDOUT),
                Err(errno) if !is_not_yet(errno) => return Err(errno),
                _ => {}
            }
        }
    }

    /// What is in the pipe, as far as there is room; nothing where it is empty or nobody writes
    /// any more. The room is the caller's: under gVisor, fresh memory costs more than the read.
    pub(super) fn draw<'a>(&mut self, room: &'a mut [u8]) -> &'a [u8] {
        let drawn = match self.pipe.as_ref().map(|pipe| read(pipe, room)) {
            None => 0,
            Some(Ok(length)) if length > 0 => length,
            Some(Err(errno)) if is_not_yet(errno) => 0,
            Some(_) => {
                self.pipe = None;
                0
            }
        };
        room.get(..drawn).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_fed_arrives_and_then_it_ends() {
        let (mut feeder, theirs) = Feeder::new().expect("a pipe");
        feeder.push(b"hello");
        feeder.end();
        let mut bytes = [0; 16];
        assert_eq!(read(&theirs, &mut bytes), Ok(5));
        assert_eq!(read(&theirs, &mut bytes), Ok(0));
    }

    #[test]
    fn a_program_that_closed_its_input_is_no_error() {
        let (mut feeder, theirs) = Feeder::new().expect("a pipe");
        drop(theirs);
        feeder.push(b"hello");
        feeder.feed();
        assert!(feeder.wants_to_write().is_none() && feeder.has_room());
    }

    #[test]
    fn an_empty_pipe_is_not_the_end() {
        let (mut tap, theirs) = Tap::new().expect("a pipe");
        let mut room = [0; 16];
        assert_eq!(tap.draw(&mut room), b"");
        assert_eq!(write(&theirs, b"x"), Ok(1));
        assert_eq!(tap.draw(&mut room), b"x");
        drop(theirs);
        assert_eq!(tap.draw(&mut room), b"");
        assert!(tap.wants_to_read().is_none());
    }
}
