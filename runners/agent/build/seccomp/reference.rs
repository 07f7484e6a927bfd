//! What seccompiler makes of the list: two filters, because one of its filters knows only two
//! answers. The program is not given these; its tests compare them with what it is given.

use std::collections::HashMap;

use seccompiler::sock_filter;
use serde_json::{Value, json};

use super::number::compile;
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
