//! The words that a command may have: the value of a variable, all that a function is given, any item
//! of a loop.

use std::rc::Rc;

use crate::NotAnalysable;
use crate::catalogue::{Trigger, commands};
use crate::program::{Constant, Expression, Id};
use crate::resolve::{Meaning, Value, What, flat};
use crate::survey::program::Surveyor;
use crate::survey::too_much;
use crate::survey::word::{self, Word, base};

/// Words of one command. No shell gives a command more than fit into two megabytes; people write a
/// hundred, and what is longer stands in a file.
const WORDS: usize = 65_536;

/// What the arguments of one command may be, beside what they most likely are.
const ARGUMENTS: usize = 64;

impl Surveyor<'_> {
    /// The words of a command, for each command that it may be.
    pub(super) fn alternatives(&mut self, arguments: Id) -> Result<Vec<Vec<Word>>, NotAnalysable> {
        let words = self.words_written(arguments)?;
        let Some(first) = words.first().cloned() else { return Ok(Vec::new()) };
        if let Some(all) = self.matching(&first) {
            self.keep(word::size(&words) * all.len())?;
            let with = |name: String| {
                let first = Word { text: name, from_variable: true, ..first.clone() };
                std::iter::once(first).chain(words[1..].iter().cloned()).collect()
            };
            return Ok(std::iter::once(words.clone()).chain(all.into_iter().map(with)).collect());
        }
        let mut all =
            if first.value.is_some() { vec![words] } else { self.with_first(&first, words)? };
        for at in 0..all.len() {
            let more = self.with_arguments(&all[at])?;
            all.extend(more);
            let parted = self.parted(&all[at])?;
            all.extend(parted);
        }
        Ok(all)
    }

    /// The words as they are written.
    fn words_written(&mut self, arguments: Id) -> Result<Vec<Word>, NotAnalysable> {
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
                    for item in &flat(items) {
                        words.push(self.kept(*id, item)?);
                    }
                }
                None => words.push(self.kept(*id, &meaning)?),
            }
            if words.len() > WORDS {
                return Err(too_much());
            }
        }
        Ok(words)
    }

    /// The words, for each command that the first of them may be.
    fn with_first(
        &mut self,
        first: &Word,
        words: Vec<Word>,
    ) -> Result<Vec<Vec<Word>>, NotAnalysable> {
        let may_be = self.others(first)?;
        self.keep(word::size(&words) * may_be.len())?;
        let with = |start: Vec<Word>| start.into_iter().chain(words[1..].iter().cloned()).collect();
        if !may_be.is_empty() {
            let is_list = may_be.iter().any(|start| start.len() > 1);
            let all = may_be.into_iter().map(with);
            let whole = is_list.then(|| words.clone());
            return Ok(all.chain(whole).collect());
        }
        if self.resolver.is_lost(self.inner(first.id)) {
            self.survey.lost.get_or_insert(first.span);
        }
        Ok(match self.without_unset(self.inner(first.id))? {
            Some(text) => {
                let start = split(first, &text);
                std::iter::once(with(start)).chain([words.clone()]).collect()
            }
            None => vec![words],
        })
    }

    /// The same words with other arguments, where these may be several things and it matters.
    fn with_arguments(&mut self, words: &[Word]) -> Result<Vec<Vec<Word>>, NotAnalysable> {
        let Some(first) = words.first() else { return Ok(Vec::new()) };
        let name = commands().unversioned(base(&first.text));
        let matters = commands().runner(name).is_some()
            || !self.catalogue.named(Trigger::Use, name).is_empty();
        if !matters || words[1..].iter().all(|word| word.value.is_some()) {
            return Ok(Vec::new());
        }
        // What braces or a list became has been taken apart: what all of it may be is no word of it.
        let is_with =
            |at: usize, word: &Word| words.get(at).is_some_and(|other| other.id == word.id);
        let mut may_be = Vec::with_capacity(words.len());
        for (at, word) in words.iter().enumerate().skip(1) {
            let is_whole = !is_with(at - 1, word) && !is_with(at + 1, word);
            let is_open = is_whole && word.value.is_none();
            let mut other = if is_open { self.others(word)? } else { Vec::new() };
            if other.is_empty() && word.value.is_none() && self.is_unset(word) {
                let text = self.without_unset(self.inner(word.id))?;
                other.extend(text.map(|text| vec![of_text(word, &text)]));
            }
            may_be.push(other);
        }
        let most = may_be.iter().map(Vec::len).max().unwrap_or(0);
        if most > ARGUMENTS {
            self.survey.lost.get_or_insert(first.span);
        }
        let mut all = Vec::new();
        for place in 0..most.min(ARGUMENTS) {
            let mut made = vec![first.clone()];
            for (word, may_be) in words[1..].iter().zip(&may_be) {
                match may_be.get(place).or(may_be.last()) {
                    Some(other) => made.extend(other.iter().cloned()),
                    None => made.push(word.clone()),
                }
            }
            self.keep(word::size(&made))?;
            all.push(made);
        }
        Ok(all)
    }

    /// The same words, parted where `IFS` may say so: `IFS=,; $words`.
    fn parted(&mut self, words: &[Word]) -> Result<Option<Vec<Word>>, NotAnalysable> {
        let separators = &self.program.separators;
        let is_parted = |word: &Word| {
            let is_splat = matches!(self.program.expression(word.id), Expression::Splat(_));
            is_splat && word.value.is_some() && word.text.contains(|c| separators.contains(c))
        };
        if separators.is_empty() || !words.iter().any(is_parted) {
            return Ok(None);
        }
        let mut made = Vec::new();
        for word in words {
            if is_parted(word) {
                let parts = word.text.split(|c: char| separators.contains(c) || c.is_whitespace());
                made.extend(parts.filter(|part| !part.is_empty()).map(|part| of_text(word, part)));
            } else {
                made.push(word.clone());
            }
        }
        self.keep(word::size(&made))?;
        Ok(Some(made).filter(|made| !made.is_empty()))
    }

    /// All that a word may be that is not one thing: for each, the words that it becomes.
    fn others(&mut self, word: &Word) -> Result<Vec<Vec<Word>>, NotAnalysable> {
        let inner = match self.program.expression(word.id) {
            Expression::Join(list) => match *self.program.list(list) {
                [all] => self.inner(all),
                _ => word.id,
            },
            _ => self.inner(word.id),
        };
        let (values, is_cut) = self.resolver.every(inner)?;
        if is_cut {
            self.survey.lost.get_or_insert(word.span);
        }
        let is_taken_apart = matches!(self.program.expression(word.id), Expression::Splat(_));
        // `"$*"` is one word, and `"$@"` as many as there are.
        let is_one_text = matches!(self.program.expression(word.id), Expression::Join(_));
        let mut all: Vec<Vec<Word>> = Vec::new();
        for value in &values {
            let words = match &value.what {
                What::Items(items) if is_one_text => {
                    let items: Vec<Word> = self.list(word, &flat(items));
                    let text = items.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(" ");
                    vec![of_text(word, &text)]
                }
                What::Items(items) => self.list(word, &flat(items)),
                What::Constant(Constant::Text(text)) if is_taken_apart => {
                    let whole = Word { value: Some(value.clone()), ..word.clone() };
                    split(&whole, text)
                }
                What::Constant(_) => {
                    vec![Word { from_variable: true, ..self.of_value(word.id, value) }]
                }
                _ => continue,
            };
            self.keep(word::size(&words))?;
            all.extend(Some(words).filter(|words| !words.is_empty()));
        }
        Ok(all)
    }

    fn list(&self, word: &Word, items: &[Rc<Meaning>]) -> Vec<Word> {
        let known = |item: &Rc<Meaning>| Word { from_variable: true, ..self.known(word.id, item) };
        items.iter().map(known).collect()
    }

    /// Whether a word begins with a variable that nothing here sets, and goes on as a path:
    /// `"$folder"/`.
    fn is_unset(&self, word: &Word) -> bool {
        let pieces = self.pieces(self.inner(word.id));
        let mut pieces = pieces.iter().map(|piece| self.program.expression(*piece));
        let Some(Expression::Name(name, scope)) = pieces.next() else { return false };
        let is_path = pieces.next().is_some_and(|rest| match rest {
            Expression::Constant(Constant::Text(text)) => text.starts_with('/'),
            _ => false,
        });
        let written = self.program.text(*name);
        let is_variable = written.len() > 1
            && written[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let bindings = self.program.find(*name, *scope, word.id).bindings;
        is_path && is_variable && bindings.is_empty() && !self.world.is_set(written)
    }

    /// What a word is put together of, in quotes or not.
    fn pieces(&self, id: Id) -> Vec<Id> {
        let (mut pieces, mut pending) = (Vec::new(), vec![id]);
        while let Some(id) = pending.pop() {
            match self.program.expression(id) {
                Expression::Join(list) => pending.extend(self.program.list(list).iter().rev()),
                _ => pieces.push(id),
            }
        }
        pieces
    }

    /// A word in which variables that nothing sets are empty: `r${x}m`.
    fn without_unset(&mut self, id: Id) -> Result<Option<String>, NotAnalysable> {
        let program = self.program;
        if !matches!(program.expression(id), Expression::Join(_)) {
            return Ok(None);
        }
        let (mut text, mut gone) = (String::new(), false);
        for piece in &self.pieces(id) {
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
}

fn split(word: &Word, text: &str) -> Vec<Word> {
    text.split_whitespace().map(|text| of_text(word, text)).collect()
}

fn of_text(word: &Word, text: &str) -> Word {
    let what = What::Constant(Constant::text(text));
    let value = match &word.value {
        Some(value) => value.becomes(what),
        None => Value::exact(what),
    };
    Word { text: text.to_owned(), value: Some(value), from_variable: true, ..word.clone() }
}
