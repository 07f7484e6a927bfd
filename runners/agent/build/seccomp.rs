//! Compiles the list of system calls to programs for the kernel.
//!
//! The list has the shape of Docker's default profile, so that an engine can be given the same
//! file. It becomes two filters, because one filter knows only two answers: the first allows what
//! is listed and answers "not implemented" to the rest, which lets libraries fall back; the second
//! answers "not permitted" to what is known to be dangerous. The kernel asks both.

use std::collections::HashMap;
use std::path::PathBuf;
use std::{env, fs};

use seccompiler::TargetArch;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::tell_cargo;

const PROFILE: &str = "seccomp/profile.json";

/// The part of Docker's profile format that the list uses.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Profile {
    default_errno_ret: u32,
    syscalls: Vec<Group>,
}

/// System calls that are answered alike.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Group {
    names: Vec<String>,
    action: String,
    #[serde(default)]
    errno_ret: Option<u32>,
    #[serde(default)]
    args: Vec<Argument>,
    #[serde(default)]
    includes: Includes,
    #[serde(default, rename = "comment")]
    _comment: String,
}

/// What an argument has to be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Argument {
    index: u8,
    value: u64,
    #[serde(default)]
    value_two: u64,
    op: String,
}

/// Where a group holds.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Includes {
    #[serde(default)]
    arches: Vec<String>,
}

/// Writes `allow.bpf` and `deny.bpf` where the program includes them.
pub(crate) fn filter() {
    tell_cargo("rerun-if-changed", PROFILE);
    let text = fs::read_to_string(PROFILE).expect("the profile is part of this package");
    let profile: Profile = serde_json::from_str(&text).expect("the profile has Docker's shape");
    let arch = env::var("CARGO_CFG_TARGET_ARCH").expect("cargo sets it for build scripts");
    let unknown = json!({ "errno": profile.default_errno_ret });
    let allow = rules(&profile, &arch, "SCMP_ACT_ALLOW");
    let deny = rules(&profile, &arch, "SCMP_ACT_ERRNO");
    let filters = json!({
        "allow": { "mismatch_action": unknown, "match_action": "allow", "filter": allow },
        "deny": { "mismatch_action": "allow", "match_action": { "errno": 1 }, "filter": deny },
    });
    for (name, program) in compile(&filters, &arch) {
        let bytes: Vec<u8> = program.iter().flat_map(instruction).collect();
        let directory = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it"));
        fs::write(directory.join(format!("{name}.bpf")), bytes).expect("OUT_DIR is writable");
    }
}

/// The rules with this action that hold on `arch`, in the shape of seccompiler.
fn rules(profile: &Profile, arch: &str, action: &str) -> Vec<Value> {
    let docker = if arch == "x86_64" { "amd64" } else { "arm64" };
    let here = |group: &&Group| {
        let everywhere = group.includes.arches.is_empty();
        group.action == action && (everywhere || group.includes.arches.iter().any(|a| a == docker))
    };
    let groups = profile.syscalls.iter().filter(here);
    groups.flat_map(|group| group.names.iter().map(move |name| rule(name, group))).collect()
}

fn rule(name: &str, group: &Group) -> Value {
    assert!(group.errno_ret.is_none_or(|errno| errno == 1), "`{name}`: only EPERM is compiled");
    if group.args.is_empty() {
        return json!({ "syscall": name });
    }
    let arguments: Vec<Value> = group.args.iter().map(condition).collect();
    json!({ "syscall": name, "args": arguments })
}

fn condition(argument: &Argument) -> Value {
    let (operator, value) = match argument.op.as_str() {
        "SCMP_CMP_EQ" => (json!("eq"), argument.value),
        "SCMP_CMP_MASKED_EQ" => (json!({ "masked_eq": argument.value }), argument.value_two),
        other => panic!("`{other}` is not an operator that is compiled"),
    };
    json!({ "index": argument.index, "type": "dword", "op": operator, "val": value })
}

fn compile(filters: &Value, arch: &str) -> HashMap<String, Vec<seccompiler::sock_filter>> {
    let arch: TargetArch = arch.try_into().expect("the agent is for x86_64 and aarch64");
    seccompiler::compile_from_json(filters.to_string().as_bytes(), arch)
        .expect("every system call in the profile exists")
}

/// An instruction as the kernel reads it.
fn instruction(filter: &seccompiler::sock_filter) -> Vec<u8> {
    let mut bytes = filter.code.to_le_bytes().to_vec();
    bytes.extend([filter.jt, filter.jf]);
    bytes.extend(filter.k.to_le_bytes());
    bytes
}
