//! What policies say about all files of a submission together, and about what they need from outside.

use lazaret_analysis::{Analysis, Manifest, Plan};
use lazaret_sandbox::InputFile;
use lazaret_wasm::{Answer, Part, PolicyError, Submission};

use super::Judgement;
use super::date::Date;
use super::load::Loaded;

/// All files, their manifests, and what they need.
pub(crate) struct Together<'a> {
    analyses: &'a [Analysis],
    manifests: Vec<(Manifest, &'a str)>,
    plan: Plan,
}

impl<'a> Together<'a> {
    /// Of files, of the manifests that were found with them, and of what was asked for beside them.
    pub(crate) fn new(
        analyses: &'a [Analysis],
        manifests: &'a [InputFile],
        asked: Option<Manifest>,
    ) -> Self {
        let read = |file: &'a InputFile| {
            let text = std::str::from_utf8(&file.contents).unwrap_or_default();
            Some((Manifest::read(&file.path, &file.contents)?, text))
        };
        let manifests: Vec<_> = manifests.iter().filter_map(read).collect();
        let declared: Vec<Manifest> =
            manifests.iter().map(|(manifest, _)| manifest.clone()).chain(asked).collect();
        Self { analyses, manifests, plan: Plan::of(analyses, &declared) }
    }

    /// As policies judge it.
    pub(crate) fn submission(&self) -> Submission<'_> {
        let manifests = self.manifests.iter();
        let manifests = manifests.map(|(manifest, text)| Part::Manifest { manifest, text });
        let parts = self.analyses.iter().map(Part::Code).chain(manifests).collect();
        Submission { parts, plan: &self.plan }
    }
}

impl Loaded {
    /// What the policies say about all files together, and what comes of it.
    pub(super) fn judge_together(
        &self,
        analyses: &[Analysis],
        manifests: &[InputFile],
        asked: Option<Manifest>,
        today: &Date,
    ) -> Result<Judgement, PolicyError> {
        if !self.policies.judge_submissions() {
            return Ok(Judgement::default());
        }
        let together = Together::new(analyses, manifests, asked);
        self.judgement(self.answers_together(&together.submission()), today)
    }

    /// What each policy says about the files together that its terms do not leave out.
    pub(crate) fn answers_together<'a>(
        &'a self,
        submission: &'a Submission<'a>,
    ) -> impl Iterator<Item = Answer<'a>> + 'a {
        let is_asked = |policy: &lazaret_wasm::Manifest, part: &Part<'_>| {
            self.terms[&policy.id].left_out_by(part).is_none()
        };
        self.policies.judge_submission(submission, is_asked)
    }
}
