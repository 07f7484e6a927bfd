//! What the policy says about facts made by hand. Loops need a tree, which natively there is not: the
//! fixtures have them, and are judged by the host.

use lazaret_policy::serde_json::json;
use lazaret_policy::testing::{Fact, judge, judge_with, rules, source, unit};
use lazaret_policy::types::Unit;
use lazaret_policy_resource_abuse::ResourceAbuse;

fn file(fact: Fact) -> Unit {
    Unit { source: Some(String::new()), ..unit("python", [fact]) }
}

fn found(fact: Fact) -> Vec<String> {
    rules::<ResourceAbuse>(file(fact))
}

#[test]
fn a_constant_that_asks_for_much_is_reported() {
    let call = |name: &str| Fact::call(name);
    assert_eq!(found(call("bytearray").literal(10_u64.pow(12))), ["huge-allocation"]);
    assert_eq!(found(call("Buffer.alloc").literal(1e11)), ["huge-allocation"]);
    assert_eq!(found(call("numpy.zeros").literal(json!([100_000, 100_000]))), ["huge-allocation"]);
    assert_eq!(found(call("torch.ones").literal(100_000).literal(100_000)), ["huge-allocation"]);
    assert_eq!(found(call("mmap.mmap").literal(-1).literal(1_u64 << 40)), ["huge-allocation"]);
}

#[test]
fn what_there_is_or_nobody_knows_is_fine() {
    let call = |name: &str| Fact::call(name);
    assert_eq!(found(call("bytearray").literal(1 << 20)), [""; 0]);
    assert_eq!(found(call("bytearray").literal("text")), [""; 0]);
    let values: Vec<u8> = (1..=16).collect();
    assert_eq!(found(call("bytearray").literal(values)), [""; 0], "what it holds, not how much");
    assert_eq!(found(call("bytearray").computed("10 ** n")), [""; 0]);
    assert_eq!(found(call("numpy.zeros").literal(json!([1000, 1000]))), [""; 0]);
    assert_eq!(found(call("torch.ones").literal(100_000).computed("n")), [""; 0]);
}

#[test]
fn the_message_says_how_much() {
    let call = Fact::call("numpy.zeros").literal(json!([1024, 1024, 1024]));
    let findings = judge::<ResourceAbuse>(file(call));
    assert_eq!(findings[0].message, "`numpy.zeros` asks for 8.0 GiB at once");
}

#[test]
fn the_settings_say_how_much_there_is() {
    let with = |bytes: u64| {
        let file = file(Fact::call("bytearray").literal(1 << 20));
        judge_with::<ResourceAbuse>(file, json!({ "bytes": bytes })).len()
    };
    assert_eq!((with(1 << 20), with(1 << 19)), (0, 1));
}

#[test]
fn a_file_without_anything_is_fine() {
    assert_eq!(rules::<ResourceAbuse>(source("python", "x = 1\n")), [""; 0]);
}
