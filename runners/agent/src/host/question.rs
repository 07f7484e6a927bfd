//! A preparation and a job, as the agent is told them.

use std::io;
use std::time::Duration;

use lazaret_sandbox::{Form, InputFile, Interpreter, Job, Limits};
use serde::Serialize;
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::{ConversationError, Preparation};
use crate::frame::{Kind, encode, encode_chunks, encode_word};
use crate::message::{self, VERSION, Walls};

/// What is said to the agent, in the order in which it is said.
pub(super) struct Question<'a> {
    header: Vec<u8>,
    files: &'a [InputFile],
    arguments: Vec<u8>,
    stdin: &'a [u8],
}

impl<'a> Question<'a> {
    /// Prepares what has to be translated; the rest is sent from where it is.
    pub(super) fn new(asked: &'a Job) -> Result<Self, ConversationError> {
        let mut header = Vec::new();
        add(Kind::Job, &job(asked), &mut header)?;
        let arguments = match &asked.entry.form {
            Form::Script { .. } => Vec::new(),
            Form::Main { arguments } => {
                serde_json::to_vec(arguments).map_err(ConversationError::Message)?
            }
        };
        Ok(Self { header, files: &asked.files, arguments, stdin: &asked.stdin })
    }

    /// Says it. The program reads its standard input when it likes, so this can take as long as
    /// the program.
    pub(super) async fn ask(self, writer: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        let mut bytes = self.header;
        for file in self.files {
            let header = message::File { path: file.path.clone() };
            add(Kind::File, &header, &mut bytes).map_err(io::Error::other)?;
            encode_chunks(Kind::FileBytes, &file.contents, &mut bytes);
            writer.write_all(&bytes).await?;
            bytes.clear();
        }
        encode_chunks(Kind::Arguments, &self.arguments, &mut bytes);
        encode_word(Kind::Start, &mut bytes);
        encode_chunks(Kind::Stdin, self.stdin, &mut bytes);
        encode_word(Kind::StdinEnd, &mut bytes);
        writer.write_all(&bytes).await?;
        writer.flush().await
    }
}

/// The frame that asks for walls.
pub(super) fn walls(walls: &Walls) -> Result<Vec<u8>, ConversationError> {
    let mut bytes = Vec::new();
    add(Kind::Walls, walls, &mut bytes)?;
    Ok(bytes)
}

/// What is said before there is a job: the walls, where the agent builds them, and what to start.
pub(super) fn preparation(asked: &Preparation<'_>) -> Result<Vec<u8>, ConversationError> {
    let mut bytes = asked.walls.map(walls).transpose()?.unwrap_or_default();
    let preparation = message::Preparation {
        version: VERSION,
        interpreter: match asked.interpreter {
            Interpreter::Python => message::Interpreter::Python,
            Interpreter::Node => message::Interpreter::Node,
            Interpreter::Bash => message::Interpreter::Bash,
        },
        command: asked.command.to_vec(),
        limits: limits(asked.limits),
        kernel: asked.kernel,
        reused: asked.reused,
        ahead: asked.ahead.cloned(),
    };
    add(Kind::Prepare, &preparation, &mut bytes)?;
    Ok(bytes)
}

/// A frame without a payload.
pub(super) fn word(kind: Kind) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_word(kind, &mut bytes);
    bytes
}

fn add(kind: Kind, message: &impl Serialize, bytes: &mut Vec<u8>) -> Result<(), ConversationError> {
    let payload = serde_json::to_vec(message).map_err(ConversationError::Message)?;
    encode(kind, &payload, bytes).map_err(|_| ConversationError::TooLong)
}

fn job(job: &Job) -> message::Job {
    message::Job {
        entry: job.entry.path.clone(),
        form: match &job.entry.form {
            Form::Script { words } => message::Form::Script(words.clone()),
            Form::Main { .. } => message::Form::Main,
        },
        environment: job.environment.clone(),
        packages: job.packages.as_ref().and_then(|packages| packages.directory.file_name()).map(
            |name| {
                // A name that is no text is found as it is written, or not at all.
                name.to_string_lossy().into_owned()
            },
        ),
        limits: limits(&job.limits),
    }
}

fn limits(limits: &Limits) -> message::Limits {
    message::Limits {
        wall: microseconds(limits.wall),
        cpu: microseconds(limits.cpu),
        memory: limits.memory,
        processes: limits.processes,
        output: limits.output,
        disk: limits.disk,
        files: limits.files(),
        artifacts: limits.artifacts,
        artifact_size: limits.artifact_size,
    }
}

/// Longer than the wire can say is half a million years.
fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
