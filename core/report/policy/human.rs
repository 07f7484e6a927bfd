//! What a policy is, for people: what it looks for first, and then what it can reach.

use std::fmt::Write;

use lazaret_analysis::printable;

use super::settings::settings;
use super::{Form, Policy};
use crate::config::Size;

/// The policy, its rules, and a line for everything else that it says.
pub fn policy(policy: &Policy) -> String {
    let mut text = format!("{} {}", policy.id, policy.policy_version);
    if !policy.summary.is_empty() {
        let _ = write!(text, ": {}", policy.summary);
    }
    text.push_str("\n\n");
    write_rules(&mut text, policy);
    text.push('\n');
    for (name, value) in lines(policy) {
        let _ = writeln!(text, "{name:<9}  {}", value.replace('\n', &format!("\n{:11}", "")));
    }
    text
}

fn write_rules(text: &mut String, policy: &Policy) {
    let width = policy.rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    for rule in &policy.rules {
        let severity = rule.severity.name();
        let _ = writeln!(text, "{:width$}  {severity:<8}  {}", rule.id, rule.title);
        if let Some(help) = &rule.help {
            let _ = writeln!(text, "{:width$}  help: {help}", "");
        }
    }
}

fn lines(policy: &Policy) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        ("languages", listed(policy.languages.iter(), "all", ", ")),
        ("woken by", woken_by(policy)),
        ("given", if policy.wants_source { "facts, and the file's text" } else { "facts" }.into()),
        ("settings", settings(policy.settings_schema.as_ref())),
        ("imports", listed(policy.imports.iter(), "nothing", ", ")),
        ("file", file(policy)),
        ("sha256", policy.file.sha256.clone()),
    ];
    if !policy.license.is_empty() {
        lines.push(("licence", policy.license.clone()));
    }
    lines.extend(policy.docs_url.clone().map(|url| ("docs", url)));
    lines
}

fn woken_by(policy: &Policy) -> String {
    let interest = |one: &super::Interest| format!("{} {}", one.kind, printable(&one.pattern));
    let facts = policy.interests.iter().map(interest);
    let query = |one: &super::Query| {
        let pattern = one.pattern.split_whitespace().collect::<Vec<_>>().join(" ");
        format!("query {} in {}: {}", one.id, one.language, printable(&pattern))
    };
    let facts = facts.chain(policy.queries.iter().map(query));
    let always = policy.always.then(|| "every file of its languages".to_owned());
    let needs = policy.judges_submissions;
    let needs = needs.then(|| "any package that is needed, for all files together".to_owned());
    listed(always.into_iter().chain(facts).chain(needs), "nothing", "\n")
}

fn file(policy: &Policy) -> String {
    let [size, component] = [policy.file.size, policy.file.component_size].map(Size);
    match policy.file.form {
        Form::Component => format!("a component of {size}"),
        Form::CoreModule => {
            format!("a core module of {size}, which is made a component of {component}")
        }
    }
}

fn listed<T: ToString>(items: impl Iterator<Item = T>, none: &str, separator: &str) -> String {
    let items: Vec<String> = items.map(|item| item.to_string()).collect();
    if items.is_empty() { none.to_owned() } else { items.join(separator) }
}
