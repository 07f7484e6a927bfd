//! The host's end of the conversation, over whatever carries the bytes: a process's pipes, or the
//! attached streams of a container.
//!
//! A conversation has three parts. It begins before there is a job: the agent makes its sandbox
//! and starts an interpreter, which takes the time that nobody should wait for. Then it runs one
//! job. Then it ends, or is reset and is as it was at its beginning.
//!
//! Everything that the agent needs is written without waiting for an answer, and everything it
//! says is read at the same time, so neither side can block the other. What is kept is bounded by
//! the job's limits here as well, because the agent is inside and the host is not.

mod answer;
mod explanation;
mod listener;
mod question;

use std::time::Duration;

use lazaret_sandbox::{Events, Interpreter, Isolation, Job, Limits, Outcome};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::time::Instant;

use self::answer::Answer;
pub use self::explanation::explain;
use self::listener::Listener;
use self::question::Question;
use crate::frame::{FrameError, Kind};
use crate::message::{Ahead, Failure, Greeting, Kernel, Ready, VERSION, Walls};

/// What gVisor calls its build, whichever it is (`pkg/sentry/syscalls/linux/linux64.go`). No build of
/// Linux has this name.
pub const GVISOR: &str = "#1 SMP Sun Jan 10 15:06:54 PST 2016";

/// How long a sandbox may take until it is there, and an interpreter until it is up. They take
/// milliseconds; a busy machine may need more.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long an agent that has nothing to do may take to say that it is well.
const PROMPT: Duration = Duration::from_secs(1);

/// How much longer than the job's own limit the host waits for the agent, who is the first to hold
/// the job to it.
const GRACE: Duration = Duration::from_secs(5);

