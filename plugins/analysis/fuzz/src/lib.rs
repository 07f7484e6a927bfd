//! What holds for every file, and how fuzzers write files.

mod grammar;

use lazaret_analysis::{
    Analyser, Analysis, Language, NotAnalysable, Overrides, Profile, Project, SourceFile, Span,
};

use crate::grammar::Grammar;

/// The most bytes that are put together: statements grow with each of the fuzzer's bytes, and parsers
/// take the square of what they do not understand.
const LONGEST: usize = 16 * 1024;

/// The deepest that expressions are put into each other.
const DEEPEST: usize = 40;

/// Analyses a file, and panics where the answer is none.
pub fn check(language: Language, contents: &[u8]) {
    let analyser = Analyser::new(&Overrides::from(Profile::Audit)).expect("it names no rule");
    let file = SourceFile { path: "fuzzed".into(), language, contents: contents.to_vec() };
    let analyse = || analyser.analyse(&file, &Project::default());
    let analysis = match analyse() {
        Ok(analysis) => analysis,
        Err(refused) => {
            // Files this short are no work for anybody.
            assert!(!matches!(refused, NotAnalysable::TooSlow { .. }), "{refused}");
            return;
        }
    };
    assert_eq!(analysis.text().len(), contents.len(), "the text is as long as the file");
    spans(&analysis).for_each(|span| _ = analysis.excerpt(span));
    let again = analyse().expect("it is no other file");
    assert_eq!(
        format!("{:?}", (&analysis.facts, &analysis.findings, &analysis.dependencies)),
        format!("{:?}", (&again.facts, &again.findings, &again.dependencies)),
        "the answer is always the same"
    );
}

/// All places that the answer names. Each must be one of the text.
fn spans(analysis: &Analysis) -> impl Iterator<Item = Span> {
    let facts = analysis.facts.iter().map(|fact| fact.span);
    let findings = analysis.findings.iter().flat_map(|finding| {
        [finding.span].into_iter().chain(finding.labels.iter().map(|label| label.span))
    });
    facts.chain(findings)
}

/// The file that a fuzzer's bytes stand for: these bytes themselves, or statements that they choose.
fn written(grammar: &Grammar, data: &[u8]) -> Vec<u8> {
    match data.split_first() {
        Some((first, rest)) if first % 4 != 0 => {
            let mut writer = Writer { grammar, data: rest.iter(), text: String::new() };
            while writer.data.len() > 0 && writer.text.len() < LONGEST {
                writer.statement(0);
            }
            writer.text.into_bytes()
        }
        Some((_, rest)) => rest.to_vec(),
        None => Vec::new(),
    }
}

/// The file in a language that a fuzzer's bytes stand for.
pub fn statements(language: Language, data: &[u8]) -> Vec<u8> {
    let grammar = match language {
        Language::Python => &grammar::PYTHON,
        Language::JavaScript => &grammar::JAVASCRIPT,
        Language::TypeScript | Language::Tsx => &grammar::TYPESCRIPT,
        Language::Bash => &grammar::BASH,
    };
    written(grammar, data)
}

/// The language that a fuzzer's first byte stands for, and expressions of constants in it.
pub fn constants(data: &[u8]) -> Option<(Language, Vec<u8>)> {
    let (language, rest) = data.split_first()?;
    Some(match language % 3 {
        0 => (Language::Python, written(&grammar::PYTHON_CONSTANTS, rest)),
        1 => (Language::JavaScript, written(&grammar::JAVASCRIPT_CONSTANTS, rest)),
        _ => (Language::Bash, written(&grammar::BASH_CONSTANTS, rest)),
    })
}

struct Writer<'a> {
    grammar: &'a Grammar,
    data: std::slice::Iter<'a, u8>,
    text: String,
}

impl Writer<'_> {
    fn choose(&mut self, among: &[&'static [&'static str]]) -> &'static str {
        let byte = usize::from(self.data.next().copied().unwrap_or_default());
        let count = among.iter().map(|group| group.len()).sum::<usize>();
        among.iter().copied().flatten().nth(byte % count).expect("it is below the count")
    }

    fn statement(&mut self, depth: usize) {
        let form = self.choose(self.grammar.statements);
        self.fill(form, depth);
    }

    /// Writes a form: `§E` stands for an expression, `§N` for a name, `§S` for a statement.
    fn fill(&mut self, form: &'static str, depth: usize) {
        let is_over = depth > DEEPEST || self.text.len() > LONGEST || self.data.len() == 0;
        let mut parts = form.split('§');
        self.text.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let (kind, rest) = part.split_at(1);
            match kind {
                "E" if !is_over => {
                    let form = self.choose(self.grammar.expressions);
                    self.fill(form, depth + 1);
                }
                "S" if !is_over => self.statement(depth + 1),
                "S" => self.text.push_str(self.grammar.nothing),
                _ => {
                    let name = self.choose(&[self.grammar.names]);
                    self.text.push_str(name);
                }
            }
            self.text.push_str(rest);
        }
    }
}
