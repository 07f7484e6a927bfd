//! What commands of Bash print, where that can be computed.

use std::collections::HashMap;
use std::rc::Rc;

use crate::catalogue::Reducer;
use crate::clock::TooLate;
use crate::escape::unescaped;
use crate::fold;
use crate::program::{Constant, DefinitionId, Id, ScopeId, function_of};
use crate::resolve::{Given, Meaning, Resolver, What};

/// Commands that read into variables. What they read stands for what they print.
const READERS: [&str; 3] = ["mapfile", "read", "readarray"];

impl Resolver<'_> {
    /// What a command prints.
    pub(super) fn output(
        &mut self,
        command: &str,
        given: &Given,
        at: Id,
    ) -> Result<Rc<Meaning>, TooLate> {
        if let Some(function) = self.own_function(command, at)? {
            return self.enter(function, given);
        }
        if READERS.contains(&command) {
            return self.program.input(at).map_or(Ok(self.unknown.clone()), |id| self.meaning(id));
        }
        let words: Option<Vec<Rc<str>>> =
            given.by_place.iter().skip(1).map(|word| word.text().cloned()).collect();
        let Some(words) = words else { return Ok(self.unknown.clone()) };
        let input = match self.program.input(at) {
            Some(input) => self.meaning(input)?.text().cloned(),
            None => None,
        };
        let printed = printed(self, command, &words, input.as_deref());
        let Some(text) = printed.filter(|text| self.budget.spend(text.len())) else {
            return Ok(self.unknown.clone());
        };
        let text = text.trim_end_matches('\n');
        let made = Self::made_of(given, What::Constant(Constant::text(text)), at);
        Ok(made.unwrap_or_else(|| self.unknown.clone()))
    }

    /// The function of the script's own that a command is.
    fn own_function(&mut self, command: &str, at: Id) -> Result<Option<DefinitionId>, TooLate> {
        let Some(name) = self.program.symbol(&function_of(command)) else { return Ok(None) };
        let found = self.program.find(name, ScopeId::default(), at);
        let Some(binding) = found.bindings.first() else { return Ok(None) };
        let value = self.meaning(self.program.binding(*binding).value)?;
        Ok(value.values.iter().find_map(|value| match value.what {
            What::Own(function) => Some(function),
            _ => None,
        }))
    }
}

/// What a command prints for these words and this input.
fn printed(
    resolver: &Resolver<'_>,
    command: &str,
    words: &[Rc<str>],
    input: Option<&str>,
) -> Option<String> {
    let has = |options: &[&str]| words.iter().any(|word| options.contains(&&**word));
    let decode = |reducer, text: &str| {
        let decoded = fold::reduce(resolver.language, reducer, &[Constant::text(text)])?;
        match decoded {
            Constant::Bytes(bytes) => String::from_utf8(bytes.to_vec()).ok(),
            _ => None,
        }
    };
    match command {
        "echo" => Some(echo(words)),
        "printf" if has(&["-v"]) => print_formatted(words.get(2..)?),
        "printf" => print_formatted(words),
        "cat" | "tee" if words.is_empty() => input.map(str::to_owned),
        "rev" if words.is_empty() => {
            let lines = input?.lines().map(|line| line.chars().rev().collect::<String>());
            Some(lines.collect::<Vec<_>>().join("\n"))
        }
        "base64" if has(&["-d", "-D", "--decode", "-di"]) => decode(Reducer::FromBase64, input?),
        "base32" if has(&["-d", "--decode"]) => decode(Reducer::FromBase32, input?),
        "openssl" if has(&["-d"]) && has(&["base64", "enc"]) => decode(Reducer::FromBase64, input?),
        "xxd" if has(&["-r"]) => decode(Reducer::FromHex, input?),
        "tr" => translated(words, input?),
        "cut" => cut(words, input?),
        "head" if words.len() == 1 => {
            let count = words[0].strip_prefix("-c")?.parse().ok()?;
            Some(input?.chars().take(count).collect())
        }
        "sed" => substituted(words.iter().find(|word| word.len() > 2)?, input?),
        "which" | "type" => words.last().map(ToString::to_string),
        "command" if has(&["-v"]) => words.last().map(ToString::to_string),
        "awk" | "gawk" | "mawk" | "perl" | "php" | "python" | "python3" | "ruby" => {
            text_that_is_printed(words.last()?)
        }
        _ => None,
    }
}

/// `sed s/old/new/`, where what is old is a text.
fn substituted(script: &str, input: &str) -> Option<String> {
    let rest = script.strip_prefix('s')?;
    let mark = rest.chars().next().filter(char::is_ascii_punctuation)?;
    let parts: Vec<&str> = rest[1..].split(mark).collect();
    let [old, new, flags] = parts[..] else { return None };
    let is_pattern = |text: &str| text.contains(['\\', '*', '[', '^', '$', '.', '&']);
    if old.is_empty() || is_pattern(old) || is_pattern(new) {
        return None;
    }
    Some(if flags == "g" { input.replace(old, new) } else { input.replacen(old, new, 1) })
}

