//! Compiles the list of system calls to a program for the kernel.
//!
//! The list has the shape of Docker's default profile, so that an engine can be given the same
//! file. What is known to be dangerous is answered "not permitted"; what is listed is allowed; the
//! rest is "not implemented", which lets libraries fall back.
//!
//! It is compiled here and not by seccompiler, because that asks about one system call after the
//! other, and knows only two answers, so that two long programs were needed. gVisor interprets such
//! programs, for each number there is, each time an interpreter starts: 17 ms. seccompiler's
//! translation is still made, for the tests to compare with.

mod answers;
mod number;
mod program;
// The program is built with its own feature alone, and its tests with all.
#[cfg(feature = "host")]
mod reference;

use std::path::PathBuf;
use std::{env, fs};

use seccompiler::sock_filter;
use serde::Deserialize;

use crate::tell_cargo;

const PROFILE: &str = "seccomp/profile.json";

/// What is refused in gVisor besides.
///
/// In gVisor (2024-07-29), `setsid` by a process that has a child in its own process group takes a
/// lock twice, and the kernel of the whole sandbox stands still: nobody runs, the engine cannot
/// kill the container, and only the end of `runsc-sandbox` on the host ends it.
const NOT_PERMITTED_IN_GVISOR: [&str; 1] = ["setsid"];

/// What is refused in gVisor unless the process that is named first is 0, which is oneself.
///
/// gVisor (2024-07-29) lets everybody choose the processors of everybody else. Those of the agent
/// would be inherited by the next run's program.
const OF_ONESELF_IN_GVISOR: [&str; 1] = ["sched_setaffinity"];

/// The part of Docker's profile format that the list uses.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Profile {
    default_errno_ret: u32,
    syscalls: Vec<Group>,
}

/// System calls that are answered alike.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Group {
    names: Vec<String>,
    action: Action,
    #[serde(default)]
    errno_ret: Option<u32>,
    #[serde(default)]
    args: Vec<Argument>,
    #[serde(default)]
    includes: Includes,
    #[serde(default, rename = "comment")]
    _comment: String,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
enum Action {
    #[serde(rename = "SCMP_ACT_ALLOW")]
    Allow,
    #[serde(rename = "SCMP_ACT_ERRNO")]
    Errno,
}

/// What an argument has to be. Of each argument its lower half is looked at: the kernel's own types
/// of these are no longer.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Argument {
    index: u8,
    value: u32,
    #[serde(default)]
    value_two: u32,
    op: Operator,
}

#[derive(Clone, Copy, Deserialize)]
enum Operator {
    #[serde(rename = "SCMP_CMP_EQ")]
    Equal,
    /// What is left of the argument under the mask `value` is `value_two`.
    #[serde(rename = "SCMP_CMP_MASKED_EQ")]
    MaskedEqual,
}

/// Where a group holds.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Includes {
    #[serde(default)]
    arches: Vec<String>,
}

/// Writes the programs where they are included.
pub(crate) fn filter() {
    tell_cargo("rerun-if-changed", PROFILE);
    let text = fs::read_to_string(PROFILE).expect("the profile is part of this package");
    let profile: Profile = serde_json::from_str(&text).expect("the profile has Docker's shape");
    let arch = env::var("CARGO_CFG_TARGET_ARCH").expect("cargo sets it for build scripts");
    let groups = profile.of_machine(&arch);
    let answers = answers::Answers::of(&groups, &arch);
    write("filter", &program::program(&answers, &arch));
    let in_gvisor = answers
        .refusing(&NOT_PERMITTED_IN_GVISOR, &arch)
        .refusing_but_for_oneself(&OF_ONESELF_IN_GVISOR, &arch);
    write("filter-in-gvisor", &program::program(&in_gvisor, &arch));
    #[cfg(feature = "host")]
    for (name, program) in reference::programs(&groups, profile.default_errno_ret, &arch) {
        write(&format!("reference-{name}"), &program);
    }
}

impl Profile {
    /// The groups that hold on this machine.
    fn of_machine(&self, arch: &str) -> Vec<Group> {
        const NOT_PERMITTED: u32 = 1;
        const NOT_IMPLEMENTED: u32 = 38;
        assert_eq!(self.default_errno_ret, NOT_IMPLEMENTED, "no other answer is compiled");
        let docker = if arch == "x86_64" { "amd64" } else { "arm64" };
        let here = |group: &&Group| {
            let arches = &group.includes.arches;
            arches.is_empty() || arches.iter().any(|arch| arch == docker)
        };
        let groups: Vec<Group> = self.syscalls.iter().filter(here).cloned().collect();
        for group in &groups {
            let is_known = group.errno_ret.is_none_or(|errno| errno == NOT_PERMITTED);
            assert!(is_known, "{:?}: only EPERM is compiled", group.names);
        }
        groups
    }
}

fn write(name: &str, program: &[sock_filter]) {
    let bytes: Vec<u8> = program.iter().flat_map(instruction).collect();
    let directory = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it"));
    fs::write(directory.join(format!("{name}.bpf")), bytes).expect("OUT_DIR is writable");
}

/// An instruction as the kernel reads it.
fn instruction(filter: &sock_filter) -> Vec<u8> {
    let mut bytes = filter.code.to_le_bytes().to_vec();
    bytes.extend([filter.jt, filter.jf]);
    bytes.extend(filter.k.to_le_bytes());
    bytes
}
