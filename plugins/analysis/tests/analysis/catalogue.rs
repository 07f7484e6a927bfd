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
    each(|rule, language| {
        let fired = rules(language, &rule.example);
        assert!(fired.contains(&rule.id), "{} in {}: {fired:?}", rule.id, language.name());
    });
}

#[test]
fn no_rule_fires_on_its_counter_example() {
    each(|rule, language| {
        let fired = rules(language, &rule.counter);
        assert!(!fired.contains(&rule.id), "{} in {}: {fired:?}", rule.id, language.name());
    });
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
