//! The words of a command, and what the first of them may be: the value of a variable, all that a
//! function is given, or any command that a pattern stands for.

use std::rc::Rc;

use crate::program::{Constant, Expression, Id};
use crate::resolve::{Meaning, Value, What};
use crate::survey::program::Surveyor;
use crate::survey::{shortened, too_much};
use crate::{FactKind, Language, NotAnalysable, Resolution, Span};

/// Words of one command. No shell gives a command more than fit into two megabytes; people write a
/// hundred, and what is longer stands in a file.
const WORDS: usize = 65_536;

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
    /// The words of a command, for each command that its first word may be.
    pub(super) fn alternatives(&mut self, arguments: Id) -> Result<Vec<Vec<Word>>, NotAnalysable> {
        let program = self.program;
        let mut words = Vec::new();
        for id in program.arguments(arguments) {
            let inner = match *program.expression(*id) {
                Expression::Splat(inner) => inner,
                _ => *id,
            };
            let meaning = self.resolver.meaning(inner)?;
            match meaning.items().filter(|_| inner != *id) {
                Some(items) => {
                    for item in items.iter() {
                        words.push(self.kept(*id, item)?);
                    }
                }
                None => words.push(self.kept(*id, &meaning)?),
            }
            if words.len() > WORDS {
                return Err(too_much());
            }
        }
        let Some(first) = words.first().cloned() else { return Ok(Vec::new()) };
        let size: usize = words.iter().map(|word| size_of::<Word>() + word.text.len()).sum();
        if let Some(all) = self.matching(&first) {
            self.keep(size * all.len())?;
            let with = |name: String| {
                let first = Word { text: name, from_variable: true, ..first.clone() };
                std::iter::once(first).chain(words[1..].iter().cloned()).collect()
            };
            return Ok(std::iter::once(words.clone()).chain(all.into_iter().map(with)).collect());
        }
        let meaning = self.resolver.meaning(self.inner(first.id))?;
        if first.value.is_some() {
            return Ok(vec![words]);
        }
        let texts = meaning.values.iter().filter(|value| value.constant().is_some());
        self.keep(size * texts.clone().count())?;
        let alternatives: Vec<Vec<Word>> = texts
            .map(|value| {
                let mut words = words.clone();
                words[0] = Word { from_variable: true, ..self.of_value(first.id, value) };
                words
            })
            .collect();
        if !alternatives.is_empty() {
            return Ok(alternatives);
        }
        Ok(match self.started(&first, &meaning)? {
            Some(start) => {
                vec![start.into_iter().chain(words[1..].iter().cloned()).collect(), words]
            }
            None => vec![words],
        })
    }

    /// The words that the first one may become: all that a function is given, or what is left where
    /// variables in it are empty.
    fn started(
        &mut self,
        first: &Word,
        meaning: &Meaning,
    ) -> Result<Option<Vec<Word>>, NotAnalysable> {
        for value in &meaning.values {
            if let What::Items(items) = &value.what
                && !items.is_empty()
            {
                let known =
                    |item: &Rc<Meaning>| Word { from_variable: true, ..self.known(first.id, item) };
                return Ok(Some(items.iter().map(known).collect()));
            }
        }
        let Some(text) = self.without_unset(self.inner(first.id))? else { return Ok(None) };
        let word = |text: &str| {
            let value = Value::exact(What::Constant(Constant::text(text)));
            Word { text: text.to_owned(), value: Some(value), from_variable: true, ..first.clone() }
        };
        Ok(Some(text.split_whitespace().map(word).collect())
            .filter(|words: &Vec<Word>| !words.is_empty()))
    }

    /// A word in which variables that nothing sets are empty: `r${x}m`.
    fn without_unset(&mut self, id: Id) -> Result<Option<String>, NotAnalysable> {
        let program = self.program;
        let Expression::Join(pieces) = program.expression(id) else { return Ok(None) };
        let (mut text, mut gone) = (String::new(), false);
        for piece in program.list(pieces) {
            let meaning = self.resolver.meaning(*piece)?;
            match (meaning.text(), program.expression(*piece)) {
                (Some(piece), _) => text.push_str(piece),
                (None, Expression::Name(..) | Expression::Splat(_) | Expression::Unknown) => {
                    gone = true;
                }
                _ if matches!(self.text.at(program.span(*piece)), "$()" | "``" | "") => gone = true,
                _ => return Ok(None),
            }
        }
        Ok((gone && !text.is_empty()).then_some(text))
    }

    /// The commands that a pattern in place of one stands for, as far as rules know them. The look-up
    /// is a fact by itself.
    fn matching(&mut self, first: &Word) -> Option<Vec<String>> {
        let written = self.text.at(first.span);
        let is_pattern = written.contains(['?', '[']) && !written.starts_with('[')
            || written.contains('*') && written.starts_with('/');
        if !is_pattern || written.contains(['"', '\'', '$', '{']) {
            return None;
        }
        let pattern: Vec<char> = base(&first.text).chars().collect();
        let names = self
            .catalogue
            .commands()
            .filter(|name| matches(&pattern, &name.chars().collect::<Vec<_>>()));
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
    fn kept(&mut self, id: Id, meaning: &Meaning) -> Result<Word, NotAnalysable> {
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

    fn of_value(&self, id: Id, value: &Value) -> Word {
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

/// `/bin/rm` is `rm`.
pub(super) fn base(name: &str) -> &str {
    if name.starts_with('/') { name.rsplit('/').next().unwrap_or(name) } else { name }
}

/// Whether a pattern stands for a name: `?` for a character, `*` for any, `[ab]` for one of these.
fn matches(pattern: &[char], name: &[char]) -> bool {
    // The places in the pattern that the name may have come to.
    let mut places = vec![0];
    for character in name {
        let mut next = Vec::new();
        for place in closed(pattern, &places) {
            match pattern.get(place) {
                Some('*') => next.push(place),
                Some('?') => next.push(place + 1),
                Some('[') => {
                    let Some(end) = pattern[place..].iter().position(|c| *c == ']') else {
                        continue;
                    };
                    if pattern[place + 1..place + end].contains(character) {
                        next.push(place + end + 1);
                    }
                }
                Some(other) if other == character => next.push(place + 1),
                _ => {}
            }
        }
        places = next;
    }
    closed(pattern, &places).contains(&pattern.len())
}

/// A `*` may stand for nothing.
fn closed(pattern: &[char], places: &[usize]) -> Vec<usize> {
    let mut all = Vec::new();
    for place in places {
        let mut place = *place;
        all.push(place);
        while pattern.get(place) == Some(&'*') {
            place += 1;
            all.push(place);
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_stand_for_names() {
        let matches = |pattern: &str, name: &str| {
            let characters = |text: &str| text.chars().collect::<Vec<_>>();
            matches(&characters(pattern), &characters(name))
        };
        assert!(matches("b?s?", "bash") && matches("*sh", "bash") && matches("[abc]at", "cat"));
        assert!(!matches("b?s", "bash") && !matches("[ab]at", "cat") && !matches("*sh", "shed"));
    }
}
