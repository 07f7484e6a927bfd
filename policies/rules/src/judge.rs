//! Judging by the rules.

use lazaret_policy::prelude::*;
use lazaret_policy::types::{self, Fact};

use crate::{Condition, Rules};

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
        }
        manifest
    }

    /// Judges a file.
    pub fn check(&self, cx: &Context) {
        for rule in &self.rule {
            for name in &rule.names {
                for fact in cx.facts(&rule.on, name).filter(|fact| rule.holds(fact)) {
                    cx.report(&rule.id, fact).message(rule.message.replace("{name}", &fact.name));
                }
            }
        }
    }
}

impl crate::Rule {
    fn described(&self) -> Rule {
        let title = self.message.replace("{name}", "…");
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

#[cfg(test)]
mod tests {
    use lazaret_policy::testing::{Fact, judge, unit};
    use lazaret_policy::{Context, Manifest, Policy, policy};

    use crate::{Condition, Rule, Rules};

    /// One rule for each thing that a rule can ask.
    fn example() -> Rules {
        let rule = |id: &str, condition: Condition| Rule {
            id: id.to_owned(),
            on: "call".to_owned(),
            names: vec!["subprocess.*".to_owned(), "os.system".to_owned()],
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
    fn a_rule_asks_how_a_text_begins_and_whether_it_is_constant() {
        let system = || Fact::call("os.system");
        assert_eq!(messages(system().literal("rm -r /")), ["`os.system` is remove"]);
        assert!(messages(system().literal("ls")).is_empty());
        assert_eq!(messages(system().computed("command")), ["`os.system` is computed"]);
        assert!(messages(system().computed("command").keyword("shell", false)).is_empty());
        assert!(messages(Fact::call("os.remove").computed("path")).is_empty());
    }
}
