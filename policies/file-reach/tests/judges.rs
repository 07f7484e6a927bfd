//! What the policy says about facts made by hand.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::path::Path;

use lazaret_policy::serde_json::json;
use lazaret_policy::testing::{Fact, judge, judge_with, rules, unit};
use lazaret_policy::{Severity, Value};
use lazaret_policy_file_reach::FileReach;

fn open(path: &str) -> Vec<String> {
    rules::<FileReach>(unit("python", [Fact::call("os.open").literal(path)]))
}

#[test]
fn a_path_is_followed_to_where_it_leads() {
    assert_eq!(open("/tmp/../etc/gshadow"), ["hidden-path"]);
    assert_eq!(open("/home/ann/.aws/credentials"), ["secret-file"]);
    assert_eq!(open("/proc/7/task/7/environ"), ["secret-file"]);
    assert_eq!(open("/srv/x"), ["outside"]);
    assert_eq!(open("a/../../x"), ["outside"]);
    for inside in ["x", "a/../x", "./x", "/tmp/x", "/dev/null", "/proc/../tmp/x"] {
        assert_eq!(open(inside), [""; 0], "{inside}");
    }
}

#[test]
fn the_worst_path_of_a_call_is_reported_with_both_names() {
    let copy = Fact::call("shutil.copy").literal("/srv/x").literal("/srv/../etc/shadow");
    let findings = judge::<FileReach>(unit("python", [copy]));
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!(finding.rule, "hidden-path");
    let message =
        "`shutil.copy` reaches `/srv/../etc/shadow`, which is `/etc/shadow`, and holds secrets";
    assert_eq!(finding.message, message);
}

#[test]
fn only_paths_are_judged() {
    let write = Fact::call("fs.writeSync").literal("/etc/gshadow");
    assert_eq!(rules::<FileReach>(unit("javascript", [write])), [""; 0]);
    let option = Fact::call("tar").literal("--exclude=/srv/x").literal("-C/srv");
    assert_eq!(rules::<FileReach>(unit("bash", [option])), [""; 0]);
    let disk = Fact::call("dd").literal("if=/dev/sda1");
    assert_eq!(rules::<FileReach>(unit("bash", [disk])), ["secret-file"]);
}

#[test]
fn what_the_catalogue_tells_is_not_told_again() {
    let python = |fact: Fact| rules::<FileReach>(unit("python", [fact]));
    assert_eq!(python(Fact::call("open").literal("/etc/shadow")), [""; 0]);
    assert_eq!(python(Fact::call("open").literal("/srv/x")), [""; 0]);
    assert_eq!(python(Fact::call("open").literal("/etc/./shadow")), ["hidden-path"]);
    assert_eq!(python(Fact::call("shutil.copy").literal("/etc/shadow")), ["secret-file"]);
}

#[test]
fn what_is_taken_from_the_catalogue_is_still_there() {
    let told: Value = lazaret_policy::serde_json::from_str(include_str!("../told.json")).unwrap();
    for told in told.as_array().unwrap() {
        let rule = catalogue(told["rule"].as_str().unwrap());
        let when = &rule["when"][0];
        let begins = ["begins", "operand", "written"].iter().find_map(|key| when.get(key)).unwrap();
        let text = |value: &toml::Value| value.as_str().unwrap().to_owned();
        let expected: BTreeSet<String> = begins.as_array().unwrap().iter().map(text).collect();
        // What a word of a command begins with has stars behind it.
        let stars = if when.get("operand").is_some() { "**" } else { "" };
        let begins = texts(&told["begins"]).into_iter().map(|begin| begin + stars);
        let known: BTreeSet<String> = begins.chain(texts(&told["is"])).collect();
        assert_eq!(known, expected, "{}", told["rule"]);
        let argument = when.get("argument").and_then(toml::Value::as_integer);
        assert_eq!(told["argument"].as_i64(), argument, "{}", told["rule"]);
        let expected = rule["names"].as_array().unwrap().iter().map(text).collect();
        assert_eq!(texts(&told["names"]), expected, "{}", told["rule"]);
    }
}

