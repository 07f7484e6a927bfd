//! The agent's end of the conversation with the host.
//!
//! While a program runs neither reading nor writing waits, because the agent has to keep the
//! program's time. What cannot be sent yet is queued, and while the queue is long the agent does
//! not read from the program: a slow host slows the program down and fills no memory.

use std::io::{self, Read, Write};
use std::iter;
use std::os::fd::{AsFd, BorrowedFd};

use lazaret_agent::frame::{self, CHUNK, Decoder, Frame, HEADER, Kind};
use lazaret_agent::message::{Failure, Part};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::{read, write};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::attempt::{Attempt, failure, is_not_yet};
use crate::descriptors::set_nonblocking;

/// What comes from the host.
pub(crate) struct Inbox {
    decoder: Decoder,
    /// Kept, because under gVisor fresh memory costs more than what is read into it.
    room: Vec<u8>,
}

/// What can be waited for beside the host.
pub(crate) trait Descriptors {
    /// Where there is something to read then.
    fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>>;
}

/// Nothing.
impl Descriptors for () {
    fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        iter::empty()
    }
}

/// What the host has to say just now.
pub(crate) enum Heard {
    /// A frame.
    Frame(Frame),
    /// Nothing yet.
    Nothing,
    /// It is gone.
    Gone,
}

impl Inbox {
    /// Neither reading standard input nor writing standard output waits from now on;
    /// [`Self::wait`] and [`Host`] do.
    pub(crate) fn open() -> Result<Self, Failure> {
        set_nonblocking(io::stdin())
            .and_then(|()| set_nonblocking(io::stdout()))
            .attempt(Part::Conversation, "prepare the host's streams")?;
        Ok(Self { decoder: Decoder::default(), room: vec![0; CHUNK] })
    }

    /// Waits for a frame; `None` when the host is gone.
    pub(crate) fn wait(&mut self) -> Result<Option<Frame>, Failure> {
        self.wait_beside(&mut (), |()| Ok(()))
    }

    /// Waits for a frame, and looks whenever there is something to read from others.
    pub(crate) fn wait_beside<T: Descriptors>(
        &mut self,
        others: &mut T,
        look: impl Fn(&mut T) -> Result<(), Failure>,
    ) -> Result<Option<Frame>, Failure> {
        loop {
            if let Some(frame) = self.buffered()? {
                return Ok(Some(frame));
            }
            let input = io::stdin();
            let all = iter::once(input.as_fd()).chain(others.descriptors());
            let mut all: Vec<PollFd> = all.map(|one| PollFd::new(one, PollFlags::POLLIN)).collect();
            let ready = poll(&mut all, PollTimeout::NONE);
            let others_are_ready = all.iter().skip(1).any(|one| one.any().unwrap_or(false));
            match ready {
                Err(errno) if is_not_yet(errno) => continue,
                other => other.attempt(Part::Conversation, "wait for the host")?,
            };
            // First, so that whoever has heard the host knows of the others, too.
            if others_are_ready {
                look(others)?;
            }
            match self.poll()? {
                Heard::Frame(frame) => return Ok(Some(frame)),
                Heard::Gone => return Ok(None),
                Heard::Nothing => {}
            }
        }
    }

    /// A frame that has arrived, or what one read brings.
    pub(crate) fn poll(&mut self) -> Result<Heard, Failure> {
        if let Some(frame) = self.buffered()? {
            return Ok(Heard::Frame(frame));
        }
        match read(io::stdin(), &mut self.room) {
            Ok(0) => return Ok(Heard::Gone),
            Ok(length) => self.decoder.push(self.room.get(..length).unwrap_or_default()),
            Err(errno) if is_not_yet(errno) => return Ok(Heard::Nothing),
            Err(errno) => return Err(errno).attempt(Part::Conversation, "read from the host"),
        }
        Ok(self.buffered()?.map_or(Heard::Nothing, Heard::Frame))
    }

    fn buffered(&mut self) -> Result<Option<Frame>, Failure> {
        let unreadable = |error| failure(Part::Conversation, format!("read a frame: {error}"));
        self.decoder.next_frame().map_err(unreadable)
    }
}

/// What goes to the host.
#[derive(Default)]
pub(crate) struct Outbox {
    queue: Vec<u8>,
    sent: usize,
}

impl Outbox {
    /// Above this, the program has to wait.
    const CONGESTED: usize = 4 * CHUNK;

