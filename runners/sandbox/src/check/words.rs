//! Whether what the program is told can be handed to it: environment, words, arguments.

use crate::{Entry, Form, Interpreter, Job};

/// The most bytes in one word or variable, and in all together: what the kernel hands on to another
/// program (`MAX_ARG_STRLEN`; of `ARG_MAX`, three quarters are left to the program).
const LONGEST_WORD: usize = 128 * 1024 - 1;
const MOST_WORDS: usize = 512 * 1024;

/// The most bytes of arguments, as JSON. The agent holds them until the program has read them.
const MOST_ARGUMENTS: usize = 16 * 1024 * 1024;

/// Variables that Bash does not let anybody set.
const READ_ONLY_IN_BASH: [&str; 6] =
    ["BASHOPTS", "BASH_VERSINFO", "EUID", "PPID", "SHELLOPTS", "UID"];

impl Job {
    pub(super) fn check_environment(&self) -> Result<(), String> {
        for (name, value) in &self.environment {
            if name.is_empty() || name.contains(['=', '\0']) {
                return Err(format!("`{name}` cannot be the name of an environment variable"));
            }
            if self.interpreter == Interpreter::Bash && !is_variable(name, Interpreter::Bash) {
                return Err(format!("bash cannot set the environment variable `{name}`"));
            }
            if value.contains('\0') {
                return Err(format!("the environment variable `{name}` has a NUL in its value"));
            }
        }
        Ok(())
    }

    /// What is handed to every process of the program: its environment and its words.
    pub(super) fn check_words(&self) -> Result<(), String> {
        let words = match &self.entry.form {
            Form::Script { words } => words.as_slice(),
            Form::Main { .. } => &[],
        };
        let variables = self.environment.iter().map(|(name, value)| name.len() + 1 + value.len());
        let lengths = words.iter().map(String::len).chain(variables);
        let (mut longest, mut all) = (0, 0);
        for length in lengths {
            longest = longest.max(length);
            all += length + 1;
        }
        if longest > LONGEST_WORD || all > MOST_WORDS {
            return Err(format!(
                "its environment and its words are too long: {LONGEST_WORD} bytes is the most for one \
                 of them, and {MOST_WORDS} for all; send more as a file or on standard input"
            ));
        }
        Ok(())
    }
}

pub(super) fn check_form(entry: &Entry, interpreter: Interpreter) -> Result<(), String> {
    match &entry.form {
        Form::Script { words } => match words.iter().find(|word| word.contains('\0')) {
            Some(word) => Err(format!("the word `{}` has a NUL", word.escape_default())),
            None => Ok(()),
        },
        Form::Main { arguments } => {
            let size = serde_json::to_string(arguments).map_or(0, |text| text.len());
            if size > MOST_ARGUMENTS {
                return Err(format!(
                    "its arguments have {size} bytes as JSON, and {MOST_ARGUMENTS} is the most; send \
                     more as a file"
                ));
            }
            if let Some(name) = arguments.keys().find(|name| !is_variable(name, interpreter)) {
                let language = interpreter.name();
                return Err(format!("`{name}` cannot be the name of an argument in {language}"));
            }
            let has_nul =
                |value: &serde_json::Value| value.as_str().is_some_and(|text| text.contains('\0'));
            match arguments.iter().find(|(_, value)| has_nul(value)) {
                Some((name, _)) if interpreter == Interpreter::Bash => {
                    Err(format!("the argument `{name}` has a NUL, which bash cannot hold"))
                }
                _ => Ok(()),
            }
        }
    }
}

/// Whether a program in this language can be given a variable with this name.
fn is_variable(name: &str, interpreter: Interpreter) -> bool {
    let ascii = interpreter == Interpreter::Bash;
    let starts = |first: char| first == '_' || first.is_alphabetic();
    let goes_on = |character: char| character == '_' || character.is_alphanumeric();
    name.starts_with(starts)
        && name.chars().all(goes_on)
        && (!ascii || name.is_ascii() && !READ_ONLY_IN_BASH.contains(&name))
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::Isolation;
    use crate::check::tests::{job, refusal};

    #[test]
    fn words_that_the_kernel_does_not_hand_on_are_refused() {
        let mut one = job(&["main.py"]);
        one.environment.insert("LONG".into(), "x".repeat(LONGEST_WORD));
        assert!(refusal(&one).contains("too long"));
        let mut many = job(&["main.py"]);
        many.entry.form = Form::Script { words: vec!["x".repeat(LONGEST_WORD); 9] };
        assert!(refusal(&many).contains("too long"));
    }

    #[test]
    fn arguments_that_nobody_could_hold_are_refused() {
        let mut job = job(&["main.py"]);
        let arguments = [("x".into(), json!("x".repeat(MOST_ARGUMENTS)))].into_iter().collect();
        job.entry.form = Form::Main { arguments };
        assert!(refusal(&job).contains("send more as a file"));
    }

    #[test]
    fn bash_gets_no_variable_that_it_cannot_set() {
        for name in ["UID", "a-b", "1"] {
            let mut job = job(&["main.py"]);
            job.environment.insert(name.into(), String::new());
            assert!(job.check("process", Isolation::Process).is_ok(), "{name}");
            job.interpreter = Interpreter::Bash;
            assert!(refusal(&job).contains(&format!("variable `{name}`")));
        }
    }

    #[test]
    fn an_argument_that_is_no_identifier_is_refused() {
        let arguments: Map<String, Value> = [("a b".into(), json!(1))].into_iter().collect();
        let mut job = job(&["main.py"]);
        job.entry.form = Form::Main { arguments };
        assert!(refusal(&job).contains("`a b` cannot be the name of an argument in python"));
    }

    #[test]
    fn bash_cannot_set_the_user() {
        assert!(!is_variable("UID", Interpreter::Bash));
        assert!(is_variable("UID", Interpreter::Python));
        assert!(
            is_variable("größe", Interpreter::Python) && !is_variable("größe", Interpreter::Bash)
        );
    }
}
