//! What a container's trial proves, and what to do where it does not.

use std::fmt::Write;

use lazaret_agent::host::ConversationError;
use lazaret_sandbox::{Diagnosis, causes};

use super::Patient;
use super::engine::KNOWS_NETWORKS;
use super::trial::Trial;
use crate::maker::NotReady;
use crate::sandbox::help;

const GVISOR: &str = "gVisor";

impl Patient<'_> {
    /// Says of each part what the trial showed.
    pub(super) async fn judge(&self, trial: &Trial) -> Vec<Diagnosis> {
        let mut diagnoses = Vec::new();
        match (&trial.failure, &trial.kernel) {
            (Some(error), _) => diagnoses.push(self.does_not_start(error).await),
            // What only calls itself gVisor was told no program.
            (None, Some(inner)) if trial.is_refuted => diagnoses.push(self.no_gvisor(inner)),
            (None, None) => {
                let help = "look into the engine's log, and whether the image has its interpreter";
                diagnoses.push(Diagnosis::fail("container", "it started, and said nothing", help));
            }
            (None, Some(inner)) => {
                diagnoses.extend([self.kernel(inner), filter(trial), memory(trial)]);
            }
        }
        if trial.stays {
            let help = "end its process `runsc-sandbox`, and look into the engine's log";
            diagnoses.push(Diagnosis::warn("removal", "a container did not go in time", help));
        }
        diagnoses
    }

    async fn does_not_start(&self, error: &NotReady) -> Diagnosis {
        let (reason, help) = match error {
            NotReady::Engine(error) => (causes(error), self.what_helps_it_start().await),
            NotReady::Agent(ConversationError::Refused(failure)) => {
                (failure.cause().to_string(), help(failure.part).unwrap_or_else(in_the_log))
            }
            NotReady::Agent(error) => (causes(error), in_the_log()),
        };
        let found = format!("one of `{}` does not start: {reason}", self.config.runtime);
        Diagnosis::fail("container", found, help)
    }

    async fn what_helps_it_start(&self) -> String {
        if !self.is_gvisor_by_name() {
            return in_the_log();
        }
        let mut help =
            "register it with `--platform=systrap`, or else `--platform=ptrace`".to_owned();
        if let Some(build) = self.build_of_gvisor().await.filter(|build| *build < KNOWS_NETWORKS) {
            let _ = write!(
                help,
                "; on a newer kernel this build, of {build}, needs `--network=none` too"
            );
        }
        help
    }

    /// A name proves nothing.
    fn no_gvisor(&self, inner: &str) -> Diagnosis {
        let runtime = &self.config.runtime;
        let found = format!("`{runtime}` is not gVisor: programs see Linux {inner}");
        let help = "register gVisor's runsc under that name, or set `docker.runtime` to another";
        Diagnosis::fail(GVISOR, found, help)
    }

    /// The kernel that the container saw.
    fn kernel(&self, inner: &str) -> Diagnosis {
        if self.is_gvisor_by_name() {
            let outer = self.info.kernel_version.as_deref().unwrap_or_default();
            let found = format!("programs see its Linux {inner}, not the engine's {outer}");
            return Diagnosis::ok(GVISOR, found);
        }
        let runtime = &self.config.runtime;
        let found = format!("not used: `{runtime}` runs programs on the engine's own kernel");
        Diagnosis::warn(GVISOR, found, "install gVisor, and set `docker.runtime = \"runsc\"`")
    }
}

fn in_the_log() -> String {
    "look into the engine's log".to_owned()
}

fn filter(trial: &Trial) -> Diagnosis {
    const NAME: &str = "seccomp";
    if trial.filtered {
        return Diagnosis::ok(NAME, "the engine's filter of system calls holds inside");
    }
    let found = "the engine's filter of system calls does not hold inside: programs can make user \
                 namespaces, and pass limits with them";
    let help = "for gVisor, register it with the option `--oci-seccomp`; a build that has only \
                ptrace must not: it would refuse `select`";
    Diagnosis::warn(NAME, found, help)
}

fn memory(trial: &Trial) -> Diagnosis {
    const NAME: &str = "memory signal";
    if let Some(time) = trial.out_of_memory {
        let found = format!("the engine said that memory ran out, {time:.1?} after the start");
        return Diagnosis::ok(NAME, found);
    }
    let found = "memory ran out, and the engine did not say so: a program that this happens to is \
                 reported as sandbox_crashed";
    Diagnosis::warn(NAME, found, "look whether `docker events` shows `oom`, and into its log")
}
