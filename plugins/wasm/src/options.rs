//! What the host allows, and where it keeps what it compiled.

use std::path::PathBuf;
use std::time::Duration;

use crate::Compiler;

/// How policies are loaded and run.
#[derive(Clone, Debug, Default)]
pub struct HostOptions {
    /// Where compiled policies are kept. It is made where it does not exist, and used only if it is
    /// private to this user: what is in it is run as machine code. Without one every start
    /// compiles the policies anew, in about 100 ms each.
    pub cache: Option<PathBuf>,
    /// What compiles policies. Without one this process does it itself: then there are no limits to
    /// what a policy takes that was made to keep the compiler busy, so load none that you do not trust.
    pub compiler: Option<Compiler>,
    /// Is told when a policy begins to be compiled, and when that has ended.
    pub on_compile: Option<fn(Compiling<'_>)>,
    /// What a policy may cost.
    pub limits: Limits,
}

/// What happens to a policy that is not in the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compiling<'a> {
    /// It is being compiled: the policy, as [`crate::PolicySource::name`] has it.
    Begun(&'a str),
    /// It is compiled, or cannot be.
    Ended,
}

/// What a policy may cost, for each file unless it says otherwise.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Units of fuel, about one an instruction. It decides, and so a verdict is the same on every
    /// machine; the deadline is only a net.
    pub fuel: u64,
    /// More units for each byte of the file.
    pub fuel_per_byte: u64,
    /// Time, where fuel does not tell: inside the host, or on a machine that stands still.
    pub deadline: Duration,
    /// Bytes of memory. Where all files are judged together there are more, by what the policy is given.
    pub memory: usize,
    /// Findings.
    pub findings: usize,
    /// Bytes of one finding: its messages, and 16 for each label.
    pub finding_size: usize,
    /// Bytes of log.
    pub log: usize,
    /// Nodes of the tree that the host hands out.
    pub nodes: u64,
    /// More nodes for each byte of the file.
    pub nodes_per_byte: u64,
    /// Steps of all queries together, and of those of one policy where all take more. tree-sitter counts
    /// one for each node, and one for each match that is begun there.
    pub query_steps: u64,
    /// More steps for each byte of the file.
    pub query_steps_per_byte: u64,
    /// Matches of a policy's queries.
    pub matches: usize,
    /// Bytes of one match: what it captures, and some more for each capture. It is the mean that counts.
    pub match_size: usize,
    /// Bytes of the policy itself.
    pub policy_size: u64,
    /// Bytes of memory that compiling may take, where a [`Compiler`] does it.
    pub compile_memory: u64,
    /// Processor time that it may take, in whole seconds.
    pub compile_time: Duration,
    /// Bytes of machine code that may come of it.
    pub compiled_size: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // About a second, of which a policy with reasonable work uses a thousandth.
            fuel: 1_000_000_000,
            fuel_per_byte: 10_000,
            deadline: Duration::from_secs(5),
            memory: 64 << 20,
            findings: 1_000,
            finding_size: 4 << 10,
            log: 64 << 10,
            nodes: 1_000_000,
            // A tree has about one node for each two bytes; this is enough to read it all some
            // sixty times.
            nodes_per_byte: 32,
            query_steps: 500_000,
            query_steps_per_byte: 20,
            matches: 10_000,
            match_size: 1 << 10,
            // Python with its interpreter takes 18 MiB, and Rust 0.2.
            policy_size: 32 << 20,
            compile_memory: 2 << 30,
            compile_time: Duration::from_mins(2),
            compiled_size: 256 << 20,
        }
    }
}

impl Limits {
    /// The bytes that the host takes from a policy in one call. Strings that share their bytes in
    /// a policy's memory do not share them here: without this limit 9 KB of policy would have the
    /// host allocate 10 GB.
    pub(crate) fn transfer(&self) -> usize {
        self.findings.saturating_mul(self.finding_size)
    }
}
