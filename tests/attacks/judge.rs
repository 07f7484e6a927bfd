//! Compares what happened with what had to happen.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::arena::Answer;
use super::attack::{Attack, Runner};

/// What a program prints when it got what it must not get.
const ESCAPED: &str = "ESCAPED";

/// All that is not as it must be, each a sentence with the attack's name and what is known.
pub(crate) fn complaints(attack: &Attack, runner: Runner, answer: &Answer) -> Vec<String> {
    let wrong = match serde_json::from_str::<Value>(&answer.stdout) {
        _ if answer.is_late => vec!["no answer came; it was ended".to_owned()],
        Err(_) => vec![format!("the answer is no report: {}", start(&answer.stdout))],
        Ok(report) if report["outcome"].is_null() => {
            vec![format!("it did not run: {}", report["unknown"]["reason"])]
        }
        Ok(report) => {
            Judge { attack, runner, outcome: &report["outcome"], wrong: Vec::new() }.judge()
        }
    };
    let mut wrong = wrong;
    if !answer.stderr.is_empty() {
        wrong.push(format!("we ourselves said: {}", start(&answer.stderr)));
    }
    let name = format!("{} on {}", attack.name, runner.name());
    wrong.into_iter().map(|what| format!("{name}: {what}")).collect()
}

struct Judge<'a> {
    attack: &'a Attack,
    runner: Runner,
    outcome: &'a Value,
    wrong: Vec<String>,
}

impl Judge<'_> {
    fn judge(mut self) -> Vec<String> {
        self.status();
        self.ending();
        self.printed();
        self.result();
        self.artifacts();
        self.refused();
        self.escape();
        if let Some(first) = self.wrong.first_mut() {
            first.push_str(&story(self.outcome));
        }
        self.wrong
    }

    fn expect(&mut self, what: &str, expected: &dyn ToString, found: &dyn ToString) {
        let (expected, found) = (expected.to_string(), found.to_string());
        if expected != found {
            self.wrong.push(format!("{what} is {}, not {}", start(&found), start(&expected)));
        }
    }

    fn status(&mut self) {
        let expected = self.attack.value("Expect", self.runner).unwrap_or_default();
        let found = self.outcome["status"].as_str().unwrap_or_default();
        if !expected.split(" | ").any(|status| status == found) {
            self.expect("the status", &expected, &found);
        }
        self.expect("the isolation", &self.runner.isolation(), &text(&self.outcome["isolation"]));
    }

    fn ending(&mut self) {
        for (key, field) in [("Exit", "exit_code"), ("Signal", "signal")] {
            if let Some(expected) = self.attack.value(key, self.runner) {
                self.expect(field, &expected, &self.outcome[field]);
            }
        }
    }

    fn printed(&mut self) {
        let (stdout, stderr) = (stream(self.outcome, "stdout"), stream(self.outcome, "stderr"));
        let lines = self.attack.values("Stdout", self.runner);
        if !lines.is_empty() {
            self.expect("standard output", &(lines.join("\n") + "\n"), &stdout);
        }
        for expected in self.attack.values("Says", self.runner) {
            if !stdout.contains(expected) && !stderr.contains(expected) {
                self.wrong.push(format!("it does not say `{expected}`"));
            }
        }
    }

    fn result(&mut self) {
        match self.attack.value("Result", self.runner) {
            None => {}
            Some("none") => self.expect("has_result", &"false", &self.outcome["has_result"]),
            Some(_) => {
                let expected = self.attack.json("Result", self.runner).unwrap_or_default();
                self.expect("has_result", &"true", &self.outcome["has_result"]);
                self.expect("the result", &expected, &self.outcome["result"]);
            }
        }
    }

    fn artifacts(&mut self) {
        let names = list(&self.outcome["artifacts"]).map(|artifact| artifact["path"].clone());
        let expected =
            self.attack.json("Artifacts", self.runner).unwrap_or(Value::Array(Vec::new()));
        self.expect("the list of artifacts", &expected, &Value::Array(names.collect()));
    }

    fn refused(&mut self) {
        let refused: Vec<String> = list(&self.outcome["refused_artifacts"])
            .map(|artifact| format!("{} = {}", text(&artifact["path"]), text(&artifact["reason"])))
            .collect();
        for expected in self.attack.values("Refused", self.runner) {
            if !refused.iter().any(|found| found == expected) {
                self.wrong.push(format!("`{expected}` is not refused, but {refused:?}"));
            }
        }
    }

    /// The word itself, in whatever form the report holds it.
    fn escape(&mut self) {
        let artifacts =
            list(&self.outcome["artifacts"]).map(|artifact| decoded(&artifact["base64"]));
        let streams = ["stdout", "stderr"].map(|name| stream(self.outcome, name));
        let result = self.outcome["result"].to_string();
        let mut all = artifacts.chain(streams).chain([result]);
        if all.any(|text| text.contains(ESCAPED)) {
            self.wrong.insert(0, "IT GOT WHAT IT MUST NOT GET".to_owned());
        }
    }
}

/// What was printed, with bytes that are no text replaced.
fn stream(outcome: &Value, name: &str) -> String {
    let stream = &outcome[name];
    if stream["base64"].is_null() {
        text(&stream["text"]).to_owned()
    } else {
        decoded(&stream["base64"])
    }
}

fn decoded(base64: &Value) -> String {
    let bytes = BASE64_STANDARD.decode(text(base64)).expect("the report's Base64");
    String::from_utf8_lossy(&bytes).into_owned()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// What is known of a run that is not as it must be.
fn story(outcome: &Value) -> String {
    let streams = ["stdout", "stderr"]
        .map(|name| format!("\n  {name}: {:?}", start(&stream(outcome, name))))
        .concat();
    format!(
        "\n  status {}, exit code {}, signal {}, usage {}, result {}{streams}",
        outcome["status"],
        outcome["exit_code"],
        outcome["signal"],
        outcome["usage"],
        start(&outcome["result"].to_string())
    )
}

/// Output can be long.
fn start(text: &str) -> String {
    text.chars().take(600).collect()
}
