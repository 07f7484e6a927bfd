//! Rules that are set off by a tree-sitter query.
//!
//! What is wrong inside of a pattern is told where it is in the file.

use lazaret_analysis::Language;
use lazaret_policy_rules::Rule;
use lazaret_wasm::{PolicyQuery, QueryMistake};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::literal::within;
use super::{Mistake, Reader, text};
use crate::config::suggest;

/// Names that are read where none is near. A grammar has hundreds.
const CHOICE: usize = 30;

/// Shows the tree of a file, with the names of its nodes and fields.
const TREES: &str =
    "https://tree-sitter.github.io/tree-sitter/7-playground.html shows what trees are made of";

/// How patterns are written.
const PATTERNS: &str =
    "https://tree-sitter.github.io/tree-sitter/using-parsers/queries says how one is written";

impl Reader<'_> {
    /// Looks at what sets the rule off, in a policy of this table.
    pub(super) fn query(&mut self, rule: &DeTable<'_>, policy: &DeTable<'_>) {
        let Some(query) = rule.get("query").filter(|query| query.get_ref().is_str()) else {
            let first = rule.iter().next().filter(|_| !rule.contains_key("names"));
            if let Some((first, _)) = first.filter(|_| !rule.contains_key("query")) {
                let help = "add `names = [\"os.system\"]`, or a tree-sitter `query`";
                self.wrong(first, "nothing sets the rule off", help);
            }
            return;
        };
        // A condition that is never asked would let pass what it was to find.
        for key in rule.keys().filter(|key| Rule::OF_FACTS.contains(&key.get_ref().as_ref())) {
            let message = format!("a rule with a `query` has no `{}`", key.get_ref());
            let help = "say it in the query (`#eq?`, `#match?`), or make two rules of it";
            self.wrong(key, message, help);
        }
        let languages = languages(rule).or(languages(policy)).unwrap_or_default();
        if languages.is_empty() {
            let message = "a query is about the trees of a language, and none is named";
            self.wrong(query, message, "add `languages = [\"python\"]`");
        }
        // What is wrong in one language is mostly wrong in all.
        let of = |language| PolicyQuery::new("", language, text(query));
        let read: Result<Vec<_>, _> =
            languages.into_iter().map(|language| of(language).captures()).collect();
        match read {
            Ok(captures) => captures.first().map_or((), |names| self.captures(rule, query, names)),
            Err(mistake) => self.mistaken(query, mistake),
        }
    }

    /// A finding has a place, and its message what was captured.
    fn captures(
        &mut self,
        rule: &DeTable<'_>,
        query: &Spanned<DeValue<'_>>,
        captures: &[Vec<String>],
    ) {
        let is_told = |name: &String| !name.starts_with('_');
        if captures.iter().any(|names| !names.iter().any(is_told)) {
            let help = "name the node that is reported: `(call) @call`; a name that begins with `_` is \
                        for conditions";
            self.wrong(query, "the query does not say where a finding is", help);
        }
        let known: Vec<&str> = captures.iter().flatten().map(String::as_str).collect();
        let Some(message) = rule.get("message") else { return };
        for name in Rule::placeholders(text(message)) {
            if !known.contains(&name) {
                let what = format!("the query captures nothing as `@{name}`");
                self.wrong(message, what, suggest(name, &known));
            }
        }
    }

    /// Keeps what is wrong inside of the pattern.
    fn mistaken(&mut self, query: &Spanned<DeValue<'_>>, mistake: QueryMistake) {
        let QueryMistake { at, message, written, choice } = mistake;
        let choice: Vec<&str> = choice.iter().map(String::as_str).collect();
        let help = match suggest(&written, &choice) {
            _ if choice.is_empty() => PATTERNS.to_owned(),
            near if choice.len() <= CHOICE || near.starts_with("did you mean") => near,
            _ => TREES.to_owned(),
        };
        let at = within(self.text, query.span(), at);
        self.mistakes.push(Mistake { at, message, help });
    }
}

/// The languages that a table names, where it names any. What is none is told elsewhere.
fn languages(table: &DeTable<'_>) -> Option<Vec<Language>> {
    let named = table.get("languages")?.get_ref().as_array()?;
    let language = |name: &Spanned<DeValue<'_>>| {
        Language::ALL.into_iter().find(|language| language.name() == text(name))
    };
    Some(named.iter().filter_map(language).collect())
}
