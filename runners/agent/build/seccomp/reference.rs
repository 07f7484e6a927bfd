//! What seccompiler makes of the list: two filters, because one of its filters knows only two
//! answers. The program is not given these; its tests compare them with what it is given.

use std::collections::HashMap;

use seccompiler::{TargetArch, sock_filter};
use serde_json::{Value, json};

use super::{Action, Argument, Group, Operator};

/// The two, to be loaded in the order `allow`, `deny`.
pub(super) fn programs(
    groups: &[Group],
    unknown: u32,
    arch: &str,
) -> HashMap<String, Vec<sock_filter>> {
    let unknown = json!({ "errno": unknown });
    let allow = rules(groups, Action::Allow);
    let deny = rules(groups, Action::Errno);
    let filters = json!({
        "allow": { "mismatch_action": unknown, "match_action": "allow", "filter": allow },
        "deny": { "mismatch_action": "allow", "match_action": { "errno": 1 }, "filter": deny },
    });
    compile(&filters, arch)
}

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

/// The rules with this action, in the shape of seccompiler.
fn rules(groups: &[Group], action: Action) -> Vec<Value> {
    let groups = groups.iter().filter(|group| group.action == action);
    groups.flat_map(|group| group.names.iter().map(move |name| rule(name, group))).collect()
}

fn rule(name: &str, group: &Group) -> Value {
    if group.args.is_empty() {
        return json!({ "syscall": name });
    }
    let arguments: Vec<Value> = group.args.iter().map(condition).collect();
    json!({ "syscall": name, "args": arguments })
}

fn condition(argument: &Argument) -> Value {
    let (operator, value) = match argument.op {
        Operator::Equal => (json!("eq"), argument.value),
        Operator::MaskedEqual => (json!({ "masked_eq": argument.value }), argument.value_two),
    };
    json!({ "index": argument.index, "type": "dword", "op": operator, "val": value })
}

fn compile(filters: &Value, arch: &str) -> HashMap<String, Vec<sock_filter>> {
    let arch: TargetArch = arch.try_into().expect("the agent is for x86_64 and aarch64");
    seccompiler::compile_from_json(filters.to_string().as_bytes(), arch)
        .expect("every system call in the profile exists")
}
