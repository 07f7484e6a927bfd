//! Bash: what the pipelines of the catalogue (`base64 | sh`) do not show.

use std::ops::Range;

use lazaret_policy::prelude::*;
use lazaret_policy::{Node, Tree, types};

/// The query of variables that something is decoded into.
pub(crate) const KEPT: &str = "kept";

pub(crate) const KEPT_QUERY: &str = r#"((variable_assignment
    name: (variable_name) @name
    value: [(command_substitution) @value (string (command_substitution) @value)])
    (#match? @value "(base64|base32) +(-d|-D|--decode)|xxd +-r|openssl .*-d |\\\\x[0-9a-fA-F]{2}"))"#;

/// Texts that `printf` and `echo` decode, and a shell runs.
pub(crate) const PIPELINES: [&str; 10] = [
    "printf | sh",
    "printf | bash",
    "printf | dash",
    "printf | zsh",
    "printf | eval",
    "printf | source",
    "echo | sh",
    "echo | bash",
    "echo | eval",
    "echo | source",
];

/// The commands of a file that are in a variable, into which they were decoded.
pub(crate) fn commands(cx: &Context, text: &str) -> Vec<Range<usize>> {
    let names = cx.matches(KEPT).filter_map(|found| found.capture("name"));
    let names: Vec<&str> = names.map(|name| name.text.as_str()).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let tree = Tree::read();
    let commands = tree.nodes().filter(|node| node.kind() == "command_name");
    let is_decoded = |command: &Range<usize>| {
        let command = text[command.clone()].trim_matches(['"', '{', '}']);
        let name = command.strip_prefix('$').map(|name| name.trim_matches(['{', '}']));
        name.is_some_and(|name| names.contains(&name))
    };
    commands.map(Node::range).filter(is_decoded).collect()
}

/// The pipelines of a file in which a text is decoded on its way to a shell.
pub(crate) fn pipelines<'a>(
    cx: &'a Context,
    text: &'a str,
) -> impl Iterator<Item = &'a types::Fact> {
    cx.facts("pipeline", "*").filter(|pipeline| {
        let span = pipeline.span;
        let written = text.get(span.start_byte as usize..span.end_byte as usize);
        written.is_some_and(|written| escapes(written) > 1)
    })
}

/// How many letters are written as numbers.
fn escapes(written: &str) -> usize {
    let is_number = |letters: &[u8]| match letters {
        [b'\\', b'x', digits @ ..] => digits[..1].iter().all(u8::is_ascii_hexdigit),
        [b'\\', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    written.as_bytes().windows(3).filter(|letters| is_number(letters)).count()
}
