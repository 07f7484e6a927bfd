//! Files that say themselves what a policy finds in them.
//!
//! A comment at the end of a line, `# expect: shell-true` or `// expect: shell-true, no-timeout`,
//! names the rules that apply on that line, and no others may; a line without one is fine. So an
//! example, its documentation and its test are one thing. `# settings: {"hosts": ["localhost"]}` on a
//! line of its own says which settings the policy has. They are judged by the real analysis and
//! the real host: facts made by hand say what the author believes the analysis says. A policy that
//! judges submissions judges each as a submission of one file.

pub mod trial;
mod variant;

use std::collections::{BTreeMap, BTreeSet};

use lazaret_analysis::tree_sitter::Tree;
use lazaret_analysis::{
    Analyser, Analysis, Finding, Language, NotAnalysable, Plan, Project, SourceFile,
};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::{Answer, LogLine, Part, Policies, PolicyError, Refusal, Submission};

const EXPECT: &str = "expect:";
const SETTINGS: &str = "settings:";

/// The rules on each line that has any; lines count from 1.
pub type RulesByLine = BTreeMap<usize, BTreeSet<String>>;

/// A file that says itself what a policy finds in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixture {
    /// Its name.
    pub path: String,
    /// Its text.
    pub text: String,
    language: Language,
}

/// What a policy said about a fixture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// What it found, by the rules' ids without the policy's.
    pub found: RulesByLine,
    /// What it logged.
    pub log: Vec<LogLine>,
}

/// Why a fixture could not be judged.
#[derive(Debug, Error)]
pub enum FixtureError {
    /// Nobody can tell its language.
    #[error("cannot tell its language")]
    Language,
    /// It is no text.
    #[error("it is not UTF-8")]
    Text,
    /// What a line says of the fixture is not said in a comment.
    #[error("what line {line} says of the fixture is part of a text, and no comment")]
    Comment {
        /// The line, from 1.
        line: usize,
    },
    /// Its settings are no object of JSON.
    #[error("the settings in line {line} are no object of JSON")]
    Settings {
        /// The line, from 1.
        line: usize,
        /// What is wrong with them.
        #[source]
        error: serde_json::Error,
    },
    /// It has settings on several lines.
    #[error("it has settings in line {first} and in line {second}")]
    SettingsTwice {
        /// The first line, from 1.
        first: usize,
        /// The second.
        second: usize,
    },
    /// It could not be analysed.
    #[error("cannot analyse it")]
    Analysis(#[from] NotAnalysable),
    /// The policy does not take its settings.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The policy failed.
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

/// A comment that says something of the fixture.
struct Comment<'a> {
    line: usize,
    /// The byte that it begins at.
    at: usize,
    text: &'a str,
}

impl Fixture {
    /// The fixture of this name and contents.
    pub fn new(path: impl Into<String>, contents: Vec<u8>) -> Result<Self, FixtureError> {
        let path = path.into();
        let language = Language::of(&path, &contents).ok_or(FixtureError::Language)?;
        let text = String::from_utf8(contents).map_err(|_| FixtureError::Text)?;
        Ok(Self { path, text, language })
    }

    /// Whether nothing may be found in it, as its name says: it begins with `good`.
    pub fn is_good(&self) -> bool {
        self.path.rsplit(['/', '\\']).next().is_some_and(|name| name.starts_with("good"))
    }

    /// Whether `judged` is what it expects: nothing in a good one, and something in any other.
    pub fn is_right(&self, judged: &Judged) -> bool {
        let expected = self.expected();
        judged.found == expected && self.is_good() == expected.is_empty()
    }

    /// What its comments say is found.
    pub fn expected(&self) -> RulesByLine {
        let comments = self.comments().map(|comment| (comment.line, rules(comment.text)));
        comments.filter(|(_, rules)| !rules.is_empty()).collect()
    }

    /// The settings that the policy has here; an empty object, where the fixture has none.
    pub fn settings(&self) -> Result<Value, FixtureError> {
        let mut lines = self.settings_lines();
        let Some(Comment { line, text, .. }) = lines.next() else {
            return Ok(Value::Object(Map::new()));
        };
        if let Some(Comment { line: second, .. }) = lines.next() {
            return Err(FixtureError::SettingsTwice { first: line, second });
        }
        let settings = serde_json::from_str(text);
        settings.map(Value::Object).map_err(|error| FixtureError::Settings { line, error })
    }

