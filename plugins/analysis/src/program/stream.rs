//! What commands read and write.

use std::collections::{HashMap, HashSet};

use crate::Span;
use crate::program::{Id, Program};

/// Commands, and what they read.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    inputs: HashMap<Id, Id>,
    /// The first commands of pipelines, by the last.
    firsts: HashMap<Id, Id>,
    /// The pipelines that stand behind the beginning of a here-document, by its text.
    nexts: HashMap<Id, Id>,
    /// Other commands whose output goes where that of a command goes: `{ a; b; } | c`.
    beside: HashMap<Id, Vec<Id>>,
    /// Where commands are that the script does not wait for.
    background: HashSet<Span>,
}

/// A file that is opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Redirect {
    /// Its name.
    pub(crate) target: Id,
    /// Where the operator is.
    pub(crate) operator: Span,
    /// Where all of it is.
    pub(crate) span: Span,
    /// The command whose input or output it is.
    pub(crate) command: Id,
}

impl Program {
    /// What a command reads: another command, whose output it is, or a text.
    pub(crate) fn input(&self, command: Id) -> Option<Id> {
        self.streams.inputs.get(&command).copied()
    }

    pub(crate) fn set_input(&mut self, command: Id, input: Id) {
        if command != Id::UNKNOWN && command != input {
            self.streams.inputs.insert(command, input);
        }
    }

    /// Whether the script does not wait for this command: `command &`.
    pub(crate) fn is_in_background(&self, command: Id) -> bool {
        self.streams.background.contains(&self.span(command))
    }

    pub(crate) fn set_in_background(&mut self, commands: &[Span]) {
        self.streams.background.extend(commands);
    }

    /// The commands whose output goes where that of this one goes.
    pub(crate) fn beside(&self, command: Id) -> &[Id] {
        self.streams.beside.get(&command).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn set_beside(&mut self, command: Id, others: impl Iterator<Item = Id>) {
        let others = others.filter(|other| *other != Id::UNKNOWN && *other != command);
        self.streams.beside.entry(command).or_default().extend(others);
    }

    /// The first command of the pipeline that ends in this one.
    pub(crate) fn first_stage(&self, last: Id) -> Id {
        self.streams.firsts.get(&last).copied().unwrap_or(last)
    }

    pub(crate) fn set_first_stage(&mut self, last: Id, first: Id) {
        self.streams.firsts.insert(last, first);
    }

    /// The pipeline that stands behind the beginning of a here-document.
    pub(crate) fn next_stage(&self, text: Id) -> Option<Id> {
        self.streams.nexts.get(&text).copied()
    }

    pub(crate) fn set_next_stage(&mut self, text: Id, next: Id) {
        self.streams.nexts.insert(text, next);
    }
}
