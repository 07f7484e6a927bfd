//! A sandbox: a container whose agent has everything ready for a job.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bollard::models::ContainerState;
use lazaret_agent::host::{self, Conversation, ConversationError, Preparation};
use lazaret_agent::message::{Kernel, Part};
use lazaret_sandbox::{Events, Interpreter, Isolation, Job, Limits, Outcome, RunnerError, Status};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use crate::container::{Container, Known, Reader, Writer};
use crate::engine::{Engine, Fate};
use crate::identity::Identity;
use crate::spec::{self, Kind};
use crate::{DockerConfig, Reuse};
use crate::{image, runner};

/// How long the engine may take to say why a container has ended. Memory that ran out is told
/// within a second.
const EXPLANATION: Duration = Duration::from_secs(3);

/// How long the word that memory ran out may come after the word that the container has ended.
const AFTERWARDS: Duration = Duration::from_millis(300);

/// A sandbox that waits for its job.
pub(crate) struct Sandbox {
    conversation: Conversation<Reader, Writer>,
    engine: Arc<Engine>,
    pub(crate) container: Container,
}

/// What sandboxes are made with.
#[derive(Debug)]
pub(crate) struct Maker {
    pub(crate) config: DockerConfig,
    pub(crate) identity: Identity,
    /// What goes on in the background, and what whoever closes the runner waits for.
    pub(crate) tasks: TaskTracker,
    pub(crate) known: Known,
    /// One image is derived at a time.
    pub(crate) deriving: tokio::sync::Mutex<()>,
}

impl Maker {
    pub(crate) fn new(config: DockerConfig) -> Self {
        Self {
            config,
            identity: Identity::of_a_new_runner(),
            tasks: TaskTracker::new(),
            known: Known::default(),
            deriving: tokio::sync::Mutex::default(),
        }
    }

    /// Makes a sandbox, and waits until its agent says that it is ready.
    pub(crate) async fn make(
        self: &Arc<Self>,
        engine: &Arc<Engine>,
        kind: &Kind,
    ) -> Result<Sandbox, RunnerError> {
        let container = self.container(engine, kind).await?;
        let sandbox = self.begin(engine, container, kind.interpreter, &kind.limits()).await;
        sandbox.map_err(RunnerError::from)
    }

    /// Makes its container, in which nothing runs yet.
    pub(crate) async fn container(
        self: &Arc<Self>,
        engine: &Arc<Engine>,
        kind: &Kind,
    ) -> Result<Container, RunnerError> {
        let base = runner::base(&self.config, kind.interpreter)?;
        let image = image::derived(engine, self, kind.interpreter, base).await?;
        let body = spec::body(&self.config, &self.identity, &image, kind)?;
        Container::create(engine, body, self).await
    }

    /// Starts a container, and waits until its agent has an interpreter up for jobs with no more
    /// than these limits.
    pub(crate) async fn begin(
        &self,
        engine: &Arc<Engine>,
        mut container: Container,
        interpreter: Interpreter,
        limits: &Limits,
    ) -> Result<Sandbox, NotReady> {
        let (reader, writer) = container.start().await?;
        let command = [interpreter.executable().to_owned()];
        let preparation = Preparation {
            walls: None,
            interpreter,
            command: &command,
            limits,
            kernel: kernel(engine),
            reused: self.config.reuse == Reuse::Tenant,
            outer_kernel: engine.outer_kernel(),
        };
        let conversation = Conversation::begin(reader, writer, &preparation).await;
        let conversation = conversation.map_err(NotReady::Agent)?;
        Ok(Sandbox { conversation, engine: Arc::clone(engine), container })
    }
}

/// The kernel that an engine's sandboxes are meant to have.
fn kernel(engine: &Engine) -> Kernel {
    if engine.isolation == Isolation::Gvisor { Kernel::Gvisor } else { Kernel::Linux }
}

/// Why a container that was made is no sandbox.
#[derive(Debug)]
pub(crate) enum NotReady {
    /// The engine does not start it.
    Engine(RunnerError),
    /// Its agent cannot, or is none.
    Agent(ConversationError),
}

impl From<RunnerError> for NotReady {
    fn from(error: RunnerError) -> Self {
        Self::Engine(error)
    }
}

impl From<NotReady> for RunnerError {
    fn from(error: NotReady) -> Self {
        match error {
            NotReady::Engine(error) => error,
            NotReady::Agent(error) => explain(error),
        }
    }
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
fn explain(error: ConversationError) -> RunnerError {
    match error {
        ConversationError::SameKernel(_) => RunnerError::Part {
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
