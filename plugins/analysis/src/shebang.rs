//! The first line of a file that says which program reads it, and so what it is written in.

use crate::Language;
use crate::catalogue::commands;

/// `#!/usr/bin/env -S python3.12 -u`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shebang<'a> {
    /// What is written in the file.
    pub(crate) language: Language,
    /// What the program is given before the file.
    pub(crate) options: Vec<&'a str>,
    /// The name of the program, without its folder.
    pub(crate) program: &'a str,
}

impl Language {
    /// The language of a file, by the extension of its name or else by the `#!` that it begins
    /// with. A few hundred bytes of the beginning are enough.
    pub fn of(path: &str, beginning: &[u8]) -> Option<Self> {
        by_extension(path).or_else(|| {
            let line = beginning.split(|byte| *byte == b'\n').next()?;
            Some(Shebang::of(std::str::from_utf8(line).ok()?)?.language)
        })
    }
}

impl<'a> Shebang<'a> {
    /// Reads the first line of a file. Nothing comes of programs that read no language of ours.
    pub(crate) fn of(line: &'a str) -> Option<Self> {
        let mut words = line.strip_prefix("#!")?.split_whitespace().peekable();
        let name = |word: &'a str| word.rsplit('/').next().unwrap_or(word);
        let is_of_env = |word: &&str| word.starts_with('-') || word.contains('=');
        let mut program = name(words.next()?);
        if program == "env" {
            while words.next_if(is_of_env).is_some() {}
            program = name(words.next()?);
        }
        let language = commands().runner(program)?.reads()?;
        Some(Self { language, options: words.collect(), program })
    }

    /// The first of the options that makes the program run code, or another file, before this one.
    pub(crate) fn runs_before(&self) -> Option<&'a str> {
        let runner = commands().runner(self.program)?;
        self.options.iter().copied().find(|option| runner.is_followed_by_code(option))
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
    fn an_interpreter_is_known_with_its_version_and_a_wrapper_is_none() {
        let of = |line: &str| Shebang::of(line).map(|shebang| shebang.language);
        assert_eq!(of("#!/usr/bin/python3.11"), Some(Language::Python));
        assert_eq!(of("#!/usr/bin/env nodejs"), Some(Language::JavaScript));
        assert_eq!(of("#!/usr/bin/env -S deno run"), Some(Language::TypeScript));
        assert_eq!(of("#!/usr/bin/perl"), None);
    }
}
