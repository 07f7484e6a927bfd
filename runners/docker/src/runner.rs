//! One run: a container is made, told the job, listened to, and gone.

use async_trait::async_trait;
use lazaret_agent::host::{Conversation, ConversationError, Preparation};
use lazaret_sandbox::{Events, Interpreter, Isolation, Job, Outcome, Runner, RunnerError, Status};
use tokio::sync::OnceCell;

use crate::DockerConfig;
use crate::container::Container;
use crate::engine::Engine;
use crate::image;

/// The name in configuration and messages.
const NAME: &str = "docker";

/// Runs jobs in containers.
#[derive(Debug)]
pub struct DockerRunner {
    config: DockerConfig,
    engine: OnceCell<Engine>,
}

impl DockerRunner {
    /// A runner with these settings. Nothing is tried yet; [`Runner::ready`] tries.
    pub fn new(config: DockerConfig) -> Self {
        Self { config, engine: OnceCell::new() }
    }

    async fn engine(&self) -> Result<&Engine, RunnerError> {
        self.engine.get_or_try_init(|| Engine::connect(&self.config)).await
    }

    fn base(&self, interpreter: Interpreter) -> Result<&str, RunnerError> {
        self.config.images.base(interpreter).ok_or_else(|| RunnerError::Interpreter {
            what: format!("an image with {}", interpreter.name()),
            help: format!("set `docker.images.{}` to a base image", interpreter.name()),
        })
    }

    async fn converse(
        &self,
        engine: &Engine,
        container: &mut Container,
        job: &Job,
        events: &Events,
    ) -> Result<Outcome, RunnerError> {
        let streams = container.start().await?;
        let command = [executable(job.interpreter).to_owned()];
        let preparation = Preparation {
            walls: None,
            interpreter: job.interpreter,
            command: &command,
            limits: &job.limits,
            outer_kernel: engine.outer_kernel(),
        };
        let mut conversation = Conversation::begin(streams.reader, streams.writer, &preparation)
            .await
            .map_err(refused)?;
        let mut outcome =
            conversation.run(job, engine.isolation(), events).await.map_err(refused)?;
        if container.is_out_of_memory() {
            outcome.status = Status::MemoryLimit;
        }
        Ok(outcome)
    }
}

#[async_trait]
impl Runner for DockerRunner {
    async fn run(&self, job: Job, events: Events) -> Result<Outcome, RunnerError> {
        let engine = self.engine().await?;
        job.check(NAME, engine.isolation())?;
        let base = self.base(job.interpreter)?;
        let image = image::derived(engine, job.interpreter, base).await?;
        let mut container = Container::create(engine, &image, &job.limits).await?;
        let outcome = self.converse(engine, &mut container, &job, &events).await;
        container.remove().await?;
        outcome
    }

    async fn ready(&self) -> Result<Isolation, RunnerError> {
        if self.config.images.is_empty() {
            self.base(Interpreter::Python)?;
        }
        let engine = self.engine().await?;
        for interpreter in Interpreter::ALL {
            if let Some(base) = self.config.images.base(interpreter) {
                image::derived(engine, interpreter, base).await?;
            }
        }
        Ok(engine.isolation())
    }
}

/// The interpreter, as the agent finds it on the image's `PATH`.
fn executable(interpreter: Interpreter) -> &'static str {
    match interpreter {
        Interpreter::Python => "python3",
        Interpreter::Node => "node",
        Interpreter::Bash => "bash",
    }
}

/// What the agent could not do inside, with the answer of the kernel there.
fn refused(error: ConversationError) -> RunnerError {
    match error {
        ConversationError::Refused(failure) => RunnerError::Part {
            part: failure.part.name().to_owned(),
            help: "use another `docker.runtime` or another base image".to_owned(),
            source: Box::new(failure.cause()),
        },
        ConversationError::SameKernel(_) => RunnerError::Part {
            part: "gVisor".to_owned(),
            help: "register gVisor's runsc under the name that `docker.runtime` has".to_owned(),
            source: Box::new(error),
        },
        other => RunnerError::Failed {
            action: "run the job in a container".into(),
            source: Box::new(other),
        },
    }
}
