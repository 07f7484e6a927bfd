//! One run: an agent is started, told the job, listened to, and gone.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, UNIX_EPOCH};

use async_trait::async_trait;
use lazaret_agent::host::{self, Conversation, ConversationError, Preparation};
use lazaret_agent::message::{GroupParent, Kernel, OUT_OF_MEMORY, PACKAGES, Shown, VERSION, Walls};
use lazaret_sandbox::{
    Events, Examination, Installation, Interpreter, Isolation, Job, Limits, Outcome, Packages,
    Runner, RunnerError, Status,
};
use nix::errno::Errno;
use tokio::io::AsyncReadExt;
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use crate::interpreters::{self, Found};
use crate::{ProcessConfig, agent, doctor, groups, refusal};

/// The name in configuration and messages.
const NAME: &str = "process";

/// How long an agent may take to go, once it has said its last word: it removes control groups,
/// which waits for the kernel. Then it is ended.
const FAREWELL: Duration = Duration::from_secs(5);

/// Runs jobs in namespaces of this machine.
#[derive(Debug)]
pub struct ProcessRunner {
    config: ProcessConfig,
    groups: OnceLock<Vec<GroupParent>>,
    parts: OnceCell<Vec<String>>,
}

impl ProcessRunner {
    /// A runner with these settings. Nothing is tried yet; [`Runner::ready`] tries.
    pub fn new(config: ProcessConfig) -> Self {
        Self { config, groups: OnceLock::new(), parts: OnceCell::new() }
    }

    /// What a sandbox is made of here, such as `seccomp` or `landlock`: one is made and thrown
    /// away, the first time that this is asked.
    pub async fn parts(&self) -> Result<&[String], RunnerError> {
        let parts = self.parts.get_or_try_init(|| self.try_a_sandbox()).await?;
        Ok(parts)
    }

    /// The executable that runs programs of this kind.
    pub fn interpreter(&self, interpreter: Interpreter) -> Result<PathBuf, RunnerError> {
        Ok(interpreters::find(interpreter, &self.config)?.executable)
    }

    async fn try_a_sandbox(&self) -> Result<Vec<String>, RunnerError> {
        let (mut agent, streams) = start()?;
        let walls = self.walls(&Limits::default(), None);
        let greeting = host::greet(streams.reader, streams.writer, &walls).await;
        say_goodbye(&mut agent).await?;
        explain(greeting, streams.errors).await
    }

    fn walls(&self, limits: &Limits, found: Option<&Found>) -> Walls {
        let mut readable = self.config.readable.clone();
        readable.extend(found.and_then(|found| found.readable.clone()));
        Walls {
            version: VERSION,
            readable,
            shown: Vec::new(),
            network: false,
            disk: limits.disk,
            files: limits.files(),
            memory: limits.memory,
            processes: limits.processes,
            groups: self.groups.get_or_init(groups::find).clone(),
            groups_demand: self.config.cgroups.into(),
            landlock: self.config.landlock.into(),
        }
    }
}

#[async_trait]
impl Runner for ProcessRunner {
    /// Runs `job` to its end. Dropping the future ends the job: the agent sees that nobody
    /// listens, and goes with everything that is inside, within a second.
    async fn run(&self, job: Job, events: Events) -> Result<Outcome, RunnerError> {
        job.check(NAME, Isolation::Process)?;
        let found = interpreters::find(job.interpreter, &self.config)?;
        let command = [found.executable.display().to_string()];
        let walls = Walls {
            shown: shown(&job),
            network: job.installation.as_ref().is_some_and(|installation| installation.network),
            ..self.walls(&job.limits, Some(&found))
        };
        let (mut agent, streams) = start()?;
        let preparation = Preparation {
            walls: Some(&walls),
            interpreter: job.interpreter,
            command: &command,
            limits: &job.limits,
            kernel: Kernel::Linux,
            reused: false,
            ahead: None,
            outer_kernel: None,
        };
        let outcome = converse(streams.reader, streams.writer, &preparation, &job, &events).await;
        let exit_code = say_goodbye(&mut agent).await?;
        let mut outcome = explain(outcome, streams.errors).await?;
        if outcome.status == Status::SandboxCrashed && exit_code == Some(OUT_OF_MEMORY.into()) {
            outcome.status = Status::MemoryLimit;
        }
        Ok(outcome)
    }

