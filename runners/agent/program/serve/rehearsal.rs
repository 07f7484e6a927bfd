//! Does once, while nobody waits, what every job needs.
//!
//! What is done for the first time takes a fresh gVisor many times as long as the second time: the
//! pages of the agent and of gVisor's own kernel are touched for the first time, too. Without this
//! a job that finds a sandbox ready takes twice as long.

use lazaret_agent::message::{Failure, Limits};

use super::files::{self, Directory};
use super::processor::Spent;
use super::watch::Watch;
use super::{artifacts, owner};
use crate::channel::Outbox;

/// A file that is made and removed. No job is there yet that could have one of this name.
const FILE: &str = ".rehearsal";

/// Makes a file, looks at everything, and collects what is not there.
pub(super) fn rehearse(watch: &mut Watch, limits: &Limits) -> Result<(), Failure> {
    owner::as_program(|| {
        let directory = Directory::work()?;
        let mut file = directory.create(FILE)?;
        files::append(Some(&mut file), b"rehearsal")?;
        directory.remove(FILE)
    })?;
    // What is seen now is nobody's doing.
    let _ = (watch.look(), watch.look_back(), watch.usage(Spent::default(), 0));
    artifacts::collect(limits, &mut Outbox::default())
}
