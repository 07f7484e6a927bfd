//! Names that a project gives to its own files: `paths` and `baseUrl` of `tsconfig.json`.
//!
//! What the file `extends` is not read.

use serde_json::Value;

/// Larger configurations are nobody's.
const LARGEST: usize = 1024 * 1024;

/// Which imports below a folder mean the project's own files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aliases {
    /// The folder whose files they are for; empty for all.
    folder: String,
    /// What comes before and after the star in each name; without a star, the whole name alone.
    patterns: Vec<(String, Option<String>)>,
    /// The folder that all other names are looked for in first.
    base: Option<String>,
}

impl Aliases {
    /// Reads a `tsconfig.json` or `jsconfig.json`; one that cannot be read names nothing.
    pub fn read(path: &str, contents: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(contents).ok().filter(|text| text.len() <= LARGEST)?;
        let read: Value = serde_json::from_str(&plain(text)).ok()?;
        let options = &read["compilerOptions"];
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let base = options["baseUrl"].as_str().map(|base| within(&folder, base));
        let names = options["paths"].as_object().into_iter().flat_map(|paths| paths.keys());
        let patterns = names.filter(|name| *name != "*").map(|name| match name.split_once('*') {
            Some((before, after)) => (before.to_owned(), Some(after.to_owned())),
            None => (name.clone(), None),
        });
        Some(Self { patterns: patterns.collect(), folder, base })
    }

    /// Whether a file's import means the project's own.
    pub(super) fn has(&self, file: &str, specifier: &str) -> bool {
        let is_below = self.folder.is_empty()
            || file.strip_prefix(&self.folder).is_some_and(|rest| rest.starts_with('/'));
        is_below
            && self.patterns.iter().any(|(before, after)| match after {
                Some(after) => {
                    let rest = specifier.strip_prefix(before.as_str());
                    rest.is_some_and(|rest| rest.ends_with(after.as_str()))
                }
                None => specifier == before,
            })
    }

    /// Where the first part of a name is looked for.
    pub(super) fn base(&self) -> Option<&str> {
        self.base.as_deref()
    }
}

/// `./src` in `app` is `app/src`.
fn within(folder: &str, path: &str) -> String {
    let path = path.trim_start_matches("./").trim_matches(['.', '/']);
    match (folder, path) {
        ("", path) => path.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, path) => format!("{folder}/{path}"),
    }
}

/// The JSON in a text that may have comments, and commas after the last item.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if character == '"' {
            let (string, after) = rest.split_at(string_end(rest));
            plain.push_str(string);
            rest = after;
        } else if let Some(comment) = rest.strip_prefix("//") {
            rest = comment.find('\n').map_or("", |end| &comment[end..]);
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, after)| after);
        } else {
            if matches!(character, '}' | ']') && plain.trim_end().ends_with(',') {
                plain.truncate(plain.trim_end().len() - 1);
            }
            plain.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    plain
}

/// Where a string ends that the text begins with.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_last_commas_are_no_obstacle() {
        let text = r#"{ // one
            /* two */ "compilerOptions": { "baseUrl": "./src", "paths": {
                "@app/*": ["x/*"], "only": ["y"], "http://a/*": [], "*": ["z/*"],
            }, }, }"#;
        let aliases = Aliases::read("web/tsconfig.json", text.as_bytes()).unwrap();
        for name in ["@app/a", "only", "http://a/b"] {
            assert!(aliases.has("web/a.ts", name), "{name}");
        }
        for (file, name) in [("web/a.ts", "lodash"), ("web/a.ts", "only/a"), ("a.ts", "only")] {
            assert!(!aliases.has(file, name), "{name}");
        }
        assert_eq!(aliases.base(), Some("web/src"));
        assert_eq!(Aliases::read("tsconfig.json", b"{ nothing"), None);
    }
}
