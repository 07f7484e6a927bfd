//! The first check: what the code can be seen to do.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use lazaret_analysis::{
    Analyser, Analysis, Level, NotAnalysable, OverrideError, Project, SourceFile,
};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::sync::Semaphore;

use crate::app::{BuildError, Parts};
use crate::config::LevelName;
use crate::stage::{Phase, Run, Stage, StageConfig, StageError, Unjudged};

/// The table `[analysis]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnalysisConfig {
    /// Severities by rule id, or `off`.
    #[schemars(with = "BTreeMap<String, LevelName>")]
    rules: BTreeMap<String, Level>,
    /// Distributions by the module of Python that they ship, beside those that are known.
    distributions: BTreeMap<String, String>,
}

impl AnalysisConfig {
    /// The analyser that the table asks for.
    pub(crate) fn analyser(self) -> Result<Analyser, BuildError> {
        let analyser =
            Analyser::new(&self.rules.into_iter().collect()).map_err(|error| refused(&error))?;
        analyser.with_distributions(self.distributions).map_err(|error| BuildError {
            key: "distributions".to_owned(),
            reason: error.to_string(),
            help: Some("name a distribution, with versions or without: \"tools>=2\"".to_owned()),
        })
    }
}

impl StageConfig for AnalysisConfig {
    const NAME: &'static str = "analysis";
    const PHASE: Phase = Phase::Check;

    fn build(self, _: &Parts) -> Result<Box<dyn Stage>, BuildError> {
        let analyser = self.analyser()?;
        let turns = Semaphore::new(processors());
        Ok(Box::new(AnalysisStage { analyser: Arc::new(analyser), turns }))
    }
}

fn refused(error: &OverrideError) -> BuildError {
    let (key, help) = match error {
        OverrideError::UnknownRule { id, nearest } => (
            format!("rules.{id}"),
            nearest.as_ref().map(|nearest| format!("did you mean `{nearest}`?")),
        ),
        OverrideError::UnknownLevel { .. } => ("rules".to_owned(), None),
    };
    BuildError { key, reason: error.to_string(), help }
}

struct AnalysisStage {
    analyser: Arc<Analyser>,
    /// Analyses at one time: more than there are processors only need more memory.
    turns: Semaphore,
}

#[async_trait]
impl Stage for AnalysisStage {
    async fn apply(&self, run: &mut Run) -> Result<(), StageError> {
        let analyser = Arc::clone(&self.analyser);
        let code = Arc::clone(&run.submission.code);
        let project = Arc::clone(&run.submission.project);
        let turn = self.turns.acquire().await;
        // Analysis never waits, so it gets threads of its own: a long file must not hold up
        // whatever else the service does.
        let judged = tokio::task::spawn_blocking(move || analyse_all(&analyser, &code, &project))
            .await
            .map_err(|error| StageError::new(format!("cannot analyse: {error}")))?;
        drop(turn);
        for (file, result) in run.submission.code.iter().zip(judged) {
            match result {
                Ok(analysis) => {
                    run.findings.extend(analysis.findings.iter().cloned());
                    run.dependencies.extend(analysis.dependencies.iter().cloned());
                    run.analyses.push(analysis);
                }
                Err(reason) => {
                    run.unjudged
                        .push(Unjudged { path: file.path.clone(), reason: reason.to_string() });
                }
            }
        }
        merge(&mut run.dependencies);
        Ok(())
    }
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

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Judges the files in their order, on as many threads as the machine has processors.
pub(crate) fn analyse_all(
    analyser: &Analyser,
    files: &[SourceFile],
    project: &Project,
) -> Vec<Result<Analysis, NotAnalysable>> {
    let threads = processors().min(files.len());
    if threads < 2 {
        return files.iter().map(|file| analyser.analyse(file, project)).collect();
    }
    let next = std::sync::atomic::AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let Some(file) = files.get(index) else { return done };
            done.push((index, analyser.analyse(file, project)));
        }
    };
    let mut judged: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let join = |worker: std::thread::ScopedJoinHandle<'_, _>| {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        workers.into_iter().flat_map(join).collect()
    });
    judged.sort_by_key(|(index, _): &(usize, _)| *index);
    judged.into_iter().map(|(_, result)| result).collect()
}
