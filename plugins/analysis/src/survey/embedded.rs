//! Code that a program runs out of a text: `exec("import os")`, `os.system("rm -rf /")`.
//!
//! It is surveyed as a file of its own would be, and what is seen in it is moved to the text that
//! it stands in.

use std::collections::HashSet;
use std::rc::Rc;

use tree_sitter::Tree;

use crate::catalogue::{Catalogues, Trigger};
use crate::clock::{Clock, TooLate};
use crate::program::BindingId;
use crate::resolve::Names;
use crate::survey::places::Places;
use crate::survey::{Reading, Seen, Survey, shortened};
use crate::text::Text;
use crate::{Label, Language, NotAnalysable, SourceFile, Span, grammar, walk};

/// Code within code: Python that starts a shell that starts Python that starts a shell. More is
/// somebody's joke.
const DEPTH: usize = 4;

/// Bytes of a line of code that are looked at, before and behind a place. It is shown shortened.
const LINE: usize = 1024;

/// Code that is run out of a text.
#[derive(Clone, Debug)]
pub(super) struct Embedded {
    /// What it is written in.
    pub(super) language: Language,
    /// The code.
    pub(super) code: Rc<str>,
    /// The expression that it is the value of.
    pub(super) span: Span,
    /// Where the code stands in the file, if any of it does.
    pub(super) places: Option<Rc<Places>>,
    /// What runs it.
    pub(super) callee: String,
    /// Whether it is nothing else that is run there: parts of code are no code.
    pub(super) is_certain: bool,
    /// What runs it, among all that was seen.
    pub(super) call: Option<usize>,
}

/// What is known of the code that a call runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum KnownCode {
    /// Not all of it.
    Unknown,
    /// It is written out, and judged by what it does.
    Read,
    /// So it is, and does nothing but write values down.
    Values,
    /// It is no text, but a function of the file's own.
    Function,
}

/// Surveys what a file runs out of texts, and adds it. Gives the names that it binds.
pub(super) fn survey(
    survey: &mut Survey,
    language: Language,
    clock: &Clock,
    catalogues: &Catalogues,
    depth: usize,
) -> Result<Names, NotAnalysable> {
    let mut bound = Names::new();
    for embedded in std::mem::take(&mut survey.embedded) {
        if depth == DEPTH {
            survey.unjudged_code.get_or_insert((embedded.language, embedded.span));
            break;
        }
        let is_same = embedded.language == language;
        let names = if is_same { survey.names.clone() } else { Names::new() };
        let within = embedded.survey(&names, clock, catalogues, depth + 1)?;
        if let Some(call) = embedded.call {
            let runs = within.as_ref().map_or(KnownCode::Unknown, |within| embedded.known(within));
            let known = survey.seen[call].runs.unwrap_or(runs);
            survey.seen[call].runs = Some(known.min(runs));
        }
        let Some(within) = within else { continue };
        if is_same {
            bound.extend(within.names.iter().map(|(name, path)| (name.clone(), path.clone())));
        }
        embedded.add(within, survey, catalogues);
    }
    Ok(bound)
}

/// The names that something is found through. What is bound to others is judged where that is done.
fn used(seen: &[Seen], catalogues: &Catalogues) -> HashSet<BindingId> {
    let is_ruled = |seen: &&Seen| {
        !catalogues.of(seen.language).named(Trigger::Use, &seen.fact.name).is_empty()
    };
    let free = seen.iter().filter(|seen| seen.bound.is_empty()).filter(is_ruled);
    free.flat_map(|seen| &seen.way).filter_map(|(binding, _)| *binding).collect()
}

/// Whether a program is written in nodes of these names alone.
fn consists_of(names: &[String], tree: &Tree, clock: &Clock) -> Result<bool, NotAnalysable> {
    if names.is_empty() || tree.root_node().has_error() {
        return Ok(false);
    }
    let mut is_all = true;
    walk::each_node(tree, clock, |cursor| {
        let node = cursor.node();
        is_all = !node.is_named() || names.iter().any(|name| name == node.kind());
        Ok::<_, TooLate>(is_all)
    })?;
    Ok(is_all)
}

