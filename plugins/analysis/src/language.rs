//! The languages, and how a file's own is told.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A language that can be analysed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Python 3.
    Python,
    /// JavaScript, with JSX.
    JavaScript,
    /// TypeScript.
    TypeScript,
    /// TypeScript with JSX.
    Tsx,
    /// Bash, and what of `sh` it understands.
    Bash,
}

/// A name that no language has.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("cannot analyse the language `{name}`; there are: {}", Language::ALL.map(Language::name).join(", "))]
pub struct UnknownLanguage {
    /// The name, as given.
    pub name: String,
}

impl Language {
    /// Every language there is.
    pub const ALL: [Self; 5] =
        [Self::Python, Self::JavaScript, Self::TypeScript, Self::Tsx, Self::Bash];

    /// The name in configuration, rules and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::JavaScript => "javascript",
            Self::TypeScript => "typescript",
            Self::Tsx => "tsx",
            Self::Bash => "bash",
        }
    }

    /// The first of the languages that share an interpreter with this one.
    pub(crate) fn family(self) -> Self {
        match self {
            Self::TypeScript | Self::Tsx => Self::JavaScript,
            other => other,
        }
    }

    /// The language that people mean by a name: `py`, `node`, `sh`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "python" | "python3" | "py" => Some(Self::Python),
            "javascript" | "js" | "node" | "nodejs" | "jsx" | "mjs" | "cjs" => {
                Some(Self::JavaScript)
            }
            "typescript" | "ts" | "mts" | "cts" => Some(Self::TypeScript),
            "tsx" => Some(Self::Tsx),
            "bash" | "sh" | "shell" => Some(Self::Bash),
            _ => None,
        }
    }

    /// The language of a file, by the extension of its name or else by the `#!` that it begins
    /// with. A few hundred bytes of the beginning are enough.
    pub fn of(path: &str, beginning: &[u8]) -> Option<Self> {
        by_extension(path).or_else(|| by_interpreter(beginning))
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::from_name(name).ok_or_else(|| UnknownLanguage { name: name.to_owned() })
    }
}

fn by_extension(path: &str) -> Option<Language> {
    let (stem, extension) = path.rsplit('/').next()?.rsplit_once('.')?;
    if stem.is_empty() {
        return None;
    }
    match extension.to_ascii_lowercase().as_str() {
        "py" | "pyi" | "pyw" => Some(Language::Python),
        "js" | "mjs" | "cjs" | "jsx" => Some(Language::JavaScript),
        "ts" | "mts" | "cts" => Some(Language::TypeScript),
        "tsx" => Some(Language::Tsx),
        "sh" | "bash" => Some(Language::Bash),
        _ => None,
    }
}

/// `#!/usr/bin/env -S python3.12 -u` is Python.
fn by_interpreter(beginning: &[u8]) -> Option<Language> {
    let line = beginning.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let line = std::str::from_utf8(line).ok()?;
    let program = line
        .split_whitespace()
        .map(|word| word.rsplit('/').next().unwrap_or(word))
        .find(|word| *word != "env" && !word.starts_with('-') && !word.contains('='))?;
    read_by(program)
}

/// The language that a program reads: `python3.12` is Python's.
pub(crate) fn read_by(program: &str) -> Option<Language> {
    match program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.') {
        "python" | "pypy" => Some(Language::Python),
        "node" | "nodejs" | "bun" => Some(Language::JavaScript),
        "deno" | "ts-node" | "tsx" => Some(Language::TypeScript),
        "bash" | "sh" | "dash" | "ash" | "ksh" | "zsh" => Some(Language::Bash),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_tells_the_language_before_the_interpreter_does() {
        assert_eq!(Language::of("a/b.PY", b"#!/bin/sh"), Some(Language::Python));
        assert_eq!(Language::of("a.b/tool", b"#!/bin/sh"), Some(Language::Bash));
        assert_eq!(Language::of(".sh", b""), None);
    }

    #[test]
    fn the_interpreter_is_found_behind_env_its_options_and_its_variables() {
        let python = b"#!/usr/bin/env -S A=1 python3.12 -u\nimport os";
        assert_eq!(Language::of("tool", python), Some(Language::Python));
    }

    #[test]
    fn every_language_is_known_by_its_own_name() {
        for language in Language::ALL {
            assert_eq!(language.name().parse(), Ok(language));
        }
    }

    #[test]
    fn an_unknown_language_is_answered_with_those_there_are() {
        let error = "cobol".parse::<Language>().unwrap_err().to_string();
        assert!(error.ends_with("there are: python, javascript, typescript, tsx, bash"), "{error}");
    }
}
