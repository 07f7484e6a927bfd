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
    Forever,
    /// Another, or a `switch`: what ends it ends nothing around it.
    Loop,
    /// What a function does, it does when it is called.
    Function,
    /// It ends the innermost loop.
    Breaks,
    /// It leaves all loops, or waits.
    Leaves,
    /// What it does, its name says.
    Call,
    Other,
}

/// The loops whose condition always holds.
#[derive(Default)]
struct Loops {
    all: Vec<Forever>,
    /// What has not ended in the text yet, the innermost last.
    open: Vec<Open>,
}

/// A loop whose condition always holds.
struct Forever {
    range: Range<usize>,
    /// What it does; nothing, where it is left, or may wait.
    does: Option<Endless>,
    /// Whether something in it ends it, and only it.
    breaks: bool,
}

/// A loop or a function that has not ended in the text yet.
struct Open {
    end: usize,
    part: Part,
    /// The row of the innermost loop around what is in it, whose condition always holds.
    around: Option<usize>,
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
const LEAVES: [&str; 8] = [
    "return_statement",
    "raise_statement",
    "throw_statement",
    "assert_statement",
    "yield",
    "yield_expression",
    "await",
    "await_expression",
];

/// Loops that end, and what else a `break` ends.
const LOOPS: [&str; 5] =
    ["for_statement", "for_in_statement", "while_statement", "do_statement", "switch_statement"];

const FUNCTIONS: [&str; 7] = [
    "function_definition",
    "lambda",
    "function_declaration",
    "function_expression",
    "generator_function_declaration",
    "arrow_function",
    "method_definition",
];

/// Calls, by their first byte and the one behind them.
type Places = BTreeSet<(usize, usize)>;

/// Functions that end nothing, as they are written.
const HARMLESS: [&str; 9] =
    ["print", "len", "str", "int", "range", "console.log", "Math.sqrt", "Math.random", "hash"];

/// Methods that make what they belong to larger.
const GROWING: [&str; 6] = ["append", "extend", "push", "unshift", "insert", "concat"];

/// The queries that wake the policy: loops that begin like those whose condition always holds.
pub(crate) const QUERIES: [(&str, &str, &str); 7] = [
    (WHILE, "python", FOREVER),
    (WHILE, "javascript", FOREVER),
    (WHILE, "typescript", FOREVER),
    (WHILE, "tsx", FOREVER),
    (FOR, "javascript", CONDITIONLESS),
    (FOR, "typescript", CONDITIONLESS),
    (FOR, "tsx", CONDITIONLESS),
];

const WHILE: &str = "while";
const FOR: &str = "for";
const FOREVER: &str =
    r#"((while_statement) @loop (#match? @loop "^while[\\s\\x{feff}(]*(True|true|1)"))"#;
const CONDITIONLESS: &str =
    r#"((for_statement) @loop (#match? @loop "^for[\\s\\x{feff}]*\\([\\s\\x{feff}]*;"))"#;

/// The loops of a file that nothing ends.
pub(crate) fn endless(cx: &Context, text: &str) -> Vec<(Range<usize>, Endless)> {
    // Reading the tree takes longer than most of what a policy does.
    if cx.matches(WHILE).chain(cx.matches(FOR)).next().is_none() {
        return Vec::new();
    }
    let tree = Tree::read();
    let starts = starts(cx);
    let parts = tree.nodes().map(|node| part(node, text));
    judge(parts, |range| call(range, text, &starts))
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

fn is_label(node: Node<'_>) -> bool {
    node.kind() == "statement_identifier"
}

/// What a node is, and the part of the text where it is that.
fn part(node: Node<'_>, text: &str) -> (Range<usize>, Part) {
    let part = match node.kind() {
        "call" | "call_expression" | "new_expression" => Part::Call,
        // With a name behind it, it ends another loop.
        "break_statement" if node.children().any(is_label) => Part::Leaves,
        "break_statement" => Part::Breaks,
        kind if LEAVES.contains(&kind) => Part::Leaves,
        kind if FUNCTIONS.contains(&kind) => Part::Function,
        _ if is_forever(node, text) => Part::Forever,
        kind if LOOPS.contains(&kind) => {
            // In Python, what is behind its `else` is in the loop around it.
            let body = node.children().find(|child| child.kind() == "block");
            return (body.unwrap_or(node).range(), Part::Loop);
        }
        _ => Part::Other,
    };
    (node.range(), part)
}

/// The loops that no part ends, and no call. `parts` are in the order of the text, each before what is
/// below it: one pass tells of all loops, however many there are, and however deep in each other.
fn judge(
    parts: impl Iterator<Item = (Range<usize>, Part)>,
    call: impl Fn(Range<usize>) -> Option<Endless>,
) -> Vec<(Range<usize>, Endless)> {
    let mut loops = Loops::default();
    for (range, part) in parts {
        loops.close(range.start);
        match part {
            Part::Forever | Part::Loop | Part::Function => loops.open(range, part),
            Part::Breaks => loops.end(),
            Part::Leaves => loops.add(|| None),
            Part::Call => loops.add(|| call(range)),
            Part::Other => {}
        }
    }
    loops.close(usize::MAX);
    let endless = loops.all.into_iter().filter(|one| !one.breaks);
    endless.filter_map(|one| Some((one.range, one.does?))).collect()
}

impl Loops {
    fn open(&mut self, range: Range<usize>, part: Part) {
        let around = match part {
            Part::Forever => Some(self.all.len()),
            Part::Function => None,
            _ => self.open.last().and_then(|open| open.around),
        };
        self.open.push(Open { end: range.end, part, around });
        if matches!(part, Part::Forever) {
            self.all.push(Forever { range, does: Some(Endless::Busy), breaks: false });
        }
    }

    /// Has the innermost loop end, where it is one of those whose condition always holds.
    fn end(&mut self) {
        let innermost = self.open.last().filter(|open| matches!(open.part, Part::Forever));
        if let Some(row) = innermost.and_then(|open| open.around) {
            self.all[row].breaks = true;
        }
    }

    /// Has the innermost of those loops do this, too. Nobody is asked where it makes no difference: most
    /// calls are in no such loop, or in one that ends.
    fn add(&mut self, what: impl FnOnce() -> Option<Endless>) {
        if let Some(row) = self.open.last().and_then(|open| open.around) {
            let does = &mut self.all[row].does;
            *does = does.and_then(|one| Some(one.max(what()?)));
        }
    }

    /// Closes those that end before `start`. What a loop does, the one around it does as well.
    fn close(&mut self, start: usize) {
        while let Some(open) = self.open.pop_if(|open| open.end <= start) {
            if let (Part::Forever, Some(row)) = (open.part, open.around) {
                let what = self.all[row].does;
                self.add(|| what);
            }
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

    /// Parts by their letters, each at its byte: what is in `(` and `)` is a loop without an end, in `[` and
    /// `]` another, in `{` and `}` a function; `s`, `g` and `?` are calls, `b` is a `break`.
    fn does(text: &str) -> Vec<(usize, Endless)> {
        let end = |start: usize| {
            let mut depth = 0;
            let is_end = |byte: &u8| {
                depth += i32::from(b"([{".contains(byte)) - i32::from(b")]}".contains(byte));
                depth == 0
            };
            start + text.as_bytes()[start..].iter().position(is_end).expect("a bracket")
        };
        let part = |(at, letter)| match letter {
            '(' => (at..end(at) + 1, Part::Forever),
            '[' => (at..end(at) + 1, Part::Loop),
            '{' => (at..end(at) + 1, Part::Function),
            'b' => (at..at + 1, Part::Breaks),
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

    /// A `break` of any loop in it counted as its own.
    #[test]
    fn a_break_ends_the_loop_that_it_is_in() {
        assert_eq!(does("(b)"), []);
        assert_eq!(does("([b])"), [(0, Busy)]);
        assert_eq!(does("([b]s)"), [(0, Starts)]);
        assert_eq!(does("([b]b)"), []);
        assert_eq!(does("((b))"), [(0, Busy)]);
        assert_eq!(does("((gb))"), [(0, Grows)]);
        assert_eq!(does("((b?))"), []);
        assert_eq!(does("[(b)b]"), []);
    }

    /// A function that is never called made every loop around it one that ends.
    #[test]
    fn what_a_function_does_no_loop_around_it_does() {
        assert_eq!(does("({x?}s)"), [(0, Starts)]);
        assert_eq!(does("({( )x})"), [(0, Busy), (2, Busy)]);
        assert_eq!(does("{(x)}"), []);
    }

    /// Each loop was read to its end once, which is why only the first fifty were looked at.
    #[test]
    fn any_number_of_loops_is_judged_also_in_each_other() {
        assert_eq!(does(&("(x)".repeat(500) + "(s)")), [(1500, Starts)]);
        let size = 100_000;
        let nested = (0..size).map(|at| (at..2 * size - at, Part::Forever));
        let found = judge(nested.chain([(size..size, Part::Call)]), |_| Some(Starts));
        assert!(found.iter().all(|(_, does)| *does == Starts));
        assert_eq!(found.len(), size);
    }

    #[test]
    fn any_number_of_other_loops_may_be_around_a_call() {
        let size = 100_000;
        let nested = (1..size).map(|at| (at..2 * size - at, Part::Loop));
        let outer = (0..2 * size, Part::Forever);
        let calls = (0..size).map(|at| (size + at..size + at, Part::Call));
        let parts = [outer].into_iter().chain(nested).chain(calls);
        assert_eq!(judge(parts, |_| Some(Starts)), [(0..2 * size, Starts)]);
    }

    #[test]
    fn a_head_has_no_line_end() {
        for text in ["while 1:\r\n  x\r\n", "while 1:\n  x\n", "while 1:"] {
            assert_eq!(head(&(0..text.len()), text), 0..8, "{text:?}");
        }
    }
}
