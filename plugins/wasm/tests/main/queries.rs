//! Patterns over the tree: what they find, and what a policy gets whose patterns take too much.

use std::fmt::Write as _;

use lazaret_analysis::{Analysis, Language};
use lazaret_wasm::{Failure, HostOptions, Limits, LoadError, Policies, PolicySource, Refusal};

use crate::files::{analyse, harmless, python};
use crate::hostile::Hostile;

/// Any two statements are the beginning of a match that no file ends.
const PATHOLOGICAL: &str = "(module (_) @a (_) @b (_) @c (_) @d (comment) @e)";

fn load(policies: Vec<Hostile>) -> Result<Policies, Vec<LoadError>> {
    let source = |(number, policy): (usize, Hostile)| {
        PolicySource::new(format!("{number}.wasm"), policy.build())
    };
    let sources = policies.into_iter().enumerate().map(source).collect();
    Policies::load(sources, &HostOptions::default())
}

/// A policy that finds what this pattern captures first.
fn finder(id: &str, pattern: &str) -> Hostile {
    Hostile::new().id(id).query("python", pattern).finds_matches()
}

/// What each policy found, or that it failed.
fn found(policies: &Policies, analysis: &Analysis) -> Vec<(String, Result<Vec<String>, Failure>)> {
    let answers = policies.judge_each(analysis, |_| true);
    answers
        .map(|answer| {
            let texts = |findings: Vec<lazaret_analysis::Finding>| {
                let text = |one: lazaret_analysis::Finding| {
                    analysis.text()[one.span.start..one.span.end].to_owned()
                };
                findings.into_iter().map(text).collect()
            };
            (answer.manifest.id.clone(), answer.said.map(texts).map_err(|error| error.reason))
        })
        .collect()
}

fn refusal(pattern: &str) -> Refusal {
    load(vec![finder("one", pattern)]).unwrap_err().remove(0).reason
}

#[test]
fn each_policy_gets_the_matches_of_its_own_patterns() {
    let calls = finder("calls", "(call function: (identifier) @name) ; a comment");
    let both = finder("loops", "(while_statement) @loop")
        .query("python", "((integer) @n (#eq? @n \"2\")) (for_statement) @loop");
    let policies = load(vec![calls, both]).unwrap();
    let file = python("while f(1):\n    g(2)\nfor x in y: pass\n");
    let found = found(&policies, &file);
    let texts = |row: usize| found[row].1.as_ref().unwrap();
    assert_eq!(texts(0), &["f", "g"]);
    assert_eq!(texts(1), &["while f(1):\n    g(2)", "2", "for x in y: pass"]);
}

#[test]
fn a_policy_whose_patterns_match_nothing_does_not_start() {
    let trap = Hostile::new().query("python", "(while_statement) @loop").check("unreachable");
    let policies = load(vec![trap]).unwrap();
    assert!(found(&policies, &harmless()).is_empty());
    let script = analyse("a.sh", Language::Bash, "while true; do :; done\n");
    assert!(found(&policies, &script).is_empty());
    assert!(found(&policies, &python("while x: pass\n"))[0].1.is_err());
}

#[test]
fn a_pattern_is_held_against_its_grammar_when_it_is_loaded() {
    let Refusal::Query { id, error } = refusal("(call\n  (identifer) @name)") else { panic!() };
    assert_eq!((id.as_str(), error.row, error.column), ("a-query", 1, 3));
    assert!(matches!(refusal("(call"), Refusal::Query { .. }));
    let message = |pattern: &str| refusal(pattern).to_string();
    assert!(message("; nothing").contains("no pattern"));
    assert!(message("(module (_)* @all (comment) @c)").contains("`@all` any number of times"));
    assert!(message("((call) @c (#is-a? @c \"x\"))").contains("`#is-a?`"));
    assert!(message(&"(call) @c\n".repeat(500)).contains("4096 are read"));
    let many = (0..65).fold(Hostile::new(), |policy, _| policy.query("python", "(call) @c"));
    let error = load(vec![many]).unwrap_err().remove(0);
    assert!(error.reason.to_string().contains("64 are run"), "{error:?}");
}