/// `cut -c 1-2`, `cut -d , -f 2`
fn cut(words: &[Rc<str>], input: &str) -> Option<String> {
    let option = |name: &str| {
        words.iter().enumerate().find_map(|(at, word)| match word.strip_prefix(name)? {
            "" => words.get(at + 1).map(ToString::to_string),
            value => Some(value.to_owned()),
        })
    };
    if let Some(range) = option("-c").or_else(|| option("-b")) {
        let (from, to) = range.split_once('-').unwrap_or((&range, &range));
        let from = if from.is_empty() { 1 } else { from.parse::<usize>().ok()? };
        let to = if to.is_empty() { usize::MAX } else { to.parse().ok()? };
        let count = to.checked_sub(from.checked_sub(1)?)?;
        return Some(input.chars().skip(from - 1).take(count).collect());
    }
    let between = option("-d").unwrap_or_else(|| "\t".to_owned());
    let field: usize = option("-f")?.parse().ok()?;
    input.split(&between).nth(field.checked_sub(1)?).map(str::to_owned)
}

/// A program that prints one text and does nothing else: `print("rm")`, `BEGIN { print "rm" }`.
fn text_that_is_printed(program: &str) -> Option<String> {
    let program = program.trim();
    let inner = program
        .strip_prefix("BEGIN")
        .map_or(program, |rest| rest.trim().trim_start_matches('{').trim_end_matches('}'));
    let rest = ["printf", "print", "puts", "echo"]
        .iter()
        .find_map(|word| inner.trim().strip_prefix(word))?;
    let text = rest.trim().trim_end_matches(';').trim_start_matches('(').trim_end_matches(')');
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let text = text.strip_prefix(quote)?.strip_suffix(quote)?;
    (!text.contains([quote, '\\', '$', '{'])).then(|| text.to_owned())
}

/// `echo -e words`
fn echo(words: &[Rc<str>]) -> String {
    let is_option = |word: &&Rc<str>| matches!(&***word, "-n" | "-e" | "-ne" | "-en" | "-E");
    let options = words.iter().take_while(is_option);
    let escapes = options.clone().any(|word| word.contains('e'));
    let text = words[options.count()..].join(" ");
    if escapes { unescaped(&with_short_octals(&text)) } else { text }
}

/// `\0162` as `\162`: `echo -e` and `%b` read one digit more than others do.
fn with_short_octals(text: &str) -> String {
    let mut pieces = text.split("\\0");
    let mut made = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let is_octal = |c: char| ('0'..='7').contains(&c);
        made.push_str(if piece.starts_with(is_octal) { "\\" } else { "\\0" });
        made.push_str(piece);
    }
    made
}

/// `printf format words`: the format is used until there are no words left.
fn print_formatted(words: &[Rc<str>]) -> Option<String> {
    let (format, words) = words.split_first()?;
    let long =
        format.contains("%b").then(|| words.iter().map(|word| with_short_octals(word).into()));
    let words: Vec<Rc<str>> = match long {
        Some(words) => words.collect(),
        None => words.to_vec(),
    };
    // `\x%x` is an escape when it is filled in.
    let format = format.replace("\\\\x%", "\\x%");
    let format = if format.contains("\\x%") { format } else { unescaped(&format) };
    let taken = format.replace("%%", "").matches('%').count();
    let format = Constant::text(format.replace("%b", "%s"));
    let words: Vec<Constant> = words.iter().map(|word| Constant::text(unescaped(word))).collect();
    let rounds: Vec<&[Constant]> =
        if taken == 0 || words.is_empty() { vec![&words] } else { words.chunks(taken).collect() };
    let mut printed = String::new();
    for round in rounds {
        // What is not given is empty.
        let mut round = round.to_vec();
        round.resize(taken.max(round.len()), Constant::text(""));
        printed.push_str(fold::percent(&format, &round)?.as_text()?);
    }
    Some(printed)
}

/// `tr from to`, `tr -d characters`
fn translated(words: &[Rc<str>], input: &str) -> Option<String> {
    match words {
        [option, gone] if &**option == "-d" => {
            let gone = characters(gone);
            Some(input.chars().filter(|c| !gone.contains(c)).collect())
        }
        [from, to] => {
            let (from, to) = (characters(from), characters(to));
            let last = *to.last()?;
            let pairs = from.into_iter().enumerate();
            let table: HashMap<char, char> =
                pairs.map(|(at, c)| (c, to.get(at).copied().unwrap_or(last))).collect();
            Some(input.chars().map(|c| table.get(&c).copied().unwrap_or(c)).collect())
        }
        _ => None,
    }
}

/// `a-zA-Z` as its characters.
fn characters(set: &str) -> Vec<char> {
    match set {
        "[:lower:]" => return ('a'..='z').collect(),
        "[:upper:]" => return ('A'..='Z').collect(),
        _ => {}
    }
    let set: Vec<char> = set.trim_matches(['[', ']']).chars().collect();
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(first) = set.get(at) {
        match (set.get(at + 1), set.get(at + 2)) {
            (Some('-'), Some(last)) if first <= last && u32::from(*last) < 0x250 => {
                all.extend(*first..=*last);
                at += 3;
            }
            _ => {
                all.push(*first);
                at += 1;
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<Rc<str>> {
        words.iter().map(|word| (*word).into()).collect()
    }

    #[test]
    fn printf_goes_round() {
        let printed = |given: &[&str]| print_formatted(&words(given)).unwrap();
        assert_eq!(printed(&["%s", "r", "m"]), "rm");
        assert_eq!(printed(&["\\x72%s", "m"]), "rm");
        assert_eq!(printed(&["rm"]), "rm");
    }

    #[test]
    fn characters_are_exchanged() {
        let rotated = translated(&words(&["A-Za-z", "N-ZA-Mn-za-m"]), "ez").unwrap();
        assert_eq!(rotated, "rm");
        assert_eq!(translated(&words(&["-d", "_"]), "r_m").unwrap(), "rm");
    }
}
