//! Commands, and where what they read comes from.

use crate::Span;
use crate::bash::kind::Kind;
use crate::bash::word::braces;
use crate::bash::{Child, Shell, Visit, field, last};
use crate::catalogue::Reducer;
use crate::kind::Field;
use crate::program::{Constant, Expression, Id};

impl Shell<'_> {
    /// A command with its words.
    pub(super) fn command(&mut self, visit: Visit, children: &[Child]) -> Id {
        let Some(name) = field(children, Field::Name) else { return Id::UNKNOWN };
        let mut words = vec![self.name_word(name)];
        for child in children.iter().filter(|child| child.visit.field == Field::Argument) {
            words.push(self.split(child));
        }
        let callee = words[0];
        let words = self.builder.sequence(words, visit.span);
        let call = self.builder.push(Expression::Call(callee, words), visit.span);
        let input = children.iter().filter(|child| child.visit.field == Field::Redirect);
        for child in input.filter(|child| child.value != Id::UNKNOWN) {
            self.builder.program.set_input(call, child.value);
            self.reads(call, child.value);
        }
        self.sets(call);
        call
    }

    /// The constant that a word of a command is.
    fn constant_word(&self, call: Id, place: usize) -> Option<String> {
        let Expression::Call(_, words) = *self.builder.program.expression(call) else {
            return None;
        };
        let word = *self.builder.program.arguments(words).get(place)?;
        match self.builder.program.expression(word) {
            Expression::Constant(Constant::Text(text)) => Some(text.to_string()),
            _ => None,
        }
    }

    /// `set -- words`, `printf -v name format words`: commands that set variables.
    fn sets(&mut self, call: Id) {
        let word = |place| self.constant_word(call, place);
        let span = self.builder.program.span(call);
        match (word(0).as_deref(), word(1).as_deref(), word(2)) {
            (Some("set"), Some("--"), _) => {
                let Expression::Call(_, words) = *self.builder.program.expression(call) else {
                    return;
                };
                let words = self.builder.program.arguments(words)[2..].to_vec();
                for (place, word) in (1..10).zip(&words) {
                    let variable = self.variable(&place.to_string(), span);
                    self.builder.assign(variable, *word);
                }
                let words = self.builder.sequence(words, span);
                let variable = self.variable("@", span);
                self.builder.assign(variable, words);
            }
            (Some("printf"), Some("-v"), Some(name)) => {
                let variable = self.variable(&name, span);
                self.builder.assign(variable, call);
            }
            _ => {}
        }
    }

    /// `read name <<< text`
    fn reads(&mut self, call: Id, input: Id) {
        let reader = self.constant_word(call, 0);
        if !matches!(reader.as_deref(), Some("read" | "mapfile" | "readarray")) {
            return;
        }
        let input = match *self.builder.program.expression(input) {
            Expression::Keyword(_, output) => output,
            _ => input,
        };
        let span = self.builder.program.span(call);
        let input = match reader.as_deref() {
            Some("read") => input,
            _ => self.reduced(Reducer::Split, vec![input], span),
        };
        let names = (1..).map_while(|place| self.constant_word(call, place));
        if let Some(name) = names.filter(|name| !name.starts_with('-')).last() {
            let variable = self.variable(&name, self.builder.program.span(call));
            self.builder.assign(variable, input);
        }
    }

    /// `{rm,-r,a}`: the grammar does not know a command that begins with braces.
    pub(super) fn braces_command(&mut self, visit: Visit) -> Id {
        let written = self.text.at(visit.span);
        let line = written.lines().next().unwrap_or_default();
        let mut words = line.split_whitespace();
        let Some(first) = words.next().filter(|word| word.starts_with('{')).and_then(braces) else {
            return Id::UNKNOWN;
        };
        let words = first.into_iter().chain(words.map(str::to_owned));
        let words: Vec<Id> = words.map(|word| self.constant(word, visit.span)).collect();
        let callee = words[0];
        let words = self.builder.sequence(words, visit.span);
        self.builder.push(Expression::Call(callee, words), visit.span)
    }

    /// The first word: what is not in quotes is taken apart, too.
    fn name_word(&mut self, name: &Child) -> Id {
        let written = self.text.at(name.visit.span);
        let kind = match self.builder.program.expression(name.value) {
            _ if written.starts_with('"') => Kind::String,
            Expression::Constant(_) | Expression::Splat(_) => Kind::Word,
            _ if written.starts_with("$(") || written.starts_with('`') => Kind::CommandSubstitution,
            Expression::Join(_) => Kind::Concatenation,
            _ => Kind::Expansion,
        };
        let mut word = name.clone();
        word.visit.kind = kind;
        self.split(&word)
    }

    /// `a | b`: each reads what the one before prints.
    pub(super) fn pipeline(&mut self, children: &[Child]) -> Id {
        let stages: Vec<Id> =
            children.iter().map(|child| child.value).filter(|id| *id != Id::UNKNOWN).collect();
        for pair in stages.windows(2) {
            self.builder.program.set_input(pair[1], pair[0]);
        }
        if let (Some(first), Some(last)) = (stages.first(), stages.last()) {
            self.builder.program.set_first_stage(*last, *first);
        }
        last(children)
    }

    /// `command < file`, `command <<< word`, `command << END`
    pub(super) fn redirected(&mut self, children: &[Child]) -> Id {
        let Some(body) = field(children, Field::Body) else { return last(children) };
        let inputs = children.iter().filter(|child| child.visit.field == Field::Redirect);
        for child in inputs.filter(|child| child.value != Id::UNKNOWN) {
            self.builder.program.set_input(body.value, child.value);
            self.reads(body.value, child.value);
            // `cat << END | bash`: the pipeline stands within the here-document.
            if let Some(next) = self.builder.program.next_stage(child.value) {
                let first = self.builder.program.first_stage(next);
                self.builder.program.set_input(first, body.value);
            }
        }
        body.value
    }

    /// A here-document: its text.
    pub(super) fn here_document(&mut self, children: &[Child]) -> Id {
        let of = |kind| children.iter().find(move |child: &&Child| child.visit.kind == kind);
        let body = of(Kind::HereBody).map_or(Id::UNKNOWN, |child| child.value);
        let after = of(Kind::Pipeline).or_else(|| of(Kind::Command));
        if let Some(after) = after.filter(|_| body != Id::UNKNOWN) {
            self.builder.program.set_next_stage(body, after.value);
        }
        body
    }

    /// The text of a here-document, with what is expanded in it. Of the text before that, the tree
    /// says nothing.
    pub(super) fn here_body(&mut self, visit: Visit, children: &[Child]) -> Id {
        let (mut parts, mut at) = (Vec::new(), visit.span.start);
        for child in children.iter().filter(|child| child.visit.named) {
            let before = Span { start: at, end: child.visit.span.start };
            if before.start < before.end {
                parts.push(self.constant(self.text.at(before).to_owned(), before));
            }
            parts.push(child.value);
            at = child.visit.span.end;
        }
        if parts.is_empty() {
            return self.constant(self.text.at(visit.span).to_owned(), visit.span);
        }
        let list = self.builder.list(parts);
        self.builder.push(Expression::Join(list), visit.span)
    }

    /// `> file`
    pub(super) fn redirect(&mut self, visit: Visit, children: &[Child]) -> Id {
        let operator = children.iter().find(|child| {
            !child.visit.named && self.text.at(child.visit.span).contains(['<', '>'])
        });
        let (Some(target), Some(operator)) = (field(children, Field::Destination), operator) else {
            return Id::UNKNOWN;
        };
        self.builder.program.redirects.push(crate::program::Redirect {
            target: target.value,
            operator: operator.visit.span,
            span: visit.span,
        });
        // What is written to is not read; of what is read, only what commands print is known.
        match self.builder.program.expression(target.value) {
            Expression::Keyword(_, output) => *output,
            _ => Id::UNKNOWN,
        }
    }
}
