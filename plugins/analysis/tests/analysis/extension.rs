//! Users' own rules: in the form of ours, and held to what ours are held to.

use lazaret_analysis::{Analyser, Language, Overrides, Project, RuleError, RuleFile};

use crate::file;

/// A file with one rule, of which some keys are written otherwise, or are further ones.
fn rule(changes: &[(&str, &str)]) -> RuleFile {
    let mut keys: toml::Table = toml::from_str(
        r#"
        id = "acme/deploy"
        languages = ["python"]
        capability = "process"
        names = ["acme.deploy"]
        severity = "high"
        message = "`{name}` changes what customers see"
        help = "let the pipeline do it"
        "#,
    )
    .unwrap();
    for (key, value) in changes {
        let value: toml::Table = toml::from_str(&format!("value = {value}")).unwrap();
        keys.insert((*key).to_owned(), value["value"].clone());
    }
    let rules = toml::Value::Array(vec![keys.into()]);
    toml::Table::from_iter([("rule".to_owned(), rules)]).try_into().unwrap()
}

fn found(file_of_rules: RuleFile, language: Language, program: &str) -> Vec<String> {
    let analyser = Analyser::with_rules(vec![file_of_rules]).unwrap();
    let analysis = analyser.analyse(&file(language, program.as_bytes()), &Project::default());
    analysis.unwrap().findings.into_iter().map(|finding| finding.rule).collect()
}

fn refused(changes: &[(&str, &str)]) -> RuleError {
    Analyser::with_rules(vec![rule(changes)]).map(drop).unwrap_err()
}

#[test]
fn a_users_rule_finds_its_name_however_it_is_reached() {
    for program in [
        "import acme\nacme.deploy()\n",
        "from acme import deploy as d\nrun(d)\n",
        "import acme\ngetattr(acme, 'deploy')()\n",
        "exec('import acme; acme.deploy()')\n",
    ] {
        let found = found(rule(&[]), Language::Python, program);
        assert!(found.contains(&"acme/deploy".to_owned()), "{program}: {found:?}");
    }
}

#[test]
fn a_rule_may_be_about_members_conditions_and_several_languages() {
    let members = rule(&[("names", "[\".detonate\"]")]);
    assert_eq!(found(members, Language::Python, "bomb().detonate()\n"), ["acme/deploy"]);
    let to_live = rule(&[("when", "[{ argument = 0, is = [\"live\"] }]")]);
    let program = "import acme\nacme.deploy('test')\n";
    assert_eq!(found(to_live.clone(), Language::Python, program), [""; 0]);
    assert_eq!(found(to_live, Language::Python, &program.replace("test", "live")), ["acme/deploy"]);
    let both = rule(&[("languages", "[\"python\", \"typescript\"]")]);
    let script = "import { deploy } from 'acme';\ndeploy();\n";
    assert_eq!(found(both.clone(), Language::TypeScript, script), ["acme/deploy"]);
    assert_eq!(found(both, Language::JavaScript, script), [""; 0]);
}

#[test]
fn a_users_rule_can_be_weighed_as_ours_can() {
    let overrides = Overrides {
        rules: [("acme/deploy".to_owned(), lazaret_analysis::Level::Off)].into(),
        ..Overrides::default()
    };
    let analyser = Analyser::with_rules(vec![rule(&[])]).unwrap().weighing(&overrides).unwrap();
    let program = file(Language::Python, b"import acme\nacme.deploy()\n");
    assert_eq!(analyser.analyse(&program, &Project::default()).unwrap().findings, []);
    let listed = Analyser::with_rules(vec![rule(&[])]).unwrap().rules();
    assert_eq!(listed.iter().filter(|rule| rule.id == "acme/deploy").count(), 1);
}

#[test]
fn an_id_is_used_once_and_written_as_ids_are() {
    let id = "python/process-spawn";
    assert_eq!(refused(&[("id", &format!("{id:?}"))]), RuleError::Duplicate { id: id.to_owned() });
    let twice = vec![rule(&[]), rule(&[])];
    let error = Analyser::with_rules(twice).map(drop).unwrap_err();
    assert_eq!(error, RuleError::Duplicate { id: "acme/deploy".to_owned() });
    for id in ["deploy", "Acme/deploy", "acme/", "acme/de ploy"] {
        let error = refused(&[("id", &format!("{id:?}"))]);
        assert_eq!(error, RuleError::Id { id: id.to_owned() });
    }
}

#[test]
fn a_rule_that_could_never_speak_is_refused_with_what_is_right() {
    let id = || "acme/deploy".to_owned();
    assert_eq!(refused(&[("languages", "[]")]), RuleError::NoLanguage { id: id() });
    assert_eq!(refused(&[("names", "[]")]), RuleError::NoNames { id: id() });
    for (name, says) in [
        ("", "it is empty"),
        ("*", "it is empty"),
        ("a*.b", "only at the end"),
        ("acme.dep*", "`acme.*`"),
        ("posix.system", "`os.system`"),
    ] {
        let error = refused(&[("names", &format!("[{name:?}]"))]).to_string();
        assert!(error.contains(says) && error.contains("acme/deploy"), "{name}: {error}");
    }
}

#[test]
fn examples_are_tried_where_there_are_some() {
    let fires = "\"import acme\\nacme.deploy()\\n\"";
    let silent = "\"import acme\\nacme.plan()\\n\"";
    Analyser::with_rules(vec![rule(&[("example", fires), ("counter", silent)])]).unwrap();
    let (id, language) = ("acme/deploy".to_owned(), Language::Python);
    let expected = RuleError::Example { id: id.clone(), language };
    assert_eq!(refused(&[("example", silent)]), expected);
    assert_eq!(refused(&[("counter", fires)]), RuleError::Counter { id, language });
}

#[test]
fn keys_languages_and_capabilities_that_are_not_there_are_errors() {
    for wrong in
        ["capability = \"netwrok\"", "languages = [\"pyton\"]", "mesage = \"\"", "on = \"run\""]
    {
        let error = toml::from_str::<RuleFile>(&format!("[[rule]]\n{wrong}\n")).unwrap_err();
        assert!(error.to_string().contains("unknown "), "{error}");
    }
}
