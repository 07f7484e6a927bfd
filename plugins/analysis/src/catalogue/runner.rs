//! What a command of Bash runs of what it is given.
//!
//! Commands read their options in a few ways only: letters may stand together, a value follows its
//! option in the same word or in the next one, and what is no option has a meaning by its place. The
//! table says which, and this reads it.

use std::ops::Range;

use super::Runner;
use super::form::Operands;
use crate::Language;

/// The input of a command, by its name.
const INPUTS: [&str; 4] = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];

/// Something that a command runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Runs {
    /// The command that these words are.
    Command(Range<usize>),
    /// The code that these words are, without so many bytes of the first.
    Code(Range<usize>, usize),
    /// The same, where only what `$(…)` stands for is run.
    Expanded(Range<usize>, usize),
    /// The file that this word names, without so many bytes of it.
    File(usize, usize),
    /// What it reads.
    Input,
}

/// What an option is followed by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Follows {
    Nothing,
    Value,
    Code,
    File,
}

/// A command whose words are being read.
struct Reading<'a, W> {
    runner: &'a Runner,
    words: &'a [W],
    at: usize,
    /// What is found to be run.
    runs: Vec<Runs>,
    first_is_code: bool,
    /// Whether its input is run, whatever its operands are.
    reads: bool,
    /// Whether neither its operands nor its input are run.
    is_idle: bool,
}

impl Runner {
    /// What a command runs. Its own name is the first of its words.
    pub(crate) fn runs<W: AsRef<str>>(&self, words: &[W]) -> Vec<Runs> {
        self.reading(words, 1).read()
    }

    fn reading<'a, W: AsRef<str>>(&'a self, words: &'a [W], at: usize) -> Reading<'a, W> {
        let (first_is_code, reads, is_idle) = (false, false, false);
        Reading { runner: self, words, at, runs: Vec::new(), first_is_code, reads, is_idle }
    }

    /// What the files are written in that it runs.
    pub(crate) fn reads(&self) -> Option<Language> {
        self.language.filter(|_| self.operands == Operands::File)
    }

    /// Whether code follows this word, or a file of code before the one that is to be run.
    pub(crate) fn is_followed_by_code(&self, word: &str) -> bool {
        let words = [word, ""];
        let mut reading = self.reading(&words, 0);
        reading.option();
        let is_option = word.starts_with('-');
        let is_before = is_option && self.before.iter().any(|before| before == word);
        let is_run = |runs: &Runs| is_option || matches!(runs, Runs::Code(..));
        reading.first_is_code || is_before || reading.runs.iter().any(is_run)
    }

    /// What stands for the words that are read: `xargs -I X`.
    pub(crate) fn placeholder<W: AsRef<str>>(&self, words: &[W]) -> Option<String> {
        if !self.appends {
            return None;
        }
        let mut words = words.iter().map(AsRef::as_ref);
        let attached = words.find_map(|word| match word {
            "--replace" | "-i" => Some("{}"),
            _ => word
                .strip_prefix("-I")
                .or_else(|| word.strip_prefix("--replace="))
                .or_else(|| word.strip_prefix("-i").filter(|_| !word.starts_with("--"))),
        });
        let name = match attached {
            Some("") => words.next().unwrap_or("{}"),
            Some(name) => name,
            None => "{}",
        };
        Some(name.to_owned())
    }

    /// What follows an option, which may be cut short where it is a long one: `--split`.
    fn follows(&self, option: &str) -> Option<Follows> {
        let is_long = option.len() > 2 && option.starts_with("--");
        self.follows_one(|known| known == option)
            .or_else(|| self.follows_one(|known| is_long && known.starts_with(option)))
    }

    fn follows_one(&self, is_it: impl Fn(&str) -> bool) -> Option<Follows> {
        let has = |options: &[String]| options.iter().any(|known| is_it(known));
        if has(&self.code) {
            Some(Follows::Code)
        } else if has(&self.files) {
            Some(Follows::File)
        } else if has(&self.values) {
            Some(Follows::Value)
        } else {
            let is_known = has(&self.turns) || has(&self.input) || has(&self.idle);
            is_known.then_some(Follows::Nothing)
        }
    }
}