    /// Queues bytes, in as many frames as it takes.
    pub(crate) fn bytes(&mut self, kind: Kind, bytes: &[u8]) {
        frame::encode_chunks(kind, bytes, &mut self.queue);
    }

    /// Queues a message.
    pub(crate) fn message(&mut self, kind: Kind, message: &impl Serialize) -> Result<(), Failure> {
        encode_message(kind, message, &mut self.queue)
    }

    /// Whether so much waits that the program should not be read from.
    pub(crate) fn is_congested(&self) -> bool {
        self.queue.len() - self.sent > Self::CONGESTED
    }

    /// Whether anything waits.
    pub(crate) fn has_more(&self) -> bool {
        self.sent < self.queue.len()
    }

    /// Sends what the host takes now. An error means that the host is gone.
    pub(crate) fn send(&mut self) -> nix::Result<()> {
        while self.has_more() {
            match write(io::stdout(), self.queue.get(self.sent..).unwrap_or_default()) {
                Ok(length) => self.sent += length,
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => break,
                Err(errno) => return Err(errno),
            }
        }
        self.queue.drain(..self.sent);
        self.sent = 0;
        Ok(())
    }

    /// Sends everything, and waits for it.
    pub(crate) fn send_all(&mut self) -> io::Result<()> {
        let rest = self.queue.get(self.sent..).unwrap_or_default();
        Host.write_all(rest)?;
        self.queue.clear();
        self.sent = 0;
        Ok(())
    }
}

/// Standard output, waiting until it takes what is written, whether it does that itself or not.
pub(crate) struct Host;

impl Write for Host {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match write(io::stdout(), bytes) {
                Err(Errno::EAGAIN) => {}
                other => return Ok(other?),
            }
            let output = io::stdout();
            let mut room = [PollFd::new(output.as_fd(), PollFlags::POLLOUT)];
            match poll(&mut room, PollTimeout::NONE) {
                Err(errno) if !is_not_yet(errno) => return Err(errno.into()),
                _ => {}
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads exactly one frame, and nothing after it: what follows is for another process.
pub(crate) fn read_exactly_one(mut stream: impl Read) -> io::Result<Frame> {
    let mut header = [0; HEADER];
    stream.read_exact(&mut header)?;
    let (kind, length) = frame::parse_header(header).map_err(io::Error::other)?;
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload)?;
    Ok(Frame { kind, payload })
}

/// Standard input without the buffer that the standard library puts before it: a buffer would take
/// bytes which are for another process.
pub(crate) struct Unbuffered;

impl Read for Unbuffered {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        Ok(read(io::stdin(), bytes)?)
    }
}

/// Sends one message outside of any queue.
pub(crate) fn send_now(
    mut stream: impl Write,
    kind: Kind,
    message: &impl Serialize,
) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    encode_message(kind, message, &mut bytes)?;
    stream
        .write_all(&bytes)
        .and_then(|()| stream.flush())
        .attempt(Part::Conversation, "answer the host")
}

/// Sends a frame without a payload outside of any queue.
pub(crate) fn send_word(mut stream: impl Write, kind: Kind) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    frame::encode_word(kind, &mut bytes);
    let sent = stream.write_all(&bytes).and_then(|()| stream.flush());
    sent.attempt(Part::Conversation, "answer the host")
}

/// A message out of a frame of this kind.
pub(crate) fn expect<T: DeserializeOwned>(kind: Kind, frame: &Frame) -> Result<T, Failure> {
    if frame.kind == kind { parse(frame) } else { Err(unexpected(frame)) }
}

/// A frame that has its time, and not now.
pub(crate) fn unexpected(frame: &Frame) -> Failure {
    failure(Part::Conversation, format!("make sense of a {:?} at this time", frame.kind))
}

/// A message out of a frame.
pub(crate) fn parse<T: DeserializeOwned>(frame: &Frame) -> Result<T, Failure> {
    let unreadable =
        |error| failure(Part::Conversation, format!("understand a {:?}: {error}", frame.kind));
    serde_json::from_slice(&frame.payload).map_err(unreadable)
}

fn encode_message(
    kind: Kind,
    message: &impl Serialize,
    stream: &mut Vec<u8>,
) -> Result<(), Failure> {
    let payload = serde_json::to_vec(message).expect("messages are plain data");
    frame::encode(kind, &payload, stream)
        .map_err(|error| failure(Part::Conversation, format!("send a {kind:?}: {error}")))
}
