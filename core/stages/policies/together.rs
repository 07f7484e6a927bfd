//! What policies say about all files of a submission together, and about what they need from outside.

use lazaret_analysis::{Analysis, Manifest, Plan};
use lazaret_sandbox::InputFile;
use lazaret_wasm::{Part, PolicyError, Submission};

use super::Judgement;
use super::date::Date;
use super::load::Loaded;

impl Loaded {
    /// What the policies say about all files together, and what comes of it.
    pub(super) fn judge_together(
        &self,
        analyses: &[Analysis],
        manifests: &[InputFile],
        today: &Date,
    ) -> Result<Judgement, PolicyError> {
        if !self.policies.judge_submissions() {
            return Ok(Judgement::default());
        }
        let read = |file: &InputFile| Manifest::read(&file.path, &file.contents);
        let read: Vec<Option<Manifest>> = manifests.iter().map(read).collect();
        let declared: Vec<Manifest> = read.iter().flatten().cloned().collect();
        let plan = Plan::of(analyses, &declared);
        let beside = read.iter().zip(manifests).filter_map(|(manifest, file)| {
            let text = std::str::from_utf8(&file.contents).unwrap_or_default();
            Some(Part::Manifest { manifest: manifest.as_ref()?, text })
        });
        let parts = analyses.iter().map(Part::Code).chain(beside).collect();
        let submission = Submission { parts, plan: &plan };
        let is_asked = |policy: &lazaret_wasm::Manifest, part: &Part<'_>| {
            self.terms[&policy.id].left_out_by(part).is_none()
        };
        self.judgement(self.policies.judge_submission(&submission, is_asked), today)
    }
}
