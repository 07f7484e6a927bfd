//! What belongs to one run of a policy: what it has used, what it has logged, what it may look at.

use std::sync::Arc;

use lazaret_analysis::printable;
use thiserror::Error;
use wasmtime::ResourceLimiter;

use crate::Limits;
use crate::bindings::{log, types};
use crate::subject::Subject;

/// A line that a policy logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// The policy's id.
    pub policy: String,
    /// How much it matters.
    pub level: LogLevel,
    /// The line. Control characters are escaped.
    pub message: String,
}

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// For whoever writes the policy.
    Debug,
    /// Worth knowing.
    Info,
    /// Somebody should look at it.
    Warn,
}

/// A limit that was broken inside the host. wasmtime carries it out as the reason of a trap.
#[derive(Clone, Copy, Debug, Error)]
pub(crate) enum Limit {
    #[error("memory")]
    Memory,
    #[error("log")]
    Log,
    #[error("nodes")]
    Nodes,
}

/// What belongs to one run.
#[derive(Debug)]
pub(crate) struct State {
    subject: Option<Arc<Subject>>,
    pub(crate) lines: Vec<(LogLevel, String)>,
    log_left: usize,
    memory_left: usize,
    nodes_left: u64,
}

impl State {
    /// The state of a run that looks at `subject`, or of a trial.
    pub(crate) fn new(subject: Option<Arc<Subject>>, limits: &Limits) -> Self {
        Self {
            nodes_left: nodes(subject.as_deref(), limits),
            subject,
            lines: Vec::new(),
            log_left: limits.log,
            memory_left: limits.memory,
        }
    }

    /// The file; in a trial there is none.
    pub(crate) fn subject(&self) -> Option<Arc<Subject>> {
        self.subject.clone()
    }

    /// Takes `count` nodes from what the policy may still read.
    pub(crate) fn charge(&mut self, count: usize) -> Result<(), Limit> {
        self.nodes_left = self.nodes_left.checked_sub(count as u64).ok_or(Limit::Nodes)?;
        Ok(())
    }
}

/// How many nodes a policy may read of this file.
pub(crate) fn nodes(subject: Option<&Subject>, limits: &Limits) -> u64 {
    let size = subject.map_or(0, |subject| subject.text.len() as u64);
    limits.nodes.saturating_add(limits.nodes_per_byte.saturating_mul(size))
}

impl log::Host for State {
    fn write(&mut self, level: log::Level, message: String) -> wasmtime::Result<()> {
        // An empty line takes memory here, too.
        self.log_left = self.log_left.checked_sub(message.len().max(16)).ok_or(Limit::Log)?;
        let level = match level {
            log::Level::Debug => LogLevel::Debug,
            log::Level::Info => LogLevel::Info,
            log::Level::Warn => LogLevel::Warn,
        };
        self.lines.push((level, printable(&message)));
        Ok(())
    }
}

impl types::Host for State {}

impl ResourceLimiter for State {
    // All memories of a component together: several small ones are as dear as a large one.
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let more = desired.saturating_sub(current);
        self.memory_left = self.memory_left.checked_sub(more).ok_or(Limit::Memory)?;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let more = desired.saturating_sub(current).saturating_mul(size_of::<usize>());
        self.memory_left = self.memory_left.checked_sub(more).ok_or(Limit::Memory)?;
        Ok(true)
    }

    // Components of interpreted languages have about a dozen of each.
    fn instances(&self) -> usize {
        100
    }

    fn tables(&self) -> usize {
        100
    }

    fn memories(&self) -> usize {
        100
    }
}
