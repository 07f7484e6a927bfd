//! What the attribute `policy` makes of a struct.

use lazaret_policy::prelude::*;
use lazaret_policy::serde_json::{self, json};
use lazaret_policy::testing::{Fact, judge_with, rules, unit};
use lazaret_policy::{Settings, SettingsError, settings};

/// One setting of each kind.
#[policy]
pub struct Example {
    /// Functions that may
    /// be called.
    ///
    /// By name.
    allow_functions: Vec<String>,
    /// How many calls are too many.
    #[schemars(range(min = 1, max = 100))]
    most: u32,
    level: Option<Level>,
    tokens: Vec<Token>,
}

#[settings]
#[derive(PartialEq)]
enum Level {
    /// Everything is reported.
    VeryStrict,
    Lax,
}

/// A token.
#[settings]
struct Token {
    /// What it begins with.
    #[schemars(length(min = 2))]
    prefix: String,
}

impl Default for Example {
    fn default() -> Self {
        Self { allow_functions: Vec::new(), most: 3, level: None, tokens: Vec::new() }
    }
}

impl Policy for Example {
    fn manifest() -> Manifest {
        let rule = Rule::new("called", Severity::Low, "a function is called");
        Manifest::new("example", "1.0.0").calls(["*"]).rule(rule)
    }

    fn check(&self, cx: &mut Context) {
        let is_allowed =
            |call: &Call<'_>| self.allow_functions.iter().any(|one| one == call.name());
        let calls: Vec<_> = cx.calls("*").filter(|call| !is_allowed(call)).collect();
        let is_strict = self.level == Some(Level::VeryStrict);
        if is_strict || calls.len() > self.most as usize {
            for call in calls {
                cx.report("called", call);
            }
        }
    }

    fn validate(&self) -> Vec<SettingsError> {
        let is_wrong = self.tokens.iter().any(|token| token.prefix.contains(' '));
        let error = SettingsError { pointer: "/tokens".to_owned(), message: "a space".to_owned() };
        if is_wrong { vec![error] } else { Vec::new() }
    }
}

mod without {
    use lazaret_policy::prelude::*;

    #[policy]
    pub(crate) struct Settings;

    impl Policy for Settings {
        fn manifest() -> Manifest {
            Manifest::new("without", "1.0.0").always()
        }

        fn check(&self, _: &mut Context) {}
    }
}

/// References are not followed by the host, and TOML has no null.
#[test]
fn the_schema_says_of_each_field_what_it_means_and_keeps_to() {
    let schema: Value = serde_json::from_str(&Example::schema()).unwrap();
    let expected = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "allow-functions": {
                "description": "Functions that may be called.\n\nBy name.",
                "type": "array",
                "items": { "type": "string" },
                "default": [],
            },
            "most": {
                "description": "How many calls are too many.",
                "type": "integer",
                "format": "uint32",
                "minimum": 1,
                "maximum": 100,
                "default": 3,
            },
            "level": { "type": "string", "enum": ["lax", "very-strict"] },
            "tokens": {
                "type": "array",
                "items": {
                    "description": "A token.",
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["prefix"],
                    "properties": {
                        "prefix": {
                            "description": "What it begins with.",
                            "type": "string",
                            "minLength": 2,
                        },
                    },
                },
            },
        },
    });
    assert_eq!(schema, expected, "{schema:#}");
    assert_eq!(without::Settings::schema(), "");
}

#[test]
fn what_the_settings_leave_out_is_as_by_default() {
    let found = |settings: Value| {
        let calls = ["a", "b", "c", "d"].map(Fact::call);
        judge_with::<Example>(unit("python", calls), settings).len()
    };
    assert_eq!(found(json!({})), 4);
    assert_eq!(found(json!({ "most": 4 })), 0);
    assert_eq!(found(json!({ "allow-functions": ["d"] })), 0);
    assert_eq!(found(json!({ "most": 9, "level": "very-strict" })), 4);
    assert!(rules::<without::Settings>(unit("python", [])).is_empty());
}

#[test]
fn what_is_no_setting_is_an_error_and_so_is_what_the_policy_refuses() {
    let errors = |settings: &str| lazaret_policy::guest::validate_settings::<Example>(settings);
    assert_eq!(errors(r#"{ "most": 5 }"#), []);
    assert!(errors(r#"{ "mots": 5 }"#)[0].message.contains("unknown field `mots`"));
    assert!(errors(r#"{ "tokens": [{}] }"#)[0].message.contains("missing field `prefix`"));
    assert_eq!(errors(r#"{ "tokens": [{ "prefix": "a b" }] }"#)[0].pointer, "/tokens");
}