fn texts(list: &Value) -> BTreeSet<String> {
    list.as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// A rule of the catalogue.
fn catalogue(id: &str) -> toml::Table {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/analysis/catalogue");
    let folder = folder.join(id.split('/').next().unwrap());
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut rules = files.flat_map(|file| {
        let file: toml::Table = toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        file.get("rule").and_then(toml::Value::as_array).cloned().unwrap_or_default()
    });
    let rule = rules.find(|rule| rule["id"].as_str() == Some(id));
    rule.unwrap_or_else(|| panic!("there is no {id}")).as_table().unwrap().clone()
}

#[test]
fn what_the_catalogue_does_not_tell_at_its_calls_is_told() {
    let python = |fact: Fact| rules::<FileReach>(unit("python", [fact]));
    let secret = "~/.ssh/authorized_keys";
    assert_eq!(python(Fact::call("shutil.copy").literal(secret)), [""; 0]);
    let second = Fact::call("shutil.copy").literal("a").literal(secret);
    assert_eq!(python(second), ["secret-file"], "the catalogue looks at the first argument");
    assert_eq!(python(Fact::call("open").keyword("file", secret)), ["secret-file"]);
    let bash = |path: &str| rules::<FileReach>(unit("bash", [Fact::call("cat").literal(path)]));
    assert_eq!(bash("/etc/sudoers"), [""; 0]);
    assert_eq!(bash("/etc/sudoers.d/ann"), ["secret-file"], "it looks at the whole word");
}

/// `..` leads out of a home as out of every folder, and out of the work directory to the root.
#[test]
fn a_path_that_leads_out_of_a_home_is_followed() {
    let bash = |path: &str| rules::<FileReach>(unit("bash", [Fact::call("tar").computed(path)]));
    for path in [
        "~/../bob/.ssh/id_rsa",
        "$HOME/../bob/.ssh/id_rsa",
        "\"$HOME\"/../bob/.aws",
        "~/../../etc/shadow",
        "~/../etc/shadow",
        "~/../../root/.ssh/id_rsa",
        "data/../../../proc/self/environ",
    ] {
        assert_eq!(bash(path), ["hidden-path"], "{path}");
    }
    assert_eq!(bash("~bob/.ssh/id_rsa"), ["secret-file"]);
    assert_eq!(open("../../../../../../etc/shadow"), ["secret-file"]);
    for path in ["~/../bob/notes.txt", "../etc/hosts", "../../.ssh", "~/../.."] {
        assert_eq!(bash(path), ["outside"], "{path}");
    }
    let expand = |path: &str| Fact::call("os.path.expanduser").literal(path);
    let python = |path: &str| rules::<FileReach>(unit("python", [expand(path)]));
    assert_eq!(python("~/../../etc/shadow"), ["hidden-path"]);
    assert_eq!(python("~/.config"), [""; 0]);
}

/// The worst was lost behind three hundred others.
#[test]
fn a_secret_is_told_behind_many_other_files() {
    let mut calls = vec![Fact::call("os.remove").literal("/srv/x"); 2_000];
    calls.push(Fact::call("os.remove").literal("/etc/gshadow"));
    let found = rules::<FileReach>(unit("python", calls));
    assert_eq!((found.len(), found.last().unwrap().as_str()), (1_000, "secret-file"));
}

#[test]
fn the_end_of_a_path_to_secrets_is_reported_once() {
    let part = || Fact::string("/.aws/credentials");
    let findings = judge::<FileReach>(unit("python", [part()]));
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!((finding.rule.as_str(), finding.severity), ("secret-file", Some(Severity::Medium)));
    let text = "keys are in ~/.aws/credentials";
    assert_eq!(rules::<FileReach>(unit("python", [Fact::string(text)])), [""; 0]);
}

#[test]
fn the_settings_allow_places_and_name_secrets() {
    let with = |path: &str, settings: Value| {
        let open = Fact::call("open").literal(path);
        let found = judge_with::<FileReach>(unit("python", [open]), settings);
        found.into_iter().map(|finding| finding.rule).collect::<Vec<_>>()
    };
    let allow = json!({ "allow": ["/srv/data/", "~/.cache/shop", ".."] });
    for path in ["/srv/data/x", "/srv/data", "/home/ann/.cache/shop/x", "../x", "x"] {
        assert_eq!(with(path, allow.clone()), [""; 0], "{path}");
    }
    for path in ["/srv/database", "/srv/data/../x", "~/.cache", "/usr/x"] {
        assert_eq!(with(path, allow.clone()), ["not-allowed"], "{path}");
    }
    assert_eq!(with("../x", json!({ "allow": [] })), ["not-allowed"]);
    let secrets = json!({ "secrets": ["/srv/keys", "~/.shop"] });
    assert_eq!(with("/srv/keys/a", secrets.clone()), ["secret-file"]);
    assert_eq!(with("/home/ann/.shop", secrets), ["secret-file"]);
}
