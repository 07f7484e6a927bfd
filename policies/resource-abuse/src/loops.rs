//! Loops that nothing ends.
//!
//! Only those are told of which the whole body is known to end nothing: one call of a function that is
//! not known may end the program. A loop that waits, or answers somebody, is no abuse.

use std::collections::BTreeSet;
use std::ops::Range;

use lazaret_policy::prelude::*;
use lazaret_policy::{Node, Tree};

/// What a loop without an end does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endless {
    /// It starts processes.
    Starts,
    /// It takes more memory each time.
    Grows,
    /// It keeps a processor busy.
    Busy,
}

/// Calls that start something and do not wait for it.
pub(crate) const STARTS: [&str; 10] = [
    "os.fork",
    "os.forkpty",
    "subprocess.Popen",
    "multiprocessing.Process().start",
    "threading.Thread().start",
    "child_process.spawn",
    "child_process.exec",
    "child_process.execFile",
    "child_process.fork",
    "worker_threads.Worker",
];

/// What leaves a loop, or waits in it.
const LEAVES: [&str; 9] = [
    "break_statement",
    "return_statement",
    "raise_statement",
    "throw_statement",
    "assert_statement",
    "yield",
    "yield_expression",
    "await",
    "await_expression",
];

/// Loops that are looked at: each is read to its end, and they may be inside of each other.
const MOST: usize = 50;

/// Calls, by their first byte and the one behind them.
type Places = BTreeSet<(usize, usize)>;

/// Functions that end nothing, as they are written.
const HARMLESS: [&str; 9] =
    ["print", "len", "str", "int", "range", "console.log", "Math.sqrt", "Math.random", "hash"];

/// Methods that make what they belong to larger.
const GROWING: [&str; 6] = ["append", "extend", "push", "unshift", "insert", "concat"];

/// The loops of a file that nothing ends.
pub(crate) fn endless(cx: &Context, text: &str) -> Vec<(Range<usize>, Endless)> {
    // Reading the tree takes longer than looking for the words that it would have to have.
    if !may_have_some(text) {
        return Vec::new();
    }
    let tree = Tree::read();
    let starts = starts(cx);
    let loops = tree.nodes().filter(|node| is_forever(*node, text)).take(MOST);
    loops.filter_map(|node| Some((head(node, text), judge(node, text, &starts)?))).collect()
}

/// Whether there is a word of a loop with a condition behind it that may hold for ever.
fn may_have_some(text: &str) -> bool {
    let follows = |word: &str, conditions: &[&str]| {
        text.match_indices(word).any(|(at, _)| {
            let rest =
                text[at + word.len()..].trim_start_matches(|c: char| c == '(' || c.is_whitespace());
            conditions.iter().any(|condition| rest.starts_with(condition))
        })
    };
    follows("while", &["True", "true", "1"]) || follows("for", &[";"])
}

/// Where something is started.
fn starts(cx: &Context) -> Places {
    let calls = cx.calls("*").filter(|call| STARTS.contains(&call.name()));
    calls.map(|call| (call.span().start_byte as usize, call.span().end_byte as usize)).collect()
}

/// Whether it is a loop whose condition is a constant that holds.
fn is_forever(node: Node<'_>, text: &str) -> bool {
    let head = match node.kind() {
        "while_statement" | "for_statement" => &text[node.range()],
        _ => return false,
    };
    let head: String = head.chars().filter(|c| !c.is_whitespace()).take(12).collect();
    ["whileTrue:", "while(True):", "while1:", "while(true)", "while(1)", "for(;;)"]
        .iter()
        .any(|one| head.starts_with(one))
}

/// The first line of a loop.
fn head(node: Node<'_>, text: &str) -> Range<usize> {
    let range = node.range();
    let length = text[range.clone()].find('\n').unwrap_or(range.len());
    range.start..range.start + length
}

fn judge(node: Node<'_>, text: &str, starts: &Places) -> Option<Endless> {
    let mut found = Endless::Busy;
    let mut is_start = false;
    for inner in node.below() {
        let kind = inner.kind();
        if LEAVES.contains(&kind) {
            return None;
        }
        if kind == "call" || kind == "call_expression" || kind == "new_expression" {
            match call(inner, text, starts) {
                Some(Endless::Starts) => is_start = true,
                Some(Endless::Grows) => found = Endless::Grows,
                Some(Endless::Busy) => {}
                None => return None,
            }
        }
    }
    Some(if is_start { Endless::Starts } else { found })
}

/// What a call does in a loop without an end; nothing, where it may end it or wait.
fn call(node: Node<'_>, text: &str, starts: &Places) -> Option<Endless> {
    let range = node.range();
    if starts.contains(&(range.start, range.end)) {
        return Some(Endless::Starts);
    }
    let written = text[range].split('(').next().unwrap_or_default().trim();
    let method = written.rsplit_once('.').map_or("", |(_, method)| method);
    if GROWING.contains(&method) {
        return Some(Endless::Grows);
    }
    HARMLESS.contains(&written).then_some(Endless::Busy)
}
