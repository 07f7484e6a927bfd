//! A configuration changes what a rule weighs, and a wrong name in it is no silence.

use lazaret_analysis::{Analyser, Language, Level, OverrideError, Overrides, Project, Severity};

use crate::file;

fn overrides(levels: &[(&str, Level)]) -> Overrides {
    levels.iter().map(|(id, level)| ((*id).to_owned(), *level)).collect()
}

#[test]
fn a_rule_weighs_what_the_configuration_says() {
    let levels = [("python/process-spawn", Level::Critical), ("python/dynamic-code", Level::Off)];
    let analyser = Analyser::new(&overrides(&levels)).unwrap();
    let file = file(Language::Python, b"import os\nos.system('id')\neval('1')\n");
    let findings = analyser.analyse(&file, &Project::default()).unwrap().findings;
    let found: Vec<_> = findings.iter().map(|one| (one.rule.as_str(), one.severity)).collect();
    assert_eq!(found, [("python/process-spawn", Severity::Critical)]);
    assert!(analyser.rules().iter().all(|rule| rule.id != "python/dynamic-code"));
}

#[test]
fn a_rule_that_is_not_there_is_an_error_with_the_nearest_one() {
    let wrong = overrides(&[("python/proces-spawn", Level::High)]);
    let error = Analyser::new(&wrong).unwrap_err();
    let nearest = Some("python/process-spawn".to_owned());
    assert_eq!(error, OverrideError::UnknownRule { id: "python/proces-spawn".to_owned(), nearest });
    assert_eq!(error.to_string(), "cannot find the rule `python/proces-spawn`");
}

#[test]
fn a_rule_for_every_dialect_of_javascript_is_switched_off_in_all() {
    let analyser = Analyser::new(&overrides(&[("javascript/dynamic-code", Level::Off)])).unwrap();
    for language in [Language::JavaScript, Language::TypeScript, Language::Tsx] {
        let analysis = analyser.analyse(&file(language, b"eval('1')"), &Project::default());
        assert_eq!(analysis.unwrap().findings, []);
    }
}
