//! Rules without code that are set off by a tree-sitter query.

use crate::support::Place;

/// What names cannot say, as a query; and a rule of each for another language.
const QUERIES: &str = r#"id = "mine"
version = "1.0.0"
languages = ["python", "javascript", "bash"]

[[rule]]
id = "dropped-error"
languages = ["python"]
query = '''
(except_clause
  !value
  (block . (pass_statement) .)) @clause
'''
severity = "medium"
message = "an error is dropped"
help = "name the exception that is meant"

[[rule]]
id = "run-as-code"
languages = ["python", "javascript"]
query = "(_ function: (identifier) @_f arguments: (_ . (_) @code) (#eq? @_f \"eval\"))"
severity = "high"
message = "`{code}` is run as code"

[[rule]]
id = "removes"
languages = ["bash"]
names = ["rm"]
severity = "low"
message = "{name} is called"
"#;

#[test]
fn a_rule_by_a_query_finds_what_it_matches_in_the_trees_of_its_languages() {
    let place = Place::new();
    place.write("mine/policy.toml", QUERIES);
    let python = "try:\n    f()\nexcept:  # expect: dropped-error\n    pass\n\
                  try:\n    f()\nexcept OSError:\n    pass\n\
                  eval(a + b)  # expect: run-as-code\nrm()\nevil(a)\n";
    place.write("mine/fixtures/a.py", python);
    place.write("mine/fixtures/a.js", "eval(a + b); // expect: run-as-code\nrm();\n");
    place.write("mine/fixtures/a.sh", "eval a\nrm a  # expect: removes\n");
    let ran = place.lazaret(&["policy", "test", "mine"]);
    assert!(
        ran.code == 0
            && ran.stdout.contains("\n3 fixtures and ")
            && ran.stdout.ends_with("all right\n"),
        "{ran:?}"
    );
    assert_eq!(place.lazaret(&["policy", "build", "mine"]).code, 0);
    place.write("lazaret.toml", "[policies.mine]\nsource = \"mine/mine.wasm\"\n");
    place.write("a.py", "eval('''a\nb''')\neval(x)\n");
    let ran = place.lazaret(&["check", "a.py", "--json"]);
    let report = ran.json();
    let findings = report["findings"].as_array().unwrap().iter();
    let ours = findings.filter(|one| one["rule"] == "mine/run-as-code");
    let told: Vec<_> = ours.map(|one| (&one["message"], &one["place"]["start_column"])).collect();
    assert_eq!(told.len(), 2, "{ran:?}");
    assert_eq!(told[0], (&"`'''a…` is run as code".into(), &6.into()));
    assert_eq!(told[1], (&"`x` is run as code".into(), &6.into()));
}

/// What is wrong in a rule: its text, the line and the column that are told, and what is said of it.
const MISTAKES: [(&str, (u32, u32), &str, &str); 13] = [
    (
        "query = '''\n(call\n  function: (identifer) @f)\n'''",
        (8, 14),
        "there is no node `identifer` in python",
        "did you mean `identifier`?",
    ),
    (
        "query = \"(call\\tfuncton: (_) @f)\"",
        (6, 17),
        "there is no field `functon` in python",
        "did you mean `function`?",
    ),
    (
        "query = '((call) @c (#eq? @c \"é\")) (xyzzy_plugh) @d'",
        (6, 37),
        "there is no node `xyzzy_plugh` in python",
        "https://tree-sitter.github.io/",
    ),
    (
        "query = '((call) @f (#eq? @g \"a\"))'",
        (6, 28),
        "nothing is captured as `@g`",
        "https://tree-sitter.github.io/",
    ),
    (
        "query = '(call (while_statement)) @f'",
        (6, 16),
        "nothing in a tree of python can be like this",
        "https://tree-sitter.github.io/",
    ),
    (
        "query = '(call'",
        (6, 15),
        "this is no pattern of tree-sitter",
        "https://tree-sitter.github.io/",
    ),
    (
        "query = '(module (_)* @f)'",
        (6, 10),
        "the query captures `@f` any number of times",
        "https://tree-sitter.github.io/",
    ),
    (
        "query = '(call) @_f'",
        (6, 9),
        "the query does not say where a finding is",
        "name the node that is reported",
    ),
    (
        "query = '(call) @call'\nmessage = \"{cal} is called\"",
        (7, 11),
        "the query captures nothing as `@cal`",
        "did you mean `call`?",
    ),
    (
        "query = '(call) @f'\non = \"call\"",
        (7, 1),
        "a rule with a `query` has no `on`",
        "say it in the query",
    ),
    (
        "query = '(program) @f'\nlanguages = [\"bash\"]",
        (7, 14),
        "the policy does not judge `bash`",
        "add it to the policy's own `languages`",
    ),
    ("", (5, 1), "nothing sets the rule off", "add `names = "),
    (
        "query = '(call) @f'\nlanguages = []",
        (6, 9),
        "a query is about the trees of a language, and none is named",
        "add `languages = ",
    ),
];

/// Each is told where it is in the file, also inside of a pattern.
#[test]
fn mistakes_in_queries_are_told_with_line_and_column() {
    let place = Place::new();
    for (rule, at, message, help) in MISTAKES {
        let message_of = if rule.contains("message") { "" } else { "message = \"a\"" };
        let head =
            "id = \"mine\"\nversion = \"1\"\nlanguages = [\"python\"]\n[[rule]]\nid = \"a\"\n";
        let text = format!("{head}{rule}\n{message_of}\nseverity = \"low\"\n");
        place.write("mine/policy.toml", text);
        let ran = place.lazaret(&["policy", "build", "mine"]);
        let (line, column) = at;
        let error = format!(
            "error: cannot use `mine/policy.toml`, line {line}, column {column}: {message}"
        );
        assert!(ran.code == 2 && ran.stderr.starts_with(&error), "{error}\nis not\n{}", ran.stderr);
        assert!(ran.stderr.contains(&format!("\n  help: {help}")), "{}", ran.stderr);
        assert_eq!(ran.stderr.matches("error: ").count(), 1, "{}", ran.stderr);
    }
}
