//! The second check: policies, sandboxed judgements that anybody can ship as a `.wasm` file.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use lazaret_wasm::{HostOptions, LoadError, Policies, PolicySource};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::app::{BuildError, Parts};
use crate::stage::{Phase, Run, Stage, StageConfig, StageError};
use crate::submission::Submission;

/// The table `[policies]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PoliciesConfig {
    /// Whether the policies that come with Lazaret judge too.
    bundled: bool,
    /// Further policies: `.wasm` files.
    paths: Vec<PathBuf>,
    /// Settings by policy id.
    settings: BTreeMap<String, Value>,
}

impl StageConfig for PoliciesConfig {
    const NAME: &'static str = "policies";
    const PHASE: Phase = Phase::Check;

    fn build(self, parts: &Parts) -> Result<Box<dyn Stage>, BuildError> {
        let sources = self.sources().map_err(|errors| refused("paths", &errors))?;
        let options = HostOptions {
            cache: parts.cache.as_ref().map(|cache| cache.join("policies")),
            settings: self.settings,
            ..HostOptions::default()
        };
        let policies = Policies::load(sources, &options).map_err(|errors| refused("", &errors))?;
        Ok(Box::new(PoliciesStage { policies: Arc::new(policies) }))
    }
}

impl PoliciesConfig {
    fn sources(&self) -> Result<Vec<PolicySource>, Vec<LoadError>> {
        let mut sources = Vec::new();
        let mut errors = Vec::new();
        if self.bundled {
            let bundled = lazaret_bundle::policies().iter();
            sources.extend(bundled.map(|policy| PolicySource::new(policy.name, policy.wasm)));
        }
        for path in &self.paths {
            match PolicySource::from_file(path) {
                Ok(source) => sources.push(source),
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() { Ok(sources) } else { Err(errors) }
    }
}

/// All mistakes of all policies, as one error.
fn refused(key: &str, errors: &[LoadError]) -> BuildError {
    let reasons: Vec<String> = errors.iter().map(|error| lazaret_sandbox::causes(error)).collect();
    BuildError {
        key: key.to_owned(),
        reason: reasons.join("\n"),
        help: errors.iter().find_map(LoadError::help),
    }
}

struct PoliciesStage {
    policies: Arc<Policies>,
}

#[async_trait]
impl Stage for PoliciesStage {
    async fn apply(&self, run: &mut Run) -> Result<(), StageError> {
        everything_is_analysed(run)?;
        let policies = Arc::clone(&self.policies);
        let analyses = std::mem::take(&mut run.analyses);
        let judged = tokio::task::spawn_blocking(move || {
            let findings: Result<Vec<_>, _> =
                analyses.iter().map(|analysis| policies.judge(analysis)).collect();
            (analyses, findings)
        });
        let (analyses, findings) =
            judged.await.map_err(|error| StageError::new(format!("cannot judge: {error}")))?;
        run.analyses = analyses;
        let findings = findings.map_err(|error| StageError {
            message: "cannot judge by the policies".into(),
            help: error.help(),
            source: Some(error.into()),
        })?;
        run.findings.extend(findings.into_iter().flatten());
        Ok(())
    }
}

/// Policies judge what analysis established. Without it they would find nothing in any file, which
/// is not the same as having nothing to say.
fn everything_is_analysed(run: &Run) -> Result<(), StageError> {
    let Submission { code, unread, .. } = &run.submission;
    if run.analyses.len() + run.unjudged.len() >= code.len() + unread.len() {
        return Ok(());
    }
    Err(StageError {
        message: "cannot judge what no stage has analysed".into(),
        help: Some("put `analysis` before `policies` in `pipeline`".into()),
        source: None,
    })
}
