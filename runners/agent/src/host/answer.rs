//! What the agent says, put together to an outcome.

use std::time::Duration;

use lazaret_sandbox::{
    Artifact, Event, Events, Form, Isolation, Job, Measured, Outcome, RefusedArtifact, Source,
    Status, Usage,
};
use serde::de::DeserializeOwned;

use super::ConversationError;
use crate::frame::{Frame, FrameError, Kind};
use crate::message::{self, Done, LimitHit, MOST_REFUSALS};

/// What a run has answered so far.
pub(super) struct Answer {
    outcome: Outcome,
    result: Vec<u8>,
    wants_result: bool,
    room: Room,
}

/// What may still come: a host does not take an agent's word for how much that is. With every frame
/// there is less of it, so that no agent can speak for ever.
struct Room {
    output: u64,
    result: u64,
    /// Bytes of all artifacts together.
    contents: u64,
    artifacts: u64,
    /// One more than are told one by one says how many others there are.
    refusals: u64,
}

/// The most bytes of a message: the longest has a path, with up to six bytes for each of its own.
const MOST_WORDS: usize = 64 * 1024;

impl Answer {
    pub(super) fn new(job: &Job, isolation: Isolation, isolation_parts: Vec<String>) -> Self {
        let limits = &job.limits;
        let artifacts = u64::from(limits.artifacts);
        let room = Room {
            output: limits.output,
            result: limits.artifact_size,
            contents: limits.artifact_size.saturating_mul(artifacts),
            artifacts,
            refusals: MOST_REFUSALS as u64 + 1,
        };
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
            room,
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
                take_bytes(&mut self.room.output, "output", &bytes)?;
                if events.outcome_holds_output() {
                    self.outcome.stdout.bytes.extend_from_slice(&bytes);
                }
                events.send(Event::Stdout(bytes)).await;
            }
            Kind::Stderr => {
                take_bytes(&mut self.room.output, "output", &bytes)?;
                if events.outcome_holds_output() {
                    self.outcome.stderr.bytes.extend_from_slice(&bytes);
                }
                events.send(Event::Stderr(bytes)).await;
            }
            Kind::Result => {
                take_bytes(&mut self.room.result, "bytes of a result", &bytes)?;
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
                take_room(&mut self.room.artifacts, "artifacts", 1)?;
                let message::Artifact { path } = parse(bytes)?;
                outcome.artifacts.push(Artifact { path, contents: Vec::new() });
            }
            (Kind::ArtifactBytes, Some(artifact)) => {
                take_bytes(&mut self.room.contents, "bytes of artifacts", bytes)?;
                artifact.contents.extend_from_slice(bytes);
            }
            (Kind::Refused, _) => {
                take_room(&mut self.room.refusals, "refused artifacts", 1)?;
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
    if payload.len() > MOST_WORDS {
        return Err(ConversationError::TooMuch("words"));
    }
    serde_json::from_slice(payload).map_err(ConversationError::Message)
}

/// A frame without bytes would never use up what there is room for.
fn take_bytes(room: &mut u64, what: &'static str, bytes: &[u8]) -> Result<(), ConversationError> {
    if bytes.is_empty() {
        return Err(ConversationError::Frame(FrameError::Length(0)));
    }
    take_room(room, what, bytes.len() as u64)
}

fn take_room(room: &mut u64, what: &'static str, much: u64) -> Result<(), ConversationError> {
    *room = room.checked_sub(much).ok_or(ConversationError::TooMuch(what))?;
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
        printed: usage.printed,
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

#[cfg(test)]
mod tests {
    use lazaret_sandbox::Interpreter;

    use super::*;

    /// Hears the same frame until it is too much.
    async fn hear(kind: Kind, payload: &[u8]) -> (usize, String) {
        let job = Job::script(Interpreter::Bash, "main.sh", "");
        let mut answer = Answer::new(&job, Isolation::Process, Vec::new());
        let artifact = Frame { kind: Kind::Artifact, payload: br#"{"path": "first"}"#.to_vec() };
        answer.take(artifact, &Events::none()).await.expect("one is allowed");
        for heard in 0.. {
            let frame = Frame { kind, payload: payload.to_vec() };
            if let Err(error) = answer.take(frame, &Events::none()).await {
                return (heard, error.to_string());
            }
        }
        unreachable!("no agent speaks for ever")
    }

    #[tokio::test]
    async fn an_agent_that_never_ends_is_not_heard_for_ever() {
        let refused = br#"{"path": "x", "reason": "y"}"#;
        let too_much = |what| format!("the agent says more than it may: {what}");
        let artifact = br#"{"path": "x"}"#;
        assert_eq!(hear(Kind::Artifact, artifact).await, (9, too_much("artifacts")));
        assert_eq!(hear(Kind::Refused, refused).await, (101, too_much("refused artifacts")));
        let chunk = vec![0; 1 << 20];
        assert_eq!(hear(Kind::Stdout, &chunk).await, (1, too_much("output")));
        assert_eq!(hear(Kind::Result, &chunk).await, (10, too_much("bytes of a result")));
        assert_eq!(hear(Kind::ArtifactBytes, &chunk).await, (100, too_much("bytes of artifacts")));
        assert_eq!(hear(Kind::Refused, &vec![b' '; 65 * 1024]).await, (0, too_much("words")));
    }

    #[tokio::test]
    async fn a_frame_without_bytes_would_use_up_nothing() {
        for kind in [Kind::Stdout, Kind::Stderr, Kind::Result, Kind::ArtifactBytes] {
            assert_eq!(hear(kind, b"").await.0, 0, "{kind:?}");
        }
    }
}
