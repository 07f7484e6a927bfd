//! The second check: policies, sandboxed judgements that anybody can ship as a `.wasm` file.

mod config;
mod date;
mod explain;
mod load;
mod paths;
mod progress;
mod terms;
mod together;

use std::sync::Arc;

use async_trait::async_trait;
use lazaret_analysis::{Analysis, Finding, Manifest};
use lazaret_sandbox::InputFile;
use lazaret_wasm::{Answer, Part, PolicyError};

pub(crate) use config::{Mode, PoliciesConfig, bundled};
pub(crate) use explain::{Asleep, Awake, Did, Explained, Waker, explain as explain_line};
pub(crate) use load::Loaded;
pub(crate) use together::Together;

use config::OnError;
use date::Date;
use load::load;

use crate::app::{BuildError, Parts};
use crate::parallel;
use crate::stage::{Phase, Run, Stage, StageConfig, StageError};
use crate::submission::Submission;

impl StageConfig for PoliciesConfig {
    const NAME: &'static str = "policies";
    const PHASE: Phase = Phase::Check;

    fn build(self, parts: &Parts) -> Result<Box<dyn Stage>, BuildError> {
        Ok(Box::new(PoliciesStage(Arc::new(load(&self, parts)?))))
    }
}

/// The stage; and what it judges with.
pub(crate) struct PoliciesStage(pub(crate) Arc<Loaded>);

/// What policies say about files.
#[derive(Default)]
struct Judgement {
    /// What counts.
    findings: Vec<Finding>,
    /// What stops nothing.
    monitored: Vec<Finding>,
}

#[async_trait]
impl Stage for PoliciesStage {
    async fn apply(&self, run: &mut Run) -> Result<(), StageError> {
        everything_is_analysed(run)?;
        let loaded = Arc::clone(&self.0);
        let analyses = std::mem::take(&mut run.analyses);
        let manifests = Arc::clone(&run.submission.manifests);
        let asked = run.submission.asked();
        let judged = parallel::in_turn(move || {
            let judgement = loaded.judge_all(&analyses, &manifests, asked);
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
    /// What the policies say about all files, one by one and then together. The first that cannot judge
    /// is the error, unless its terms say that this is only monitored.
    fn judge_all(
        &self,
        analyses: &[Analysis],
        manifests: &[InputFile],
        asked: Option<Manifest>,
    ) -> Result<Judgement, PolicyError> {
        let today = Date::today();
        let judge = |analysis: &Analysis| self.judgement(self.answers(analysis), &today);
        let mut judged = parallel::try_map(analyses, judge)?;
        judged.push(self.judge_together(analyses, manifests, asked, &today)?);
        let mut all = Judgement::default();
        for Judgement { findings, monitored } in judged {
            all.findings.extend(findings);
            all.monitored.extend(monitored);
        }
        Ok(all)
    }

    /// What comes of what policies answered, on their terms.
    fn judgement<'a>(
        &self,
        answers: impl Iterator<Item = Answer<'a>>,
        today: &Date,
    ) -> Result<Judgement, PolicyError> {
        let mut judgement = Judgement::default();
        for answer in answers {
            let terms = &self.terms[&answer.manifest.id];
            match answer.said {
                Ok(findings) => {
                    judgement.add(findings.into_iter().map(|one| terms.apply(one, today)));
                }
                Err(error) if terms.on_error == OnError::Monitor => {
                    judgement.monitored.push(terms::failed(&error));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(judgement)
    }

    /// What each policy says about a file that its terms do not leave out.
    pub(crate) fn answers<'a>(
        &'a self,
        analysis: &'a Analysis,
    ) -> impl Iterator<Item = Answer<'a>> + 'a {
        let is_asked = |id: &str| self.terms[id].left_out_by(&Part::Code(analysis)).is_none();
        self.policies.judge_each(analysis, move |manifest| is_asked(&manifest.id))
    }
}

impl Judgement {
    fn add(&mut self, findings: impl Iterator<Item = (Mode, Finding)>) {
        for (mode, finding) in findings {
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
