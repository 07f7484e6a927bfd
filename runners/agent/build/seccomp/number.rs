//! What seccompiler knows: the numbers of system calls.

use std::collections::HashMap;

use seccompiler::{TargetArch, sock_filter};
use serde_json::{Value, json};

/// The number of a system call. seccompiler has the table, and shows it in programs alone.
pub(super) fn number(name: &str, arch: &str) -> u32 {
    const JUMP_IF_EQUAL: u16 = 0x15;
    let rules = json!([{ "syscall": name }]);
    let filter = json!({ "mismatch_action": "allow", "match_action": "trap", "filter": rules });
    let mut programs = compile(&json!({ "one": filter }), arch);
    let program = programs.remove("one").expect("it was asked for");
    // The comparison before this one is of the architecture.
    let comparison = program.iter().rfind(|instruction| instruction.code == JUMP_IF_EQUAL);
    comparison.expect("the program asks for the number").k
}

/// Filters in the shape of seccompiler, as programs.
pub(super) fn compile(filters: &Value, arch: &str) -> HashMap<String, Vec<sock_filter>> {
    let arch: TargetArch = arch.try_into().expect("the agent is for x86_64 and aarch64");
    seccompiler::compile_from_json(filters.to_string().as_bytes(), arch)
        .expect("every system call in the profile exists")
}
