//! The program that is process 1 in a sandbox, and what a host says to it.
//!
//! A host starts [`AGENT`], or has an engine start it, and speaks [`frame`]s with it over its
//! standard input and output; [`message`]s are what is in them.
//! [`host`] is that conversation, whatever carries the bytes. The program itself is in the
//! folder `program`, and not a part of this library: it is compiled for musl by the build script.

pub mod frame;
#[cfg(feature = "host")]
pub mod host;
pub mod message;

/// The program, a static executable for this machine's architecture.
#[cfg(feature = "host")]
pub static AGENT: &[u8] = include_bytes!(env!("LAZARET_AGENT"));

#[cfg(all(test, feature = "host"))]
mod tests {
    use super::AGENT;

    #[test]
    fn the_agent_is_an_executable_that_needs_no_loader() {
        const PROGRAM_HEADER_INTERPRETER: [u8; 8] = [3, 0, 0, 0, 4, 0, 0, 0];
        assert_eq!(AGENT.get(..4), Some(&b"\x7fELF"[..]));
        let headers = AGENT.get(..1024).expect("an executable is longer");
        assert!(!headers.windows(8).any(|window| window == PROGRAM_HEADER_INTERPRETER));
    }
}