impl<'a, W: AsRef<str>> Reading<'a, W> {
    fn read(mut self) -> Vec<Runs> {
        let mut skips = self.runner.skips;
        let mut ended = false;
        while let Some(word) = self.words.get(self.at).map(AsRef::as_ref) {
            let operands = self.runner.operands;
            if self.runner.before.iter().any(|before| before == word) {
                self.command_behind();
                continue;
            }
            let is_end = word == "--" && !ended;
            let is_option = is_end || !ended && self.option();
            ended |= is_end;
            let is_passed = is_option
                || operands == Operands::Command && is_assignment(word)
                || matches!(operands, Operands::Data | Operands::Input);
            if !is_passed {
                let Some(rest) = skips.checked_sub(1) else { break };
                skips = rest;
            }
            self.at = (self.at + 1).min(self.words.len());
        }
        self.operands();
        self.runs
    }

    fn word(&self, at: usize) -> Option<&'a str> {
        self.words.get(at).map(AsRef::as_ref)
    }

    /// `-exec command ;`
    fn command_behind(&mut self) {
        let start = self.at + 1;
        let end = (start..self.words.len())
            .find(|at| matches!(self.word(*at), Some(";" | "+")))
            .unwrap_or(self.words.len());
        self.runs.extend((start < end).then_some(Runs::Command(start..end)));
        self.is_idle = true;
        self.at = end;
    }

    /// Reads an option, and the value that follows it. Whether there is one.
    fn option(&mut self) -> bool {
        let Some(word) = self.word(self.at) else { return false };
        if let Some(follows) = self.runner.follows(word) {
            self.take(word, follows, None);
            return true;
        }
        if let Some((option, _)) = word.split_once('=').filter(|_| word.starts_with("--")) {
            if let Some(follows) = self.runner.follows(option) {
                self.take(option, follows, Some(option.len() + 1));
            }
            return true;
        }
        if word.starts_with("--") {
            return true;
        }
        let marks =
            if word.starts_with('+') { self.letters_of_plus() } else { word.starts_with('-') };
        if !marks || word.len() < 2 {
            return false;
        }
        self.letters();
        true
    }

    /// Whether a word that begins with a plus is an option: `+x` of a shell.
    fn letters_of_plus(&self) -> bool {
        self.runner.values.iter().any(|known| known.starts_with('+'))
    }

    /// `-euo pipefail`: letters that stand together.
    fn letters(&mut self) {
        let word = self.word(self.at).unwrap_or_default();
        let mark = &word[..1];
        for (at, letter) in word.char_indices().skip(1) {
            let option = format!("{mark}{letter}");
            if self.runner.attached.contains(&option) {
                return;
            }
            let Some(follows) = self.runner.follows(&option) else { continue };
            let rest = at + letter.len_utf8();
            self.take(&option, follows, (rest < word.len()).then_some(rest));
            if follows != Follows::Nothing {
                return;
            }
        }
    }

    /// An option, and what follows it: in the same word from a byte on, or the next word.
    fn take(&mut self, option: &str, follows: Follows, within: Option<usize>) {
        let has = |options: &[String]| options.iter().any(|known| known == option);
        self.first_is_code |= has(&self.runner.turns);
        self.reads |= has(&self.runner.input);
        self.is_idle |= has(&self.runner.idle);
        if follows == Follows::Nothing {
            return;
        }
        if within.is_none() {
            self.at += 1;
            // `deno eval --ext ts code`: options of a command of its own.
            let is_word = !option.starts_with(['-', '+']);
            while is_word && self.word(self.at).is_some_and(|word| word.starts_with('-')) {
                self.at += 1;
            }
        }
        if self.at >= self.words.len() {
            return;
        }
        let (at, skipped) = (self.at, within.unwrap_or(0));
        let operands = self.runner.operands;
        match follows {
            // What comes then is a part of it: `env -S 'sh -c' code`.
            Follows::Code if operands == Operands::Command => {
                self.runs.push(Runs::Code(at..self.words.len(), skipped));
                self.at = self.words.len();
            }
            Follows::Code => self.runs.push(Runs::Code(at..at + 1, skipped)),
            Follows::File => self.runs.push(Runs::File(at, skipped)),
            Follows::Value | Follows::Nothing => return,
        }
        self.is_idle |= follows == Follows::Code || operands != Operands::File;
    }

    fn operands(&mut self) {
        let (at, end) = (self.at, self.words.len());
        let is_given = at < end;
        let found = match self.runner.operands {
            _ if self.reads => Some(Runs::Input),
            Operands::Command => is_given.then_some(Runs::Command(at..end)),
            Operands::Code => is_given.then_some(Runs::Code(at..end, 0)),
            Operands::Expanded => is_given.then_some(Runs::Expanded(at..end, 0)),
            Operands::FirstCode if !self.is_idle => is_given.then_some(Runs::Code(at..at + 1, 0)),
            Operands::AssignedCode => {
                for at in at..end {
                    let equals = self.word(at).and_then(|word| word.find('='));
                    self.runs.extend(equals.map(|equals| Runs::Code(at..at + 1, equals + 1)));
                }
                None
            }
            Operands::File if self.first_is_code => {
                Some(if is_given { Runs::Code(at..at + 1, 0) } else { Runs::Input })
            }
            Operands::File if !self.is_idle => Some(match self.word(at) {
                Some(word) if !INPUTS.contains(&word) => Runs::File(at, 0),
                _ => Runs::Input,
            }),
            Operands::Input if !self.is_idle => Some(Runs::Input),
            Operands::Data | Operands::FirstCode | Operands::File | Operands::Input => None,
        };
        self.runs.extend(found);
        self.files_that_are_read();
    }

    /// `awk -f /dev/stdin`
    fn files_that_are_read(&mut self) {
        for at in 0..self.runs.len() {
            if let Runs::File(place, skipped) = self.runs[at]
                && self.word(place).is_some_and(|word| INPUTS.contains(&&word[skipped..]))
            {
                self.runs[at] = Runs::Input;
            }
        }
    }
}

