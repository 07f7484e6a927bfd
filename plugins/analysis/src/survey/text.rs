//! Texts that policies may ask for, and the files that are written by name.

use crate::program::{Expression, Id};
use crate::survey::program::Surveyor;
use crate::{Argument, Capability, Fact, FactKind, NotAnalysable, Resolution, Span};

/// A shorter text says little.
const SHORTEST: usize = 8;

/// A longer text is data.
const LONGEST: usize = 4096;

/// Bytes of texts that are kept of one file.
const BYTES: usize = 256 * 1024;

impl Surveyor<'_> {
    /// Texts, written out or put together. Of those that are put together nobody sees what they are, so they
    /// come first: many others are no place to hide one among. With more of them than are kept, what the file
    /// does is not known to its end.
    pub(super) fn texts(&mut self) -> Result<(), NotAnalysable> {
        let mut left = BYTES;
        let cut = self.texts_of(is_put_together, &mut left)?;
        self.survey.lost = self.survey.lost.or(cut);
        self.texts_of(is_written_out, &mut left)?;
        Ok(())
    }

    /// Keeps texts of one sort, and says where there are no bytes left for one.
    fn texts_of(
        &mut self,
        is_of_sort: fn(&Expression) -> bool,
        left: &mut usize,
    ) -> Result<Option<Span>, NotAnalysable> {
        for id in self.program.ids() {
            if !is_of_sort(self.program.expression(id)) {
                continue;
            }
            let meaning = self.resolver.meaning(id)?;
            let Some(text) = meaning.text() else { continue };
            if !(SHORTEST..=LONGEST).contains(&text.len()) {
                continue;
            }
            let span = self.program.span(id);
            let Some(rest) = left.checked_sub(text.len()) else { return Ok(Some(span)) };
            *left = rest;
            let (kind, name) = (FactKind::Text, text.to_string());
            let resolution = meaning.values[0].resolution;
            self.survey.others.push(Fact { kind, name, resolution, arguments: Vec::new(), span });
        }
        Ok(None)
    }

    /// The file that a call writes, if its name is known.
    pub(super) fn file_written(&mut self, id: Id, path: &str, given: &[Argument]) {
        if !self.catalogue.does(Capability::FsWrite, path, given) {
            return;
        }
        let Some(name) = given.first().and_then(Argument::constant_text) else { return };
        let (kind, resolution, span) = (FactKind::Write, Resolution::Exact, self.program.span(id));
        self.survey.others.push(Fact { kind, name, resolution, arguments: Vec::new(), span });
    }
}

fn is_written_out(expression: &Expression) -> bool {
    matches!(expression, Expression::Constant(_))
}

fn is_put_together(expression: &Expression) -> bool {
    matches!(expression, Expression::Join(_) | Expression::Operation(..))
}
