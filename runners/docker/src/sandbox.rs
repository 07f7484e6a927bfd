//! A sandbox: a container whose agent has everything ready for a job.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bollard::models::ContainerState;
use lazaret_agent::host::{self, Conversation, ConversationError};
use lazaret_agent::message::Part;
use lazaret_sandbox::{Events, Job, Outcome, RunnerError, Status};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::container::{Container, Reader, Writer};
use crate::engine::{Engine, Fate};

/// How long the engine may take to say why a container has ended. Memory that ran out is told
/// within a second.
const EXPLANATION: Duration = Duration::from_secs(3);

/// What the kernel ends processes with when memory runs out.
const SIGKILL: i32 = 9;

/// How long the word that memory ran out may come after the word that the container, or its program,
/// has ended.
const AFTERWARDS: Duration = Duration::from_millis(300);

/// A sandbox that waits for its job.
pub(crate) struct Sandbox {
    pub(crate) conversation: Conversation<Reader, Writer>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) container: Container,
}

impl Sandbox {
    /// Whether its agent says that all is well.
    pub(crate) async fn is_well(&mut self) -> bool {
        self.engine.is_listened_to() && self.conversation.ping().await.is_ok()
    }

    /// Makes it clean and ready for another job. After an error it is of no use.
    pub(crate) async fn reset(&mut self) -> Result<(), RunnerError> {
        self.conversation.reset().await.map_err(explain)
    }

    /// Runs a job to its end.
    pub(crate) async fn run(&mut self, job: &Job, events: &Events) -> Result<Outcome, RunnerError> {
        let mut outcome =
            self.conversation.run(job, self.engine.isolation, events).await.map_err(explain)?;
        if self.conversation.is_silent() {
            self.explain_silence().await?;
        }
        if outcome.status == Status::SandboxCrashed {
            explain_crash(self.container.fate.clone()).await?;
        }
        if outcome.status == Status::ProgramError && outcome.signal == Some(SIGKILL) {
            // The engine may tell after the agent why it was killed.
            let fate = &mut self.container.fate;
            let _ =
                timeout(AFTERWARDS, fate.wait_for(|fate| fate.out_of_memory || fate.lost)).await;
        }
        if self.container.fate.borrow().out_of_memory {
            outcome.status = Status::MemoryLimit;
        }
        Ok(outcome)
    }

    /// The agent is the first to hold a program to its time. Where it has said nothing of that, the
    /// program may have stopped it, as far as a program can; or nobody has heard it. An error where
    /// that is so. A connection can be dead though new ones are not: then even the end of the
    /// container is not heard.
    async fn explain_silence(&mut self) -> Result<(), RunnerError> {
        let (docker, id) = (&self.engine.docker, &self.container.id);
        must_run(&self.engine, id).await?;
        // What the program has stopped for good the engine cannot kill either.
        let killed = timeout(ANSWER, docker.kill_container(id, None)).await;
        if !self.engine.is_listened_to() {
            return Err(unheard("the engine stopped telling what happens"));
        }
        if !matches!(killed, Ok(Ok(()))) || self.conversation.is_heard_within(ECHO).await {
            return Ok(());
        }
        Err(unheard("the connection to the container was lost"))
    }
}

/// How long it may take to hear that a container has ended which was killed.
const ECHO: Duration = Duration::from_secs(5);

/// How long the engine may take to say what a container is doing, which it knows.
const ANSWER: Duration = Duration::from_secs(5);

/// An error where a container does not run as it should, or the engine does not say so.
async fn must_run(engine: &Engine, container: &str) -> Result<(), RunnerError> {
    let asked = timeout(ANSWER, engine.docker.inspect_container(container, None)).await;
    Err(unheard(match asked {
        Err(_) => "the engine does not answer".to_owned(),
        Ok(Err(error)) => format!("the engine does not say what the container does: {error}"),
        Ok(Ok(found)) => match found.state.unwrap_or_default() {
            ContainerState { paused: Some(true), .. } => "somebody paused the container".to_owned(),
            ContainerState { running: Some(true), .. } => return Ok(()),
            _ => "the container has ended, and nothing was heard of that".to_owned(),
        },
    }))
}

fn unheard(reason: impl Into<Box<dyn Error + Send + Sync>>) -> RunnerError {
    RunnerError::Failed { action: "run the program to its end".into(), source: reason.into() }
}

/// Waits for the engine's word on a sandbox that has ended without one of its agent. An error when
/// it was not the program's doing.
async fn explain_crash(mut fate: watch::Receiver<Fate>) -> Result<(), RunnerError> {
    let told =
        timeout(EXPLANATION, fate.wait_for(|fate| fate.out_of_memory || fate.died || fate.lost));
    let _ = told.await;
    let _ = timeout(AFTERWARDS, fate.wait_for(|fate| fate.out_of_memory || fate.lost)).await;
    let Fate { out_of_memory, killed, died, lost, .. } = *fate.borrow();
    let reason = match (out_of_memory, lost, killed, died) {
        (true, ..) | (false, false, false, true) => return Ok(()),
        (_, true, ..) => "the engine went away while the program ran",
        (_, _, true, _) => "somebody ended the container while the program ran",
        _ => "the engine does not say what became of the container",
    };
    Err(unheard(reason))
}

/// What the agent could not do inside, and what helps.
pub(crate) fn explain(error: ConversationError) -> RunnerError {
    match error {
        ConversationError::NotGvisor(_) => RunnerError::Part {
            part: "gVisor".to_owned(),
            help: "register gVisor's runsc under the name that `docker.runtime` has".to_owned(),
            source: Box::new(error),
        },
        other => {
            let node = "name an image with Node.js 22.18 or newer as `docker.images.node`";
            host::explain(other, help, node)
        }
    }
}

/// What helps where a part of the sandbox cannot be had; nothing helps where the job is.
pub(crate) fn help(part: Part) -> Option<String> {
    let help = match part {
        Part::Interpreter => "use an image that has its interpreter on its PATH",
        Part::Files | Part::Conversation => return None,
        _ => "use another `docker.runtime` or another base image",
    };
    Some(help.into())
}
