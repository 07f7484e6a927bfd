//! Where code stands that is put together of several texts, or written with escapes.
//!
//! A finding in it is told in its own line, so each byte of the code is looked up among the texts
//! that it is made of.

use std::rc::Rc;

use crate::fold;
use crate::program::{Constant, Expression, Id, Operator};
use crate::survey::program::Surveyor;
use crate::{Language, NotAnalysable, Span, escape, javascript};

/// Expressions, and pieces between two escapes, that are looked at. Code that people write in a text
/// has fewer, and what is put together of more is told where it is run.
const MOST: usize = 65_536;

/// No escape is longer: `\U0001f40d`.
const ESCAPE: usize = 10;

/// Where a text stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    pieces: Vec<Piece>,
    /// Whether it is written out there, and nothing of it is computed.
    pub(super) is_written: bool,
}

/// A part of a text that stands in one place.
#[derive(Clone, Copy, Debug)]
struct Piece {
    /// Where it begins in the text.
    from: usize,
    /// Where it stands. What is computed, or is an escape, is not as long as what it gives.
    span: Span,
}

impl Places {
    /// Of a text that stands as it is.
    pub(super) fn whole(span: Span) -> Self {
        Self { pieces: vec![Piece { from: 0, span }], is_written: true }
    }

    /// Where something is that is at this place in the text.
    pub(super) fn place(&self, span: Span) -> Span {
        let start = self.piece(span.start).map_or(0, |piece| piece.at(span.start).start);
        let last = span.end.saturating_sub(1).max(span.start);
        let end = self.piece(last).map_or(start, |piece| piece.at(last).end);
        Span { start, end: if span.end > span.start { end.max(start) } else { start } }
    }

    fn piece(&self, byte: usize) -> Option<&Piece> {
        let next = self.pieces.partition_point(|piece| piece.from <= byte);
        self.pieces.get(next.checked_sub(1)?)
    }
}

impl Piece {
    /// A byte of the text where it stands.
    fn at(&self, byte: usize) -> Span {
        let start = (self.span.start + (byte - self.from)).min(self.span.end);
        Span { start, end: (start + 1).min(self.span.end) }
    }
}

impl Surveyor<'_> {
    /// Where a text stands that an expression is, if any of it is written out.
    pub(super) fn places(
        &mut self,
        id: Id,
        text: &str,
    ) -> Result<Option<Rc<Places>>, NotAnalysable> {
        if let Some(known) = self.placed.get(&id) {
            return Ok(known.clone());
        }
        let places = self.find_places(id, text)?.map(Rc::new);
        self.placed.insert(id, places.clone());
        Ok(places)
    }

    fn find_places(&mut self, id: Id, text: &str) -> Result<Option<Places>, NotAnalysable> {
        let program = self.program;
        let mut places = Places { pieces: Vec::new(), is_written: true };
        let (mut pending, mut done, mut looked_at) = (vec![id], 0, 0);
        while let Some(id) = pending.pop() {
            self.clock.tick()?;
            looked_at += 1;
            if looked_at.max(places.pieces.len()) > MOST {
                return Ok(None);
            }
            match program.expression(id) {
                Expression::Operation(Operator::Add, left, right) if *left != Id::UNKNOWN => {
                    pending.extend([*right, *left]);
                }
                Expression::Join(list) => pending.extend(program.list(list).iter().rev()),
                _ => {
                    if let Some(value) = self.bound_to(id) {
                        pending.push(value);
                    } else if let Some(length) = self.add(&mut places, id, text, done)? {
                        done += length;
                    } else {
                        return Ok(None);
                    }
                }
            }
        }
        let is_all = done == text.len() && (places.is_written || places.pieces.len() > 1);
        Ok(is_all.then_some(places))
    }

    /// Adds where an expression stands that the text goes on with, and tells its length.
    fn add(
        &mut self,
        places: &mut Places,
        id: Id,
        text: &str,
        done: usize,
    ) -> Result<Option<usize>, NotAnalysable> {
        if let Some((pieces, length)) = self.written_out(id, &text[done..]) {
            let moved = |piece: Piece| Piece { from: piece.from + done, ..piece };
            places.pieces.extend(pieces.into_iter().map(moved));
            return Ok(Some(length));
        }
        places.is_written = false;
        places.pieces.push(Piece { from: done, span: self.program.span(id) });
        self.shown_length(id, &text[done..])
    }

    /// What a name is bound to that is bound once.
    fn bound_to(&self, id: Id) -> Option<Id> {
        let Expression::Name(name, scope) = *self.program.expression(id) else { return None };
        let found = self.program.find(name, scope, id);
        match found.bindings[..] {
            [binding] if !found.free && !found.cut => {
                let value = self.program.binding(binding).value;
                (value != Id::UNKNOWN).then_some(value)
            }
            _ => None,
        }
    }

    /// How much of the text an expression is that is computed.
    fn shown_length(&mut self, id: Id, text: &str) -> Result<Option<usize>, NotAnalysable> {
        let meaning = self.resolver.meaning(id)?;
        let shown = meaning.constant().map(|constant| fold::shown(self.language, constant));
        Ok(shown.filter(|shown| text.starts_with(&**shown)).map(|shown| shown.len()))
    }

    /// The pieces of a constant that the text begins with, and its length.
    fn written_out(&self, id: Id, text: &str) -> Option<(Vec<Piece>, usize)> {
        let constant = match self.program.expression(id) {
            Expression::Constant(Constant::Text(constant)) => constant.clone(),
            Expression::Constant(Constant::Bytes(bytes)) => std::str::from_utf8(bytes).ok()?.into(),
            _ => return None,
        };
        let text = text.get(..constant.len()).filter(|text| **text == *constant)?;
        let span = self.program.span(id);
        let written = self.text.at(span);
        if let Some(at) = written.find(text) {
            let start = span.start + at;
            let span = Span { start, end: start + text.len() };
            return Some((vec![Piece { from: 0, span }], text.len()));
        }
        let quote = usize::from(written.starts_with(['"', '\'', '`']));
        let unescaped = match self.language {
            Language::Python | Language::Bash => escape::unescaped,
            _ => javascript::unescaped,
        };
        let pieces = between_escapes(&written[quote..], text, unescaped)?;
        let moved = |piece: Piece| {
            let by = span.start + quote;
            let span = Span { start: piece.span.start + by, end: piece.span.end + by };
            Piece { span, ..piece }
        };
        Some((pieces.into_iter().map(moved).collect(), text.len()))
    }
}

