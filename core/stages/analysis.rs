//! The first check: what the code can be seen to do.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use lazaret_analysis::{
    Analyser, Analysis, Capability, Level, NotAnalysable, OverrideError, Overrides, Profile,
    Project, RuleFile, SourceFile,
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::app::{BuildError, Parts};
use crate::config::{
    CapabilityName, Config, ConfigError, LevelName, RelativePathBuf, from_here, read_file,
};
use crate::parallel;
use crate::stage::{Phase, Run, Stage, StageConfig, StageError, Unjudged};

/// The table `[analysis]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnalysisConfig {
    /// Whose code it is, and so how much what it does weighs.
    profile: ProfileName,
    /// Severities by capability, or `off`.
    #[schemars(with = "BTreeMap<CapabilityName, LevelName>")]
    capabilities: BTreeMap<Capability, Level>,
    /// Severities by rule id, or `off`.
    #[schemars(with = "BTreeMap<String, LevelName>")]
    rules: BTreeMap<String, Level>,
    /// Files with rules of one's own, in the form of the catalogue's.
    #[schemars(with = "Vec<String>")]
    catalogues: Vec<RelativePathBuf>,
    /// Distributions by the module of Python that they ship, beside those that are known.
    distributions: BTreeMap<String, String>,
}

/// The profiles, and the choice among them by what is done.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum ProfileName {
    /// `repo` for `check`, `gate` for `run` and `serve`.
    Auto,
    /// Nobody has vouched for the code.
    Gate,
    /// It is one's own.
    Repo,
    /// Everything weighs what the catalogue says.
    Audit,
}

impl AnalysisConfig {
    /// The analyser that the table asks for, where `trusted` tells whether the author is.
    fn analyser(self, trusted: bool) -> Result<Analyser, BuildError> {
        let profile = self.profile(trusted);
        let catalogues: Vec<PathBuf> = self.catalogues.iter().map(from_here).collect();
        let analyser = with_rules(&catalogues)?;
        let overrides = Overrides { profile, capabilities: self.capabilities, rules: self.rules };
        let analyser = analyser.weighing(&overrides).map_err(|error| refused(&error))?;
        analyser.with_distributions(self.distributions).map_err(|error| BuildError {
            key: "distributions".to_owned(),
            reason: error.to_string(),
            help: Some("name a distribution, with versions or without: \"tools>=2\"".to_owned()),
            ..BuildError::default()
        })
    }

    /// The profile, where `trusted` tells whether the author is.
    pub(crate) fn profile(&self, trusted: bool) -> Profile {
        match self.profile {
            ProfileName::Auto if trusted => Profile::Repo,
            ProfileName::Auto | ProfileName::Gate => Profile::Gate,
            ProfileName::Repo => Profile::Repo,
            ProfileName::Audit => Profile::Audit,
        }
    }
}

/// The analyser that a configuration asks for.
pub(crate) fn analyser(config: &Config) -> Result<Analyser, ConfigError> {
    let table: AnalysisConfig = config.table(AnalysisConfig::NAME)?;
    let analyser = table.analyser(config.trusted);
    analyser.map_err(|error| config.refuse(AnalysisConfig::NAME, error))
}

impl StageConfig for AnalysisConfig {
    const NAME: &'static str = "analysis";
    const PHASE: Phase = Phase::Check;

    fn build(self, parts: &Parts) -> Result<Box<dyn Stage>, BuildError> {
        let analyser = self.analyser(parts.trusted)?;
        Ok(Box::new(AnalysisStage(Arc::new(analyser))))
    }
}

/// An analyser that knows the rules in these files too.
fn with_rules(paths: &[PathBuf]) -> Result<Analyser, BuildError> {
    let wrong = |reason, help| BuildError {
        key: "catalogues".to_owned(),
        reason,
        help,
        ..BuildError::default()
    };
    let mut files: Vec<RuleFile> = Vec::new();
    for path in paths {
        files.push(read_file(path).map_err(|error| wrong(error.to_string(), error.help))?);
    }
    Analyser::with_rules(files.clone()).map_err(|error| {
        let mut named = paths.iter().zip(&files).rev();
        let found = named.find(|(_, file)| file.ids().any(|id| id == error.id()));
        let place = found.map_or_else(String::new, |(path, _)| format!("`{}`: ", path.display()));
        wrong(format!("{place}{error}"), None)
    })
}

fn refused(error: &OverrideError) -> BuildError {
    let (key, help) = match error {
        OverrideError::UnknownRule { id, nearest } => (
            format!("rules.{id}"),
            nearest.as_ref().map(|nearest| format!("did you mean `{nearest}`?")),
        ),
        OverrideError::Guarded { capability } => (
            format!("capabilities.{}", capability.name()),
            Some("name each rule that is meant, in `analysis.rules`".to_owned()),
        ),
    };
    BuildError { key, reason: error.to_string(), help, ..BuildError::default() }
}

/// The stage; and what it analyses with.
pub(crate) struct AnalysisStage(pub(crate) Arc<Analyser>);

#[async_trait]
impl Stage for AnalysisStage {
    async fn apply(&self, run: &mut Run) -> Result<(), StageError> {
        let analyser = Arc::clone(&self.0);
        let code = Arc::clone(&run.submission.code);
        let project = Arc::clone(&run.submission.project);
        let judged = parallel::in_turn(move || analyse_all(&analyser, &code, &project))
            .await
            .map_err(|error| StageError::new(format!("cannot analyse: {error}")))?;
        for (file, result) in run.submission.code.iter().zip(judged) {
            match result {
                Ok(analysis) => {
                    run.findings.extend(analysis.findings.iter().cloned());
                    run.dependencies.extend(analysis.dependencies.iter().cloned());
                    run.unjudged.extend(analysis.unjudged.iter().map(|why| unjudged(file, why)));
                    run.analyses.push(analysis);
                }
                Err(why) => run.unjudged.push(unjudged(file, &why)),
            }
        }
        merge(&mut run.dependencies);
        Ok(())
    }
}

/// A file that could not be judged.
pub(crate) fn unjudged(file: &SourceFile, why: &NotAnalysable) -> Unjudged {
    Unjudged { path: file.path.clone(), id: why.id(), reason: why.to_string() }
}

/// Each package once, as the file that needs it most has it.
fn merge(dependencies: &mut Vec<lazaret_analysis::Dependency>) {
    let key = |one: &lazaret_analysis::Dependency| {
        (one.ecosystem, one.package.name().unwrap_or(&one.name).to_owned())
    };
    dependencies.sort_by_cached_key(|one| (key(one), one.kind));
    dependencies.dedup_by(|next, kept| {
        let same = key(next) == key(kept);
        if same {
            kept.modules.append(&mut next.modules);
            kept.marker = lazaret_analysis::Marker::either(kept.marker.take(), next.marker.take());
        }
        same
    });
    for dependency in dependencies {
        dependency.modules.sort();
        dependency.modules.dedup();
    }
}

/// What is established about the files, in their order.
pub(crate) fn analyse_all(
    analyser: &Analyser,
    files: &[SourceFile],
    project: &Project,
) -> Vec<Result<Analysis, NotAnalysable>> {
    parallel::map(files, |file| analyser.analyse(file, project))
}
