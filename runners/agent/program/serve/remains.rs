//! What the kernel keeps of programs that have ended.
//!
//! A socket that was sent over itself is held by nobody and lives on in gVisor, which does not look
//! for such circles: seen, a listener that the next program could connect to, and 60 MB of a file
//! without a name that counted as the next program's. Nobody can end these. But they are counted: as
//! many sockets, and as many bytes in use, have to be there after a run as before the first.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::thread::sleep;
use std::time::Duration;

use lazaret_agent::message::{Failure, Part, SCRATCH};
use nix::sys::statvfs::statvfs;

use super::scratch::used_bytes;
use crate::attempt::{Attempt, failure};
use crate::system;

/// A line for each socket, and one of headings.
const SOCKETS: [&str; 5] =
    ["/proc/net/unix", "/proc/net/tcp", "/proc/net/tcp6", "/proc/net/udp", "/proc/net/udp6"];

/// The state of a connection of which only the kernel remembers something, as lists of TCP have it in
/// their fourth column (`TCP_TIME_WAIT`).
const REMEMBERED: &str = "06";

/// Linux removes what it finds in circles a little later.
const MOMENT: Duration = Duration::from_millis(10);
const MOMENTS: u32 = 20;

/// What there was before the first program.
pub(super) struct Remains {
    lists: Vec<File>,
    before: Counts,
}

#[derive(Debug, PartialEq, Eq)]
struct Counts {
    sockets: usize,
    bytes: u64,
}

impl Remains {
    /// Counts what is there of nobody's program.
    pub(super) fn count() -> Result<Self, Failure> {
        // A kernel without IPv6 has no lists of it.
        let lists = SOCKETS.iter().filter_map(|path| system::open_to_read(path.as_ref()).ok());
        let lists: Vec<File> = lists.collect();
        let before = Counts::of(&lists)?;
        Ok(Self { lists, before })
    }

    /// Fails where more is there than before.
    pub(super) fn are_none(&self) -> Result<(), Failure> {
        for _ in 0..MOMENTS {
            if Counts::of(&self.lists)? == self.before {
                return Ok(());
            }
            sleep(MOMENT);
        }
        Err(failure(Part::Files, "prove that a program has left no sockets and no memory"))
    }
}

impl Counts {
    fn of(lists: &[File]) -> Result<Self, Failure> {
        let sockets: std::io::Result<usize> = lists.iter().map(lines).sum();
        let sockets = sockets.attempt(Part::Files, "read which sockets there are")?;
        let used = |place: &&str| statvfs(*place).map(|system| used_bytes(&system));
        let bytes: nix::Result<u64> = SCRATCH.iter().map(used).sum();
        let bytes = bytes.attempt(Part::Files, "see how much is in use")?;
        Ok(Self { sockets, bytes })
    }
}

/// How many lines a list has now.
fn lines(list: &File) -> std::io::Result<usize> {
    let (mut text, mut room) = (Vec::new(), [0; 4096]);
    loop {
        let length = list.read_at(&mut room, text.len() as u64)?;
        if length == 0 {
            break;
        }
        text.extend_from_slice(&room[..length]);
    }
    let text = String::from_utf8_lossy(&text);
    let is_there = |line: &&str| line.split_whitespace().nth(3) != Some(REMEMBERED);
    Ok(text.lines().filter(is_there).count())
}
