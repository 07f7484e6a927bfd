//! Process 1, from its first instruction until it serves.

use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::Path;

use lazaret_agent::message::{Demand, Failure, Part, Walls};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::prctl;
use nix::sys::signal::Signal;

use super::identity::{self, Identity};
use super::{BEGIN, MAP_ME, root};
use crate::attempt::{Attempt, failure};
use crate::descriptors::Reserved;
use crate::serve::{self, Built, Evidence, Rules, Sandbox};
use crate::system;

/// What process 1 is given at its birth.
pub(super) struct Inner {
    pub(super) walls: Walls,
    pub(super) identity: Identity,
    pub(super) evidence: Evidence,
    pub(super) link: UnixStream,
}

impl Inner {
    /// Builds the walls around itself, and serves.
    pub(super) fn run(mut self, reserved: Reserved) -> Result<(), Failure> {
        self.wait_for_permission()?;
        root::build(&self.walls, self.identity.owner())?;
        let identity = self.identity;
        identity.enter_last(|| self.ask_to_be_mapped())?;
        self.die_with_the_outer_process()?;
        identity::hide()?;
        system::drop_capabilities().attempt(Part::Privileges, "drop the capabilities")?;
        prctl::set_no_new_privs().attempt(Part::Privileges, "forbid new privileges")?;
        let writable = self.walls.shown.iter().filter(|shown| shown.writable);
        let writable: Vec<&Path> = writable.map(|shown| shown.place.as_path()).collect();
        let rules = Rules::prepare(self.walls.landlock, &writable)?;
        let parts = self.parts(&rules);
        let Self { evidence, link, .. } = self;
        serve::run(Sandbox::Own(Built { evidence, rules, parts, outer: link }), reserved)
    }

    fn wait_for_permission(&mut self) -> Result<(), Failure> {
        let mut byte = [0];
        self.link.read_exact(&mut byte).attempt(Part::Namespaces, "wait for the outer process")?;
        let known = byte == [BEGIN];
        known.then_some(()).ok_or_else(|| failure(Part::Namespaces, "understand the outer process"))
    }

    fn ask_to_be_mapped(&mut self) -> Result<(), Failure> {
        self.link.write_all(&[MAP_ME]).attempt(Part::UserNamespace, "ask to be mapped")?;
        self.wait_for_permission()
    }

    /// Asked for after the last change of user, which would have cleared it. The outer process may
    /// have died just before; then its end of the link is closed already.
    fn die_with_the_outer_process(&self) -> Result<(), Failure> {
        prctl::set_pdeathsig(Signal::SIGKILL)
            .attempt(Part::Namespaces, "end with the outer process")?;
        let mut link = [PollFd::new(self.link.as_fd(), PollFlags::empty())];
        let gone = poll(&mut link, PollTimeout::ZERO).attempt(Part::Namespaces, "look outside")?;
        if gone == 0 { Ok(()) } else { Err(failure(Part::Namespaces, "find the outer process")) }
    }

    /// What the sandbox is made of, in words for a report.
    fn parts(&self, rules: &Rules) -> Vec<String> {
        let always = ["namespaces", "read-only file system", "seccomp"];
        let mut parts: Vec<String> = always.map(String::from).into();
        if !self.walls.network {
            parts.insert(2, "no network".into());
        }
        let unprivileged_number = matches!(self.identity, Identity::Root { .. });
        parts.push(if unprivileged_number { "a user of its own" } else { "user namespace" }.into());
        let landlock = rules.is_enforced() && self.walls.landlock != Demand::Off;
        let optional = [
            ("landlock", landlock),
            ("memory control group", self.evidence.memory.is_some()),
            ("process control group", self.evidence.processes.is_some()),
        ];
        parts.extend(optional.iter().filter(|(_, up)| *up).map(|(name, _)| (*name).to_owned()));
        parts
    }
}
