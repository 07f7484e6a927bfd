//! What the policy says about facts made by hand. Names that stand for something need the tree, and are in
//! the fixtures.

use lazaret_policy::serde_json::json;
use lazaret_policy::testing::{Fact, judge_with, rules, unit};
use lazaret_policy::types::{Finding, Unit};
use lazaret_policy_deserialization::Deserialization;

/// A file with this text, in which these facts hold, each where its words stand.
fn file(language: &str, text: &str, facts: impl IntoIterator<Item = (&'static str, Fact)>) -> Unit {
    let (words, facts): (Vec<_>, Vec<_>) = facts.into_iter().unzip();
    let mut unit = unit(language, facts);
    for (words, fact) in words.iter().zip(&mut unit.facts) {
        let start = text.find(words).expect("the words are in the text");
        let byte = |at: usize| u32::try_from(at).expect("it is short");
        (fact.span.start_byte, fact.span.end_byte) = (byte(start), byte(start + words.len()));
    }
    Unit { source: Some(text.to_owned()), ..unit }
}

fn load(text: &'static str, loader: &str) -> (&'static str, Fact) {
    (text, Fact::call("yaml.load").computed("text").computed_keyword("Loader", loader))
}

fn reference(name: &'static str) -> (&'static str, Fact) {
    (name, Fact::reference(name))
}

fn judged(text: &str, facts: impl IntoIterator<Item = (&'static str, Fact)>) -> Vec<Finding> {
    judge_with::<Deserialization>(file("python", text, facts), json!({}))
}

#[test]
fn what_is_fetched_is_told_where_it_is_run() {
    let text = "pickle.loads(requests.get(url).content)";
    let run = (text, Fact::call("pickle.loads").computed("requests.get(url).content"));
    let fetch = ("requests.get(url)", Fact::call("requests.get").computed("url"));
    let found = judged(text, [run.clone(), fetch]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].rule, "fetched-data");
    assert_eq!(
        found[0].message,
        "`pickle.loads` runs what `requests.get` gets from another machine"
    );
    assert!(judged(text, [run]).is_empty());
}

#[test]
fn an_address_is_fetched_by_pandas_itself() {
    let read = |path: &str| {
        rules::<Deserialization>(Unit {
            source: Some(String::new()),
            ..unit("python", [Fact::call("pandas.read_pickle").literal(path)])
        })
    };
    assert_eq!(read("https://example.org/a.pkl"), ["fetched-data"]);
    assert!(read("a.pkl").is_empty());
}

#[test]
fn a_class_makes_what_it_is_made_of_makes() {
    let text = "class A(yaml.Loader): pass\nyaml.load(text, Loader=A)";
    let facts = || [reference("yaml.Loader"), load("yaml.load(text, Loader=A)", "Loader=A")];
    let found = judged(text, facts());
    assert_eq!(found[0].rule, "unsafe-loader");
    let fix = found[0].fix.as_ref().expect("the class has a safe neighbour");
    let edit = &fix.edits[0];
    assert_eq!(&text[edit.start_byte as usize..edit.end_byte as usize], "A");
    assert_eq!(edit.replacement, "yaml.SafeLoader");

    let text = "class A(yaml.SafeLoader): pass\nyaml.load(text, Loader=A)";
    let safe = [reference("yaml.SafeLoader"), load("yaml.load(text, Loader=A)", "Loader=A")];
    assert!(judged(text, safe).is_empty());
}

/// Two classes that are made of each other are no program, but somebody may write them.
#[test]
fn classes_in_a_circle_are_not_known() {
    let text = "class A(B): pass\nclass B(A): pass\nyaml.load(text, Loader=A)";
    let found = judged(text, [load("yaml.load(text, Loader=A)", "Loader=A")]);
    assert_eq!(found[0].rule, "unknown-loader");
}

#[test]
fn the_settings_allow_loaders() {
    let text = "yaml.load(text, Loader=shop.Loader)";
    let judge = |settings| {
        let unit = file("python", text, [load(text, "Loader=shop.Loader")]);
        judge_with::<Deserialization>(unit, settings).len()
    };
    assert_eq!(judge(json!({})), 1);
    assert_eq!(judge(json!({ "allow": ["shop.*"] })), 0);
    assert_eq!(judge(json!({ "allow": ["shop"] })), 1);
}

#[test]
fn a_flag_that_the_program_decides_may_be_taken_back() {
    let text = "numpy.load(path, allow_pickle=flag)";
    let call = Fact::call("numpy.load").computed("path");
    let found = judged(text, [(text, call.computed_keyword("allow_pickle", "allow_pickle=flag"))]);
    assert_eq!(found[0].rule, "uncertain-pickle");
    let edit = &found[0].fix.as_ref().expect("`False` is right").edits[0];
    assert_eq!((edit.start_byte, edit.end_byte), (30, 34));
    assert_eq!(edit.replacement, "False");
}
