//! Judging by the rules.

use lazaret_policy::pattern;
use lazaret_policy::prelude::*;
use lazaret_policy::types::{self, Capture, Fact};

use crate::{Condition, Rules};

/// Characters of what is captured that a message repeats.
const LONGEST: usize = 60;

/// The policy that the rules here are.
#[policy]
pub struct RulesWithoutCode;

impl Policy for RulesWithoutCode {
    fn manifest() -> Manifest {
        Rules::here().manifest()
    }

    fn check(&self, cx: &mut Context) {
        Rules::here().check(cx);
    }
}

impl Rules {
    /// What the policy is and asks for.
    pub fn manifest(&self) -> Manifest {
        let mut manifest = Manifest::new(&self.id, &self.version)
            .summary(&self.summary)
            .license(&self.license)
            .languages(self.languages.iter().map(String::as_str));
        if let Some(url) = &self.docs_url {
            manifest = manifest.docs_url(url);
        }
        for rule in &self.rule {
            let names = rule.names.iter().map(String::as_str);
            manifest = manifest.interests(&rule.on, names).rule(rule.described());
            if let Some(query) = &rule.query {
                for language in self.languages_of(rule) {
                    manifest = manifest.query(&rule.id, language, query);
                }
            }
        }
        manifest
    }

    /// Judges a file.
    pub fn check(&self, cx: &Context) {
        let language = cx.language();
        let is_about = |rule: &&crate::Rule| {
            rule.languages.is_empty() || rule.languages.iter().any(|one| one == language)
        };
        for rule in self.rule.iter().filter(is_about) {
            let found = cx.facts(&rule.on, "*").filter(|fact| rule.is_about(fact));
            for fact in found {
                cx.report(&rule.id, fact).message(rule.told_of(fact));
            }
            for found in cx.matches(&rule.id) {
                cx.report(&rule.id, place(found)).message(rule.told(found));
            }
        }
    }
}

impl crate::Rule {
    fn described(&self) -> Rule {
        let title = filled(&self.message, |_| Some("…".to_owned()));
        let tags = self.tags.iter().map(String::as_str);
        let mut rule = Rule::new(&self.id, self.severity(), &title).help(&self.help).tags(tags);
        if let Some(url) = &self.docs_url {
            rule = rule.docs_url(url);
        }
        if let Some(number) = self.cwe {
            rule = rule.cwe(number);
        }
        rule
    }

    /// What it says; the worst, where it says nothing that there is.
    fn severity(&self) -> Severity {
        match self.severity.as_str() {
            "info" => Severity::Info,
            "low" => Severity::Low,
            "medium" => Severity::Medium,
            "high" => Severity::High,
            _ => Severity::Critical,
        }
    }

    /// What its message has in braces.
    pub fn placeholders(message: &str) -> Vec<&str> {
        let (mut names, mut rest) = (Vec::new(), message);
        while let Some((_, name, after)) = braced(rest) {
            names.push(name);
            rest = after;
        }
        names
    }

    /// The message about a fact.
    fn told_of(&self, fact: &Fact) -> String {
        filled(&self.message, |name| (name == "name").then(|| fact.name.clone()))
    }

    /// The message about what its query has found.
    fn told(&self, found: Match<'_>) -> String {
        filled(&self.message, |name| Some(shortened(&found.capture(name)?.text)))
    }

    /// Whether one of its names fits, or several, and what it asks holds.
    fn is_about(&self, fact: &Fact) -> bool {
        self.names.iter().any(|name| pattern::matches(name, &fact.name)) && self.holds(fact)
    }

    fn holds(&self, fact: &Fact) -> bool {
        self.when.iter().all(|condition| condition.holds(fact))
            && !self.unless.iter().any(|condition| condition.holds(fact))
    }
}

impl Condition {
    /// Whether it is known to hold.
    fn holds(&self, fact: &Fact) -> bool {
        let Some(argument) = self.argument(&fact.arguments) else { return false };
        let constant = argument.literal.as_deref();
        let text = constant.and_then(|json| serde_json::from_str::<String>(json).ok());
        let is = |known: &String| text.as_ref().map_or(constant, |text| Some(text)) == Some(known);
        let begins = |known: &String| text.as_ref().is_some_and(|text| text.starts_with(known));
        (self.is.is_empty() || self.is.iter().any(is))
            && (self.begins.is_empty() || self.begins.iter().any(begins))
            && self.constant.is_none_or(|wanted| wanted == constant.is_some())
    }

    fn argument<'a>(&self, arguments: &'a [types::Argument]) -> Option<&'a types::Argument> {
        let named = |one: &&types::Argument| one.name.is_some() && one.name == self.keyword;
        let placed = || arguments.iter().filter(|one| one.name.is_none()).nth(self.argument?);
        arguments.iter().find(named).or_else(placed)
    }
}

/// Where a query has found something: the first node that it captured. What is captured for a
/// condition alone begins with `_`, by the custom of tree-sitter's queries.
fn place(found: Match<'_>) -> &Capture {
    let mut told = found.captures().filter(|capture| !capture.name.starts_with('_'));
    told.next().or(found.captures().next()).expect("building refuses a query that captures nothing")
}

