//! All stages in order, and what goes through them.
//!
//! Stages do their work; the pipeline decides what comes next. Between the phases `check` and
//! `prepare` stands the gate, and `lazaret check` is the pipeline cut there. Whatever goes wrong
//! in a stage, a panic included, makes the verdict `unknown`, and nothing after it runs.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use lazaret_sandbox::Events;
use thiserror::Error;

use crate::stage::{Phase, Run, Stage, StageError};
use crate::submission::Submission;
use crate::verdict::{Gate, Verdict};

/// What came out of the pipeline.
#[derive(Debug)]
pub struct Report {
    /// What was decided.
    pub verdict: Verdict,
    /// What a stage could not do, where that is why the verdict is unknown.
    pub failure: Option<StageError>,
    /// The gate that decided.
    pub gate: Gate,
    /// Everything that the stages found and made.
    pub run: Run,
    /// How long each stage took that was begun.
    pub timings: Vec<Timing>,
}

/// How long a stage took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    /// The stage's name.
    pub stage: String,
    /// Its phase.
    pub phase: Phase,
    /// How long.
    pub time: Duration,
}

/// A stage, its name and its phase.
pub struct NamedStage {
    /// The name in `pipeline`.
    pub name: String,
    /// Where it may stand.
    pub phase: Phase,
    /// What does the work.
    pub stage: Box<dyn Stage>,
}

/// Why stages make no pipeline.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PipelineError {
    /// There are none.
    #[error("the pipeline is empty")]
    Empty,
    /// A phase goes back.
    #[error("`{stage}` ({phase}) stands after `{before}` ({before_phase}); phases go check, prepare, execute", phase = phase.name(), before_phase = before_phase.name())]
    OutOfOrder {
        /// The stage that comes too late.
        stage: String,
        /// Its phase.
        phase: Phase,
        /// The stage before it.
        before: String,
        /// That one's phase.
        before_phase: Phase,
    },
    /// Code would run that nothing has checked.
    #[error("`{stage}` would run code that no stage has checked")]
    Unchecked {
        /// The stage that would run it.
        stage: String,
    },
    /// A stage is named twice.
    #[error("`{stage}` is named twice")]
    Twice {
        /// The stage.
        stage: String,
    },
}

/// All stages in order.
pub struct Pipeline {
    stages: Vec<NamedStage>,
    gate: Gate,
}

impl Pipeline {
    /// Refuses stages that are no pipeline: none at all, phases out of order, code run unchecked.
    pub fn new(stages: Vec<NamedStage>, gate: Gate) -> Result<Self, PipelineError> {
        let first = stages.first().ok_or(PipelineError::Empty)?;
        if first.phase != Phase::Check {
            return Err(PipelineError::Unchecked { stage: first.name.clone() });
        }
        for pair in stages.windows(2) {
            if pair[1].phase < pair[0].phase {
                return Err(PipelineError::OutOfOrder {
                    stage: pair[1].name.clone(),
                    phase: pair[1].phase,
                    before: pair[0].name.clone(),
                    before_phase: pair[0].phase,
                });
            }
        }
        for (index, stage) in stages.iter().enumerate() {
            if stages[..index].iter().any(|earlier| earlier.name == stage.name) {
                return Err(PipelineError::Twice { stage: stage.name.clone() });
            }
        }
        Ok(Self { stages, gate })
    }

    /// Whether anything in it runs code.
    pub fn executes(&self) -> bool {
        self.stages.iter().any(|stage| stage.phase == Phase::Execute)
    }

    /// The stage of this kind, where it is one of them.
    pub(crate) fn stage<S: Stage>(&self) -> Option<&S> {
        self.stages.iter().find_map(|named| {
            let stage: &dyn Any = &*named.stage;
            stage.downcast_ref()
        })
    }

    /// Takes a submission through the phases up to `last`. Dropping the future ends what runs.
    pub async fn run(&self, submission: Submission, events: Events, last: Phase) -> Report {
        let mut run = Run::new(submission, events);
        let mut timings = Vec::new();
        let mut verdict = Verdict::Allow;
        let mut failure = None;
        let mut phase = Phase::Check;
        for stage in self.stages.iter().filter(|stage| stage.phase <= last) {
            if stage.phase != phase {
                phase = stage.phase;
                verdict = self.judge(&run);
                if verdict != Verdict::Allow {
                    break;
                }
            }
            let begun = Instant::now();
            let done = apply(stage, &mut run).await;
            timings.push(Timing { stage: stage.name.clone(), phase, time: begun.elapsed() });
            if let Err(error) = done {
                verdict = unknown(&stage.name, &error);
                failure = Some(error);
                break;
            }
        }
        // What the last phase found counts too, be it a check or a command that prepares.
        if verdict == Verdict::Allow {
            verdict = self.judge(&run);
        }
        // Whoever listens hears that no more is coming.
        run.events = Events::none();
        for findings in [&mut run.findings, &mut run.monitored] {
            findings.sort_by(|a, b| (&a.path, a.span, &a.rule).cmp(&(&b.path, b.span, &b.rule)));
        }
        Report { verdict, failure, gate: self.gate, run, timings }
    }

    /// What the gate says when all checks are done. A file that nobody could judge is not
    /// allowed; a finding that denies says more than it.
    fn judge(&self, run: &Run) -> Verdict {
        match (self.gate.judge(&run.findings), run.unjudged.first()) {
            (Verdict::Allow, Some(unjudged)) => Verdict::Unknown {
                stage: self.stages[0].name.clone(),
                reason: format!("cannot judge `{}`: {}", unjudged.path, unjudged.reason),
                help: None,
            },
            (verdict, _) => verdict,
        }
    }
}

/// One stage's work. A panic is an error like any other: nobody knows what it would have found.
async fn apply(stage: &NamedStage, run: &mut Run) -> Result<(), StageError> {
    AssertUnwindSafe(stage.stage.apply(run)).catch_unwind().await.unwrap_or_else(|panic| {
        Err(StageError::new(format!("it panicked: {}", panic_text(&*panic))))
    })
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

fn unknown(stage: &str, error: &StageError) -> Verdict {
    Verdict::Unknown {
        stage: stage.to_owned(),
        reason: lazaret_sandbox::causes(error),
        help: error.help.clone(),
    }
}

#[cfg(test)]
mod tests;