/// `NAME=value` before a command.
fn is_assignment(text: &str) -> bool {
    let Some((name, _)) = text.split_once('=') else { return false };
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::commands;

    fn runs(line: &str) -> Vec<String> {
        let words: Vec<&str> = line.split(' ').collect();
        let runner = commands().runner(words[0]).unwrap();
        let shown = |runs: Runs| match runs {
            Runs::Command(range) => format!("command {}", words[range].join(" ")),
            Runs::Code(range, skipped) | Runs::Expanded(range, skipped) => {
                format!("code {}", &words[range].join(" ")[skipped..])
            }
            Runs::File(at, skipped) => format!("file {}", &words[at][skipped..]),
            Runs::Input => "input".to_owned(),
        };
        runner.runs(&words).into_iter().map(shown).collect()
    }

    #[test]
    fn an_interpreter_runs_code_a_file_or_what_it_reads() {
        assert_eq!(runs("bash -euo pipefail -c id x"), ["code id"]);
        assert_eq!(runs("bash -c -e id"), ["code id"]);
        assert_eq!(runs("bash --rcfile a b"), ["file a", "file b"]);
        assert_eq!(runs("bash -e a b"), ["file a"]);
        assert_eq!(runs("bash /dev/fd/0"), ["input"]);
        assert_eq!(runs("bash -s a"), ["input"]);
        assert_eq!(runs("bash"), ["input"]);
        assert_eq!(runs("python3.11 -Wignore -cid"), ["code id"]);
        assert_eq!(runs("python3 -m json.tool"), ["command json.tool"]);
        assert_eq!(runs("node --eval=id"), ["code id"]);
        assert_eq!(runs("perl -i -ne id"), ["code id"]);
        assert_eq!(runs("awk -f /dev/stdin a"), ["input"]);
        assert_eq!(runs("awk -F : id a"), ["code id"]);
    }

    #[test]
    fn a_wrapper_runs_another_command() {
        assert_eq!(runs("env -i A=1 -u B rm a"), ["command rm a"]);
        assert_eq!(runs("timeout -k 1 5 rm a"), ["command rm a"]);
        assert_eq!(runs("nice -n5 rm a"), ["command rm a"]);
        assert_eq!(runs("find . -exec ls ; -exec rm a +"), ["command ls", "command rm a"]);
        assert_eq!(runs("env -vS id"), ["code id"]);
        assert_eq!(runs("alias a=id b=ls"), ["code id", "code ls"]);
        assert_eq!(runs("ssh -p 22 host id -u"), ["code id -u"]);
    }
}