    /// What `policies` find in it. They are expected to have its settings.
    pub fn judge(&self, policies: &Policies) -> Result<Judged, FixtureError> {
        let analysis = self.analyse(&self.text)?;
        let tree = analysis.tree();
        let is_none = |comment: &Comment<'_>| !is_comment(comment.at, &tree);
        if let Some(Comment { line, .. }) =
            self.comments().chain(self.settings_lines()).find(is_none)
        {
            return Err(FixtureError::Comment { line });
        }
        let mut log = Vec::new();
        let findings = judge(policies, &analysis, &mut log)?;
        Ok(Judged { found: by_line(&findings, &analysis), log })
    }

    /// What is established about `text`, as that of this file.
    fn analyse(&self, text: &str) -> Result<Analysis, NotAnalysable> {
        let contents = text.as_bytes().to_vec();
        let file = SourceFile { path: self.path.clone(), language: self.language, contents };
        Analyser::default().analyse(&file, &Project::default())
    }

    /// The same file, with comments that say that `found` is found.
    #[must_use]
    pub fn blessed(&self, found: &RulesByLine) -> Self {
        let marker = self.marker();
        let lines = (1..).zip(self.text.split_inclusive('\n'));
        let text = lines.map(|(number, line)| blessed(line, found.get(&number), marker)).collect();
        Self { text, ..self.clone() }
    }

    fn comments(&self) -> impl Iterator<Item = Comment<'_>> {
        let mut begin = 0;
        let lines = (1..).zip(self.text.split_inclusive('\n'));
        lines.filter_map(move |(line, text)| {
            let start = begin;
            begin += text.len();
            let (code, rules) = split(text, self.marker())?;
            Some(Comment { line, at: start + code.len(), text: rules })
        })
    }

    /// The comments that say settings, each of which has its line for itself.
    fn settings_lines(&self) -> impl Iterator<Item = Comment<'_>> {
        let mut begin = 0;
        let lines = (1..).zip(self.text.split_inclusive('\n'));
        lines.filter_map(move |(line, text)| {
            let at = begin + (text.len() - text.trim_start().len());
            begin += text.len();
            let comment = text.trim().strip_prefix(self.marker())?;
            let text = comment.trim_start().strip_prefix(SETTINGS)?;
            Some(Comment { line, at, text })
        })
    }

    /// What begins a comment.
    fn marker(&self) -> &'static str {
        match self.language {
            Language::Python | Language::Bash => "#",
            _ => "//",
        }
    }
}

/// What `policies` say about a file, and about a submission that has no other.
fn judge(
    policies: &Policies,
    analysis: &Analysis,
    log: &mut Vec<LogLine>,
) -> Result<Vec<Finding>, PolicyError> {
    let mut findings = Vec::new();
    each_answer(policies, analysis, |answer| {
        findings.extend(answer.said?);
        log.extend(answer.log);
        Ok(())
    })?;
    Ok(findings)
}

/// Hands on what each policy says about a file, and about a submission that has no other.
fn each_answer(
    policies: &Policies,
    analysis: &Analysis,
    take: impl FnMut(Answer<'_>) -> Result<(), PolicyError>,
) -> Result<(), PolicyError> {
    let plan = Plan::of(std::slice::from_ref(analysis), &[]);
    let submission = Submission { parts: vec![Part::Code(analysis)], plan: &plan };
    let together = policies.judge_submission(&submission, |_, _| true);
    policies.judge_each(analysis, |_| true).chain(together).try_for_each(take)
}

fn by_line(findings: &[Finding], analysis: &Analysis) -> RulesByLine {
    let mut lines = RulesByLine::new();
    for finding in findings {
        let rule = finding.rule.split_once('/').map_or(finding.rule.as_str(), |(_, rule)| rule);
        let line = analysis.position(finding.span.start).line;
        lines.entry(line).or_default().insert(rule.to_owned());
    }
    lines
}

/// Whether a comment begins at this byte. One that is inside a text is part of the text.
fn is_comment(at: usize, tree: &Tree) -> bool {
    let node = tree.root_node().descendant_for_byte_range(at, at + 1);
    node.is_some_and(|node| node.kind() == "comment")
}

/// A line without the comment that says what it expects, and what that says.
fn split<'a>(line: &'a str, marker: &str) -> Option<(&'a str, &'a str)> {
    let (before, rules) = line.rsplit_once(EXPECT)?;
    Some((before.trim_end().strip_suffix(marker)?, rules.trim()))
}

