//! Texts that policies may ask for, and the files that are written by name.

use crate::program::{Expression, Id};
use crate::survey::program::Surveyor;
use crate::{Argument, Capability, Fact, FactKind, NotAnalysable, Resolution};

/// A shorter text says little.
const SHORTEST: usize = 8;

/// A longer text is data.
const LONGEST: usize = 4096;

/// Bytes of texts that are kept of one file.
const BYTES: usize = 256 * 1024;

impl Surveyor<'_> {
    /// Texts, written out or put together.
    pub(super) fn texts(&mut self) -> Result<(), NotAnalysable> {
        let mut left = BYTES;
        for id in self.program.ids() {
            if !is_text(self.program.expression(id)) {
                continue;
            }
            let meaning = self.resolver.meaning(id)?;
            let Some(text) = meaning.text() else { continue };
            if !(SHORTEST..=LONGEST).contains(&text.len()) {
                continue;
            }
            let Some(rest) = left.checked_sub(text.len()) else { break };
            left = rest;
            let resolution = meaning.values[0].resolution;
            let (name, span) = (text.to_string(), self.program.span(id));
            let kind = FactKind::Text;
            self.survey.others.push(Fact { kind, name, resolution, arguments: Vec::new(), span });
        }
        Ok(())
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

/// What may be a text that a reader sees, or that is put together where one is seen.
fn is_text(expression: &Expression) -> bool {
    matches!(expression, Expression::Constant(_) | Expression::Join(_) | Expression::Operation(..))
}
