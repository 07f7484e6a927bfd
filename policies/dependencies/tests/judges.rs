//! What the policy says about dependencies made by hand.

use lazaret_policy::serde_json::{Value, json};
use lazaret_policy::testing::{dependency, judge_submission};
use lazaret_policy::{Dependency, Policy, Settings, Severity};
use lazaret_policy_dependencies::Dependencies;

/// The rule and the message, where there is anything to say.
fn said(dependency: Dependency, settings: Value) -> Option<(String, String)> {
    let Value::Object(settings) = settings else { panic!("settings are an object") };
    let mut findings = judge_submission::<Dependencies>([], [dependency], settings);
    assert!(findings.len() < 2, "{findings:?}");
    findings.pop().map(|(_, finding)| (finding.rule, finding.message))
}

fn rule(dependency: Dependency, settings: Value) -> Option<String> {
    said(dependency, settings).map(|(rule, _)| rule)
}

fn with(mut dependency: Dependency, attributes: &[(&str, &str)]) -> Dependency {
    let attribute = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    dependency.attributes = attributes.iter().map(attribute).collect();
    dependency
}

#[test]
fn a_package_is_denied_by_its_name_in_every_spelling() {
    let deny = |name: &str, ecosystem: &str, needed: &str| {
        let rule = rule(dependency(ecosystem, needed, ""), json!({ "deny": [name] }));
        rule.as_deref() == Some("denied")
    };
    assert!(deny("evil", "pypi", "evil") && deny("evil", "npm", "evil"));
    assert!(deny("Evil_Thing", "pypi", "evil-thing") && deny("evil.*", "pypi", "evil-thing"));
    assert!(deny("npm:@evil/*", "npm", "@evil/a") && !deny("socket", "npm", "socket.io"));
    assert!(!deny("npm:evil", "pypi", "evil") && !deny("evil", "npm", "evil-thing"));
    assert!(!deny("evil_thing", "npm", "evil-thing"));
    assert!(!deny("evil", "npm", "") && !deny("*", "pypi", ""));
}

#[test]
fn what_can_be_a_denied_package_is_denied() {
    let cv2 = || with(dependency("pypi", "cv2", ""), &[("candidate", "a"), ("candidate", "b")]);
    let said = said(cv2(), json!({ "deny": ["b"] })).unwrap();
    assert_eq!(said, ("denied".into(), "the settings deny the package `b`".into()));
    assert_eq!(rule(cv2(), json!({ "only": ["b"] })), None);
}

/// Of a module that no known package has, the beginning is the package; of a package, all is.
#[test]
fn a_name_with_a_dot_is_a_module_only_where_nothing_else_is_known() {
    let imported = |ecosystem: &str| Dependency {
        known_by: "nothing".into(),
        ..dependency(ecosystem, "evil.part", "")
    };
    assert_eq!(rule(imported("pypi"), json!({ "deny": ["evil"] })).unwrap(), "denied");
    assert_eq!(rule(imported("pypi"), json!({ "only": ["evil"] })), None);
    for dependency in [imported("npm"), dependency("pypi", "evil.part", "")] {
        assert_eq!(rule(dependency.clone(), json!({ "deny": ["evil"] })), None);
        assert_eq!(rule(dependency, json!({ "only": ["evil"] })).unwrap(), "not-named");
    }
}

#[test]
fn only_what_is_named_may_be_needed_and_nothing_unknown() {
    let only = || json!({ "only": ["pypi:requests"] });
    assert_eq!(rule(dependency("pypi", "requests", ""), only()), None);
    for (ecosystem, name) in [("npm", "requests"), ("pypi", "numpy"), ("pypi", "")] {
        let rule = rule(dependency(ecosystem, name, "-r other.txt"), only());
        assert_eq!(rule.as_deref(), Some("not-named"), "{ecosystem} {name}");
    }
    assert_eq!(rule(dependency("pypi", "numpy", ""), json!({ "only": [] })).unwrap(), "not-named");
}

/// A list under another name would bring what is denied, and nobody would look into it.
#[test]
fn a_line_that_names_no_package_is_told_where_packages_are_denied() {
    let judged = |written: &str, settings: Value| {
        let dependency = Dependency { requirement: written.into(), ..dependency("pypi", "", "") };
        rule(with(dependency, &[("refused", "it names a place")]), settings)
    };
    for written in [
        "-r more.in",
        "-rmore.in",
        "--requirement=more.in",
        "--requiremen more.in",
        "-e git+https://example.org/evil",
        "https://example.org/evil.whl",
        "-e ../evil",
        "# /// script",
    ] {
        let rule = judged(written, json!({ "deny": ["evil"] }));
        assert_eq!(rule.as_deref(), Some("unnamed-packages"), "{written}");
        assert_eq!(judged(written, json!({})), None, "{written}");
    }
    for written in [
        "--index-url https://example.org",
        "-c constraints.txt",
        "-r ../requirements-dev.txt",
        "--requirement=requirements.txt",
        "-e .",
        "-e.[all]",
        "--editable=./tools",
        ".",
    ] {
        assert_eq!(judged(written, json!({ "deny": ["evil"] })), None, "{written}");
    }
}

