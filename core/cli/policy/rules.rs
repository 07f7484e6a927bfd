//! How rules become a policy.
//!
//! What is wrong with them is told with its line, all of it at once: whoever writes rules without
//! code has no compiler that would say it.

mod literal;
mod query;

use std::collections::BTreeSet;
use std::path::Path;

use lazaret_analysis::Language;
use lazaret_policy_rules::{Condition, Rule, Rules};
use lazaret_wasm::{Interest, Manifest, PolicySource};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::cli::error::CliError;
use crate::config::suggest;

/// Something that is wrong, and where.
struct Mistake {
    /// The first byte.
    at: usize,
    message: String,
    help: String,
}

/// The policy that the rules in a file are.
pub(super) fn compile(path: &Path) -> Result<PolicySource, CliError> {
    let name = path.display().to_string();
    let unreadable = |error| CliError::caused(format!("cannot read `{name}`"), &error);
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let rules = read(&text).map_err(|mistakes| told(&name, &text, mistakes))?;
    let policy = rules.to_policy(lazaret_bundle::rules());
    let policy = policy.map_err(|error| {
        CliError::caused(format!("cannot make a policy of `{name}`"), &error)
            .help("make two policies of it")
    })?;
    Ok(PolicySource::new(name, policy))
}

/// The rules in `text`; or what is wrong with them.
fn read(text: &str) -> Result<Rules, Vec<Mistake>> {
    let wrong = |error: toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start);
        let help = "`lazaret policy new NAME --lang toml` makes a file that is right";
        vec![Mistake { at, message: error.message().to_owned(), help: help.to_owned() }]
    };
    let document = DeTable::parse(text).map_err(wrong)?;
    let mut reader = Reader { text, ..Reader::default() };
    reader.policy(document.get_ref());
    if !reader.mistakes.is_empty() {
        return Err(reader.mistakes);
    }
    // What is missing, or is of another type than is asked for.
    toml::from_str(text).map_err(wrong)
}

/// The errors of a file.
fn told(name: &str, text: &str, mut mistakes: Vec<Mistake>) -> CliError {
    mistakes.sort_by_key(|mistake| mistake.at);
    let error = |Mistake { at, message, help }: Mistake| {
        let (line, column) = place(text, at);
        CliError::new(format!("cannot use `{name}`, line {line}, column {column}: {message}"))
            .help(help)
    };
    let mut errors = mistakes.into_iter().map(error);
    let first = errors.next().expect("there is a mistake where there are no rules");
    first.and(errors)
}

/// The line of a byte, and the column in characters; both count from 1.
fn place(text: &str, at: usize) -> (usize, usize) {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    (text[..at].matches('\n').count() + 1, text[start..at].chars().count() + 1)
}

/// Goes through what is written, and keeps what is wrong.
#[derive(Default)]
struct Reader<'a> {
    text: &'a str,
    mistakes: Vec<Mistake>,
    ids: BTreeSet<String>,
}