impl Embedded {
    /// Surveys the code, unless it is no text that its interpreter would read.
    fn survey(
        &self,
        names: &Names,
        clock: &Clock,
        catalogues: &Catalogues,
        depth: usize,
    ) -> Result<Option<Survey>, NotAnalysable> {
        let (path, contents) = (String::new(), self.code.as_bytes().to_vec());
        let file = SourceFile { path, language: self.language, contents };
        let Ok(text) = Text::of_code(&file) else { return Ok(None) };
        let tree = grammar::parse(self.language, text.as_str(), clock)?;
        let values = &catalogues.of(self.language).world.values;
        let is_values = consists_of(values, &tree, clock)?;
        let reading = Reading { language: self.language, clock, catalogues, names, depth };
        let survey = reading.survey(tree, &text)?;
        Ok(Some(Survey { is_values, ..survey }))
    }

    /// What is known of it, after it was surveyed.
    fn known(&self, within: &Survey) -> KnownCode {
        let is_written = self.places.as_ref().is_some_and(|places| places.is_written);
        let is_judged = within.misread.is_none() && within.unjudged_code.is_none();
        match within.is_values {
            _ if !(self.is_certain && is_written && is_judged) => KnownCode::Unknown,
            true => KnownCode::Values,
            false => KnownCode::Read,
        }
    }

    /// Adds what was seen in the code to what was seen around it.
    fn add(&self, within: Survey, survey: &mut Survey, catalogues: &Catalogues) {
        survey.imports.extend(within.imports.into_iter().map(|mut import| {
            import.span = self.place(import.span);
            import
        }));
        let misread = within.misread.filter(|_| self.is_certain);
        let unjudged = misread.map(|span| (self.language, span)).or(within.unjudged_code);
        if let Some((language, span)) = unjudged {
            survey.unjudged_code.get_or_insert((language, self.place(span)));
        }
        if let Some(span) = within.lost {
            survey.lost.get_or_insert(self.place(span));
        }
        let used = used(&within.seen, catalogues);
        let is_judged = |seen: &Seen| !seen.bound.iter().any(|binding| used.contains(binding));
        let seen = within.seen.into_iter().filter(is_judged);
        survey.seen.extend(seen.map(|seen| self.moved(seen)));
    }

    /// Where something is that is at this place in the code.
    fn place(&self, span: Span) -> Span {
        self.places.as_ref().map_or(self.span, |places| places.place(span))
    }

    /// What was seen in the code, as it is seen in the file.
    fn moved(&self, mut seen: Seen) -> Seen {
        let line = self.line(seen.focus.start);
        let message = format!("`{}` runs this code: `{line}`", self.callee);
        let label = Label { span: self.span, message };
        for (binding, label) in &mut seen.way {
            *binding = None;
            if let Some(label) = label {
                label.span = self.place(label.span);
            }
        }
        seen.bound.clear();
        seen.fact.span = self.place(seen.fact.span);
        seen.focus = self.place(seen.focus);
        // Whoever sees the call there sees what it runs.
        let is_in_sight = self.span.start <= seen.focus.start && seen.focus.end <= self.span.end;
        if self.places.is_none() || !is_in_sight {
            seen.way.push((None, Some(label)));
        }
        for argument in &mut seen.fact.arguments {
            argument.span = self.place(argument.span);
        }
        seen
    }

    /// The line of the code at this byte.
    fn line(&self, at: usize) -> String {
        let at = self.code.floor_char_boundary(at);
        let from = self.code.floor_char_boundary(at.saturating_sub(LINE));
        let to = self.code.floor_char_boundary(at.saturating_add(LINE));
        let start = self.code[from..at].rsplit('\n').next().unwrap_or_default();
        let end = self.code[at..to].split('\n').next().unwrap_or_default();
        shortened(format!("{start}{end}").trim())
    }
}
