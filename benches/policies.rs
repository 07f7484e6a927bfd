//! What policies cost beside the analysis: `cargo bench --bench policies`.
//!
//! Twenty policies of rules, each about a module of its own, stand for those of a team; the bundled ones
//! stand for what every check has. What is compiled is compiled as Lazaret does it: this program starts
//! itself. Whoever quotes a number quotes the machine, and the load beside it.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints")]

use std::ops::Range;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use lazaret_analysis::{Analyser, Analysis, Language, Project, SourceFile};
use lazaret_policy_rules::Rules;
use lazaret_wasm::{Compiler, HostOptions, Policies, PolicySource};
use serde_json::json;

/// Enough for a 95th percentile that is not one bad moment.
const ROUNDS: usize = 100;

const POLICIES: usize = 20;

const FIFTY_LINES: &str = include_str!("fifty.py");

/// What this program is started with to compile a policy.
const COMPILE: &str = "compile-one-policy";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == COMPILE) {
        return ExitCode::from(Compiler::answer(&words[1..]));
    }
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load at the start: {}", load.trim());
    let place = tempfile::tempdir().unwrap();
    // One that Lazaret makes is private, as it has to be.
    let cache = place.path().join("cache");
    compile(&cache);
    loading(&cache);
    judging(&cache);
    ExitCode::SUCCESS
}

/// The first start of a version.
fn compile(cache: &Path) {
    let begun = Instant::now();
    let policies = Policies::load(bundled(), &options(cache)).unwrap();
    assert!(policies.cache_error().is_none());
    show("all bundled policies, compiled", vec![begun.elapsed()]);
    Policies::load(rules(), &options(cache)).unwrap();
}

/// Every later start, until all twenty have judged a file; without what the judging takes.
fn loading(cache: &Path) {
    let file = analysed(&calls(0..POLICIES));
    let (mut known, mut ready) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let sources = rules();
        let begun = Instant::now();
        let policies = Policies::load(sources, &options(cache)).unwrap();
        known.push(begun.elapsed());
        assert_eq!(policies.judge(&file).unwrap().len(), POLICIES);
        let first = begun.elapsed();
        let again = Instant::now();
        policies.judge(&file).unwrap();
        ready.push(first.saturating_sub(again.elapsed()));
    }
    show("20 policies loaded, to be read when they are woken", known);
    show("20 policies loaded, all ready to judge", ready);
}

fn judging(cache: &Path) {
    let twenty = Policies::load(rules(), &options(cache)).unwrap();
    let bundled = Policies::load(bundled(), &options(cache)).unwrap();
    let hundred_lines = FIFTY_LINES.repeat(2);
    let one_call = hundred_lines.clone() + &calls(0..1);
    let large = FIFTY_LINES.repeat(100 * 1024 / FIFTY_LINES.len()) + &calls(0..POLICIES);
    judge("one policy on one line: an instance and its check", &twenty, &calls(0..1));
    judge("20 policies on 100 lines, none woken", &twenty, &hundred_lines);
    judge("20 policies on 100 lines, one woken", &twenty, &one_call);
    judge("20 policies on 100 KB, all woken", &twenty, &large);
    judge("the bundled policies on 100 lines", &bundled, &hundred_lines);
    judge("the bundled policies on 100 KB", &bundled, &large);
}

fn judge(name: &str, policies: &Policies, text: &str) {
    let analysis = analysed(text);
    policies.judge(&analysis).unwrap();
    let time = |_| {
        let begun = Instant::now();
        policies.judge(&analysis).unwrap();
        begun.elapsed()
    };
    show(name, (0..ROUNDS).map(time).collect());
}

fn analysed(text: &str) -> Analysis {
    let contents = text.as_bytes().to_vec();
    let file = SourceFile { path: "speed.py".to_owned(), language: Language::Python, contents };
    Analyser::default().analyse(&file, &Project::default()).unwrap()
}

/// A call for each of these policies.
fn calls(policies: Range<usize>) -> String {
    let call = |number| format!("import module_{number}\nmodule_{number}.call(1)\n");
    policies.map(call).collect::<Vec<_>>().concat()
}

fn bundled() -> Vec<PolicySource> {
    let bundled = lazaret_bundle::policies().iter();
    bundled.map(|one| PolicySource::embedded(one.name, one.wasm, one.sha256)).collect()
}

fn rules() -> Vec<PolicySource> {
    let policy = |number: usize| {
        let rule = json!({
            "id": "called", "names": [format!("module_{number}.*")],
            "severity": "high", "message": "it is called",
        });
        let id = format!("policy-{number}");
        let rules = json!({"id": id, "version": "1.0.0", "rule": [rule]});
        let rules: Rules = serde_json::from_value(rules).unwrap();
        PolicySource::new(id, rules.to_policy(lazaret_bundle::rules()).unwrap())
    };
    (0..POLICIES).map(policy).collect()
}

fn options(cache: &Path) -> HostOptions {
    let compiler = Some(Compiler::this_program([COMPILE]));
    HostOptions { cache: Some(cache.to_owned()), compiler, ..HostOptions::default() }
}

fn show(name: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1000.0;
    println!("{name:<52} p50 {:8.3} ms   p95 {:8.3} ms", at(50), at(95));
}