#[test]
fn names_that_look_like_others_are_told_unless_they_are_trusted() {
    let about = |attributes: &[(&str, &str)], settings: Value| {
        said(with(dependency("pypi", "reqeusts", ""), attributes), settings)
    };
    let (rule, message) = about(&[("resembles", "requests")], json!({})).unwrap();
    assert_eq!(rule, "typosquat");
    assert_eq!(message, "`reqeusts` looks like `requests`, which is much used");
    for (attributes, part) in [
        (&[("joins", "a"), ("joins", "b")][..], "both `a` and `b`"),
        (&[("module-of", "a"), ("module-of", "b")], "comes with `a` or `b`"),
        (&[("popular-in", "npm")], "much used in npm, and not in pypi"),
    ] {
        let (rule, message) = about(attributes, json!({})).unwrap();
        assert!(rule == "confusing-name" && message.contains(part), "{message}");
    }
    assert_eq!(about(&[("resembles", "requests")], json!({ "trusted": ["reqeusts"] })), None);
    assert_eq!(about(&[("resembles", "requests")], json!({ "only": ["reqeusts"] })), None);
    assert_eq!(about(&[], json!({})), None);
}

#[test]
fn a_requirement_is_pinned_by_one_version_where_that_is_asked_for() {
    let rule = |ecosystem: &str, versions: &str| {
        rule(dependency(ecosystem, "a", versions), json!({ "pinned": true }))
    };
    for (ecosystem, versions) in
        [("pypi", "==1.2"), ("pypi", "===1"), ("npm", "1.2.3"), ("npm", "=1.2.3-beta.1+5")]
    {
        assert_eq!(rule(ecosystem, versions), None, "{versions}");
    }
    for (ecosystem, versions) in [
        ("pypi", ""),
        ("pypi", ">=1,<2"),
        ("pypi", "==1.*"),
        ("pypi", "==1,!=2"),
        ("npm", ""),
        ("npm", "^1.2.3"),
        ("npm", "1.2"),
        ("npm", "1.2.x"),
        ("npm", "latest"),
        ("npm", "1.2.3 || 2.0.0"),
        ("npm", "1.2.3 - 2.0.0"),
    ] {
        assert_eq!(rule(ecosystem, versions).as_deref(), Some("unpinned"), "{versions}");
    }
    let import = Dependency { source: "import".into(), ..dependency("pypi", "a", "") };
    assert_eq!(said(import, json!({ "pinned": true })), None);
    let hashed = with(dependency("pypi", "a", "a==1 --hash=x"), &[("refused", "an option")]);
    assert_eq!(said(hashed, json!({ "pinned": true })), None);
    assert_eq!(said(dependency("pypi", "a", ""), json!({})), None);
}

#[test]
fn an_ecosystem_that_does_not_exist_is_a_mistake_in_the_settings() {
    let problems = |settings: Value| Dependencies::read(&settings.to_string()).unwrap().validate();
    let [wrong] = &problems(json!({ "deny": ["a", "pip:b"] }))[..] else { panic!() };
    assert_eq!(wrong.pointer, "/deny/1");
    assert_eq!(wrong.message, "there is no ecosystem `pip`; there are `pypi`, `npm`, `jsr`");
    assert_eq!(problems(json!({ "only": ["npm:@a/b"], "trusted": ["jsr:@a/b"] })), []);
}

#[test]
fn a_manifest_that_cannot_be_read_weighs_more_where_packages_are_denied() {
    let broken = || with(dependency("pypi", "", ""), &[("refused", "it is not UTF-8 text")]);
    let severity = |settings: Value| {
        let Value::Object(settings) = settings else { panic!("settings are an object") };
        let (_, finding) = judge_submission::<Dependencies>([], [broken()], settings).remove(0);
        assert_eq!(finding.rule, "unreadable-manifest");
        assert!(finding.message.ends_with("it is not UTF-8 text"), "{}", finding.message);
        finding.severity
    };
    assert_eq!(severity(json!({})), None);
    assert_eq!(severity(json!({ "deny": ["evil"] })), Some(Severity::High));
    assert_eq!(severity(json!({ "only": ["good"] })), Some(Severity::High));
    let line = with(dependency("pypi", "", "-r other.txt"), &[("refused", "an option")]);
    assert_eq!(rule(line, json!({ "deny": ["evil"] })).unwrap(), "unnamed-packages");
}
