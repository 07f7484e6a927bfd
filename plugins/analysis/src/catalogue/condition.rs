//! What a rule asks of the arguments.

use super::form::Condition;
use crate::Argument;

impl Condition {
    /// Whether it is known to hold.
    pub(crate) fn holds(&self, arguments: &[Argument]) -> bool {
        if !self.option.is_empty() && !arguments.iter().any(|one| self.is_option(one.word())) {
            return false;
        }
        if !self.operand.is_empty() && !arguments.iter().any(|one| self.is_operand(one)) {
            return false;
        }
        if self.count.is_some_and(|count| count != arguments.len()) {
            return false;
        }
        if self.argument.is_none() && self.keyword.is_none() {
            return self.written.is_empty()
                || arguments.iter().any(|one| self.is_written(&one.text));
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
        let word = argument.word();
        let path = plain_path(word);
        self.operand.iter().any(|known| {
            match (known.strip_prefix("**"), known.strip_suffix("**")) {
                (Some(within), _) => word.contains(within.trim_end_matches('*')),
                (None, Some(beginning)) => {
                    word.starts_with(beginning)
                        || path.as_deref().is_some_and(|path| path.starts_with(beginning))
                }
                (None, None) => known == word || path.as_ref() == Some(known),
            }
        })
    }
}

/// A path as short as it can be written: `//etc/./a/..` is `/etc`. Nothing of a plain one.
fn plain_path(word: &str) -> Option<String> {
    let rest = word.strip_prefix('/')?;
    if !rest.ends_with('/') && !rest.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return None;
    }
    let mut parts = Vec::new();
    for part in rest.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    Some(format!("/{}", parts.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_compared_as_short_as_they_can_be_written() {
        let plain = |path: &str| plain_path(path).unwrap();
        assert_eq!(plain("//"), "/");
        assert_eq!(plain("/./"), "/");
        assert_eq!(plain("/etc/.."), "/");
        assert_eq!(plain("/etc/"), "/etc");
        assert_eq!(plain("/*/"), "/*");
        assert_eq!(plain("/../../usr//lib/"), "/usr/lib");
        assert_eq!(plain_path("/etc/a"), None);
        assert_eq!(plain_path("a/../b"), None);
    }
}