fn rules(written: &str) -> BTreeSet<String> {
    let rules = written.split(',').map(str::trim).filter(|rule| !rule.is_empty());
    rules.map(str::to_owned).collect()
}

/// A line that expects `found`; as it stands, where it does already.
fn blessed(line: &str, found: Option<&BTreeSet<String>>, marker: &str) -> String {
    let (code, expected) = split(line, marker).unwrap_or((line, ""));
    let found = found.cloned().unwrap_or_default();
    if rules(expected) == found {
        return line.to_owned();
    }
    let code = code.trim_end();
    let end = &line[line.trim_end_matches(['\r', '\n']).len()..];
    if found.is_empty() {
        return format!("{code}{end}");
    }
    let found = found.into_iter().collect::<Vec<_>>().join(", ");
    format!("{code}  {marker} {EXPECT} {found}{end}")
}

#[cfg(test)]
mod tests {
    use super::{Fixture, Judged, RulesByLine};

    fn fixture(path: &str, text: &str) -> Fixture {
        Fixture::new(path, text.as_bytes().to_vec()).unwrap()
    }

    fn lines(rules: &[(usize, &str)]) -> RulesByLine {
        let mut lines = RulesByLine::new();
        for (line, rule) in rules {
            lines.entry(*line).or_default().insert((*rule).to_owned());
        }
        lines
    }

    #[test]
    fn a_comment_says_what_is_expected_on_its_line() {
        let python = fixture("a.py", "a()\nb()  # expect: one\nc() # expect: one, two\n");
        assert_eq!(python.expected(), lines(&[(2, "one"), (3, "one"), (3, "two")]));
        let javascript = fixture("a.js", "a(); // expect: one\nb('expect: two');\n");
        assert_eq!(javascript.expected(), lines(&[(1, "one")]));
    }

    #[test]
    fn a_good_file_expects_nothing_and_any_other_something() {
        let is_right = |path: &str, text: &str| {
            let fixture = fixture(path, text);
            fixture.is_right(&Judged { found: fixture.expected(), ..Judged::default() })
        };
        assert!(is_right("fixtures/good.py", "a()\n") && is_right("a.py", "a()  # expect: one\n"));
        assert!(!is_right("good-2.py", "a()  # expect: one\n") && !is_right("good/a.py", "a()\n"));
        assert!(!fixture("a.py", "a()  # expect: one\n").is_right(&Judged::default()));
    }

    #[test]
    fn what_is_blessed_expects_what_was_found_and_nothing_else() {
        let text = "a()\r\nb()  # expect: one\nc() # expect: two";
        let found = lines(&[(1, "one"), (3, "two")]);
        let blessed = fixture("a.py", text).blessed(&found);
        assert_eq!(blessed.text, "a()  # expect: one\r\nb()\nc() # expect: two");
        assert_eq!(blessed.expected(), found);
    }

    #[test]
    fn a_comment_on_a_line_of_its_own_says_the_settings() {
        let settings = |text: &str| fixture("a.js", text).settings();
        let one = settings("//settings: {\"a\": [1]}\r\nb(); // settings: {}\n").unwrap();
        assert_eq!(one, serde_json::json!({ "a": [1] }));
        assert_eq!(settings("a();\n").unwrap(), serde_json::json!({}));
        let wrong = |text| settings(text).unwrap_err().to_string();
        assert_eq!(wrong("\n// settings: [1]"), "the settings in line 2 are no object of JSON");
        let twice = "// settings: {}\n  // settings: {}\n";
        assert_eq!(wrong(twice), "it has settings in line 1 and in line 2");
    }

    #[test]
    fn a_file_of_no_language_is_no_fixture() {
        assert!(Fixture::new("a.txt", b"hello".to_vec()).is_err());
        assert!(Fixture::new("a.py", b"\xff".to_vec()).is_err());
    }
}
