//! The corpus: small programs, each with what must be found in it.
//!
//! A file of `tests/corpus/` is named by its language and what it is about. Each program in it
//! begins with a comment:
//!
//! ```text
//! # finds: process-spawn, roundabout
//! ```
//!
//! These are the rules, without the language, whose findings weigh medium or more: all of them, and
//! no other. `nothing` is said of a program that is harmless. Rules of another language, in code
//! within code, are named alike.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use lazaret_analysis::{Language, Severity};

use crate::analyse;

/// A program of the corpus.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) language: Language,
    pub(crate) expected: BTreeSet<String>,
    pub(crate) program: String,
}

/// Every program there is.
pub(crate) fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut cases = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let language = match name.split('-').next().unwrap() {
            "python" => Language::Python,
            "javascript" => Language::JavaScript,
            "typescript" => Language::TypeScript,
            "bash" => Language::Bash,
            other => panic!("there is no language `{other}`"),
        };
        cases.extend(programs(language, &fs::read_to_string(&path).unwrap()));
    }
    cases
}

fn programs(language: Language, file: &str) -> Vec<Case> {
    let comment = if matches!(language, Language::Python | Language::Bash) { "#" } else { "//" };
    let mark = format!("{comment} finds: ");
    let blocks = file.split(&mark).skip(1);
    let case = |block: &str| {
        let (rules, program) = block.split_once('\n').unwrap();
        let expected = rules.split(", ").filter(|rule| *rule != "nothing");
        let expected = expected.map(str::to_owned).collect();
        Case { language, expected, program: program.to_owned() }
    };
    blocks.map(case).collect()
}

/// The rules of some weight that a program sets off, without their language.
pub(crate) fn found(case: &Case) -> BTreeSet<String> {
    let analysis = analyse(case.language, &case.program);
    let weighty = analysis.findings.iter().filter(|finding| finding.severity >= Severity::Medium);
    weighty.map(|finding| finding.rule.split('/').nth(1).unwrap().to_owned()).collect()
}

#[test]
fn in_every_program_that_is_found_which_it_says_and_nothing_else() {
    let cases = cases();
    assert!(cases.len() >= 1_200, "only {} programs", cases.len());
    let wrong: Vec<String> = cases
        .iter()
        .map(|case| (case, found(case)))
        .filter(|(case, found)| *found != case.expected)
        .map(|(case, found)| format!("{:?}, not {found:?}:\n{}", case.expected, case.program))
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
