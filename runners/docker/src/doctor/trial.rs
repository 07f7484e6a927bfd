//! Two small sandboxes, made as those of jobs are: a program in the first tells what it runs on, one
//! in the second uses more memory than there is. They take a second each, and are gone afterwards.
//!
//! Two, because what a program has printed is lost where the kernel ends the sandbox a moment later.

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

/// What the sandboxes showed.
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
    /// Whether one is not gone.
    pub(super) stays: bool,
    /// Why no program ran in one.
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

/// What the program of a trial does.
#[derive(Clone, Copy)]
enum Act {
    /// It prints what it sees of its kernel and of the filter of its system calls.
    Tell,
    /// It takes memory without end.
    Grow,
}

impl Act {
    fn code(self, interpreter: Interpreter) -> &'static str {
        match (self, interpreter) {
            (Self::Tell, Interpreter::Bash) => {
                r#"for file in /proc/version /proc/1/status; do
                     while read -r line; do echo "$line"; done <$file
                   done"#
            }
            (Self::Tell, Interpreter::Python) => {
                "for file in ('/proc/version', '/proc/1/status'): print(open(file).read())"
            }
            (Self::Tell, Interpreter::Node) => {
                "for (const file of ['/proc/version', '/proc/1/status'])
                   console.log(require('node:fs').readFileSync(file, 'utf8'));"
            }
            (Self::Grow, Interpreter::Bash) => "kept=x; while :; do kept=$kept$kept; done",
            (Self::Grow, Interpreter::Python) => {
                "kept = []\nwhile True: kept.append(bytearray(b'x' * 1048576))"
            }
            (Self::Grow, Interpreter::Node) => {
                "for (const kept = []; ;) kept.push(Buffer.alloc(1048576, 'x'));"
            }
        }
    }
}

impl Patient<'_> {
    /// Makes them one after another, watches them, and removes them.
    pub(super) async fn try_sandboxes(&self, interpreter: Interpreter) -> Trial {
        let mut trial = Trial::default();
        self.try_one(interpreter, Act::Tell, &mut trial).await;
        if trial.kernel.is_some() && !trial.is_refuted {
            self.try_one(interpreter, Act::Grow, &mut trial).await;
        }
        trial
    }

    async fn try_one(&self, interpreter: Interpreter, act: Act, trial: &mut Trial) {
        match timeout(PATIENCE, self.container(interpreter)).await {
            Ok(Ok((engine, container))) => {
                let id = container.id.clone();
                self.watch(engine, container, interpreter, act, trial).await;
                trial.stays |= !self.is_removed(&id).await;
                // Each failed start of gVisor leaves processes that Docker knows nothing of any more.
                leftovers::end_processes_of(&id);
            }
            Ok(Err(error)) => trial.failure = Some(error.into()),
            Err(_) => (trial.failure, trial.stays) = (Some(too_slow()), true),
        }
    }

    async fn container(
        &self,
        interpreter: Interpreter,
    ) -> Result<(Arc<Engine>, Container), RunnerError> {
        let (config, identity) = (&self.maker.config, &self.maker.identity);
        let engine = Engine::connect(config, self.host, identity).await?;
        let engine = Arc::new(engine);
        let kind = Kind::new(interpreter, &limits(MEMORY));
        let container = self.maker.container(&engine, &kind, None).await?;
        Ok((engine, container))
    }

    async fn watch(
        &self,
        engine: Arc<Engine>,
        container: Container,
        interpreter: Interpreter,
        act: Act,
        trial: &mut Trial,
    ) {
        let (id, told) = (container.id.clone(), limits(TOLD));
        let sandbox = self.maker.begin(&engine, container, interpreter, &told, None);
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
        let (job, nobody) = (job(interpreter, act, told), Events::none());
        // Why it has ended is of no interest; what it showed until then counts.
        let ran = timeout(LONGEST * 2, sandbox.run(&job, &nobody)).await;
        if matches!(act, Act::Tell) {
            if let Ok(Ok(outcome)) = ran {
                trial.read(&String::from_utf8_lossy(&outcome.stdout.bytes));
            }
            return;
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

fn job(interpreter: Interpreter, act: Act, limits: Limits) -> Job {
    Job { limits, ..Job::script(interpreter, "trial", act.code(interpreter)) }
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
