//! The report as JSON, version 1.
//!
//! These types are the wire format, apart from the ones the pipeline works with: they change only
//! by additions, and `schemas/report.v1.json` is their published schema.

mod convert;

pub(super) use convert::encoded;

use lazaret_analysis::{Capability, Severity};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::config::{CapabilityName, SeverityName};
use crate::stage::Phase;

/// What Lazaret says about a submission.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Report {
    /// Always 1.
    pub version: u32,
    /// What was decided.
    pub verdict: Decision,
    /// The stage that could not decide; only with the verdict `unknown`.
    pub unknown: Option<Unknown>,
    /// What the rules say, by file and place.
    pub findings: Vec<Finding>,
    /// What policies say that is only monitored, by file and place. It stops nothing.
    pub monitored: Vec<Finding>,
    /// The files that could not be judged.
    pub unjudged: Vec<Unjudged>,
    /// The files of which a part is not understood, and the rest judged.
    pub partly_analysed: Vec<Partly>,
    /// What the code needs from outside.
    pub dependencies: Vec<Dependency>,
    /// What was installed for the program; null where nothing was.
    pub installed: Option<Installed>,
    /// What the program did; null where it did not run.
    pub outcome: Option<Ran>,
    /// The stages that were begun, in order.
    pub stages: Vec<Stage>,
}

/// What was decided.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Nothing that was found reaches the gate.
    Allow,
    /// Something does.
    Deny,
    /// A stage could not do its work, so nobody knows. Never to be taken for allow.
    Unknown,
}

/// Why nobody knows.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Unknown {
    /// The stage's name in the configuration.
    pub stage: String,
    /// What it could not do.
    pub reason: String,
    /// What can be done about it.
    pub help: Option<String>,
}

/// What a rule says about a place.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Finding {
    /// The rule's id.
    pub rule: String,
    /// What the code is able to do by it, where whoever found it says so.
    #[schemars(with = "Option<CapabilityName>")]
    pub capability: Option<Capability>,
    /// How bad it is.
    #[schemars(with = "SeverityName")]
    pub severity: Severity,
    /// Whether this finding reaches the gate.
    pub denies: bool,
    /// What is there.
    pub message: String,
    /// What to do instead.
    pub help: Option<String>,
    /// The weakness in the Common Weakness Enumeration.
    pub cwe: Option<u32>,
    /// Where.
    pub place: Place,
    /// Places that explain it.
    pub labels: Vec<Label>,
    /// What would remove the cause, where whoever found it says so.
    pub fix: Option<Fix>,
}

/// A change of the file that removes the cause of a finding.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Fix {
    /// What it does.
    pub title: String,
    /// Whether a person has to look at it: `safe`, `review`, `display-only`.
    pub applicability: &'static str,
    /// In the order of the file; no two touch the same bytes.
    pub edits: Vec<Edit>,
}

/// Another text for a place; an empty place is where something is inserted.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Edit {
    /// Where.
    pub place: Place,
    /// What comes there.
    pub replacement: String,
}

/// A place that explains a finding.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Label {
    /// What is there.
    pub message: String,
    /// Where.
    pub place: Place,
}

/// A place in a file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Place {
    /// The file, with `/` between names; empty for what is in no file.
    pub path: String,
    /// The first byte, counted from 0.
    pub start_byte: usize,
    /// The byte after the last.
    pub end_byte: usize,
    /// The first line, counted from 1.
    pub start_line: usize,
    /// The first character in its line, counted from 1.
    pub start_column: usize,
    /// The last line.
    pub end_line: usize,
    /// The character after the last.
    pub end_column: usize,
}

/// A file of which a part is not understood.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Partly {
    /// The file.
    pub path: String,
    /// The first line that is not understood, counted from 1.
    pub line: usize,
}

/// A file that could not be judged.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Unjudged {
    /// The file.
    pub path: String,
    /// The reason's stable name: `not-utf-8`, `nul-byte`, `wide-characters`, `encoding`, `archive`,
    /// `compiled`, `syntax-error`, `embedded-code`, `too-large`, `too-deep`, `too-much`, `too-slow`,
    /// `too-involved` or `unreadable`.
    pub id: &'static str,
    /// Why.
    pub reason: String,
}

/// A package that the code needs from outside.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Dependency {
    /// The name that is imported, as far as it tells packages apart: `google.cloud.storage`.
    pub name: String,
    /// Whether the program needs it to run.
    pub kind: Need,
    /// Where such packages come from: `pypi`, `npm` or `jsr`.
    pub ecosystem: &'static str,
    /// The package that it comes with; null where nobody knows, or several can be meant.
    pub package: Option<String>,
    /// The packages that can be meant, where there are several.
    pub candidates: Vec<String>,
    /// Where the program needs it, as a marker of PEP 508; null for everywhere.
    pub marker: Option<String>,
}

