//! Makes sandboxes: an image with the agent, a container of it, and an interpreter that is up.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lazaret_agent::host::{Conversation, ConversationError, Preparation};
use lazaret_agent::message::{Ahead, Kernel};
use lazaret_sandbox::{Installation, Interpreter, Isolation, Limits, RunnerError};
use tokio_util::task::TaskTracker;

use crate::container::{Container, Known};
use crate::engine::Engine;
use crate::identity::Identity;
use crate::sandbox::{Sandbox, explain};
use crate::spec::{self, Kind};
use crate::{DockerConfig, Reuse, image};

/// What sandboxes are made with.
#[derive(Debug)]
pub(crate) struct Maker {
    pub(crate) config: DockerConfig,
    pub(crate) identity: Identity,
    /// The directory with the directories of all packages, on the engines' machine.
    pub(crate) packages: Option<PathBuf>,
    /// What goes on in the background, and what whoever closes the runner waits for.
    pub(crate) tasks: TaskTracker,
    pub(crate) known: Known,
    /// One image is derived at a time.
    pub(crate) deriving: tokio::sync::Mutex<()>,
}

impl Maker {
    pub(crate) fn new(config: DockerConfig, packages: Option<PathBuf>) -> Self {
        Self {
            config,
            packages,
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
        installation: Option<&Installation>,
    ) -> Result<Sandbox, RunnerError> {
        let container = self.container(engine, kind, installation).await?;
        let (limits, ahead) = (kind.limits(), kind.ahead.as_ref());
        let sandbox = self.begin(engine, container, kind.interpreter, &limits, ahead).await;
        sandbox.map_err(RunnerError::from)
    }

    /// Makes its container, in which nothing runs yet.
    pub(crate) async fn container(
        self: &Arc<Self>,
        engine: &Arc<Engine>,
        kind: &Kind,
        installation: Option<&Installation>,
    ) -> Result<Container, RunnerError> {
        let base = self.config.base(kind.interpreter)?;
        self.packages.as_deref().map(make_directory).transpose()?;
        let image = image::derived(engine, self, kind.interpreter, base).await?;
        let body = spec::body(self, &image, kind, installation)?;
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
        ahead: Option<&Ahead>,
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
            ahead,
            outer_kernel: engine.outer_kernel(),
        };
        let conversation = Conversation::begin(reader, writer, &preparation).await;
        let conversation = conversation.map_err(NotReady::Agent)?;
        Ok(Sandbox { conversation, engine: Arc::clone(engine), container })
    }
}

/// What is mounted has to be there, though nothing may be in it yet.
fn make_directory(path: &Path) -> Result<(), RunnerError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|error| RunnerError::Failed {
        action: format!("make the directory `{}`", path.display()),
        source: Box::new(error),
    })
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