/// The pieces of a text in a literal that it was written as. Each escape begins one.
fn between_escapes(
    written: &str,
    text: &str,
    unescaped: impl Fn(&str) -> String,
) -> Option<Vec<Piece>> {
    let (mut pieces, mut at, mut done) = (Vec::new(), 0, 0);
    let mut begins = true;
    while done < text.len() {
        let (rest, left) = (&written[at..], &text[done..]);
        let Some(escape) = rest.starts_with('\\').then(|| escape(rest, left, &unescaped)) else {
            let character = rest.chars().next().filter(|c| left.starts_with(*c))?;
            if std::mem::take(&mut begins) {
                pieces.push(Piece { from: done, span: Span { start: at, end: at } });
            }
            at += character.len_utf8();
            done += character.len_utf8();
            pieces.last_mut()?.span.end = at;
            continue;
        };
        let (length, meant) = escape?;
        if meant > 0 {
            pieces.push(Piece { from: done, span: Span { start: at, end: at + length } });
        }
        (at, done, begins) = (at + length, done + meant, true);
        if pieces.len() > MOST {
            return None;
        }
    }
    Some(pieces)
}

/// How long an escape is, and how long what it means.
fn escape(rest: &str, left: &str, unescaped: impl Fn(&str) -> String) -> Option<(usize, usize)> {
    let ends = (2..=ESCAPE.min(rest.len())).filter(|end| rest.is_char_boundary(*end));
    ends.map(|end| (end, unescaped(&rest[..end])))
        .find(|(_, meant)| left.starts_with(meant.as_str()))
        .map(|(end, meant)| (end, meant.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(written: &str, text: &str) -> Vec<(usize, usize, usize)> {
        let pieces = between_escapes(written, text, escape::unescaped).unwrap();
        pieces.iter().map(|piece| (piece.from, piece.span.start, piece.span.end)).collect()
    }

    #[test]
    fn each_escape_begins_a_piece() {
        assert_eq!(
            lines(r"a\nb\x41c", "a\nbAc"),
            [(0, 0, 1), (1, 1, 3), (2, 3, 4), (3, 4, 8), (4, 8, 9)]
        );
        assert_eq!(lines("a\\\nb", "ab"), [(0, 0, 1), (1, 3, 4)]);
        assert_eq!(lines(r"\q\101", "\\qA"), [(0, 0, 2), (2, 2, 6)]);
    }
}
