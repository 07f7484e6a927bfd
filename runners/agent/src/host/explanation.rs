//! What a runner's user is told where a conversation has no outcome.

use lazaret_sandbox::RunnerError;

use super::ConversationError;
use crate::message::{Failure, Part};

/// What the runner could not do. What its user can do depends on the runner: `help` tells it where
/// a part of the sandbox cannot be had, and nothing where the part is not the sandbox's; `node`
/// tells it where Node.js is too old.
pub fn explain(
    error: ConversationError,
    help: impl FnOnce(Part) -> Option<String>,
    node: &str,
) -> RunnerError {
    match error {
        ConversationError::Refused(failure) => refused(&failure, help),
        ConversationError::TooLong => {
            RunnerError::Job("its environment or its words are too long".into())
        }
        ConversationError::NoTypeScript(_) => RunnerError::Interpreter {
            what: format!("a Node.js that runs TypeScript: {error}"),
            help: node.into(),
        },
        other => broken(other),
    }
}

fn refused(failure: &Failure, help: impl FnOnce(Part) -> Option<String>) -> RunnerError {
    match help(failure.part) {
        Some(help) => RunnerError::Part {
            part: failure.part.name().into(),
            help,
            source: Box::new(failure.cause()),
        },
        None => broken(failure.cause()),
    }
}

fn broken(error: impl std::error::Error + Send + Sync + 'static) -> RunnerError {
    RunnerError::Failed { action: "run the job".into(), source: Box::new(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(error: ConversationError) -> RunnerError {
        let help = |part| (part == Part::Proc).then(|| "start it otherwise".to_owned());
        explain(error, help, "install a newer one")
    }

    fn refused(part: Part) -> RunnerError {
        let failure = Failure { part, action: "mount /proc".into(), errno: Some(1) };
        explained(ConversationError::Refused(failure))
    }

    #[test]
    fn the_kernels_answer_is_the_cause() {
        let error = refused(Part::Proc);
        assert_eq!(error.to_string(), "cannot make a sandbox without a process file system");
        assert_eq!(error.help(), Some("start it otherwise"));
        let cause = std::error::Error::source(&error).expect("a cause").to_string();
        assert!(cause.starts_with("cannot mount /proc: Operation not permitted"), "{cause}");
    }

    #[test]
    fn what_is_not_the_sandboxs_is_not_called_a_part_of_it() {
        assert_eq!(refused(Part::Files).to_string(), "cannot run the job");
    }

    #[test]
    fn what_is_too_long_is_the_jobs_fault_everywhere() {
        assert!(matches!(explained(ConversationError::TooLong), RunnerError::Job(_)));
    }
}
