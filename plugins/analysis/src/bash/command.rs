//! Commands, and where what they read comes from.

use crate::Span;
use crate::bash::braces::{TooMany, braces};
use crate::bash::kind::Kind;
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
        self.waiting.push(call);
        self.opens(visit.span, call);
        let input = children.iter().filter(|child| child.visit.field == Field::Redirect);
        for child in input.filter(|child| child.value != Id::UNKNOWN) {
            self.builder.program.set_input(call, child.value);
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
            (Some("set"), first, _) => {
                let Expression::Call(_, words) = *self.builder.program.expression(call) else {
                    return;
                };
                let from = match first {
                    Some("--" | "-") => 2,
                    Some(option) if option.starts_with(['-', '+']) => return,
                    _ => 1,
                };
                let words = self.builder.program.arguments(words).get(from..).unwrap_or_default();
                if words.is_empty() {
                    return;
                }
                let words = words.to_vec();
                for (place, word) in (1..10).zip(&words) {
                    let variable = self.variable(&place.to_string(), span);
                    self.builder.assign(variable, *word);
                }
                let words = self.builder.sequence(words, span);
                let variable = self.variable("@", span);
                self.builder.assign(variable, words);
            }
            (Some("shift"), count, _) => {
                self.shift(count.and_then(|count| count.parse().ok()), span);
            }
            (Some(reader @ ("read" | "mapfile" | "readarray")), ..) => self.reads(call, reader),
            (Some("printf"), Some("-v"), Some(name)) => {
                let variable = self.variable(&name, span);
                self.builder.assign(variable, call);
            }
            _ => {}
        }
    }

    /// `shift 2`: what a function is given, without the first ones.
    fn shift(&mut self, count: Option<usize>, span: Span) {
        let count = count.unwrap_or(1).clamp(1, 9);
        for place in 1..=9 {
            let later = self.variable(&(place + count).to_string(), span);
            let variable = self.variable(&place.to_string(), span);
            self.builder.assign(variable, later);
        }
        for name in ["@", "*"] {
            let all = self.variable(name, span);
            let count = Constant::Integer(i128::try_from(count).unwrap_or(1));
            let count = self.builder.constant(count, span);
            let rest = self.reduced(Reducer::Slice, vec![all, count], span);
            let variable = self.variable(name, span);
            self.builder.assign(variable, rest);
        }
    }

    /// `read name`, `mapfile name`: what a command that reads into variables sets them to.
    fn reads(&mut self, call: Id, reader: &str) {
        let span = self.builder.program.span(call);
        let names = self.names_read(call);
        let lines = self.lines(call, span);
        if reader != "read" {
            if let Some(name) = names.last() {
                let variable = self.variable(name, span);
                self.builder.assign(variable, lines);
            }
            return;
        }
        // Of several lines any: most of them are read in a loop.
        let line = self.builder.push(Expression::Each(lines), span);
        let any = self.builder.list([call, line]);
        let line = self.builder.push(Expression::Either(any), span);
        let parts = self.reduced(Reducer::Split, vec![line], span);
        let is_list = |word: String| word.starts_with('-') && word.ends_with('a');
        let is_list = (1..).map_while(|place| self.constant_word(call, place)).any(is_list);
        for (place, name) in names.iter().enumerate() {
            let value = if is_list {
                parts
            } else if place + 1 == names.len() {
                line
            } else {
                let place = Constant::Integer(i128::try_from(place).unwrap_or_default());
                let place = self.builder.constant(place, span);
                self.builder.push(Expression::Index(parts, place), span)
            };
            let variable = self.variable(name, span);
            self.builder.assign(variable, value);
        }
    }

    /// The variables that a command reads into.
    fn names_read(&self, call: Id) -> Vec<String> {
        let mut names = Vec::new();
        let mut words = (1..).map_while(|place| self.constant_word(call, place));
        while let Some(word) = words.next() {
            match word.strip_prefix('-') {
                Some(letters) if letters.ends_with(|c| "CNOcdinpsu".contains(c)) => {
                    drop(words.next());
                }
                Some(_) => {}
                None => names.push(word),
            }
        }
        names
    }

    /// The lines of what a command reads.
    fn lines(&mut self, call: Id, span: Span) -> Id {
        let end = self.constant("\n".to_owned(), span);
        self.reduced(Reducer::Split, vec![call, end], span)
    }

    /// `{rm,-r,a}`: the grammar does not know a command that begins with braces.
    pub(super) fn braces_command(&mut self, visit: Visit) -> Id {
        let written = self.text.at(visit.span);
        let line = written.lines().next().unwrap_or_default();
        let mut words = line.split_whitespace();
        let Some(first) = words.next().filter(|word| word.starts_with('{')) else {
            return Id::UNKNOWN;
        };
        let words: Vec<Id> = match braces(first) {
            Ok(None) => return Id::UNKNOWN,
            Ok(Some(first)) => {
                let words = first.into_iter().chain(words.map(str::to_owned));
                words.map(|word| self.constant(word, visit.span)).collect()
            }
            Err(TooMany) => vec![Id::UNKNOWN],
        };
        let callee = words.first().copied().unwrap_or_default();
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

    /// The files that are opened within these bytes are opened for this command.
    fn opens(&mut self, within: Span, command: Id) {
        let redirects = self.builder.program.redirects.iter_mut().rev();
        for redirect in redirects.take_while(|redirect| redirect.span.start >= within.start) {
            if redirect.command == Id::UNKNOWN {
                redirect.command = command;
            }
        }
    }

    /// The commands within these bytes read this, unless they read something else.
    fn give(&mut self, within: Span, input: Id) {
        let program = &mut self.builder.program;
        let before = self.waiting.iter().rposition(|id| program.span(*id).start < within.start);
        let mut later = self.waiting.split_off(before.map_or(0, |before| before + 1));
        later.retain(|id| {
            let is_within = program.span(*id).end <= within.end;
            if is_within && program.input(*id).is_none() {
                program.set_input(*id, input);
            }
            !is_within
        });
        self.waiting.extend(later);
    }

    /// `a | b`: each reads what the one before prints.
    pub(super) fn pipeline(&mut self, children: &[Child]) -> Id {
        let stages: Vec<&Child> =
            children.iter().filter(|child| child.value != Id::UNKNOWN).collect();
        for pair in stages.windows(2).rev() {
            self.give(pair[1].visit.span, pair[0].value);
        }
        if let (Some(first), Some(last)) = (stages.first(), stages.last()) {
            self.builder.program.set_first_stage(last.value, first.value);
        }
        last(children)
    }

    /// `command < file`, `command <<< word`, `command << END`, `command > >(another)`
    pub(super) fn redirected(&mut self, visit: Visit, children: &[Child]) -> Id {
        let Some(body) = field(children, Field::Body) else { return last(children) };
        let (command, span) = (body.value, body.visit.span);
        self.opens(visit.span, command);
        let redirects = children.iter().filter(|child| child.visit.field != Field::Body);
        for child in redirects.filter(|child| child.value != Id::UNKNOWN) {
            if self.text.at(child.visit.span).contains(">(") {
                self.give(child.visit.span, command);
                continue;
            }
            self.give(span, child.value);
            // `cat << END | bash`: the pipeline stands within the here-document.
            if let Some(next) = self.builder.program.next_stage(child.value) {
                let first = self.builder.program.first_stage(next);
                self.builder.program.set_input(first, command);
            }
        }
        command
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
            command: Id::UNKNOWN,
        });
        // What is written to is not read; of what is read, only what commands print is known.
        match self.builder.program.expression(target.value) {
            Expression::Keyword(_, output) => *output,
            _ => Id::UNKNOWN,
        }
    }
}
