//! What a rule asks of the arguments.

use serde::Deserialize;

use crate::Argument;

/// A condition on what a call is given. It holds only where that is known: a rule that asks
/// for something dangerous stays silent on what it cannot see, and one that excuses
/// something safe does not excuse that.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Condition {
    /// The argument at this place, from 0.
    argument: Option<usize>,
    /// Or the one with this name.
    keyword: Option<String>,
    /// It is a constant.
    constant: Option<bool>,
    /// It is one of these: a constant's text, or a resolved name.
    is: Vec<String>,
    /// It is a constant text that contains one of these characters.
    contains: String,
    /// It is a text that begins with one of these.
    begins: Vec<String>,
    /// As it is written, without its spaces, it contains one of these. For what has no value yet:
    /// a text that is put together, an object of options.
    written: Vec<String>,
    /// One of the options of a Bash command: `r` also in `-fr`, `recursive` as `--recursive`.
    option: Vec<String>,
    /// Any argument of a Bash command that is not an option is one of these; `**` at the end
    /// stands for anything, and at the beginning, with `*` at the end, for a text within.
    operand: Vec<String>,
}

impl Condition {
    /// Whether it is known to hold.
    pub(crate) fn holds(&self, arguments: &[Argument]) -> bool {
        if !self.option.is_empty() && !arguments.iter().any(|one| self.is_option(one.word())) {
            return false;
        }
        if !self.operand.is_empty() && !arguments.iter().any(|one| self.is_operand(one)) {
            return false;
        }
        if self.argument.is_none() && self.keyword.is_none() {
            return true;
        }
        self.argument(arguments).is_some_and(|argument| self.accepts(argument))
    }

    fn argument<'a>(&self, arguments: &'a [Argument]) -> Option<&'a Argument> {
        let named = |one: &&Argument| one.name.is_some() && one.name == self.keyword;
        let placed =
            || self.argument.and_then(|at| arguments.get(at)).filter(|one| one.name.is_none());
        arguments.iter().find(named).or_else(placed)
    }

    fn accepts(&self, argument: &Argument) -> bool {
        let text = argument.constant_text();
        let is = |known: &String| {
            text.as_ref() == Some(known)
                || argument.resolved.as_ref() == Some(known)
                || argument.literal.as_ref() == Some(known)
        };
        let text = text.as_deref();
        (self.is.is_empty() || self.is.iter().any(is))
            && (self.contains.is_empty()
                || text.is_some_and(|text| text.contains(|c| self.contains.contains(c))))
            && (self.begins.is_empty()
                || text.is_some_and(|text| self.begins.iter().any(|known| text.starts_with(known))))
            && self.is_written(&argument.text)
            && self.constant.is_none_or(|wanted| wanted == argument.is_constant())
    }

    fn is_written(&self, text: &str) -> bool {
        let text: String = text.split_whitespace().collect();
        self.written.is_empty() || self.written.iter().any(|known| text.contains(known))
    }

    fn is_option(&self, word: &str) -> bool {
        let Some(option) = word.strip_prefix('-') else { return false };
        match option.strip_prefix('-') {
            Some(long) => self.option.iter().any(|known| known == long),
            None => self.option.iter().any(|known| match known.as_str() {
                letter if letter.len() == 1 => option.contains(letter),
                word => word == option,
            }),
        }
    }

    fn is_operand(&self, argument: &Argument) -> bool {
        let text = argument.word();
        self.operand.iter().any(|known| {
            match (known.strip_prefix("**"), known.strip_suffix("**")) {
                (Some(within), _) => text.contains(within.trim_end_matches('*')),
                (None, Some(beginning)) => text.starts_with(beginning),
                (None, None) => known == text,
            }
        })
    }
}
