//! What names stand for: `code = base64.b64decode(text)`, and what a function of the file itself gives back.
//!
//! A name has a meaning where it can be seen, which is told by the functions around it. Which of several
//! values it has when it is read is not asked: one is enough.

use std::ops::Range;

use crate::{Node, Tree};

/// Names that stand for a name, at most.
const STEPS: usize = 4;

/// Names that are read; the second is short for a member of an object, `{ name }`.
const NAMES: [&str; 2] = ["identifier", "shorthand_property_identifier"];

/// Which names of a file stand for something that a policy knows by its place, such as a call.
///
/// It reads the tree, so natively, where there is none, no name stands for anything.
#[derive(Debug)]
pub struct Flow<'a> {
    /// The names that are read, and where.
    names: Vec<(&'a str, Range<usize>)>,
    known: Vec<Known<'a>>,
}

/// A name that stands for what is known.
#[derive(Debug)]
struct Known<'a> {
    name: &'a str,
    /// The part of the file where it can be seen.
    seen: Range<usize>,
    /// What it stands for.
    what: &'a str,
}

/// A name and one of its values.
struct Definition<'a> {
    name: &'a str,
    value: Range<usize>,
    seen: Range<usize>,
}

impl<'a> Flow<'a> {
    /// Follows the names of a file with this text. `what` tells what is known of a part of it.
    pub fn read(text: &'a str, what: impl Fn(&Range<usize>) -> Option<&'a str>) -> Self {
        let tree = Tree::read();
        let functions: Vec<_> = tree.nodes().filter(is_function).map(Node::range).collect();
        let is_name = |node: &Node<'_>| NAMES.contains(&node.kind());
        let names = tree.nodes().filter(is_name).map(|node| (&text[node.range()], node.range()));
        let mut flow = Self { names: names.collect(), known: Vec::new() };
        let mut open = definitions(&tree, text, &functions);
        for _ in 0..STEPS {
            let mut found = Vec::new();
            open.retain(|one| {
                let what = what(&one.value).or_else(|| flow.within(&one.value));
                found.extend(what.map(|what| Known {
                    name: one.name,
                    seen: one.seen.clone(),
                    what,
                }));
                what.is_none()
            });
            if found.is_empty() {
                break;
            }
            flow.known.append(&mut found);
        }
        flow
    }

    /// What a name stands for that is in this part of the file.
    pub fn within(&self, part: &Range<usize>) -> Option<&'a str> {
        // The names are in the order of the file.
        let from = self.names.partition_point(|(_, place)| place.start < part.start);
        let mut names = self.names[from..].iter().take_while(|(_, place)| place.start < part.end);
        names.find_map(|(name, place)| {
            let is_meant = |one: &&Known<'_>| one.name == *name && one.seen.contains(&place.start);
            self.known.iter().find(is_meant).map(|one| one.what)
        })
    }
}

/// Whether names that it defines are seen in it alone.
fn is_function(node: &Node<'_>) -> bool {
    let kind = node.kind();
    kind == "arrow_function"
        || kind == "function_expression"
        || kind.ends_with("function_definition")
        || kind.ends_with("function_declaration")
        || kind == "method_definition"
}

/// The values that names are given, in the order of the file.
fn definitions<'a>(tree: &Tree, text: &'a str, functions: &[Range<usize>]) -> Vec<Definition<'a>> {
    let mut found = Vec::new();
    for node in tree.nodes() {
        let Some((name, values)) = defined(node) else { continue };
        let seen = around(&node.range(), functions);
        let values = values.into_iter().filter(|value| !has_function(value, functions));
        let name = &text[name.range()];
        found.extend(values.map(|value| Definition { name, value, seen: seen.clone() }));
    }
    found
}

/// The name that a node defines, and what it may stand for.
fn defined(node: Node<'_>) -> Option<(Node<'_>, Vec<Range<usize>>)> {
    let is_name = |node: &Node<'_>| node.kind() == "identifier";
    match node.kind() {
        "function_definition" | "function_declaration" => {
            Some((node.children().find(is_name)?, returned(node)))
        }
        "assignment"
        | "augmented_assignment"
        | "named_expression"
        | "variable_declarator"
        | "assignment_expression"
        | "augmented_assignment_expression" => {
            let name = node.children().next().filter(is_name)?;
            let value = node.children().last().filter(|value| value.range() != name.range())?;
            let values = if is_function(&value) { returned(value) } else { vec![value.range()] };
            Some((name, values))
        }
        // `with open(path) as file`
        "as_pattern" => {
            let target = node.children().last()?;
            let name = target.children().find(is_name)?;
            Some((name, vec![node.children().next()?.range()]))
        }
        _ => None,
    }
}

/// What a function gives back.
fn returned(function: Node<'_>) -> Vec<Range<usize>> {
    let body = function.children().last().filter(|body| !body.kind().contains("block"));
    let returns = function.below().filter(|node| node.kind() == "return_statement");
    body.into_iter().chain(returns).map(Node::range).collect()
}

/// The innermost function around a part of the file.
fn around(part: &Range<usize>, functions: &[Range<usize>]) -> Range<usize> {
    let is_around = |function: &&Range<usize>| {
        *function != part && function.start <= part.start && part.end <= function.end
    };
    functions.iter().rev().find(is_around).cloned().unwrap_or(0..usize::MAX)
}

/// Whether it defines what it does, and is more than a value.
fn has_function(value: &Range<usize>, functions: &[Range<usize>]) -> bool {
    let row = functions.partition_point(|function| function.start < value.start);
    functions.get(row).is_some_and(|function| function.end <= value.end)
}
