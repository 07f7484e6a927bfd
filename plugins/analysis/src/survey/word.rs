//! The words of a command, and what a pattern among them may stand for.

use crate::fold::Pattern;
use crate::program::{Constant, Expression, Id};
use crate::resolve::{Meaning, Value};
use crate::survey::program::Surveyor;
use crate::survey::shortened;
use crate::{FactKind, Language, NotAnalysable, Resolution, Span};

/// Commands that one pattern is taken for.
const MATCHES: usize = 8;

/// A word, as a command sees it.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// The expression that it comes from.
    pub(super) id: Id,
    /// Without quotes; what is not known stands as it is written, `$HOME`.
    pub(super) text: String,
    /// What it was found through, if all of it is known.
    pub(super) value: Option<Value>,
    /// Whether a variable's value is in it.
    pub(super) from_variable: bool,
    pub(super) span: Span,
}

impl Word {
    pub(super) fn resolution(&self) -> Resolution {
        match (&self.value, self.from_variable) {
            (Some(_), false) => Resolution::Exact,
            (Some(_), true) => Resolution::Likely,
            (None, _) => Resolution::Unknown,
        }
    }

    pub(super) fn is_roundabout(&self) -> bool {
        self.value.as_ref().is_some_and(|value| value.way.is_roundabout())
    }
}

impl AsRef<str> for Word {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl Surveyor<'_> {
    /// The commands that a pattern in place of one stands for, as far as rules know them. The look-up
    /// is a fact by itself.
    pub(super) fn matching(&mut self, first: &Word) -> Option<Vec<String>> {
        let written = self.text.at(first.span);
        let is_pattern = written.contains(['?', '[']) && !written.starts_with('[')
            || written.contains('*') && written.starts_with('/');
        if !is_pattern || written.contains(['"', '\'', '$', '{']) {
            return None;
        }
        let pattern = Pattern::of(base(&first.text));
        let names = self.catalogue.commands().filter(|name| pattern.is_match(name));
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        names.sort_unstable();
        names.dedup();
        names.truncate(MATCHES);
        self.see(FactKind::Lookup, &first.text, first.span);
        Some(names)
    }

    /// What is taken apart to words.
    pub(super) fn inner(&self, id: Id) -> Id {
        let Expression::Splat(words) = *self.program.expression(id) else { return id };
        match self.program.expression(words) {
            Expression::Reduced(_, list) => {
                self.program.list(list).first().copied().unwrap_or(words)
            }
            _ => words,
        }
    }

    /// The same, and it is counted.
    pub(super) fn kept(&mut self, id: Id, meaning: &Meaning) -> Result<Word, NotAnalysable> {
        self.clock.tick()?;
        let word = self.known(id, meaning);
        self.keep(word.text.len())?;
        Ok(word)
    }

    pub(super) fn known(&self, id: Id, meaning: &Meaning) -> Word {
        if let Some(value) = meaning.only().filter(|value| value.constant().is_some()) {
            return self.of_value(id, value);
        }
        let (text, span) = (self.unquoted(id), self.program.span(id));
        Word { id, text, value: None, from_variable: self.has_variable(id), span }
    }

    pub(super) fn of_value(&self, id: Id, value: &Value) -> Word {
        let text = match value.constant() {
            Some(Constant::Text(text)) => text.to_string(),
            Some(constant) => crate::fold::shown(Language::Bash, constant),
            None => self.unquoted(id),
        };
        let (span, from_variable) = (self.program.span(id), self.has_variable(id));
        Word { id, text, value: Some(value.clone()), from_variable, span }
    }

    /// A word as it is written, without its quotes.
    pub(super) fn unquoted(&self, id: Id) -> String {
        match self.program.expression(id) {
            Expression::Constant(Constant::Text(text)) => text.to_string(),
            Expression::Join(list) => {
                self.program.list(list).iter().map(|part| self.unquoted(*part)).collect()
            }
            Expression::Name(name, _) => self.program.text(*name).to_owned(),
            Expression::Splat(_) => self.unquoted(self.inner(id)),
            _ => shortened(self.text.at(self.program.span(id))),
        }
    }

    /// Whether there is something in a word beside variables: code with a variable in it is read as it
    /// is written.
    pub(super) fn has_text(&self, id: Id) -> bool {
        match self.program.expression(id) {
            Expression::Constant(Constant::Text(text)) => !text.trim().is_empty(),
            Expression::Join(list) => {
                self.program.list(list).iter().any(|part| self.has_text(*part))
            }
            _ => false,
        }
    }

    fn has_variable(&self, id: Id) -> bool {
        match self.program.expression(id) {
            Expression::Constant(_) => false,
            Expression::Join(list) => {
                self.program.list(list).iter().any(|part| self.has_variable(*part))
            }
            _ => true,
        }
    }
}

/// How many bytes words take.
pub(super) fn size(words: &[Word]) -> usize {
    words.iter().map(|word| size_of::<Word>() + word.text.len()).sum()
}

/// `/bin/rm` is `rm`.
pub(super) fn base(name: &str) -> &str {
    if name.starts_with('/') { name.rsplit('/').next().unwrap_or(name) } else { name }
}
