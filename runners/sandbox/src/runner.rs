//! The trait of runners, what they tell while a program runs, and what can go wrong with them.

use std::error::Error as StdError;
use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;
use tokio::sync::mpsc;

use crate::{Examination, Interpreter, Isolation, Job, LimitError, Limits, Outcome, PoolState};

/// Runs a job in a sandbox that nobody else has used, or will.
#[async_trait]
pub trait Runner: Send + Sync {
    /// Runs `job` to its end. Dropping the future ends the job and removes its sandbox.
    async fn run(&self, job: Job, events: Events) -> Result<Outcome, RunnerError>;

    /// Whether a job could run now, and how strong its sandbox would be. Readiness probes and
    /// the choice of `runner = "auto"` believe this, so it tries, and does not guess.
    async fn ready(&self) -> Result<Isolation, RunnerError>;

    /// The same for jobs with this interpreter; what only the others need does not matter.
    async fn ready_for(&self, interpreter: Interpreter) -> Result<Isolation, RunnerError> {
        let _ = interpreter;
        self.ready().await
    }

    /// What packages for this interpreter have to be installed for: another text whenever they may have
    /// to be other ones. No two runners say the same. Costs a question to an engine at most.
    async fn platform(&self, interpreter: Interpreter) -> Result<String, RunnerError> {
        let _ = interpreter;
        Err(RunnerError::Job("its runner runs no programs with packages".into()))
    }

    /// Looks at everything that running depends on, and says of each what was found and what to
    /// do. Takes a few seconds at most and leaves nothing behind.
    async fn diagnose(&self) -> Examination {
        Examination::of_readiness(&self.ready().await)
    }

    /// Makes sandboxes ahead of time for jobs with these limits, and keeps some made until
    /// [`Runner::close`]. Returns without waiting for them; what goes wrong meanwhile is seen in
    /// [`Runner::ready`] and [`Runner::pools`]. Without it a runner makes sandboxes when jobs come.
    async fn warm(&self, limits: &Limits) {
        let _ = limits;
    }

    /// Takes no new jobs, waits for those that run, and removes the sandboxes that wait. Dropping
    /// the future cuts the waiting short; closing again goes on from there. Jobs that come later get
    /// [`RunnerError::Closed`] from a runner that holds sandboxes.
    async fn close(&self) {}

    /// How many jobs it runs at one time, where it holds that to a number; more would wait.
    fn places(&self) -> Option<u32> {
        None
    }

    /// The sandboxes that are held ready; nothing where each is made when its job comes.
    fn pools(&self) -> Vec<PoolState> {
        Vec::new()
    }
}

/// What happens while a program runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It printed these bytes to standard output.
    Stdout(Vec<u8>),
    /// It printed these bytes to standard error.
    Stderr(Vec<u8>),
    /// Packages are being installed for it.
    Installing(Progress),
}

/// How far an installation is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What the installer says it does: a line of text.
    pub message: String,
    /// How much of this step is done, in percent; nothing where nobody knows.
    pub percent: Option<u8>,
}

/// Where a runner tells what happens. Bounded: a slow listener slows the program's output, and
/// never fills memory. Its time limit goes on meanwhile.
#[derive(Clone, Debug)]
pub struct Events {
    listener: Option<mpsc::Sender<Event>>,
    /// Whether the outcome holds what was printed, too.
    kept: bool,
}

impl Events {
    /// Nobody listens.
    pub fn none() -> Self {
        Self { listener: None, kept: true }
    }

    /// Somebody listens, with at most `capacity` events waiting.
    pub fn channel(capacity: usize) -> (Self, mpsc::Receiver<Event>) {
        let (sender, receiver) = mpsc::channel(capacity);
        (Self { listener: Some(sender), kept: true }, receiver)
    }

    /// Somebody listens, and the outcome holds nothing of what was printed: however much that is,
    /// it takes no more memory than the events that wait.
    pub fn instead(capacity: usize) -> (Self, mpsc::Receiver<Event>) {
        let (events, receiver) = Self::channel(capacity);
        (Self { kept: false, ..events }, receiver)
    }

    /// Whether the outcome is to hold what is printed.
    pub fn outcome_holds_output(&self) -> bool {
        self.kept
    }

    /// Tells the listener, unless too many events wait. For what the next event makes out of date.
    pub fn offer(&self, event: Event) {
        if let Some(listener) = &self.listener {
            let _ = listener.try_send(event);
        }
    }

    /// Tells the listener, and waits while too many events wait. A listener that has gone away is
    /// no error.
    pub async fn send(&self, event: Event) {
        if let Some(listener) = &self.listener {
            let _ = listener.send(event).await;
        }
    }
}

/// What a runner could not do.
#[derive(Debug, Error)]
pub enum RunnerError {
    /// The job asks for what no runner can hold.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// The job cannot be run by any runner: an entry that is not among its files, a path that
    /// leaves the work directory, an argument that is no identifier.
    #[error("cannot run the job: {0}")]
    Job(String),
    /// The job demands a stronger sandbox than this runner has.
    #[error("cannot run with isolation `{demanded}`: the runner `{runner}` offers `{offered}`", demanded = demanded.name(), offered = offered.name())]
    Isolation {
        /// The runner's name in the configuration.
        runner: &'static str,
        /// The least that the job accepts.
        demanded: Isolation,
        /// What there is.
        offered: Isolation,
    },
    /// Too many jobs wait already.
    #[error("cannot take another job: {waiting} wait already")]
    Busy {
        /// How many wait.
        waiting: u32,
    },
    /// The job waited for its turn, and it did not come in time.
    #[error("cannot take the job: its turn did not come within {waited:?}")]
    NoTurn {
        /// How long a job may wait.
        waited: Duration,
    },
    /// The runner is being closed.
    #[error("cannot take another job: the runner is closing")]
    Closed,
    /// There is no such interpreter here, or it is too old.
    #[error("cannot find {what}")]
    Interpreter {
        /// What was looked for, and where.
        what: String,
        /// What the user can do.
        help: String,
    },
    /// A part of the sandbox that is not optional cannot be had.
    #[error("cannot make a sandbox without {part}")]
    Part {
        /// The part: `a user namespace`, `the runtime runsc`.
        part: String,
        /// What the user can do.
        help: String,
        /// Why not: what the kernel or the engine said.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// Anything else that broke on our side.
    #[error("cannot {action}")]
    Failed {
        /// What was being done: `start the sandbox`.
        action: String,
        /// Why it failed.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
}

impl RunnerError {
    /// What the user can do about it, where that is known.
    pub fn help(&self) -> Option<&str> {
        match self {
            Self::Interpreter { help, .. } | Self::Part { help, .. } => Some(help),
            Self::Isolation { .. } => {
                Some("choose another `runner`, or lower `execution.isolation`")
            }
            Self::Busy { .. } | Self::NoTurn { .. } => Some("try again later"),
            Self::Closed => Some("try again when it has started anew, or elsewhere"),
            Self::Failed { .. } => {
                Some("run `lazaret doctor`: it says what is wrong and what to do")
            }
            Self::Limit(_) | Self::Job(_) => None,
        }
    }
}
