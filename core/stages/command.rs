//! A stage in a process of its own, in any language: JSON in, JSON out.
//!
//! The command is the operator's, not the submission's: it runs on this machine, outside any
//! sandbox, with an empty environment but for `PATH`. It gets the source code as data.

use std::process::Stdio;
use std::time::Duration;

use async_trait::async_trait;
use lazaret_analysis::{Finding, Severity, SourceFile, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use crate::app::BuildError;
use crate::config::Time;
use crate::pipeline::NamedStage;
use crate::processes::Group;
use crate::stage::{Phase, Run, Stage, StageError};

/// What a command answers at most: far more than findings for one submission need.
const LARGEST_ANSWER: u64 = 16 * 1024 * 1024;

/// A table below `[stages]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommandConfig {
    /// The program and its arguments. No shell sees them.
    command: Vec<String>,
    /// Where in the pipeline it may stand.
    #[serde(default = "check")]
    phase: Phase,
    /// How long it may take.
    #[serde(default = "ten_seconds")]
    timeout: Time,
}

fn check() -> Phase {
    Phase::Check
}

fn ten_seconds() -> Time {
    Time(Duration::from_secs(10))
}

impl CommandConfig {
    pub(crate) fn build(self, name: &str) -> Result<NamedStage, BuildError> {
        let wrong = |key: &str, reason: &str| BuildError {
            key: key.into(),
            reason: reason.into(),
            ..BuildError::default()
        };
        if self.command.first().is_none_or(String::is_empty) {
            return Err(wrong("command", "it names no program"));
        }
        if self.phase == Phase::Execute {
            return Err(wrong(
                "phase",
                "a command can check or prepare; what executes is a runner",
            ));
        }
        let (name, phase) = (name.to_owned(), self.phase);
        let stage = Box::new(CommandStage { name: name.clone(), config: self });
        Ok(NamedStage { name, phase, stage })
    }
}

struct CommandStage {
    name: String,
    config: CommandConfig,
}

/// What the command reads: version 1.
#[derive(Serialize)]
struct Question<'a> {
    version: u32,
    files: Vec<QuestionFile<'a>>,
    findings: Vec<AnswerFinding>,
    dependencies: Vec<&'a str>,
}

#[derive(Serialize)]
struct QuestionFile<'a> {
    path: &'a str,
    language: &'a str,
    /// Bytes that are not UTF-8 are replaced; no such file gets past the analysis.
    text: std::borrow::Cow<'a, str>,
}

/// What the command writes: version 1.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    findings: Vec<AnswerFinding>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerFinding {
    rule: String,
    severity: Severity,
    message: String,
    path: String,
    /// Byte offsets into the file.
    start: usize,
    end: usize,
    #[serde(default)]
    help: Option<String>,
}

#[async_trait]
impl Stage for CommandStage {
    async fn apply(&self, run: &mut Run) -> Result<(), StageError> {
        let question = question(run)?;
        let limit = self.config.timeout;
        let answer = tokio::time::timeout(limit.0, self.ask(&question))
            .await
            .map_err(|_| self.failed(&format!("it took longer than {limit}"), None))??;
        let answer: Answer = serde_json::from_slice(&answer).map_err(|error| {
            self.failed("its answer is not what was agreed", Some(error.into()))
        })?;
        for finding in answer.findings {
            let checked = self.check(run, finding)?;
            run.findings.push(checked);
        }
        Ok(())
    }
}

impl CommandStage {
    /// Starts the command, writes the question, reads the answer. Dropping the future ends it, and
    /// nothing that it has started outlives the answer.
    async fn ask(&self, question: &[u8]) -> Result<Vec<u8>, StageError> {
        let mut child =
            self.start().map_err(|error| self.failed("it does not start", Some(error.into())))?;
        let _group = Group::of(&child);
        let answer = converse(&mut child, question)
            .await
            .map_err(|error| self.failed("it cannot be talked to", Some(error.into())))?;
        let status =
            child.wait().await.map_err(|error| self.failed("it was lost", Some(error.into())))?;
        if answer.len() as u64 > LARGEST_ANSWER {
            return Err(self.failed(&format!("it answered more than {LARGEST_ANSWER} bytes"), None));
        }
        if !status.success() {
            return Err(self.failed(&format!("it ended with {status}"), None));
        }
        Ok(answer)
    }

    fn start(&self) -> std::io::Result<Child> {
        let (program, arguments) = (&self.config.command[0], &self.config.command[1..]);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut command = Command::new(program);
        command.args(arguments).env_clear().env("PATH", path).kill_on_drop(true).process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn()
    }

    /// Takes a finding only where it points into a file that was submitted.
    fn check(&self, run: &Run, finding: AnswerFinding) -> Result<Finding, StageError> {
        let contents = run.submission.contents(&finding.path);
        let text = contents.and_then(|contents| std::str::from_utf8(contents).ok());
        if text.and_then(|text| text.get(finding.start..finding.end)).is_none() {
            let place = format!("{}:{}..{}", finding.path, finding.start, finding.end);
            return Err(
                self.failed(&format!("its finding at {place} is outside the submission"), None)
            );
        }
        Ok(Finding {
            rule: format!("{}/{}", self.name, finding.rule),
            capability: None,
            severity: finding.severity,
            message: finding.message,
            path: finding.path,
            span: Span { start: finding.start, end: finding.end },
            labels: Vec::new(),
            fix: None,
            help: finding.help,
            cwe: None,
        })
    }

    fn failed(
        &self,
        why: &str,
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    ) -> StageError {
        let command = self.config.command.join(" ");
        StageError {
            message: format!("cannot use the command `{command}`: {why}"),
            help: None,
            source,
        }
    }
}

fn question(run: &Run) -> Result<Vec<u8>, StageError> {
    let question = Question {
        version: 1,
        files: run.submission.code.iter().map(QuestionFile::from).collect(),
        findings: run.findings.iter().map(AnswerFinding::from).collect(),
        dependencies: run.dependencies.iter().map(|each| each.name.as_str()).collect(),
    };
    serde_json::to_vec(&question).map_err(|error| StageError::new(format!("cannot ask: {error}")))
}

/// Writes and reads at once: a command that answers before it has read everything must not
/// leave both sides waiting.
async fn converse(child: &mut Child, question: &[u8]) -> std::io::Result<Vec<u8>> {
    let stdin = child.stdin.take();
    let stdout = child.stdout.take();
    let write = async {
        if let Some(mut stdin) = stdin {
            // A command that needs no question may close its end early.
            let _ = stdin.write_all(question).await;
        }
    };
    let read = async {
        let mut answer = Vec::new();
        if let Some(stdout) = stdout {
            stdout.take(LARGEST_ANSWER + 1).read_to_end(&mut answer).await?;
        }
        Ok(answer)
    };
    tokio::join!(write, read).1
}

impl<'a> From<&'a SourceFile> for QuestionFile<'a> {
    fn from(file: &'a SourceFile) -> Self {
        let text = String::from_utf8_lossy(&file.contents);
        Self { path: &file.path, language: file.language.name(), text }
    }
}

impl From<&Finding> for AnswerFinding {
    fn from(finding: &Finding) -> Self {
        Self {
            rule: finding.rule.clone(),
            severity: finding.severity,
            message: finding.message.clone(),
            path: finding.path.clone(),
            start: finding.span.start,
            end: finding.span.end,
            help: finding.help.clone(),
        }
    }
}
