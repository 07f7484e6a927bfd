//! The second check: policies, sandboxed judgements that anybody can ship as a `.wasm` file.

mod config;
mod date;
mod explain;
mod load;
mod terms;

use std::sync::Arc;

use async_trait::async_trait;
use lazaret_analysis::{Analysis, Finding};
use lazaret_wasm::{Manifest, PolicyError};

pub use config::{Mode, OnError, PoliciesConfig, PolicyConfig, RuleConfig};
pub use date::Date;
pub(crate) use explain::{Awake, Explained, Waker, explain as explain_line};
pub(crate) use load::{Loaded, load};

use crate::app::{BuildError, Parts};
use crate::stage::{Phase, Run, Stage, StageConfig, StageError};
use crate::submission::Submission;

impl StageConfig for PoliciesConfig {
    const NAME: &'static str = "policies";
    const PHASE: Phase = Phase::Check;

    fn build(self, parts: &Parts) -> Result<Box<dyn Stage>, BuildError> {
        Ok(Box::new(PoliciesStage(Arc::new(load(&self, parts.cache.as_deref(), parts.trusted)?))))
    }
}

struct PoliciesStage(Arc<Loaded>);

/// What policies say about files.
#[derive(Default)]
struct Judgement {
    /// What counts.
    findings: Vec<Finding>,
    /// What is only told.
    monitored: Vec<Finding>,
}

#[async_trait]
impl Stage for PoliciesStage {
    async fn apply(&self, run: &mut Run) -> Result<(), StageError> {
        everything_is_analysed(run)?;
        let loaded = Arc::clone(&self.0);
        let analyses = std::mem::take(&mut run.analyses);
        let judged = tokio::task::spawn_blocking(move || {
            let judgement = loaded.judge_all(&analyses);
            (analyses, judgement)
        });
        let (analyses, judgement) =
            judged.await.map_err(|error| StageError::new(format!("cannot judge: {error}")))?;
        run.analyses = analyses;
        let Judgement { findings, monitored } = judgement.map_err(|error| StageError {
            message: "cannot judge by the policies".into(),
            help: error.help(),
            source: Some(error.into()),
        })?;
        run.findings.extend(findings);
        run.monitored.extend(monitored);
        Ok(())
    }
}

impl Loaded {
    /// What the policies say about all files. The first that cannot judge is the error, unless its
    /// terms say that it is only told.
    fn judge_all(&self, analyses: &[Analysis]) -> Result<Judgement, PolicyError> {
        let mut judgement = Judgement::default();
        analyses.iter().try_for_each(|analysis| self.judge(analysis, &mut judgement))?;
        Ok(judgement)
    }

    /// Whether a policy is asked about this file.
    pub(crate) fn covers(&self, manifest: &Manifest, analysis: &Analysis) -> bool {
        self.terms[&manifest.id].left_out_by(analysis).is_none()
    }

    fn judge(&self, analysis: &Analysis, judgement: &mut Judgement) -> Result<(), PolicyError> {
        let today = Date::today();
        for answer in self.policies.judge_each(analysis, |manifest| self.covers(manifest, analysis))
        {
            let terms = &self.terms[&answer.manifest.id];
            match answer.said {
                Ok(findings) => {
                    judgement.add(findings.into_iter().map(|one| terms.weigh(one, today)));
                }
                Err(error) if terms.on_error == OnError::Report => {
                    judgement.monitored.push(terms::failed(&error));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Judgement {
    fn add(&mut self, weighed: impl Iterator<Item = (Mode, Finding)>) {
        for (mode, finding) in weighed {
            match mode {
                Mode::Enforce => self.findings.push(finding),
                Mode::Monitor => self.monitored.push(finding),
                Mode::Off => {}
            }
        }
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