impl Reader<'_> {
    fn policy(&mut self, table: &DeTable<'_>) {
        self.keys(table, Rules::KEYS);
        self.each(table, "id", Self::id);
        self.languages(table);
        for rule in tables(table, "rule") {
            self.rule(rule);
            self.languages_of(rule, table);
            self.query(rule, table);
        }
        if let Some(rules) = table.get("rule").filter(|rules| is_empty(rules)) {
            self.wrong(rules, "there is no rule, so nothing could be found", "write a `[[rule]]`");
        }
    }

    fn rule(&mut self, table: &DeTable<'_>) {
        self.keys(table, Rule::KEYS);
        self.each(table, "id", |reader, id| {
            reader.id(id);
            if !reader.ids.insert(text(id).to_owned()) {
                reader.wrong(
                    id,
                    format!("there is a rule `{}` already", text(id)),
                    "choose another id",
                );
            }
        });
        self.languages(table);
        self.each(table, "on", |reader, kind| {
            reader.choice(kind, "kind of fact", &Manifest::kinds());
        });
        self.each(table, "severity", |reader, severity| {
            reader.choice(severity, "severity", Rule::SEVERITIES);
        });
        self.each(table, "names", |reader, name| {
            if !Interest::is_pattern(text(name)) {
                let message = format!("`{}` has more than 3 stars or 200 bytes", text(name));
                reader.wrong(name, message, "write several names");
            }
        });
        if let Some(names) = table.get("names").filter(|names| is_empty(names)) {
            self.wrong(
                names,
                "there are no names, so nothing could set the rule off",
                "`\"*\"` is any name",
            );
        }
        for condition in tables(table, "when").chain(tables(table, "unless")) {
            self.condition(condition);
        }
    }

    fn condition(&mut self, table: &DeTable<'_>) {
        self.keys(table, Condition::KEYS);
        if table.get("argument").or(table.get("keyword")).is_none()
            && let Some((key, _)) = table.iter().next()
        {
            let message = "it is not said of which argument this is asked";
            self.wrong(key, message, "add `argument = 0`, its place, or `keyword = \"NAME\"`");
        }
    }

    fn languages(&mut self, table: &DeTable<'_>) {
        let known = Language::ALL.map(Language::name);
        self.each(table, "languages", |reader, name| reader.choice(name, "language", &known));
    }

    /// A rule about a language that the policy does not judge would never find anything.
    fn languages_of(&mut self, rule: &DeTable<'_>, policy: &DeTable<'_>) {
        let judged = policy.get("languages").and_then(|languages| languages.get_ref().as_array());
        let judged: Vec<&str> = judged.into_iter().flatten().map(text).collect();
        self.each(rule, "languages", |reader, name| {
            let is_one = Language::ALL.iter().any(|language| language.name() == text(name));
            if is_one && !judged.is_empty() && !judged.contains(&text(name)) {
                let message = format!("the policy does not judge `{}`", text(name));
                reader.wrong(name, message, "add it to the policy's own `languages`");
            }
        });
    }

    fn id(&mut self, id: &Spanned<DeValue<'_>>) {
        if !Manifest::is_id(text(id)) {
            let message = format!("`{}` cannot be an id", text(id));
            self.wrong(id, message, "use lower-case words with hyphens: `no-telnet`");
        }
    }

    /// Names that nothing has.
    fn keys(&mut self, table: &DeTable<'_>, known: &[&str]) {
        for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            self.wrong(
                key,
                format!("there is no `{}`", key.get_ref()),
                suggest(key.get_ref(), known),
            );
        }
    }

    fn choice(&mut self, value: &Spanned<DeValue<'_>>, what: &str, known: &[&str]) {
        if !known.contains(&text(value)) {
            let message = format!("there is no {what} `{}`", text(value));
            self.wrong(value, message, suggest(text(value), known));
        }
    }

    /// Looks at the text that `key` has, or at each of its texts.
    fn each(
        &mut self,
        table: &DeTable<'_>,
        key: &str,
        mut look: impl FnMut(&mut Self, &Spanned<DeValue<'_>>),
    ) {
        let Some(value) = table.get(key) else { return };
        let values = value.get_ref().as_array().map_or(std::slice::from_ref(value), |list| list);
        for value in values.iter().filter(|value| value.get_ref().is_str()) {
            look(self, value);
        }
    }

    fn wrong<T>(&mut self, at: &Spanned<T>, message: impl Into<String>, help: impl Into<String>) {
        let (message, help) = (message.into(), help.into());
        self.mistakes.push(Mistake { at: at.span().start, message, help });
    }
}

/// The tables in the list that `key` has.
fn tables<'a>(table: &'a DeTable<'a>, key: &str) -> impl Iterator<Item = &'a DeTable<'a>> {
    let list = table.get(key).and_then(|list| list.get_ref().as_array());
    list.into_iter().flatten().filter_map(|one| one.get_ref().as_table())
}

fn is_empty(list: &Spanned<DeValue<'_>>) -> bool {
    list.get_ref().as_array().is_some_and(|list| list.is_empty())
}

fn text<'a>(value: &'a Spanned<DeValue<'_>>) -> &'a str {
    value.get_ref().as_str().unwrap_or_default()
}