#[test]
fn a_pattern_that_takes_too_much_fails_alone() {
    let text = (0..3_000).fold(String::new(), |mut text, number| {
        let _ = writeln!(text, "f({number})");
        text
    });
    let file = python(&text);
    let policies =
        vec![finder("first", "((integer) @n (#eq? @n \"7\"))"), finder("worse", PATHOLOGICAL)];
    let policies = load(policies).unwrap();
    let found = found(&policies, &file);
    let [(first, Ok(calls)), (worse, Err(Failure::Query { .. }))] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!((first.as_str(), worse.as_str(), calls.len()), ("first", "worse", 1));
}

#[test]
fn matches_are_limited_in_number_and_in_text() {
    let many = python(&"f()\n".repeat(10_001));
    let policies = load(vec![finder("many", "(call) @c")]).unwrap();
    assert!(matches!(found(&policies, &many)[0].1, Err(Failure::Matches { .. })));
    // Each match has the whole file.
    let long = python(&format!("{}x = 1\n", "f()\n".repeat(4_000)));
    let policies = load(vec![finder("long", "(module (_) @one) @all")]).unwrap();
    assert!(matches!(found(&policies, &long)[0].1, Err(Failure::Matches { .. })));
}

/// One of them took 1.5 GB.
#[test]
fn a_query_cannot_fill_the_memory_with_regular_expressions() {
    let expressions = |text: &str, count: usize| {
        format!("((module) @x {})", format!("(#match? @x \"{text}\")").repeat(count))
    };
    assert!(matches!(refusal(&expressions("\\\\w{180}", 1)), Refusal::Query { .. }));
    let message = refusal(&expressions("a", 17)).to_string();
    assert!(message.contains("17 conditions `#match?`, and 16 are taken"), "{message}");
    for usual in
        ["^\\\\w+$", "^(md5|sha1|new)$", "(?i)pass(word|wd)?[^a-z]", "^[A-Za-z_][A-Za-z0-9_]*$"]
    {
        load(vec![finder("usual", &expressions(usual, 1))]).unwrap();
    }
}

/// Nothing looks at the clock while one is compared with a text.
#[test]
fn what_conditions_compare_is_limited() {
    let slow =
        format!("((expression_statement) @x {})", "(#match? @x \"[ab]*a[ab]{200}c\")".repeat(8));
    let statements = |count: usize, size: usize| {
        // Without a period, so that many states are gone through.
        let mixed = |at: usize| if at.wrapping_mul(0x9E37_79B9) >> 13 & 1 == 0 { 'a' } else { 'b' };
        let text: String = (0..size).map(mixed).collect();
        // Somewhere there is what the condition looks for: without that, nothing is compared.
        let comment = format!("# {}c\n", "a".repeat(201));
        python(&(comment + &format!("'{text}'\n").repeat(count)))
    };
    let source = || vec![PolicySource::new("slow.wasm", finder("slow", &slow).build())];
    let policies = Policies::load(source(), &HostOptions::default()).unwrap();
    assert_eq!(found(&policies, &statements(1, 100)).len(), 0);
    // Of each statement the whole file is compared.
    let whole = format!("((module (_) @x) @all {})", "(#match? @all \"a\")");
    let whole = vec![PolicySource::new("whole.wasm", finder("whole", &whole).build())];
    let whole = Policies::load(whole, &HostOptions::default()).unwrap();
    let too_much = &found(&whole, &statements(1000, 64))[0].1;
    assert!(matches!(too_much, Err(Failure::Query { .. })), "{too_much:?}");
    let deadline = std::time::Duration::from_millis(1);
    let limits = Limits { deadline, ..Limits::default() };
    let policies = Policies::load(source(), &HostOptions { limits, ..HostOptions::default() });
    let too_slow = &found(&policies.unwrap(), &statements(1000, 1 << 10))[0].1;
    assert!(matches!(too_slow, Err(Failure::Deadline { .. })), "{too_slow:?}");
}