/// `message` with what stands for each `{name}`; what nothing stands for is left as it is.
fn filled(message: &str, mut text: impl FnMut(&str) -> Option<String>) -> String {
    let mut filled = String::new();
    let mut rest = message;
    while let Some((before, name, after)) = braced(rest) {
        filled.push_str(before);
        filled.push_str(&text(name).unwrap_or_else(|| format!("{{{name}}}")));
        rest = after;
    }
    filled + rest
}

/// What is before the first `{name}`, the name, and what is after it.
fn braced(message: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = message.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

/// The first line of a text, if it is not too long to be read in a message.
fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let shown: String = line.chars().take(LONGEST).collect();
    if shown.len() < text.len() { shown + "…" } else { shown }
}

#[cfg(test)]
mod tests {
    use lazaret_policy::testing::{Fact, judge, unit};
    use lazaret_policy::{Context, Manifest, Policy, policy};

    use super::{filled, shortened};
    use crate::{Condition, Rule, Rules};

    /// One rule for each thing that a rule can ask.
    fn example() -> Rules {
        let rule = |id: &str, condition: Condition| Rule {
            id: id.to_owned(),
            on: "call".to_owned(),
            names: ["subprocess.*", "os.system", "*.run"].map(str::to_owned).to_vec(),
            when: vec![condition],
            severity: "high".to_owned(),
            message: format!("`{{name}}` is {id}"),
            ..Rule::default()
        };
        let texts = |text: &str| vec![text.to_owned()];
        let shell = Some("shell".to_owned());
        let first = Some(0);
        let mut computed =
            rule("computed", Condition { argument: first, constant: Some(false), ..empty() });
        computed.unless = vec![Condition { keyword: shell.clone(), is: texts("false"), ..empty() }];
        Rules {
            id: "example".to_owned(),
            version: "1.0.0".to_owned(),
            rule: vec![
                rule("shell", Condition { keyword: shell, is: texts("true"), ..empty() }),
                rule("remove", Condition { argument: first, begins: texts("rm "), ..empty() }),
                computed,
            ],
            ..Rules::default()
        }
    }

    fn empty() -> Condition {
        Condition::default()
    }

    #[policy]
    struct Example;

    impl Policy for Example {
        fn manifest() -> Manifest {
            example().manifest()
        }

        fn check(&self, cx: &mut Context) {
            example().check(cx);
        }
    }

    fn messages(fact: Fact) -> Vec<String> {
        judge::<Example>(unit("python", [fact])).into_iter().map(|found| found.message).collect()
    }

    #[test]
    fn a_message_repeats_what_was_found_where_it_has_its_name() {
        let text = |name: &str| (name == "name").then(|| "f".to_owned());
        assert_eq!(
            filled("{name} of {name}, not {other} or }{", text),
            "f of f, not {other} or }{"
        );
        assert_eq!(Rule::placeholders("{a} {b"), ["a"]);
        assert_eq!(shortened("f(\n  x)"), "f(…");
        assert_eq!(shortened("f(x)"), "f(x)");
    }

    #[test]
    fn a_rule_asks_for_the_value_of_an_argument() {
        let run = || Fact::call("subprocess.run").literal("ls");
        assert_eq!(messages(run().keyword("shell", true)), ["`subprocess.run` is shell"]);
        assert!(messages(run()).is_empty());
        assert!(messages(run().keyword("shell", false)).is_empty());
        assert!(messages(run().keyword("check", true)).is_empty());
        let text = messages(run().keyword("shell", "true"));
        assert_eq!(text, ["`subprocess.run` is shell"], "a text is compared by what it says");
    }

    #[test]
    fn a_call_that_fits_two_names_is_told_once() {
        let call = Fact::call("subprocess.run").keyword("shell", true);
        assert!(example().rule[0].names.len() > 2, "`subprocess.*` and `*.run` are among them");
        assert_eq!(messages(call), ["`subprocess.run` is shell"]);
    }

    #[test]
    fn of_many_calls_as_many_are_told_as_the_host_takes() {
        let calls = vec![Fact::call("subprocess.run").keyword("shell", true); 1_001];
        let found = judge::<Example>(unit("python", calls));
        assert_eq!(found.len(), 1_000);
        assert!(found[999].message.ends_with("findings of this file that are left out: 1"));
    }

    #[test]
    fn a_rule_asks_how_a_text_begins_and_whether_it_is_constant() {
        let system = || Fact::call("os.system");
        assert_eq!(messages(system().literal("rm -r /")), ["`os.system` is remove"]);
        assert!(messages(system().literal("ls")).is_empty());
        assert_eq!(messages(system().computed("command")), ["`os.system` is computed"]);
        assert!(messages(system().computed("command").keyword("shell", false)).is_empty());
        assert!(messages(Fact::call("os.remove").computed("path")).is_empty());
    }
}