    async fn ready(&self) -> Result<Isolation, RunnerError> {
        self.parts().await.map(|_| Isolation::Process)
    }

    /// The interpreter, as a file of this machine.
    async fn platform(&self, interpreter: Interpreter) -> Result<String, RunnerError> {
        let executable = self.interpreter(interpreter)?;
        let changed = executable.metadata().and_then(|metadata| metadata.modified());
        let changed = changed.map_err(|error| {
            let action = format!("look at `{}`", executable.display());
            RunnerError::Failed { action, source: Box::new(error) }
        })?;
        let changed = changed.duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(format!("{NAME} {} {}", executable.display(), changed.as_nanos()))
    }

    async fn diagnose(&self) -> Examination {
        let groups = self.groups.get_or_init(groups::find);
        doctor::examine(&self.config, self.parts().await, groups).await
    }
}

/// What a job is shown of this machine: its packages and none of those beside them, and what an installer
/// works with.
fn shown(job: &Job) -> Vec<Shown> {
    let read_only = |directory: &Path, place| {
        let directory = directory.to_owned();
        Shown { directory, place, writable: false }
    };
    let packages = job.packages.iter().map(|Packages { directory, .. }| {
        read_only(directory, Path::new(PACKAGES).join(directory.file_name().unwrap_or_default()))
    });
    let sources = job.installation.iter().flat_map(|installation| {
        let sources = installation.sources.iter().enumerate();
        sources.map(|(number, directory)| read_only(directory, Installation::source(number)))
    });
    let filled = job.installation.iter().map(|installation| Shown {
        directory: installation.into.clone(),
        place: Installation::INTO.into(),
        writable: true,
    });
    packages.chain(sources).chain(filled).collect()
}

/// Has an agent run one job. It is told that this is all when the conversation is dropped.
async fn converse(
    reader: ChildStdout,
    writer: ChildStdin,
    preparation: &Preparation<'_>,
    job: &Job,
    events: &Events,
) -> Result<Outcome, ConversationError> {
    let mut conversation = Conversation::begin(reader, writer, preparation).await?;
    conversation.run(job, Isolation::Process, events).await
}

/// The agent's streams. Closing the writer tells it that the host is gone.
struct Streams {
    writer: ChildStdin,
    reader: ChildStdout,
    errors: ChildStderr,
}

fn start() -> Result<(Child, Streams), RunnerError> {
    let mut child = agent::start()?;
    let streams = child.stdin.take().zip(child.stdout.take()).zip(child.stderr.take());
    let ((writer, reader), errors) = streams.expect("all three were asked for");
    Ok((child, Streams { writer, reader, errors }))
}

/// Waits until the agent has gone, so that after a run nothing of it is left. Answers with its exit
/// code, where it had one and it is known.
async fn say_goodbye(agent: &mut Child) -> Result<Option<i32>, RunnerError> {
    let gone = match timeout(FAREWELL, agent.wait()).await {
        Ok(gone) => gone.map(|status| status.code()),
        Err(_) => agent.kill().await.map(|()| None),
    };
    match gone {
        // Where this program was started with the end of children ignored, the kernel may be the
        // one who has waited.
        Err(error) if error.raw_os_error() != Some(Errno::ECHILD as i32) => {
            let action = "wait for the end of the sandbox".into();
            Err(RunnerError::Failed { action, source: Box::new(error) })
        }
        gone => Ok(gone.unwrap_or_default()),
    }
}

/// Adds to an unexplained end what the agent said about it; it says something only when it breaks.
async fn explain<T>(
    outcome: Result<T, ConversationError>,
    errors: ChildStderr,
) -> Result<T, RunnerError> {
    const MOST: u64 = 4096;
    match outcome {
        Ok(outcome) => Ok(outcome),
        Err(ConversationError::Ended) => {
            let mut text = String::new();
            // Whatever could be read is better than nothing.
            let _ = errors.take(MOST).read_to_string(&mut text).await;
            let text = format!("the agent ended: {}", text.trim());
            let source = Box::new(std::io::Error::other(text));
            Err(RunnerError::Failed { action: "make a sandbox".into(), source })
        }
        Err(error) => Err(refusal::explain(error)),
    }
}
