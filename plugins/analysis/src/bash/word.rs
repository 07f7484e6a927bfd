//! Words, as the shell reads them.

use std::rc::Rc;

use crate::bash::kind::Kind;
use crate::bash::{Child, Made, Shell, Visit};
use crate::escape::unescaped;
use crate::kind::Field;
use crate::survey::{json, shortened};
use crate::{Argument, FactKind, Resolution, Span};

/// The longest word that is put together: variables that double would fill the memory.
const LENGTH: usize = 4096;

/// Files that are connections.
const CONNECTIONS: [&str; 2] = ["/dev/tcp/", "/dev/udp/"];

/// A word.
#[derive(Clone, Debug, Default)]
pub(super) struct Word {
    /// Without quotes; what is not known stands as it is written, `$HOME`.
    pub(super) text: String,
    /// Whether all of it is known.
    pub(super) constant: bool,
    /// Whether a variable's value is in it.
    pub(super) from_variable: bool,
    /// The commands whose output is in it.
    pub(super) printed_by: Vec<String>,
}

impl Word {
    /// How sure the text is.
    pub(super) fn resolution(&self) -> Resolution {
        match (self.constant, self.from_variable) {
            (true, false) => Resolution::Exact,
            (true, true) => Resolution::Likely,
            (false, _) => Resolution::Unknown,
        }
    }

    fn append(&mut self, other: &Self) {
        if self.text.len() + other.text.len() > LENGTH {
            self.constant = false;
            return;
        }
        self.text.push_str(&other.text);
        self.constant &= other.constant;
        self.from_variable |= other.from_variable;
        self.printed_by.extend(other.printed_by.iter().cloned());
    }
}

impl Shell<'_> {
    /// What a word becomes, or a part of one.
    pub(super) fn word(&mut self, visit: Visit, children: &[Child]) -> Made {
        let written = self.text.at(visit.span);
        let word = match visit.kind {
            Kind::RawString => constant(written.trim_matches('\'').to_owned()),
            Kind::AnsiString => {
                let inner = written.strip_prefix("$'").and_then(|rest| rest.strip_suffix('\''));
                constant(unescaped(inner.unwrap_or(written)))
            }
            Kind::StringContent => constant(without_backslashes(written, Some("$`\"\\\n"))),
            Kind::Expansion => self.expansion(written, children),
            Kind::String | Kind::Concatenation | Kind::Translated => joined(children),
            _ => constant(without_backslashes(written, None)),
        };
        if CONNECTIONS.iter().any(|start| word.text.starts_with(start))
            && visit.field != Field::Destination
        {
            self.see(FactKind::Redirect, &word.text.clone(), Resolution::Likely, visit.span);
        }
        Made::Word(Rc::new(word))
    }

    /// `$name` and `${name}`; what else braces can ask for is not followed.
    fn expansion(&self, written: &str, children: &[Child]) -> Word {
        let name = written.trim_start_matches(['$', '{']).trim_end_matches('}');
        if let Some(value) = self.variables.get(name) {
            return Word { from_variable: true, ..constant(value.clone()) };
        }
        let printed_by = joined(children).printed_by;
        Word { text: format!("${name}"), constant: false, from_variable: true, printed_by }
    }

    /// `$(command)` and `<(command)`
    pub(super) fn substitution(&self, visit: Visit, children: &[Child]) -> Made {
        let mut word = Word { text: shortened(self.text.at(visit.span)), ..Word::default() };
        for child in children {
            if let Made::Commands(commands) = &child.value {
                word.printed_by.extend(commands.iter().map(|command| command.name.clone()));
            }
        }
        Made::Word(Rc::new(word))
    }

    /// `name=value`: a constant is kept, as far as it is certain.
    pub(super) fn assignment(&mut self, children: &[Child]) -> Made {
        let text = |wanted| children.iter().find(|child: &&Child| child.visit.field == wanted);
        let Some(name) = text(Field::Name) else { return Made::Nothing };
        let name = self.text.at(name.visit.span).to_owned();
        match text(Field::Value).map(|child| &child.value) {
            Some(Made::Word(word)) if word.constant => {
                self.variables.insert(name, word.text.clone());
            }
            _ => {
                self.variables.remove(&name);
            }
        }
        Made::Nothing
    }

    /// A word as an argument.
    pub(super) fn argument(&self, word: &Word, span: Span) -> Argument {
        Argument {
            name: None,
            literal: word.constant.then(|| json(&word.text)),
            resolved: Some(word.text.clone()),
            text: shortened(self.text.at(span)),
            span,
        }
    }

    /// The operator of a redirection as an argument.
    pub(super) fn operator(&self, span: Span) -> Argument {
        self.argument(&constant(self.text.at(span).to_owned()), span)
    }
}

pub(super) fn constant(text: String) -> Word {
    Word { text, constant: true, from_variable: false, printed_by: Vec::new() }
}

/// Words that touch are one.
pub(super) fn joined(children: &[Child]) -> Word {
    let mut whole = constant(String::new());
    for child in children {
        match &child.value {
            Made::Word(word) => whole.append(word),
            _ if child.visit.named => whole.constant = false,
            _ => {}
        }
    }
    whole
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
