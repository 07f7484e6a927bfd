//! A small sandbox, made as those of jobs are: a program in it tells what it runs on, then uses more
//! memory than there is. It takes a second, and is gone afterwards.

use std::sync::Arc;
use std::time::{Duration, Instant};

use lazaret_agent::host::ConversationError;
use lazaret_sandbox::{Events, Interpreter, Job, Limits, RunnerError};
use tokio::time::{sleep, timeout};

use super::{Patient, leftovers};
use crate::container::Container;
use crate::engine::Engine;
use crate::maker::NotReady;
use crate::spec::Kind;

/// What a sandbox showed.
#[derive(Debug, Default)]
pub(super) struct Trial {
    /// The release of the kernel that it saw.
    pub(super) kernel: Option<String>,
    /// Whether that is not gVisor's, though the runtime's name says so.
    pub(super) is_refuted: bool,
    /// Whether the engine filters its system calls.
    pub(super) filtered: bool,
    /// When the engine said that its memory ran out, counted from the program's start.
    pub(super) out_of_memory: Option<Duration>,
    /// Where its runtime keeps its state, which tells this engine's sandboxes from another's.
    pub(super) root: Option<String>,
    /// Whether it is gone.
    pub(super) removed: bool,
    /// Why no program ran in it.
    pub(super) failure: Option<NotReady>,
}

/// What the container has, and soon uses up. The agent is told more, so that the engine is the first
/// to notice.
const MEMORY: u64 = 64 * 1024 * 1024;
const TOLD: u64 = 16 * 1024 * 1024 * 1024;

/// Until memory has run out: under gVisor half a second, and ten times as long on a busy machine.
const LONGEST: Duration = Duration::from_secs(15);

/// How long after the program's end the engine may still say that memory ran out: seen, it says so
/// after the agent has said that the program ended.
const AFTERMATH: Duration = Duration::from_secs(2);

/// How long the engine may take to start a container, and to remove it. It starts one in half a
/// second and removes one in 0.2 s; one that hangs takes minutes.
const PATIENCE: Duration = Duration::from_secs(15);

const SHELL: &str = "\
for file in /proc/version /proc/1/status; do
  while read -r line; do echo \"$line\"; done <$file
done
kept=xxxxxxxxxxxxxxxx
while :; do kept=$kept$kept; done";

const PYTHON: &str = "\
for file in ('/proc/version', '/proc/1/status'):
    print(open(file).read(), flush=True)
kept = []
while True:
    kept.append(bytearray(b'x' * 1048576))";

const NODE: &str = "\
const { readFileSync, writeSync } = require('node:fs');
for (const file of ['/proc/version', '/proc/1/status']) writeSync(1, readFileSync(file));
for (const kept = []; ;) kept.push(Buffer.alloc(1048576, 'x'));";

impl Patient<'_> {
    /// Makes one, watches it, and removes it.
    pub(super) async fn try_sandbox(&self, interpreter: Interpreter) -> Trial {
        let mut trial = Trial::default();
        match timeout(PATIENCE, self.container(interpreter)).await {
            Ok(Ok((engine, container))) => {
                let id = container.id.clone();
                self.watch(engine, container, interpreter, &mut trial).await;
                trial.removed = self.is_removed(&id).await;
                // Each failed start of gVisor leaves processes that Docker knows nothing of any more.
                leftovers::end_processes_of(&id);
            }
            Ok(Err(error)) => (trial.failure, trial.removed) = (Some(error.into()), true),
            Err(_) => trial.failure = Some(too_slow()),
        }
        trial
    }

    async fn container(
        &self,
        interpreter: Interpreter,
    ) -> Result<(Arc<Engine>, Container), RunnerError> {
        let (config, identity) = (&self.maker.config, &self.maker.identity);
        let engine = Engine::connect(config, self.host, identity).await?;
        let engine = Arc::new(engine);
        let kind = Kind::new(interpreter, &limits(MEMORY));
        let container = self.maker.container(&engine, &kind).await?;
        Ok((engine, container))
    }

    async fn watch(
        &self,
        engine: Arc<Engine>,
        container: Container,
        interpreter: Interpreter,
        trial: &mut Trial,
    ) {
        let (id, told) = (container.id.clone(), limits(TOLD));
        let sandbox = self.maker.begin(&engine, container, interpreter, &told);
        let sandbox = timeout(PATIENCE, sandbox).await.unwrap_or_else(|_| Err(too_slow()));
        trial.root = leftovers::root_of(&id);
        let mut sandbox = match sandbox {
            Ok(sandbox) => sandbox,
            Err(NotReady::Agent(ConversationError::NotGvisor(kernel))) => {
                (trial.kernel, trial.is_refuted) = (Some(kernel), true);
                return;
            }
            Err(error) => {
                trial.failure = Some(error);
                return;
            }
        };
        let begun = Instant::now();
        let (job, nobody) = (job(interpreter, told), Events::none());
        let ran = timeout(LONGEST * 2, sandbox.run(&job, &nobody)).await;
        // Why it has ended is of no interest; what it showed until then counts.
        if let Ok(Ok(outcome)) = ran {
            trial.read(&String::from_utf8_lossy(&outcome.stdout.bytes));
        }
        let told = sandbox.container.fate.wait_for(|fate| fate.out_of_memory);
        if matches!(timeout(AFTERMATH, told).await, Ok(Ok(_))) {
            trial.out_of_memory = Some(begun.elapsed());
        }
    }

    /// Waits until the container is gone, which is being removed.
    async fn is_removed(&self, id: &str) -> bool {
        let gone = async {
            while self.maker.known.has(id) {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, gone).await.is_ok()
    }
}

fn too_slow() -> NotReady {
    NotReady::Engine(RunnerError::Failed {
        action: "start a container".into(),
        source: format!("it took more than {} seconds", PATIENCE.as_secs()).into(),
    })
}

fn limits(memory: u64) -> Limits {
    Limits { memory, wall: LONGEST, processes: 16, ..Limits::default() }
}

fn job(interpreter: Interpreter, limits: Limits) -> Job {
    let code = match interpreter {
        Interpreter::Python => PYTHON,
        Interpreter::Node => NODE,
        Interpreter::Bash => SHELL,
    };
    Job { limits, ..Job::script(interpreter, "trial", code) }
}

impl Trial {
    /// Reads `/proc/version` ("Linux version 4.4.0 …") and the status of process 1, whose system
    /// calls only the engine filters ("Seccomp: 2").
    fn read(&mut self, said: &str) {
        let after = |start: &str| {
            let line = said.lines().find_map(|line| line.strip_prefix(start));
            line.and_then(|rest| rest.split_whitespace().next()).map(str::to_owned)
        };
        self.kernel = after("Linux version ");
        self.filtered = after("Seccomp:").is_some_and(|mode| mode == "2");
    }
}
