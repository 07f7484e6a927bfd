//! One stage of the pipeline: what it does, how it is configured, and what it works on.

use std::any::Any;
use std::error::Error as StdError;

use async_trait::async_trait;
use lazaret_analysis::{Analysis, Dependency, Finding};
use lazaret_sandbox::{Events, Outcome};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::app::{BuildError, Parts};
use crate::stages::dependencies::Prepared;
use crate::submission::Submission;

/// A piece of work on a run.
#[async_trait]
pub trait Stage: Any + Send + Sync {
    /// Does the work, and writes what it found or made into `run`.
    async fn apply(&self, run: &mut Run) -> Result<(), StageError>;
}

/// The table that configures a stage, and builds it. Building does no I/O beside reading the
/// files that the table names.
pub trait StageConfig: DeserializeOwned + JsonSchema + 'static {
    /// The stage's name in `pipeline`, and its table's.
    const NAME: &'static str;
    /// Where in the pipeline it may stand.
    const PHASE: Phase;

    /// Makes the stage.
    fn build(self, parts: &Parts) -> Result<Box<dyn Stage>, BuildError>;
}

/// The parts of a pipeline, in their order.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Judges the code. After it stands the gate.
    Check,
    /// Gets ready what the code needs to run.
    Prepare,
    /// Runs it.
    Execute,
}

impl Phase {
    /// The name in configuration and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Prepare => "prepare",
            Self::Execute => "execute",
        }
    }
}

/// What goes through the pipeline: the submission, and what the stages have made of it so far.
#[derive(Debug)]
pub struct Run {
    /// What was submitted.
    pub submission: Submission,
    /// Where a running program's output is told as it is printed.
    pub events: Events,
    /// What analysis established, a file each.
    pub analyses: Vec<Analysis>,
    /// The files that could not be judged, and why.
    pub unjudged: Vec<Unjudged>,
    /// What the rules say.
    pub findings: Vec<Finding>,
    /// What policies say that is only monitored. It stops nothing.
    pub monitored: Vec<Finding>,
    /// What the code needs from outside.
    pub dependencies: Vec<Dependency>,
    /// The packages that were installed for the program.
    pub prepared: Option<Prepared>,
    /// What the program did.
    pub outcome: Option<Outcome>,
}

impl Run {
    /// Nothing has been done yet.
    pub fn new(submission: Submission, events: Events) -> Self {
        Self {
            unjudged: submission.unread.clone(),
            submission,
            events,
            analyses: Vec::new(),
            findings: Vec::new(),
            monitored: Vec::new(),
            dependencies: Vec::new(),
            prepared: None,
            outcome: None,
        }
    }
}

/// A file that could not be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unjudged {
    /// The file.
    pub path: String,
    /// The reason's stable name: `not-utf-8`.
    pub id: &'static str,
    /// Why: "it is not UTF-8 text".
    pub reason: String,
}

/// What a stage could not do.
#[derive(Debug, Error)]
#[error("{message}")]
pub struct StageError {
    /// "cannot …", with the name of the thing.
    pub message: String,
    /// What the user can do.
    pub help: Option<String>,
    /// Why.
    #[source]
    pub source: Option<Box<dyn StdError + Send + Sync>>,
}

impl StageError {
    /// An error without a cause.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, source: None }
    }
}
