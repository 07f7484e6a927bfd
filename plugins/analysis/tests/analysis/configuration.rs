//! A configuration changes what a rule weighs, and a wrong name in it is no silence.

use std::collections::BTreeMap;

use lazaret_analysis::{
    Analyser, Capability, Language, Level, OverrideError, Overrides, Profile, Project, Severity,
};

use crate::{analyse, file, finding};

fn overrides(rules: &[(&str, Level)]) -> Overrides {
    let rules = rules.iter().map(|(id, level)| ((*id).to_owned(), *level)).collect();
    Overrides { rules, ..Overrides::default() }
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

/// What is found under a configuration, and how bad it is.
fn weighed(overrides: &Overrides, language: Language, program: &str) -> Vec<(String, Severity)> {
    let analyser = Analyser::new(overrides).unwrap();
    let analysis = analyser.analyse(&file(language, program.as_bytes()), &Project::default());
    let findings = analysis.unwrap().findings.into_iter();
    findings.map(|finding| (finding.rule, finding.severity)).collect()
}

/// How bad the worst is that is found under a profile.
fn worst(profile: Profile, language: Language, program: &str) -> Severity {
    let found = weighed(&profile.into(), language, program);
    found.into_iter().map(|(_, severity)| severity).max().unwrap()
}

#[test]
fn the_gate_lets_programs_do_what_a_sandbox_is_for() {
    for (program, audit, gate) in [
        ("import os\nos.system(x)\n", Severity::High, Severity::Medium),
        ("import shutil\nshutil.rmtree(x)\n", Severity::High, Severity::Medium),
        ("import socket\nsocket.socket()\n", Severity::Medium, Severity::Medium),
        ("eval(x)\n", Severity::High, Severity::High),
        ("import sys\nsys._getframe(1)\n", Severity::Medium, Severity::High),
        ("import shutil\nshutil.rmtree('/')\n", Severity::Critical, Severity::Critical),
    ] {
        let worst = |profile| worst(profile, Language::Python, program);
        assert_eq!((worst(Profile::Audit), worst(Profile::Gate)), (audit, gate), "{program}");
    }
}

#[test]
fn in_ones_own_repository_a_line_that_says_what_it_does_is_no_news() {
    for (program, expected) in [
        ("import os\nos.system('id')\n", Severity::Medium),
        ("import subprocess\nsubprocess.run(['git', path])\n", Severity::Medium),
        ("import os\nos.system(text)\n", Severity::High),
        ("import os\nrun(os.system)\n", Severity::High),
        ("import socket\nsocket.socket()\n", Severity::Low),
    ] {
        assert_eq!(worst(Profile::Repo, Language::Python, program), expected, "{program}");
    }
    assert_eq!(worst(Profile::Repo, Language::Bash, "rm -r build\n"), Severity::Medium);
    assert_eq!(worst(Profile::Repo, Language::Bash, "rm -r \"$folder\"\n"), Severity::High);
}

#[test]
fn a_command_whose_words_are_all_written_is_no_news_in_ones_own_repository() {
    let repo = |program: &str| worst(Profile::Repo, Language::Python, program);
    let started = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'print(1)'])\n";
    assert_eq!(repo(started), Severity::Medium);
    assert_eq!(repo(&started.replace("print(1)", "eval(a)")), Severity::High);
    assert_eq!(repo(&started.replace("'print(1)'", "code")), Severity::High);
    let output = "import subprocess\nsubprocess.getoutput('ls')\n";
    assert_eq!(repo(output), Severity::Medium);
}

#[test]
fn code_that_is_written_out_weighs_what_it_does_in_ones_own_repository() {
    let python = |profile, program| worst(profile, Language::Python, program);
    assert_eq!(python(Profile::Repo, "exec('f(a)')\n"), Severity::Medium);
    assert_eq!(python(Profile::Gate, "exec('f(a)')\n"), Severity::High);
    assert_eq!(python(Profile::Repo, "exec('f(' + a + ')')\n"), Severity::High);
    assert_eq!(python(Profile::Repo, "exec('eval(a)')\n"), Severity::High);
    let encoded = "import base64\nexec(base64.b64decode('ZihhKQ=='))\n";
    assert_eq!(python(Profile::Repo, encoded), Severity::High);
    for profile in Profile::ALL {
        assert_eq!(python(profile, "eval('[1, \"a\"]')\n"), Severity::Low);
        let this = "x = Function('return this')()";
        assert_eq!(worst(profile, Language::JavaScript, this), Severity::Low);
    }
}

#[test]
fn a_capability_weighs_what_the_configuration_says_in_every_profile() {
    let program = "import os, socket\nos.system('id')\nsocket.socket()\n";
    for profile in Profile::ALL {
        let capabilities = [(Capability::Process, Level::Off), (Capability::Network, Level::High)];
        let rules = BTreeMap::new();
        let overrides = Overrides { profile, capabilities: capabilities.into(), rules };
        let found = weighed(&overrides, Language::Python, program);
        assert_eq!(found, [("python/network".to_owned(), Severity::High)], "{profile:?}");
    }
}

#[test]
fn a_rule_by_its_name_weighs_what_is_said_of_it_whatever_is_said_of_its_capability() {
    let overrides = Overrides {
        profile: Profile::Gate,
        capabilities: [(Capability::Process, Level::Off)].into(),
        rules: [("python/process-spawn".to_owned(), Level::High)].into(),
    };
    let found = weighed(&overrides, Language::Python, "import os\nos.system('id')\n");
    assert_eq!(found, [("python/process-spawn".to_owned(), Severity::High)]);
}

#[test]
fn what_only_code_does_that_hides_something_is_lowered_by_the_names_of_rules_alone() {
    for capability in Capability::ALL.into_iter().filter(|one| one.is_guarded()) {
        for level in [Level::Off, Level::Low, Level::Medium] {
            let overrides =
                Overrides { capabilities: [(capability, level)].into(), ..Overrides::default() };
            let error = Analyser::new(&overrides).unwrap_err();
            assert_eq!(error, OverrideError::Guarded { capability });
        }
        let raised =
            Overrides { capabilities: [(capability, Level::High)].into(), ..Overrides::default() };
        Analyser::new(&raised).unwrap();
    }
    let named = overrides(&[("python/roundabout", Level::Off)]);
    Analyser::new(&named).unwrap();
}

/// `roundabout` was found only beside something that weighs: a capability that is off hid it.
#[test]
fn hiding_a_name_is_found_though_what_it_hides_is_off() {
    let program = "import os\ngetattr(os, 'sys' + 'tem')('id')\n";
    for profile in Profile::ALL {
        let capabilities = [(Capability::Process, Level::Off)].into();
        let overrides = Overrides { profile, capabilities, ..Overrides::default() };
        let found = weighed(&overrides, Language::Python, program);
        assert_eq!(found, [("python/roundabout".to_owned(), Severity::High)], "{profile:?}");
    }
}

#[test]
fn a_finding_says_what_the_code_is_able_to_do() {
    let analysis = analyse(Language::Python, "import os\nos.system('id')\n");
    let finding = finding(&analysis, "python/process-spawn");
    assert_eq!(finding.capability, Some(Capability::Process));
}
