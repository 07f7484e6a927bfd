//! Loops that nothing ends.
//!
//! Only those are told of which the whole body is known to end nothing: one call of a function that is
//! not known may end the program. A loop that waits, or answers somebody, is no abuse.

use std::collections::BTreeSet;
use std::ops::Range;

use lazaret_policy::prelude::*;
use lazaret_policy::{Node, Tree};

/// What a loop without an end does, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Endless {
    /// It keeps a processor busy.
    Busy,
    /// It takes more memory each time.
    Grows,
    /// It starts processes.
    Starts,
}

/// What a node is to the loops that it is in.
#[derive(Clone, Copy)]
enum Part {
    /// A loop whose condition always holds.
    Loop,
    /// It leaves the loop, or waits.
    Leaves,
    /// What it does, its name says.
    Call,
    Other,
}

/// The loops whose condition always holds.
#[derive(Default)]
struct Loops {
    /// What each does; nothing, where it may end or wait.
    all: Vec<(Range<usize>, Option<Endless>)>,
    /// The rows of those that have not ended in the text yet, the innermost last.
    open: Vec<usize>,
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
    let parts = tree.nodes().map(|node| (node.range(), part(node, text)));
    judge(parts, |range| call(range, text, &starts))
}

/// Whether there is a word of a loop with a condition behind it that may hold for ever.
fn may_have_some(text: &str) -> bool {
    let follows = |word: &str, conditions: &[&str]| {
        text.match_indices(word).any(|(at, _)| {
            let rest = text[at + word.len()..].trim_start_matches(|c| c == '(' || is_blank(c));
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
    let head: String = head.chars().filter(|c| !is_blank(*c)).take(12).collect();
    ["whileTrue:", "while(True):", "while1:", "while(true)", "while(1)", "for(;;)"]
        .iter()
        .any(|one| head.starts_with(one))
}

/// What the languages take for a blank: JavaScript a byte order mark, too.
fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || letter == '\u{feff}'
}

/// The first line of a loop.
pub(crate) fn head(range: &Range<usize>, text: &str) -> Range<usize> {
    let length = text[range.clone()].find(['\r', '\n']).unwrap_or(range.len());
    range.start..range.start + length
}

fn part(node: Node<'_>, text: &str) -> Part {
    match node.kind() {
        "call" | "call_expression" | "new_expression" => Part::Call,
        kind if LEAVES.contains(&kind) => Part::Leaves,
        _ if is_forever(node, text) => Part::Loop,
        _ => Part::Other,
    }
}

/// The loops that no part leaves, and no call. `parts` are in the order of the text, each before what is
/// below it: one pass tells of all loops, however many there are, and however deep in each other.
fn judge(
    parts: impl Iterator<Item = (Range<usize>, Part)>,
    call: impl Fn(Range<usize>) -> Option<Endless>,
) -> Vec<(Range<usize>, Endless)> {
    let mut loops = Loops::default();
    for (range, part) in parts {
        loops.close(range.start);
        match part {
            Part::Loop => loops.open(range),
            Part::Leaves => loops.add(|| None),
            Part::Call => loops.add(|| call(range)),
            Part::Other => {}
        }
    }
    loops.close(usize::MAX);
    loops.all.into_iter().filter_map(|(range, does)| Some((range, does?))).collect()
}

impl Loops {
    fn open(&mut self, range: Range<usize>) {
        self.open.push(self.all.len());
        self.all.push((range, Some(Endless::Busy)));
    }

    /// Has the innermost loop do this, too. Nobody is asked where it makes no difference: most calls
    /// are in no such loop, or in one that ends.
    fn add(&mut self, what: impl FnOnce() -> Option<Endless>) {
        if let Some((_, does)) = self.open.last().map(|row| &mut self.all[*row]) {
            *does = does.and_then(|one| Some(one.max(what()?)));
        }
    }

    /// Closes those that end before `start`. What a loop does, the one around it does as well.
    fn close(&mut self, start: usize) {
        while let Some(row) = self.open.pop_if(|row| self.all[*row].0.end <= start) {
            let what = self.all[row].1;
            self.add(|| what);
        }
    }
}

/// What a call does in a loop without an end; nothing, where it may end it or wait.
fn call(range: Range<usize>, text: &str, starts: &Places) -> Option<Endless> {
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

#[cfg(test)]
mod tests {
    use super::Endless::{self, Busy, Grows, Starts};
    use super::{Part, head, judge};

    /// Parts by their letters, each at its byte: `(` and `)` are a loop, `s` and `g` calls.
    fn does(text: &str) -> Vec<(usize, Endless)> {
        let end = |start: usize| {
            let mut depth = 0;
            let is_end = |byte: &u8| {
                depth += i32::from(*byte == b'(') - i32::from(*byte == b')');
                depth == 0
            };
            start + text.as_bytes()[start..].iter().position(is_end).expect("a `)`")
        };
        let part = |(at, letter)| match letter {
            '(' => (at..end(at) + 1, Part::Loop),
            'x' => (at..at + 1, Part::Leaves),
            's' | 'g' | '?' => (at..at + 1, Part::Call),
            _ => (at..at + 1, Part::Other),
        };
        let call = |range: std::ops::Range<usize>| match text.as_bytes()[range.start] {
            b's' => Some(Starts),
            b'g' => Some(Grows),
            _ => None,
        };
        let found = judge(text.char_indices().map(part), call);
        found.into_iter().map(|(range, does)| (range.start, does)).collect()
    }

    #[test]
    fn a_loop_does_what_the_worst_of_its_parts_does() {
        assert_eq!(does("( )"), [(0, Busy)]);
        assert_eq!(does("(sg)"), [(0, Starts)]);
        assert_eq!(does("(s x)"), []);
        assert_eq!(does("(s ?)"), []);
        assert_eq!(does("x( )sx"), [(1, Busy)]);
    }

    #[test]
    fn what_an_inner_loop_does_the_outer_one_does() {
        assert_eq!(does("(( )g)"), [(0, Grows), (1, Busy)]);
        assert_eq!(does("((s))"), [(0, Starts), (1, Starts)]);
        assert_eq!(does("((x))"), []);
        assert_eq!(does("(( )x)"), [(1, Busy)]);
    }

    /// Each loop was read to its end once, which is why only the first fifty were looked at.
    #[test]
    fn any_number_of_loops_is_judged_also_in_each_other() {
        assert_eq!(does(&("(x)".repeat(500) + "(s)")), [(1500, Starts)]);
        let size = 100_000;
        let nested = (0..size).map(|at| (at..2 * size - at, Part::Loop));
        let found = judge(nested.chain([(size..size, Part::Call)]), |_| Some(Starts));
        assert!(found.iter().all(|(_, does)| *does == Starts));
        assert_eq!(found.len(), size);
    }

    #[test]
    fn a_head_has_no_line_end() {
        for text in ["while 1:\r\n  x\r\n", "while 1:\n  x\n", "while 1:"] {
            assert_eq!(head(&(0..text.len()), text), 0..8, "{text:?}");
        }
    }
}
