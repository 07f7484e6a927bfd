//! Every rule has a program that it fires on, and one that it does not.

use lazaret_analysis::{Analyser, Language, Rule};

use crate::rules;

fn each(mut check: impl FnMut(&Rule, Language)) {
    for rule in Analyser::catalogue() {
        for language in rule.languages.clone() {
            check(&rule, language);
        }
    }
}

#[test]
fn every_rule_fires_on_its_example() {
    let mut silent = Vec::new();
    each(|rule, language| {
        let fired = rules(language, &rule.example);
        if !fired.contains(&rule.id) {
            silent.push(format!("{} in {}: {fired:?}", rule.id, language.name()));
        }
    });
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

#[test]
fn no_rule_fires_on_its_counter_example() {
    let mut wrong = Vec::new();
    each(|rule, language| {
        if rules(language, &rule.counter).contains(&rule.id) {
            wrong.push(format!("{} in {}", rule.id, language.name()));
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_both_examples() {
    each(|rule, _| assert!(!rule.example.is_empty() && !rule.counter.is_empty(), "{}", rule.id));
}

#[test]
fn every_id_is_used_once_and_begins_with_a_language() {
    let mut ids: Vec<String> = Analyser::catalogue().into_iter().map(|rule| rule.id).collect();
    ids.sort();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count);
    for id in ids {
        let language = id.split('/').next().unwrap();
        assert!(Language::from_name(language).is_some(), "{id}");
    }
}
