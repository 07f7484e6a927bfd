//! The host's end of the conversation, over whatever carries the bytes: a process's pipes, or the
//! attached streams of a container.
//!
//! Everything that the agent needs is written without waiting for an answer, and everything it
//! says is read at the same time, so neither side can block the other. What is kept is bounded by
//! the job's limits here as well, because the agent is inside and the host is not.

mod answer;
mod question;

use std::time::Duration;

use lazaret_sandbox::{Events, Isolation, Job, Outcome};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, timeout_at};

use self::answer::Answer;
use self::question::Question;
use crate::frame::{CHUNK, Decoder, Frame, FrameError, Kind};
use crate::message::{Failure, Ready, VERSION, Walls};

/// How long a sandbox may take until it is there. It takes milliseconds; a busy machine may need
/// more.
const PATIENCE: Duration = Duration::from_secs(30);

/// How much longer than the job's own limit the host waits for the agent, who is the first to hold
/// the job to it.
const GRACE: Duration = Duration::from_secs(5);

/// Why there is no outcome.
#[derive(Debug, Error)]
pub enum ConversationError {
    /// The agent says that it cannot.
    #[error("the agent cannot {}", .0.action)]
    Refused(Failure),
    /// The agent ended before there was a sandbox.
    #[error("the agent ended before there was a sandbox")]
    Ended,
    /// The agent said nothing for too long before there was a sandbox.
    #[error("there was no sandbox after {} seconds", PATIENCE.as_secs())]
    Silent,
    /// The agent is of another version.
    #[error("the agent speaks version {0} of the protocol, and not {VERSION}")]
    Version(u32),
    /// The sandbox runs on the kernel that it must not run on.
    #[error("inside, the kernel is `{0}`, as it is outside")]
    SameKernel(String),
    /// The agent said what cannot be understood.
    #[error("cannot understand the agent")]
    Frame(#[source] FrameError),
    /// The agent said what cannot be understood.
    #[error("cannot understand the agent")]
    Message(#[source] serde_json::Error),
    /// The job's header is longer than a frame.
    #[error("the environment or the words of the job are too long")]
    TooLong,
    /// Nothing can be read from the agent.
    #[error("cannot read from the agent")]
    Read(#[source] std::io::Error),
}

/// How an agent is asked to run a job.
#[derive(Debug)]
pub struct Request<'a> {
    /// The walls it builds first, where no engine does.
    pub walls: Option<&'a Walls>,
    /// The job.
    pub job: &'a Job,
    /// The interpreter's executable, with options that come before all others.
    pub command: &'a [String],
    /// How strong the sandbox is.
    pub isolation: Isolation,
    /// The release of the engine's own kernel, where the sandbox must have another. Nothing of the
    /// job is told before that is proven.
    pub outer_kernel: Option<&'a str>,
}

/// Waits until the agent has its sandbox, and answers what that is made of. Closing the stream
/// afterwards ends the agent.
pub async fn greet(
    reader: impl AsyncRead + Unpin,
    mut writer: impl AsyncWrite + Unpin,
    walls: &Walls,
) -> Result<Vec<String>, ConversationError> {
    // An agent that is not there any more says so on the other stream, or says nothing.
    let _ = writer.write_all(&question::walls(walls)?).await;
    Listener::new(reader).ready().await.map(|ready| ready.parts)
}

/// Has the agent run the job, and tells `events` what it prints. The writer is held until the
/// agent is done, because closing it means that the host is gone.
pub async fn run(
    reader: impl AsyncRead + Unpin,
    mut writer: impl AsyncWrite + Unpin,
    request: Request<'_>,
    events: &Events,
) -> Result<Outcome, ConversationError> {
    let question = Question::new(&request)?;
    let mut listener = Listener::new(reader);
    let proven = match request.outer_kernel {
        Some(kernel) => Some(listener.ready_on_another(kernel).await?),
        None => None,
    };
    let listen = listen(listener, proven, &request, events);
    tokio::pin!(listen);
    let ask = question.ask(&mut writer);
    tokio::select! {
        // An agent that has stopped listening has its reasons, which it tells.
        _ = ask => listen.await,
        outcome = &mut listen => outcome,
    }
}

async fn listen(
    mut listener: Listener<impl AsyncRead + Unpin>,
    proven: Option<Ready>,
    request: &Request<'_>,
    events: &Events,
) -> Result<Outcome, ConversationError> {
    let ready = match proven {
        Some(ready) => ready,
        None => listener.ready().await?,
    };
    let wait = request.job.limits.wall.saturating_add(GRACE);
    let deadline = Instant::now().checked_add(wait);
    let mut answer = Answer::new(request, ready.parts);
    loop {
        let frame = match listener.next(deadline).await {
            Ok(Some(frame)) => frame,
            Ok(None) => return Ok(answer.crashed()),
            Err(ConversationError::Silent) => return Ok(answer.out_of_time()),
            Err(error) => return Err(error),
        };
        if let Some(done) = answer.take(frame, events).await? {
            return Ok(answer.finished(&done));
        }
    }
}

/// Reads frames.
struct Listener<R> {
    reader: R,
    decoder: Decoder,
    bytes: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Listener<R> {
    fn new(reader: R) -> Self {
        Self { reader, decoder: Decoder::default(), bytes: vec![0; CHUNK] }
    }

    async fn ready_on_another(&mut self, kernel: &str) -> Result<Ready, ConversationError> {
        let ready = self.ready().await?;
        if ready.kernel == kernel {
            Err(ConversationError::SameKernel(ready.kernel))
        } else {
            Ok(ready)
        }
    }

    async fn ready(&mut self) -> Result<Ready, ConversationError> {
        let deadline = Instant::now() + PATIENCE;
        let frame = self.next(Some(deadline)).await?.ok_or(ConversationError::Ended)?;
        if frame.kind == Kind::Failed {
            return Err(ConversationError::Refused(answer::parse(&frame.payload)?));
        }
        let ready: Ready = answer::parse(&frame.payload)?;
        if ready.version == VERSION {
            Ok(ready)
        } else {
            Err(ConversationError::Version(ready.version))
        }
    }

    /// The next frame; `None` when the agent has ended. A frame that has arrived is given whatever
    /// the time is: a slow listener is not the agent's fault.
    async fn next(
        &mut self,
        deadline: Option<Instant>,
    ) -> Result<Option<Frame>, ConversationError> {
        loop {
            if let Some(frame) = self.decoder.next_frame().map_err(ConversationError::Frame)? {
                return Ok(Some(frame));
            }
            let read = self.reader.read(&mut self.bytes);
            let read = match deadline {
                Some(deadline) => timeout_at(deadline, read).await,
                None => Ok(read.await),
            };
            let length =
                read.map_err(|_| ConversationError::Silent)?.map_err(ConversationError::Read)?;
            if length == 0 {
                return Ok(None);
            }
            self.decoder.push(self.bytes.get(..length).unwrap_or_default());
        }
    }
}