/// Whether a program needs a dependency to run.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// It does.
    Required,
    /// It copes without.
    Optional,
    /// Only type checkers need it.
    TypeOnly,
}

/// What was installed for a program.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Installed {
    /// Whether it was there already.
    pub cached: bool,
    /// What it was installed for: `cpython-313 x86_64 glibc 2.41`.
    pub platform: String,
    /// What was wanted, and why.
    pub requirements: Vec<Requirement>,
    /// Everything that was installed.
    pub packages: Vec<InstalledPackage>,
}

/// A package that was wanted.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Requirement {
    /// The package and what was wanted of it: `requests>=2`, `lodash@^4`.
    pub requirement: String,
    /// Who says that it is wanted: `asked`, `declared` or `imported`.
    pub origin: &'static str,
    /// The file that says so; null where none does.
    pub path: Option<String>,
    /// The line there, counted from 1.
    pub line: Option<usize>,
}

/// A package of one version.
#[derive(Debug, Serialize, JsonSchema)]
pub struct InstalledPackage {
    /// Its name; of npm's, its place below `node_modules`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The digest of what was downloaded, as the index gives it; of Python's, that of the digests of all
    /// files of the version. Empty where there is none.
    pub digest: String,
}

/// What a program did.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Ran {
    /// How it ended: `success`, `program_error`, `no_result`, `time_limit`, `cpu_limit`,
    /// `memory_limit`, `output_limit`, `process_limit`, `disk_limit` or `sandbox_crashed`.
    pub status: &'static str,
    /// The exit code of the main process, where it exited.
    pub exit_code: Option<i32>,
    /// The signal that ended it, where one did.
    pub signal: Option<i32>,
    /// What it printed to standard output.
    pub stdout: Stream,
    /// What it printed to standard error.
    pub stderr: Stream,
    /// What `main` returned; null where `has_result` is false.
    pub result: Option<Value>,
    /// Whether `main` returned, so that a null can be told from nothing.
    pub has_result: bool,
    /// The files that it left under `artifacts/`.
    pub artifacts: Vec<Artifact>,
    /// What it left there that was not collected.
    pub refused_artifacts: Vec<RefusedArtifact>,
    /// What it used.
    pub usage: Usage,
    /// How strong the sandbox was: `process`, `container` or `gvisor`.
    pub isolation: &'static str,
    /// The parts that the sandbox was made of.
    pub isolation_parts: Vec<String>,
}

/// What was printed to one stream.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Stream {
    /// As text; bytes that are not UTF-8 are replaced.
    pub text: String,
    /// The exact bytes in Base64, where they are not UTF-8.
    pub base64: Option<String>,
    /// Whether there was more than the limit.
    pub truncated: bool,
}

/// A file that the program left.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Artifact {
    /// Relative to `artifacts/`.
    pub path: String,
    /// Its size in bytes.
    pub size: usize,
    /// What is in it.
    pub base64: String,
}

/// A file that was not collected.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RefusedArtifact {
    /// Relative to `artifacts/`.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// What a program used.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Usage {
    /// On the wall clock.
    pub wall_ms: f64,
    /// On processors, in the program.
    pub user_ms: f64,
    /// On processors, in the kernel.
    pub system_ms: f64,
    /// The most memory at one time.
    pub peak_memory_bytes: u64,
    /// The most processes and threads at one time.
    pub peak_processes: u64,
    /// The most that lay in the scratch space at one time, the job's own files too.
    pub peak_disk_bytes: u64,
    /// What was written to standard output and standard error: counted, also above the limit, until
    /// the program was ended.
    pub printed_bytes: u64,
    /// How each was measured.
    pub measured: Measured,
}

/// How the numbers of the usage were measured: `cgroup`, a control group counted everything;
/// `rusage`, the kernel's account of each process that was waited for; `sampled`, looked at every
/// 20 milliseconds; `estimated`, by gVisor's clocks, which take who is ready for one that runs;
/// `unknown`, not at all.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Measured {
    /// Time on processors.
    pub cpu: &'static str,
    /// Memory.
    pub memory: &'static str,
    /// Processes.
    pub processes: &'static str,
    /// The scratch space.
    pub disk: &'static str,
}

/// A stage that was begun.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Stage {
    /// Its name in the configuration.
    pub name: String,
    /// Its phase.
    pub phase: Phase,
    /// How long it took.
    pub time_ms: f64,
}

/// The published schema of the report.
pub fn schema() -> Value {
    schemars::schema_for!(Report).to_value()
}
