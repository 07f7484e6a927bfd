//! What is promised of the analysis, through the door that its users take.

#![allow(clippy::unwrap_used)]

mod bash;
mod catalogue;
mod configuration;
mod corpus;
mod declared;
mod dependencies;
mod differential;
mod distributions;
mod extension;
mod hostile;
mod javascript;
mod mutations;
mod properties;
mod python;
mod refusals;

use lazaret_analysis::{
    Analyser, Analysis, Finding, Language, NotAnalysable, Project, Resolution, SourceFile,
};

/// A file of this language.
fn file(language: Language, contents: &[u8]) -> SourceFile {
    SourceFile { path: "file".to_owned(), language, contents: contents.to_vec() }
}

/// What becomes of a file.
fn try_analyse(language: Language, contents: &[u8]) -> Result<Analysis, NotAnalysable> {
    Analyser::default().analyse(&file(language, contents), &Project::default())
}

/// What a program does.
fn analyse(language: Language, program: &str) -> Analysis {
    try_analyse(language, program.as_bytes()).unwrap()
}

/// The rules that a program sets off, in the order of their places.
fn rules(language: Language, program: &str) -> Vec<String> {
    analyse(language, program).findings.into_iter().map(|finding| finding.rule).collect()
}

/// The one finding of a rule.
fn finding(analysis: &Analysis, rule: &str) -> Finding {
    let mut found = analysis.findings.iter().filter(|finding| finding.rule == rule);
    let finding = found.next().unwrap_or_else(|| panic!("{rule}: {:?}", analysis.findings));
    assert_eq!(found.next(), None);
    finding.clone()
}

/// The names that are called, and how sure they are.
fn calls(analysis: &Analysis) -> Vec<(&str, Resolution)> {
    let calls = analysis.facts.iter().filter(|fact| fact.kind.name() == "call");
    calls.map(|fact| (fact.name.as_str(), fact.resolution)).collect()
}
