//! What is wrong with a query, for who writes it: where in the pattern, and what could stand there.

use lazaret_analysis::tree_sitter::{CaptureQuantifier, Language as Grammar, QueryErrorKind};
use lazaret_analysis::{Language, printable};

use crate::PolicyQuery;
use crate::query::Unread;

impl PolicyQuery {
    /// The names of what each of its patterns captures; or what is wrong with it.
    pub fn captures(&self) -> Result<Vec<Vec<String>>, QueryMistake> {
        let query = self.read().map_err(|unread| QueryMistake::new(self.language, unread))?;
        let names = |pattern| {
            let quantifiers = query.capture_quantifiers(pattern).iter();
            let named = quantifiers.zip(query.capture_names());
            let captured = named.filter(|(quantifier, _)| **quantifier != CaptureQuantifier::Zero);
            captured.map(|(_, name)| (*name).to_owned()).collect()
        };
        Ok((0..query.pattern_count()).map(names).collect())
    }
}

/// What is wrong with a query, for who writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryMistake {
    /// The byte of the pattern where it is.
    pub at: usize,
    /// What.
    pub message: String,
    /// What stands there, where it is the name of something.
    pub written: String,
    /// What could stand there instead, where it is the name of something.
    pub choice: Vec<String>,
}

impl QueryMistake {
    fn new(language: Language, unread: Unread) -> Self {
        let error = match unread {
            Unread::Error(error) => error,
            Unread::Refused(why) => {
                let (message, written) = (format!("the query {why}"), String::new());
                return Self { at: 0, message, written, choice: Vec::new() };
            }
        };
        // A name is quoted there, of which the user knows nothing.
        let (name, written) = (language.name(), printable(error.message.trim_matches('"')));
        let grammar = language.grammar();
        let (message, choice) = match error.kind {
            QueryErrorKind::NodeType => {
                (format!("there is no node `{written}` in {name}"), kinds(&grammar))
            }
            QueryErrorKind::Field => {
                (format!("there is no field `{written}` in {name}"), fields(&grammar))
            }
            QueryErrorKind::Capture => (format!("nothing is captured as `@{written}`"), Vec::new()),
            QueryErrorKind::Structure => {
                (format!("nothing in a tree of {name} can be like this"), Vec::new())
            }
            QueryErrorKind::Syntax => ("this is no pattern of tree-sitter".to_owned(), Vec::new()),
            QueryErrorKind::Predicate | QueryErrorKind::Language => (written.clone(), Vec::new()),
        };
        Self { at: error.offset, message, written, choice }
    }
}

/// The names of the nodes of a language.
fn kinds(grammar: &Grammar) -> Vec<String> {
    let count = u16::try_from(grammar.node_kind_count()).unwrap_or(u16::MAX);
    let named = (0..count).filter(|kind| grammar.node_kind_is_named(*kind));
    named.filter_map(|kind| grammar.node_kind_for_id(kind)).map(str::to_owned).collect()
}

/// The names of the fields of a language.
fn fields(grammar: &Grammar) -> Vec<String> {
    let count = u16::try_from(grammar.field_count()).unwrap_or(u16::MAX);
    (1..=count).filter_map(|field| grammar.field_name_for_id(field)).map(str::to_owned).collect()
}
