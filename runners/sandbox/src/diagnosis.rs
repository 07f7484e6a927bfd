//! What somebody is told who asks why a runner works, or does not.
//!
//! A runner examines what it depends on (an engine, a kernel, images, interpreters) and says of
//! each what it found and what to do. It tries rather than guesses, and leaves nothing behind.

use std::error::Error;

use crate::{Isolation, RunnerError};

/// What an examination of a runner brought to light.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Examination {
    /// How strong the sandbox of a job would be now; `None` where no job could run.
    pub isolation: Option<Isolation>,
    /// What was looked at, in the order in which one thing depends on another.
    pub diagnoses: Vec<Diagnosis>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// What was looked at: `engine`, `runtime`, `image for python`.
    pub name: String,
    /// Whether it will do.
    pub health: Health,
    /// What was found, in words for people, on one line.
    pub found: String,
    /// What the user can do, where something is to be done.
    pub help: Option<String>,
}

/// Whether something that a runner depends on will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Health {
    /// It is as it should be.
    Ok,
    /// Jobs run, with less than there could be: less evidence, less protection, something left.
    Warn,
    /// Some or all jobs cannot run.
    Fail,
}

impl Health {
    /// The name in what the doctor prints.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

impl Diagnosis {
    /// Something that is as it should be.
    pub fn ok(name: impl Into<String>, found: impl Into<String>) -> Self {
        Self { name: name.into(), health: Health::Ok, found: found.into(), help: None }
    }

    /// Something that could be better, and what to do about it.
    pub fn warn(
        name: impl Into<String>,
        found: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { health: Health::Warn, help: Some(help.into()), ..Self::ok(name, found) }
    }

    /// Something that keeps jobs from running, and what to do about it.
    pub fn fail(
        name: impl Into<String>,
        found: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { health: Health::Fail, help: Some(help.into()), ..Self::ok(name, found) }
    }

    /// Something that a runner could not do. Whoever reads this asks the doctor already, and is not
    /// sent there.
    pub fn refused(name: impl Into<String>, error: &RunnerError) -> Self {
        let help = match error {
            RunnerError::Failed { .. } => None,
            other => other.help().map(str::to_owned),
        };
        Self { health: Health::Fail, help, ..Self::ok(name, causes(error)) }
    }
}

impl Examination {
    /// What is known of a runner that says no more than whether it is ready.
    pub fn of_readiness(ready: &Result<Isolation, RunnerError>) -> Self {
        let diagnosis = match ready {
            Ok(isolation) => Diagnosis::ok("readiness", format!("ready: {}", isolation.name())),
            Err(error) => Diagnosis::refused("readiness", error),
        };
        Self { isolation: ready.as_ref().ok().copied(), diagnoses: vec![diagnosis] }
    }
}

/// What an error says, and what each of its causes says, on one line.
pub fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runner_that_is_not_ready_says_why_and_what_to_do() {
        let examined = Examination::of_readiness(&Err(RunnerError::Part {
            part: "the engine".into(),
            help: "start it".into(),
            source: "no such file".into(),
        }));
        let diagnosis = &examined.diagnoses[0];
        assert_eq!((examined.isolation, diagnosis.health), (None, Health::Fail));
        assert!(diagnosis.found.ends_with("without the engine: no such file"), "{diagnosis:?}");
        assert_eq!(diagnosis.help.as_deref(), Some("start it"));
    }
}
