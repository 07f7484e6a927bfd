//! Words, as the shell reads them.

use crate::Span;
use crate::bash::braces::{TooMany, braces};
use crate::bash::kind::Kind;
use crate::bash::{Child, Shell, Visit, field, last};
use crate::catalogue::Reducer;
use crate::escape::unescaped;
use crate::kind::Field;
use crate::program::{Constant, Expression, Id, List, Operator};

/// How variables begin that are set where most scripts run.
const BEGINNINGS: [(&str, &str); 12] = [
    ("$BASH", "/bin/bash"),
    ("$BASHOPTS", "checkwinsize:cmdhist:complete_fullquote:extquote:force_fignore"),
    ("$HOME", "/root"),
    ("$HOSTTYPE", "x86_64"),
    ("$IFS", " \t\n"),
    ("$LANG", "C.UTF-8"),
    ("$MACHTYPE", "x86_64-pc-linux-gnu"),
    ("$OSTYPE", "linux-gnu"),
    ("$PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
    ("$PWD", "/root"),
    ("$SHELL", "/bin/bash"),
    ("$SHELLOPTS", "braceexpand:hashall:interactive-comments"),
];

/// Where letters begin that nobody writes: they stand for the parts of a word that are no text.
const STANDS_FOR_PART: u32 = 0xf_0000;

impl Shell<'_> {
    /// What a word becomes, or a part of one.
    pub(super) fn word(&mut self, visit: Visit, parent: Kind, children: &[Child]) -> Id {
        let written = self.text.at(visit.span);
        // In an assignment, braces stand for themselves.
        let is_part =
            matches!(parent, Kind::VariableAssignment | Kind::Concatenation | Kind::String);
        match visit.kind {
            Kind::RawString => self.constant(written.trim_matches('\'').to_owned(), visit.span),
            Kind::AnsiString => {
                let inner = written.strip_prefix("$'").and_then(|rest| rest.strip_suffix('\''));
                self.constant(unescaped(inner.unwrap_or(written)), visit.span)
            }
            Kind::StringContent => {
                let text = without_backslashes(written, Some("$`\"\\\n"));
                self.constant(text, visit.span)
            }
            Kind::HereContent => self.constant(written.to_owned(), visit.span),
            Kind::Expansion => self.expansion(visit, children),
            Kind::Concatenation if !is_part && written.contains('{') => {
                self.expanded(visit, children)
            }
            Kind::Array => {
                if let Some(pairs) = self.keyed(children) {
                    return self.builder.push(Expression::Mapping(pairs), visit.span);
                }
                let words = children.iter().filter(|child| child.visit.named);
                let words: Vec<Id> = words.map(|child| self.split(child)).collect();
                self.builder.sequence(words, visit.span)
            }
            Kind::String | Kind::Concatenation | Kind::Translated => self.joined(visit, children),
            _ if is_part => self.constant(without_backslashes(written, None), visit.span),
            _ => match braces(written) {
                Err(TooMany) => Id::UNKNOWN,
                Ok(Some(words)) => {
                    let words = words.iter().map(|word| without_backslashes(word, None));
                    let words: Vec<String> = words.collect();
                    let words: Vec<Id> =
                        words.into_iter().map(|word| self.constant(word, visit.span)).collect();
                    let words = self.builder.sequence(words, visit.span);
                    self.builder.push(Expression::Splat(words), visit.span)
                }
                Ok(None) => self.constant(without_backslashes(written, None), visit.span),
            },
        }
    }

    /// A word with braces, of which some parts are no plain text: `r{m,}`, `{"$x",-rf}`.
    fn expanded(&mut self, visit: Visit, children: &[Child]) -> Id {
        let parts: Vec<&Child> = children.iter().filter(|child| child.visit.named).collect();
        let mut template = String::new();
        for (part, number) in parts.iter().zip(0_u32..) {
            match part.visit.kind {
                Kind::Word => template.push_str(self.text.at(part.visit.span)),
                _ => template.extend(char::from_u32(STANDS_FOR_PART + number)),
            }
        }
        let words = match braces(&template) {
            Ok(Some(words)) => words,
            Ok(None) => return self.joined(visit, children),
            Err(TooMany) => return Id::UNKNOWN,
        };
        let part_of = |letter: char| {
            let number = u32::from(letter).checked_sub(STANDS_FOR_PART)?;
            parts.get(usize::try_from(number).ok()?).map(|part| part.value)
        };
        let mut made = Vec::with_capacity(words.len());
        for word in words {
            let pieces = word.split_inclusive(|letter| part_of(letter).is_some());
            let mut ids = Vec::new();
            for piece in pieces {
                let part = piece.chars().last().and_then(part_of);
                let text = piece.trim_end_matches(|letter| part_of(letter).is_some());
                if !text.is_empty() {
                    ids.push(self.constant(without_backslashes(text, None), visit.span));
                }
                ids.extend(part);
            }
            made.push(match ids[..] {
                [] => continue,
                [one] => one,
                _ => {
                    let ids = self.builder.list(ids);
                    self.builder.push(Expression::Join(ids), visit.span)
                }
            });
        }
        let words = self.builder.sequence(made, visit.span);
        self.builder.push(Expression::Splat(words), visit.span)
    }

    /// `([key]=word …)`
    fn keyed(&mut self, children: &[Child]) -> Option<List> {
        let mut pairs = Vec::new();
        for child in children.iter().filter(|child| child.visit.named) {
            let written = self.text.at(child.visit.span);
            let (key, value) = written.strip_prefix('[')?.split_once("]=")?;
            if value.contains(['$', '`']) {
                return None;
            }
            let [key, value] = [key, value].map(|text| text.trim_matches(['"', '\'']).to_owned());
            pairs.extend([
                self.constant(key, child.visit.span),
                self.constant(value, child.visit.span),
            ]);
        }
        (!pairs.is_empty()).then(|| self.builder.list(pairs))
    }

    /// Something that nothing is known of but how it is written.
    fn unknown(&mut self, span: Span) -> Id {
        self.builder.push(Expression::Unknown, span)
    }

    pub(super) fn constant(&mut self, text: String, span: Span) -> Id {
        self.builder.constant(Constant::text(text), span)
    }

    /// Words that touch are one; all items of an array in quotes are as many.
    fn joined(&mut self, visit: Visit, children: &[Child]) -> Id {
        let parts: Vec<Id> =
            children.iter().filter(|child| child.visit.named).map(|child| child.value).collect();
        match parts[..] {
            [part]
                if matches!(self.builder.program.expression(part), Expression::Splat(_))
                    && !self.text.at(visit.span).contains('*') =>
            {
                part
            }
            _ => {
                let list = self.builder.list(parts);
                self.builder.push(Expression::Join(list), visit.span)
            }
        }
    }

    /// A word of a command: what is not in quotes is taken apart at its spaces.
    pub(super) fn split(&mut self, child: &Child) -> Id {
        let is_taken_apart = match child.visit.kind {
            Kind::Expansion | Kind::CommandSubstitution => true,
            Kind::Concatenation => self.text.at(child.visit.span).contains('$'),
            _ => false,
        };
        let is_splat = matches!(self.builder.program.expression(child.value), Expression::Splat(_));
        if !is_taken_apart || is_splat || child.value == Id::UNKNOWN {
            return child.value;
        }
        let words = self.reduced(Reducer::Split, vec![child.value], child.visit.span);
        self.builder.push(Expression::Splat(words), child.visit.span)
    }

    pub(super) fn reduced(&mut self, reducer: Reducer, given: Vec<Id>, span: Span) -> Id {
        let list = self.builder.list(given);
        self.builder.push(Expression::Reduced(reducer, list), span)
    }

    /// `$name`, `${name}`, and what braces can ask for.
    fn expansion(&mut self, visit: Visit, children: &[Child]) -> Id {
        let written = self.text.at(visit.span);
        let inner = written.strip_prefix('$').unwrap_or(written);
        let Some(inner) = inner.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')) else {
            let variable = self.read(inner, visit.span);
            return match inner {
                "@" | "*" => self.builder.push(Expression::Splat(variable), visit.span),
                _ => variable,
            };
        };
        let is_indirect = inner.starts_with('!');
        let inner = inner.trim_start_matches('!');
        if let Some(length) = inner.strip_prefix('#').filter(|name| !name.is_empty()) {
            let variable = self.variable(length, visit.span);
            return self.reduced(Reducer::Length, vec![variable], visit.span);
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = inner.find(|c| !is_name(c)).unwrap_or(inner.len()).max(1).min(inner.len());
        let Some((name, rest)) = inner.split_at_checked(end) else {
            return self.unknown(visit.span);
        };
        if is_indirect {
            let variable = self.variable(name, visit.span);
            return self.named_by(variable, visit.span);
        }
        let variable = self.read(name, visit.span);
        let mut parts = children.iter().filter(|child| child.visit.named);
        let default: Vec<Id> = parts.by_ref().skip(1).map(|child| child.value).collect();
        self.changed(variable, (rest, &default), visit.span)
    }

    /// What stands behind the name in `${name…}`.
    fn changed(&mut self, variable: Id, (rest, parts): (&str, &[Id]), span: Span) -> Id {
        if let Some(rest) = rest.strip_prefix("[@]").or_else(|| rest.strip_prefix("[*]")) {
            let items = match rest.strip_prefix(':').and_then(|from| from.trim().parse().ok()) {
                Some(from) => {
                    let from = self.builder.constant(Constant::Integer(from), span);
                    self.reduced(Reducer::Slice, vec![variable, from], span)
                }
                None => variable,
            };
            return self.builder.push(Expression::Splat(items), span);
        }
        if let Some((index, rest)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            let index = match index.parse() {
                Ok(number) => self.builder.constant(Constant::Integer(number), span),
                Err(_) if index.contains('$') => return self.unknown(span),
                Err(_) => self.constant(index.trim_matches(['"', '\'']).to_owned(), span),
            };
            let item = self.builder.push(Expression::Index(variable, index), span);
            return self.changed(item, (rest, parts), span);
        }
        let numbers = rest.strip_prefix(':').filter(|rest| {
            rest.trim_start()
                .starts_with(|c: char| c.is_ascii_digit() || c == '-' && rest.starts_with(' '))
        });
        if let Some(numbers) = numbers {
            let variable = self.well_known(variable, span);
            let bounds = numbers.split(':').map(|bound| bound.trim().parse::<i128>());
            let Ok(bounds) = bounds.collect::<Result<Vec<_>, _>>() else {
                return self.unknown(span);
            };
            let mut given = vec![variable];
            for bound in bounds {
                given.push(self.builder.constant(Constant::Integer(bound), span));
            }
            return self.reduced(Reducer::Substr, given, span);
        }
        self.replaced(variable, (rest, parts), span)
    }

    /// A variable of which a part is taken: of some, everybody knows how they begin.
    fn well_known(&mut self, variable: Id, span: Span) -> Id {
        let Expression::Name(name, _) = *self.builder.program.expression(variable) else {
            return variable;
        };
        let name = self.builder.program.text(name);
        match BEGINNINGS.iter().find(|(known, _)| *known == name) {
            Some((_, beginning)) => self.constant((*beginning).to_owned(), span),
            None => variable,
        }
    }

    /// `${x,,}`, `${x^^}`, `${x/a/b}`, `${x#a}`, `${x%a}`, `${x:-a}`
    fn replaced(&mut self, variable: Id, (whole, parts): (&str, &[Id]), span: Span) -> Id {
        let (reducer, rest) = match whole {
            "" | "@P" => return variable,
            "@E" => (Reducer::Unescape, ""),
            ",," | "@L" => (Reducer::Lower, ""),
            "^^" | "@U" => (Reducer::Upper, ""),
            "^" | "@u" => (Reducer::Capitalize, ""),
            _ => {
                let reducers = [
                    ("//", Reducer::Replace),
                    ("/", Reducer::ReplaceFirst),
                    ("##", Reducer::WithoutPrefix),
                    ("#", Reducer::WithoutPrefix),
                    ("%%", Reducer::WithoutSuffix),
                    ("%", Reducer::WithoutSuffix),
                ];
                let found = reducers
                    .into_iter()
                    .find_map(|(mark, reducer)| Some((reducer, whole.strip_prefix(mark)?)));
                match found {
                    Some(found) => found,
                    None => return self.with_default(variable, (whole, parts), span),
                }
            }
        };
        let mut given = vec![variable];
        let is_longest = whole.starts_with("##") || whole.starts_with("%%");
        match reducer {
            Reducer::Replace | Reducer::ReplaceFirst => {
                let (old, new) = rest.split_once('/').unwrap_or((rest, ""));
                given.push(self.constant(old.to_owned(), span));
                given.push(self.constant(new.to_owned(), span));
            }
            Reducer::WithoutPrefix | Reducer::WithoutSuffix => {
                given.push(self.constant(rest.to_owned(), span));
                given.push(self.builder.constant(Constant::Boolean(is_longest), span));
            }
            _ => {}
        }
        self.reduced(reducer, given, span)
    }

    /// `${x:-a}`: a variable that is not set is the default; with `=` from there on.
    fn with_default(&mut self, variable: Id, (rest, parts): (&str, &[Id]), span: Span) -> Id {
        let default = rest.trim_start_matches(':');
        let Some(text) = default.strip_prefix(['-', '=', '+']) else {
            return self.unknown(span);
        };
        let value = match parts {
            _ if !text.contains(['$', '`']) => {
                self.constant(text.trim_matches(['"', '\'']).to_owned(), span)
            }
            [] => return self.unknown(span),
            [part] => *part,
            _ => {
                let parts = self.builder.list(parts.to_vec());
                self.builder.push(Expression::Join(parts), span)
            }
        };
        let list = self.builder.list([variable, value]);
        let either = self.builder.push(Expression::Either(list), span);
        if default.starts_with('=') {
            self.builder.assign(variable, either);
            if let Expression::Name(name, scope) = *self.builder.program.expression(variable) {
                return self.builder.push(Expression::Name(name, scope), span);
            }
        }
        either
    }

    /// `name=value`, `name+=value`
    pub(super) fn assignment(&mut self, visit: Visit, children: &[Child]) -> Id {
        let Some(name) = field(children, Field::Name) else { return Id::UNKNOWN };
        let target = self.variable(self.text.at(name.visit.span), name.visit.span);
        let value = match field(children, Field::Value) {
            Some(value) => value.value,
            None => self.constant(String::new(), visit.span),
        };
        let adds = children.iter().any(|child| child.visit.kind == Kind::PlusAssign);
        let value = if adds {
            let before = self.variable(self.text.at(name.visit.span), name.visit.span);
            self.builder.push(Expression::Operation(Operator::Add, before, value), visit.span)
        } else {
            value
        };
        self.builder.assign(target, value);
        self.builder.program.writes.push((target, value));
        // `name[0]=value`
        let written = self.text.at(name.visit.span);
        if let Some((array, index)) = written.split_once('[') {
            let array = self.variable(array, name.visit.span);
            let index = index.trim_end_matches(']').parse().ok();
            let Some(index) = index.map(Constant::Integer) else {
                let item = self.builder.push(Expression::Index(array, Id::UNKNOWN), visit.span);
                self.builder.program.writes.push((item, value));
                return Id::UNKNOWN;
            };
            let index = self.builder.constant(index, visit.span);
            let items = self.reduced(Reducer::SetItem, vec![array, index, value], visit.span);
            self.builder.assign(array, items);
        }
        Id::UNKNOWN
    }

    /// `<(command)`: the name of a file, in which the output is.
    pub(super) fn file_of_output(&mut self, visit: Visit, children: &[Child]) -> Id {
        let file = self.builder.symbol("<()");
        self.builder.push(Expression::Keyword(file, last(children)), visit.span)
    }
}

/// A backslash is taken away before anything, or before some characters only; a line break
/// after it goes too.
fn without_backslashes(written: &str, before: Option<&str>) -> String {
    let mut text = String::with_capacity(written.len());
    let mut characters = written.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        let escapes = next.is_some_and(|next| before.is_none_or(|before| before.contains(next)));
        if character != '\\' || !escapes {
            text.push(character);
        } else if next == Some('\n') {
            characters.next();
        } else {
            text.extend(characters.next());
        }
    }
    text
}