/// Why there is no outcome.
#[derive(Debug, Error)]
pub enum ConversationError {
    /// The agent says that it cannot.
    #[error("the agent cannot {}", .0.action)]
    Refused(Failure),
    /// The agent ended without a word, and there was no run that this would be the end of.
    #[error("the agent ended without a word")]
    Ended,
    /// The agent said nothing for too long, and there was no run that took so long.
    #[error("the agent said nothing for {} seconds", .0.as_secs())]
    Silent(Duration),
    /// The agent is of another version.
    #[error("the agent speaks version {0} of the protocol, and not {VERSION}")]
    Version(u32),
    /// The sandbox has to run on gVisor's kernel, and does not.
    #[error("inside, the kernel is Linux {0}, and not gVisor's")]
    NotGvisor(String),
    /// The agent is not where it could do this: it runs a job, has run one, or was left in between.
    #[error("cannot {0} at this point of the conversation")]
    OutOfTurn(&'static str),
    /// The agent said what cannot be understood.
    #[error("cannot understand the agent")]
    Frame(#[source] FrameError),
    /// The agent said what cannot be understood.
    #[error("cannot understand the agent")]
    Message(#[source] serde_json::Error),
    /// The agent says more than it may.
    #[error("the agent says more than it may: {0}")]
    TooMuch(&'static str),
    /// The job is in TypeScript, and the Node.js there does not run it.
    #[error("Node.js {0} runs no TypeScript: 22.18 or newer is needed")]
    NoTypeScript(String),
    /// The job's header is longer than a frame.
    #[error("the environment or the words of the job are too long")]
    TooLong,
    /// Nothing can be read from the agent.
    #[error("cannot read from the agent")]
    Read(#[source] std::io::Error),
}

/// What an agent is asked to make ready.
#[derive(Clone, Copy, Debug)]
pub struct Preparation<'a> {
    /// The walls it builds first, where no engine does.
    pub walls: Option<&'a Walls>,
    /// What will run the entry.
    pub interpreter: Interpreter,
    /// The interpreter's executable, with options that come before all others.
    pub command: &'a [String],
    /// What a job may use. Its memory, processes, disk and processor time may be less than this, and
    /// not more; the rest is the job's own.
    pub limits: &'a Limits,
    /// The kernel that the sandbox runs on.
    pub kernel: Kernel,
    /// Whether there may be a [`Conversation::reset`] after a job.
    pub reused: bool,
    /// What Python imports before there is a job; for jobs with these packages alone.
    pub ahead: Option<&'a Ahead>,
    /// The release of the engine's own kernel, where the sandbox must have gVisor's. Nothing of a
    /// job is told before that is proven.
    pub outer_kernel: Option<&'a str>,
}

/// How far a conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// An interpreter is up.
    Ready,
    /// The agent has said its last word about a run, and has heard all that was for it.
    Done,
    /// The agent has said nothing for longer than a run may take.
    Silent,
    /// Nothing more can be said. A question that was left in the middle ends here, too.
    Over,
}

/// A conversation with an agent. Dropping it closes the agent's input, and the agent ends with all
/// that is in its sandbox.
#[derive(Debug)]
pub struct Conversation<R, W> {
    listener: Listener<R>,
    writer: W,
    interpreter: Interpreter,
    /// Node's.
    version: String,
    parts: Vec<String>,
    turn: Turn,
}

/// Waits until the agent has its sandbox, and answers what that is made of. No interpreter is
/// started. Closing the stream afterwards ends the agent.
pub async fn greet(
    reader: impl AsyncRead + Unpin,
    mut writer: impl AsyncWrite + Unpin,
    walls: &Walls,
) -> Result<Vec<String>, ConversationError> {
    // An agent that is not there any more says so on the other stream, or says nothing.
    let _ = writer.write_all(&question::walls(walls)?).await;
    Ok(greeting(&mut Listener::new(reader)).await?.parts)
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Conversation<R, W> {
    /// Has the agent make its sandbox and start an interpreter, and waits until it is up.
    pub async fn begin(
        reader: R,
        mut writer: W,
        preparation: &Preparation<'_>,
    ) -> Result<Self, ConversationError> {
        let mut listener = Listener::new(reader);
        // As above: why nobody listens is told on the other stream.
        let _ = say(&mut writer, &question::preparation(preparation)?).await;
        let greeting = greeting(&mut listener).await?;
        if preparation.outer_kernel.is_some_and(|outer| !is_gvisor(&greeting, outer)) {
            return Err(ConversationError::NotGvisor(greeting.kernel));
        }
        let ready: Ready = answer::parse(&listener.expect(Kind::Ready, PATIENCE).await?)?;
        let (interpreter, parts) = (preparation.interpreter, greeting.parts);
        Ok(Self { listener, writer, interpreter, version: ready.version, parts, turn: Turn::Ready })
    }

    /// Asks the agent whether it is well, and its interpreter. It is believed for a second's
    /// silence at most.
    pub async fn ping(&mut self) -> Result<(), ConversationError> {
        self.take_turn(Turn::Ready, "ask the agent whether it is well")?;
        let _ = say(&mut self.writer, &question::word(Kind::Ping)).await;
        self.listener.expect(Kind::Pong, PROMPT).await?;
        self.turn = Turn::Ready;
        Ok(())
    }

    /// Has the agent run the job, and tells `events` what it prints. A run that is dropped on its
    /// way ends the conversation.
    pub async fn run(
        &mut self,
        job: &Job,
        isolation: Isolation,
        events: &Events,
    ) -> Result<Outcome, ConversationError> {
        self.take_turn(Turn::Ready, "run a job")?;
        if job.interpreter != self.interpreter {
            return Err(ConversationError::OutOfTurn("run a job for another interpreter"));
        }
        if job.is_typescript() && !removes_types(&self.version) {
            return Err(ConversationError::NoTypeScript(self.version.clone()));
        }
        let question = Question::new(job)?;
        let answer = Answer::new(job, isolation, self.parts.clone());
        let listen = listen(&mut self.listener, answer, job, events);
        tokio::pin!(listen);
        let ask = question.ask(&mut self.writer);
        let (turn, outcome) = tokio::select! {
            // An agent that has stopped listening has its reasons, which it tells.
            asked = ask => match (listen.await, asked) {
                ((Turn::Done, outcome), Err(_)) => (Turn::Over, outcome),
                heard => heard.0,
            },
            // The program has left some of its input where it was.
            (turn, outcome) = &mut listen => match turn {
                Turn::Silent => (Turn::Silent, outcome),
                _ => (Turn::Over, outcome),
            },
        };
        self.turn = turn;
        outcome
    }

    /// Whether the agent had nothing to say of the last run, which has the status
    /// [`Status::TimeLimit`](lazaret_sandbox::Status::TimeLimit) for that reason alone: perhaps it
    /// spoke, and nobody heard it.
    pub fn is_silent(&self) -> bool {
        self.turn == Turn::Silent
    }

    /// Whether anything is heard once more within `patience`, and be it that the agent has ended: else
    /// nobody listens any more to what it says, or nothing carries it here.
    pub async fn is_heard_within(&mut self, patience: Duration) -> bool {
        let next = self.listener.next(Some(Instant::now() + patience)).await;
        !matches!(next, Err(ConversationError::Silent(_)))
    }

    /// Has the agent forget a run that has ended, and waits until it is ready for another. An
    /// error means that the sandbox is not to be used again.
    pub async fn reset(&mut self) -> Result<(), ConversationError> {
        self.take_turn(Turn::Done, "reset the sandbox")?;
        let _ = say(&mut self.writer, &question::word(Kind::Reset)).await;
        self.listener.expect(Kind::Ready, PATIENCE).await?;
        self.turn = Turn::Ready;
        Ok(())
    }

    /// Until what follows has been done, nothing else can be: it may be dropped half way.
    fn take_turn(&mut self, turn: Turn, action: &'static str) -> Result<(), ConversationError> {
        let is_its = self.turn == turn;
        self.turn = Turn::Over;
        if is_its { Ok(()) } else { Err(ConversationError::OutOfTurn(action)) }
    }
}

/// Whether the kernel inside is not the one outside, and calls its build as gVisor does.
fn is_gvisor(greeting: &Greeting, outer: &str) -> bool {
    greeting.kernel != outer && greeting.build == GVISOR
}

/// Whether a version of Node.js removes types by itself, as it does since 22.18 and 23.6.
fn removes_types(version: &str) -> bool {
    let mut numbers = version.split('.').map(|number| number.parse::<u32>().unwrap_or_default());
    let (major, minor) = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
    matches!((major, minor), (22, 18..) | (23, 6..) | (24.., _))
}

async fn say(writer: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> std::io::Result<()> {
    writer.write_all(bytes).await?;
    writer.flush().await
}

async fn greeting(
    listener: &mut Listener<impl AsyncRead + Unpin>,
) -> Result<Greeting, ConversationError> {
    let greeting: Greeting = answer::parse(&listener.expect(Kind::Greeting, PATIENCE).await?)?;
    if greeting.version == VERSION {
        Ok(greeting)
    } else {
        Err(ConversationError::Version(greeting.version))
    }
}

/// Listens until there is an outcome, and says how far the conversation is then.
async fn listen(
    listener: &mut Listener<impl AsyncRead + Unpin>,
    mut answer: Answer,
    job: &Job,
    events: &Events,
) -> (Turn, Result<Outcome, ConversationError>) {
    let wait = job.limits.wall.saturating_add(GRACE);
    let deadline = Instant::now().checked_add(wait);
    loop {
        let frame = match listener.next(deadline).await {
            Ok(Some(frame)) => frame,
            Ok(None) => return (Turn::Over, Ok(answer.crashed())),
            Err(ConversationError::Silent(_)) => return (Turn::Silent, Ok(answer.out_of_time())),
            Err(error) => return (Turn::Over, Err(error)),
        };
        match answer.take(frame, events).await {
            Ok(Some(done)) => return (Turn::Done, Ok(answer.finished(&done))),
            Ok(None) => {}
            Err(error) => return (Turn::Over, Err(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_removed_from_some_versions_on() {
        for version in ["22.18.0", "23.6.1", "24.0.0", "26.10.0"] {
            assert!(removes_types(version), "{version}");
        }
        for version in ["18.20.4", "20.20.2", "22.17.1", "23.5.0", ""] {
            assert!(!removes_types(version), "{version}");
        }
    }
}
