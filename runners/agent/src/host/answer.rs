//! What the agent says, put together to an outcome.

use std::time::Duration;

use lazaret_sandbox::{
    Artifact, Event, Events, Form, Isolation, Job, Measured, Outcome, RefusedArtifact, Source,
    Status, Usage,
};
use serde::de::DeserializeOwned;

use super::ConversationError;
use crate::frame::{Frame, FrameError, Kind};
use crate::message::{self, Done, LimitHit};

/// What a run has answered so far.
pub(super) struct Answer {
    outcome: Outcome,
    result: Vec<u8>,
    wants_result: bool,
    room: Room,
}

/// What may still come: a host does not take an agent's word for how much that is.
struct Room {
    output: u64,
    result: u64,
    artifacts: u64,
}

impl Answer {
    pub(super) fn new(job: &Job, isolation: Isolation, isolation_parts: Vec<String>) -> Self {
        let limits = &job.limits;
        let artifacts = limits.artifact_size.saturating_mul(u64::from(limits.artifacts));
        let outcome = Outcome {
            status: Status::SandboxCrashed,
            exit_code: None,
            isolation_parts,
            ..Outcome::success(isolation)
        };
        Self {
            outcome,
            result: Vec::new(),
            wants_result: matches!(job.entry.form, Form::Main { .. }),
            room: Room { output: limits.output, result: limits.artifact_size, artifacts },
        }
    }

    /// Takes a frame; answers with the agent's last word when it is that.
    pub(super) async fn take(
        &mut self,
        frame: Frame,
        events: &Events,
    ) -> Result<Option<Done>, ConversationError> {
        let bytes = frame.payload;
        match frame.kind {
            Kind::Stdout => {
                take_room(&mut self.room.output, &bytes)?;
                if events.outcome_holds_output() {
                    self.outcome.stdout.bytes.extend_from_slice(&bytes);
                }
                events.send(Event::Stdout(bytes)).await;
            }
            Kind::Stderr => {
                take_room(&mut self.room.output, &bytes)?;
                if events.outcome_holds_output() {
                    self.outcome.stderr.bytes.extend_from_slice(&bytes);
                }
                events.send(Event::Stderr(bytes)).await;
            }
            Kind::Result => {
                take_room(&mut self.room.result, &bytes)?;
                self.result.extend_from_slice(&bytes);
            }
            Kind::Done => return parse(&bytes).map(Some),
            Kind::Failed => return Err(ConversationError::Refused(parse(&bytes)?)),
            kind => self.take_artifact(kind, &bytes)?,
        }
        Ok(None)
    }

    fn take_artifact(&mut self, kind: Kind, bytes: &[u8]) -> Result<(), ConversationError> {
        let outcome = &mut self.outcome;
        match (kind, outcome.artifacts.last_mut()) {
            (Kind::Artifact, _) => {
                let message::Artifact { path } = parse(bytes)?;
                outcome.artifacts.push(Artifact { path, contents: Vec::new() });
            }
            (Kind::ArtifactBytes, Some(artifact)) => {
                take_room(&mut self.room.artifacts, bytes)?;
                artifact.contents.extend_from_slice(bytes);
            }
            (Kind::Refused, _) => {
                let message::Refused { path, reason } = parse(bytes)?;
                outcome.refused_artifacts.push(RefusedArtifact { path, reason });
            }
            (kind, _) => return Err(ConversationError::Frame(FrameError::Kind(kind as u8))),
        }
        Ok(())
    }

    /// The agent has said its last word.
    pub(super) fn finished(mut self, done: &Done) -> Outcome {
        let outcome = &mut self.outcome;
        (outcome.exit_code, outcome.signal) = (done.exit_code, done.signal);
        outcome.stdout.truncated = done.stdout_truncated;
        outcome.stderr.truncated = done.stderr_truncated;
        outcome.usage = usage(done.usage);
        if self.wants_result {
            outcome.result = serde_json::from_slice(&self.result).ok();
        }
        outcome.status = match (done.limit, done.exit_code) {
            (Some(limit), _) => status(limit),
            (None, Some(0)) if self.wants_result && outcome.result.is_none() => Status::NoResult,
            (None, Some(0)) => Status::Success,
            (None, _) => Status::ProgramError,
        };
        self.outcome
    }

    /// The agent has ended without a last word.
    pub(super) fn crashed(self) -> Outcome {
        self.outcome
    }

    /// The agent says nothing any more, and the time is over.
    pub(super) fn out_of_time(mut self) -> Outcome {
        self.outcome.status = Status::TimeLimit;
        self.outcome
    }
}

/// A message out of a frame's payload.
pub(super) fn parse<T: DeserializeOwned>(payload: &[u8]) -> Result<T, ConversationError> {
    serde_json::from_slice(payload).map_err(ConversationError::Message)
}

fn take_room(room: &mut u64, bytes: &[u8]) -> Result<(), ConversationError> {
    let length = bytes.len();
    let rest = room.checked_sub(length as u64);
    *room = rest.ok_or(ConversationError::Frame(FrameError::Length(length)))?;
    Ok(())
}

fn status(limit: LimitHit) -> Status {
    match limit {
        LimitHit::Wall => Status::TimeLimit,
        LimitHit::Cpu => Status::CpuLimit,
        LimitHit::Memory => Status::MemoryLimit,
        LimitHit::Output => Status::OutputLimit,
        LimitHit::Processes => Status::ProcessLimit,
        LimitHit::Disk => Status::DiskLimit,
    }
}

fn usage(usage: message::Usage) -> Usage {
    Usage {
        wall: Duration::from_micros(usage.wall),
        user: Duration::from_micros(usage.user),
        system: Duration::from_micros(usage.system),
        peak_memory: usage.peak_memory,
        peak_processes: usage.peak_processes,
        peak_disk: usage.peak_disk,
        measured: Measured {
            cpu: source(usage.measured.cpu),
            memory: source(usage.measured.memory),
            processes: source(usage.measured.processes),
            disk: source(usage.measured.disk),
        },
    }
}

fn source(source: message::Source) -> Source {
    match source {
        message::Source::Unknown => Source::Unknown,
        message::Source::Cgroup => Source::Cgroup,
        message::Source::Rusage => Source::Rusage,
        message::Source::Sampled => Source::Sampled,
        message::Source::Estimated => Source::Estimated,
    }
}
