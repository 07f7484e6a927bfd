//! What the pipeline promises, with stages that do nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use lazaret_analysis::{Finding, Severity, Span};

use super::*;

/// A stage that does what a closure says.
struct Does<F>(F);

#[async_trait]
impl<F: Fn(&mut Run) -> Result<(), StageError> + Send + Sync + 'static> Stage for Does<F> {
    async fn apply(&self, run: &mut Run) -> Result<(), StageError> {
        (self.0)(run)
    }
}

fn stage(
    name: &str,
    phase: Phase,
    work: impl Fn(&mut Run) -> Result<(), StageError> + Send + Sync + 'static,
) -> NamedStage {
    NamedStage { name: name.into(), phase, stage: Box::new(Does(work)) }
}

fn idle(name: &str, phase: Phase) -> NamedStage {
    stage(name, phase, |_| Ok(()))
}

fn finds(severity: Severity) -> NamedStage {
    stage("finds", Phase::Check, move |run| {
        run.findings.push(Finding {
            rule: "test/rule".into(),
            capability: None,
            severity,
            message: String::new(),
            path: "a.py".into(),
            span: Span { start: 0, end: 0 },
            labels: Vec::new(),
            fix: None,
            help: None,
            cwe: None,
        });
        Ok(())
    })
}

const GATE: Gate = Gate { deny: Severity::High };

/// Runs the stages, and a last one that would execute; tells whether it did.
fn run_before_execution(mut stages: Vec<NamedStage>) -> (Verdict, bool) {
    let executed = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&executed);
    stages.push(stage("executes", Phase::Execute, move |_| {
        seen.store(true, Ordering::Relaxed);
        Ok(())
    }));
    let pipeline = Pipeline::new(stages, GATE).unwrap_or_else(|error| panic!("{error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let report =
        runtime.block_on(pipeline.run(Submission::default(), Events::none(), Phase::Execute));
    (report.verdict, executed.load(Ordering::Relaxed))
}

#[test]
fn what_is_below_the_gate_runs() {
    assert_eq!(run_before_execution(vec![finds(Severity::Medium)]), (Verdict::Allow, true));
}

#[test]
fn denied_code_never_runs() {
    assert_eq!(run_before_execution(vec![finds(Severity::High)]), (Verdict::Deny, false));
}

#[test]
fn a_failed_check_is_unknown_and_nothing_runs() {
    let fails = stage("fails", Phase::Check, |_| Err(StageError::new("cannot look")));
    let (verdict, executed) = run_before_execution(vec![fails]);
    assert!(
        matches!(verdict, Verdict::Unknown { stage, reason, .. } if stage == "fails" && reason == "cannot look")
    );
    assert!(!executed);
}

#[test]
fn a_stage_that_panics_is_unknown_and_nothing_runs() {
    let panics = stage("panics", Phase::Check, |_| panic!("oh no"));
    let (verdict, executed) = run_before_execution(vec![panics]);
    assert!(matches!(verdict, Verdict::Unknown { reason, .. } if reason.contains("oh no")));
    assert!(!executed);
}

#[test]
fn a_file_that_nobody_could_judge_is_unknown() {
    let unjudged = stage("looks", Phase::Check, |run| {
        run.unjudged.push(crate::stage::Unjudged {
            path: "a.py".into(),
            id: "too-slow",
            reason: "no".into(),
        });
        Ok(())
    });
    let (verdict, executed) = run_before_execution(vec![unjudged]);
    assert!(matches!(verdict, Verdict::Unknown { .. }));
    assert!(!executed);
}

#[test]
fn stages_that_are_no_pipeline_are_refused() {
    let error = |stages| Pipeline::new(stages, GATE).err().expect("an error");
    assert_eq!(error(vec![]), PipelineError::Empty);
    assert_eq!(
        error(vec![idle("run", Phase::Execute)]),
        PipelineError::Unchecked { stage: "run".into() }
    );
    assert!(matches!(
        error(vec![
            idle("a", Phase::Check),
            idle("b", Phase::Execute),
            idle("c", Phase::Check)
        ]),
        PipelineError::OutOfOrder { stage, .. } if stage == "c"
    ));
    assert!(matches!(
        error(vec![idle("a", Phase::Check), idle("a", Phase::Check)]),
        PipelineError::Twice { .. }
    ));
}
