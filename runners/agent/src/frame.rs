//! How a host and the agent divide a stream of bytes: length, kind, payload.
//!
//! Both sides refuse a frame that is longer than [`MAX_PAYLOAD`], before they make room for it.
//! What is longer than that (a file, output, an artifact) travels in several frames.

use thiserror::Error;

/// The longest payload of a frame. A job's header fits, with the kernel's own bound on
/// environments, and the bound keeps a broken peer from filling memory.
pub const MAX_PAYLOAD: usize = 4 * 1024 * 1024;

/// How much of a longer thing goes into one frame: what a pipe holds, so that neither side waits
/// long for the other.
pub const CHUNK: usize = 64 * 1024;

/// The bytes in front of a payload: its length (little endian), and the kind.
pub const HEADER: usize = 5;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// To the agent: [`crate::message::Walls`], first of all, and only where the agent builds them.
    Walls = 1,
    /// To the agent: [`crate::message::Preparation`].
    Prepare = 2,
    /// To the agent, once it is ready: [`crate::message::Job`].
    Job = 3,
    /// To the agent: [`crate::message::File`]; what is in it follows.
    File = 4,
    /// To the agent: bytes of the last `File`.
    FileBytes = 5,
    /// To the agent: bytes of the arguments of `main`, a JSON object.
    Arguments = 6,
    /// To the agent: all is there, begin.
    Start = 7,
    /// To the agent: bytes that the program reads from standard input.
    Stdin = 8,
    /// To the agent: standard input ends here.
    StdinEnd = 9,
    /// To the agent, while it is ready: say `Pong`.
    Ping = 10,
    /// To the agent, after `Done`: forget the run, and be ready for another.
    Reset = 11,
    /// To the host, unasked: [`crate::message::Greeting`]. The number is that of the first version,
    /// so that a host understands an agent which is older.
    Greeting = 64,
    /// To the host: bytes from standard output.
    Stdout = 65,
    /// To the host: bytes from standard error.
    Stderr = 66,
    /// To the host: bytes of the result of `main`.
    Result = 67,
    /// To the host: [`crate::message::Artifact`]; what is in it follows.
    Artifact = 68,
    /// To the host: bytes of the last `Artifact`.
    ArtifactBytes = 69,
    /// To the host: [`crate::message::Refused`].
    Refused = 70,
    /// To the host: [`crate::message::Done`], the last word about a run.
    Done = 71,
    /// To the host: [`crate::message::Failure`], the agent's last word.
    Failed = 72,
    /// To the host: an interpreter is up, and waits for a job.
    Ready = 73,
    /// To the host: it is well.
    Pong = 74,
}

impl Kind {
    const ALL: [Self; 22] = [
        Self::Walls,
        Self::Prepare,
        Self::Job,
        Self::File,
        Self::FileBytes,
        Self::Arguments,
        Self::Start,
        Self::Stdin,
        Self::StdinEnd,
        Self::Ping,
        Self::Reset,
        Self::Greeting,
        Self::Stdout,
        Self::Stderr,
        Self::Result,
        Self::Artifact,
        Self::ArtifactBytes,
        Self::Refused,
        Self::Done,
        Self::Failed,
        Self::Ready,
        Self::Pong,
    ];

    fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == byte)
    }
}

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What it is.
    pub kind: Kind,
    /// What is in it.
    pub payload: Vec<u8>,
}

/// What cannot be a frame.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum FrameError {
    /// A kind that this version does not know.
    #[error("there is no frame of the kind {0}")]
    Kind(u8),
    /// A payload above [`MAX_PAYLOAD`].
    #[error("a frame of {0} bytes is too long")]
    Length(usize),
}

/// Appends a frame to `stream`.
pub fn encode(kind: Kind, payload: &[u8], stream: &mut Vec<u8>) -> Result<(), FrameError> {
    if payload.len() > MAX_PAYLOAD {
        return Err(FrameError::Length(payload.len()));
    }
    append(kind, payload, stream);
    Ok(())
}

/// Appends a frame without a payload to `stream`.
pub fn encode_word(kind: Kind, stream: &mut Vec<u8>) {
    append(kind, b"", stream);
}

/// Appends `bytes` to `stream`, in as many frames as it takes; in none where there are no bytes.
pub fn encode_chunks(kind: Kind, bytes: &[u8], stream: &mut Vec<u8>) {
    for chunk in bytes.chunks(CHUNK) {
        append(kind, chunk, stream);
    }
}

/// Appends a frame whose payload is known to be short enough.
fn append(kind: Kind, payload: &[u8], stream: &mut Vec<u8>) {
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    stream.extend_from_slice(&length.to_le_bytes());
    stream.push(kind as u8);
    stream.extend_from_slice(payload);
}

/// Puts frames together from the pieces in which a stream arrives.
#[derive(Debug, Default)]
pub struct Decoder {
    bytes: Vec<u8>,
    start: usize,
}

impl Decoder {
    /// Adds what arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.start);
        self.start = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next frame, once all of it has arrived.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        let arrived = self.bytes.get(self.start..).unwrap_or_default();
        let Some((header, rest)) = arrived.split_first_chunk::<HEADER>() else { return Ok(None) };
        let (kind, length) = parse_header(*header)?;
        let Some(payload) = rest.get(..length) else { return Ok(None) };
        let payload = payload.to_vec();
        self.start += HEADER + length;
        Ok(Some(Frame { kind, payload }))
    }
}

/// What the first bytes of a frame say: its kind and how long its payload is.
pub fn parse_header(header: [u8; HEADER]) -> Result<(Kind, usize), FrameError> {
    let [a, b, c, d, kind] = header;
    let length = usize::try_from(u32::from_le_bytes([a, b, c, d])).unwrap_or(usize::MAX);
    if length > MAX_PAYLOAD {
        return Err(FrameError::Length(length));
    }
    Ok((Kind::from_byte(kind).ok_or(FrameError::Kind(kind))?, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_survive_a_stream_that_arrives_byte_by_byte() {
        let mut stream = Vec::new();
        encode(Kind::Stdout, b"one", &mut stream).expect("short");
        encode(Kind::Done, b"", &mut stream).expect("short");
        let (mut decoder, mut frames) = (Decoder::default(), Vec::new());
        for byte in stream {
            decoder.push(&[byte]);
            frames.extend(decoder.next_frame().expect("valid"));
        }
        let stdout = Frame { kind: Kind::Stdout, payload: b"one".to_vec() };
        assert_eq!(frames, [stdout, Frame { kind: Kind::Done, payload: Vec::new() }]);
    }

    #[test]
    fn a_length_above_the_bound_is_refused_before_the_bytes_arrive() {
        let mut decoder = Decoder::default();
        decoder.push(&[255, 255, 255, 255, Kind::Stdout as u8]);
        assert_eq!(decoder.next_frame(), Err(FrameError::Length(0xFFFF_FFFF)));
    }

    #[test]
    fn an_unknown_kind_is_refused() {
        let mut decoder = Decoder::default();
        decoder.push(&[0, 0, 0, 0, 200]);
        assert_eq!(decoder.next_frame(), Err(FrameError::Kind(200)));
    }

    #[test]
    fn every_kind_is_known_to_both_sides() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_byte(kind as u8), Some(kind));
        }
    }
}
