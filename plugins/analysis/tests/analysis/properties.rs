//! What changes nothing for the interpreter changes nothing for what is found.

use std::collections::BTreeSet;

use data_encoding::BASE64;
use lazaret_analysis::{Language, tree_sitter};

use crate::analyse;
use crate::corpus::{Case, cases, found};

/// A name that is its own in no program of the corpus.
const SUFFIX: &str = "_renamed";

/// How a name is spelt, which is told of the file's own text and not of code in texts.
const SPELLING: &str = "disguised-name";

/// What is found in a program, and not in its changed form.
fn lost(case: &Case, changed: String) -> BTreeSet<String> {
    let is_spelt_so = changed.contains(case.program.trim());
    let changed = Case { program: changed, ..case.clone() };
    let mut lost: BTreeSet<String> = found(case).difference(&found(&changed)).cloned().collect();
    lost.retain(|rule| rule != SPELLING || is_spelt_so);
    lost
}

fn nothing_is_lost(change: impl Fn(&Case) -> Option<String>, least: usize) {
    let (mut tried, mut all) = (0, Vec::new());
    for case in cases() {
        let Some(changed) = change(&case) else { continue };
        tried += 1;
        let lost = lost(&case, changed.clone());
        if !lost.is_empty() {
            all.push(format!("{lost:?} of\n{}\nin\n{changed}", case.program));
        }
    }
    assert!(all.is_empty(), "{} of {tried}:\n{}", all.len(), all.join("\n\n"));
    assert!(tried >= least, "only {tried} programs");
}

/// Code that does nothing, and looks as if it did.
fn dead_code(language: Language) -> &'static str {
    match language {
        Language::Python => {
            "if False:\n    unused = [n for n in 'abc']\n    def unused_too(os=1):\n        return os\n"
        }
        Language::Bash => "if false; then unused=1; fi\nunused_too() { local os=1; }\n",
        _ => "if (false) { let unused = 'abc'; }\nfunction unusedToo(os) { return os; }\n",
    }
}

#[test]
fn dead_code_before_a_program_hides_nothing() {
    nothing_is_lost(|case| Some(format!("{}{}", dead_code(case.language), case.program)), 250);
}

#[test]
fn dead_code_behind_a_program_hides_nothing() {
    nothing_is_lost(|case| Some(format!("{}\n{}", case.program, dead_code(case.language))), 250);
}

/// The same program, deeper.
fn nested(case: &Case) -> Option<String> {
    let program = case.program.trim_end();
    Some(match case.language {
        Language::Python => {
            // A text of several lines would become another text.
            if program.contains("\"\"\"") || program.contains("import *") {
                return None;
            }
            let lines: Vec<String> =
                program.lines().map(|line| format!("        {line}")).collect();
            format!("def outer():\n    if value:\n{}\nouter()\n", lines.join("\n"))
        }
        Language::Bash => {
            if program.contains("<<") || program.contains("syntax") {
                return None;
            }
            format!("outer() {{\nif true; then\n{program}\nfi\n}}\nouter\n")
        }
        _ => {
            let only_outside = ["import ", "export ", "await ", "with (", "var undefined", "this"];
            if only_outside.iter().any(|word| program.contains(word)) {
                return None;
            }
            format!("function outer() {{ if (value) {{ {program}\n }} }}\nouter();\n")
        }
    })
}

#[test]
fn functions_and_branches_around_a_program_hide_nothing() {
    nothing_is_lost(nested, 900);
}

/// The same program, as a text in an encoding that is run.
fn encoded(case: &Case) -> Option<String> {
    let program = case.program.trim_end();
    let code = BASE64.encode(program.as_bytes());
    Some(match case.language {
        Language::Python => format!("import base64\nexec(base64.b64decode('{code}'))\n"),
        Language::Bash => format!("eval \"$(echo {code} | base64 -d)\"\n"),
        Language::JavaScript if !program.contains("import ") && program.is_ascii() => {
            format!("eval(atob('{code}'))\n")
        }
        _ => return None,
    })
}

#[test]
fn a_program_in_an_encoding_hides_nothing() {
    nothing_is_lost(encoded, 900);
}

/// The same program, as a text that is put together of pieces.
fn split(case: &Case) -> Option<String> {
    let json = |text: &str| format!("{text:?}");
    let program = case.program.trim_end();
    if !program.is_ascii() || program.contains(['\\', '\u{7f}']) {
        return None;
    }
    let (one, other) = program.split_at(program.len() / 2);
    let (one, other) = (json(one), json(other));
    Some(match case.language {
        Language::Python => format!("a = {one}\nb = {other}\nexec(''.join([a, b]))\n"),
        Language::JavaScript if !program.contains("import ") => {
            format!("const a = {one}, b = {other}; eval(`${{a}}${{b}}`)\n")
        }
        _ => return None,
    })
}

#[test]
fn a_program_in_pieces_hides_nothing() {
    nothing_is_lost(split, 500);
}

/// Names of one letter are the programs' own. What is named in a text is left as it is, and so
/// are programs that look there.
#[test]
fn other_names_for_variables_hide_nothing() {
    nothing_is_lost(renamed, 50);
}

fn renamed(case: &Case) -> Option<String> {
    let looks_at_names = ["exec", "eval(", "setattr", "globals", "dict(", "**", "Function", "'k'"];
    if case.language == Language::Bash
        || looks_at_names.iter().any(|text| case.program.contains(text))
    {
        return None;
    }
    let analysis = analyse(case.language, &case.program);
    let mut places = Vec::new();
    let tree = analysis.tree();
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        if is_own_name(&node, &case.program) {
            places.push(node.end_byte());
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                let mut changed = case.program.clone();
                places.into_iter().rev().for_each(|place| changed.insert_str(place, SUFFIX));
                return (changed != case.program).then_some(changed);
            }
        }
    }
}

fn is_own_name(node: &tree_sitter::Node<'_>, program: &str) -> bool {
    let is_name =
        node.kind().ends_with("identifier") || node.kind().ends_with("identifier_pattern");
    let text = program.get(node.byte_range()).unwrap_or_default();
    is_name
        && node.child_count() == 0
        && text.len() == 1
        && text.chars().all(|c| c.is_ascii_alphabetic())
}
