//! What a reader sees otherwise than the interpreter reads it: text that turns its direction,
//! characters that are not seen, names that are written as others, a first line that is a program.

use tree_sitter::Tree;
use unicode_normalization::UnicodeNormalization;

use crate::catalogue::Trigger;
use crate::clock::{Clock, TooLate};
use crate::shebang::Shebang;
use crate::text::Text;
use crate::{Language, Span, javascript, walk};

/// More of them in one file say nothing more.
const MOST: usize = 100;

/// So many characters in a row that are not seen are no accent and no emoji.
const UNSEEN_RUN: usize = 4;

/// A name of one letter is one of mathematics: `ℓ`, `𝑥`.
const SHORTEST_NAME: usize = 2;

/// Something that is not what it seems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Disguise {
    /// What rules speak of it.
    pub(crate) trigger: Trigger,
    /// Where.
    pub(crate) span: Span,
    /// What to call it in a message.
    pub(crate) name: String,
}

/// Everything in a file that is not what it seems, the first hundred.
pub(crate) fn of(
    language: Language,
    tree: &Tree,
    text: &Text,
    clock: &Clock,
) -> Result<Vec<Disguise>, TooLate> {
    let mut found: Vec<Disguise> = first_line(language, text.as_str()).into_iter().collect();
    let has_escapes =
        matches!(language, Language::JavaScript | Language::TypeScript | Language::Tsx)
            && text.as_str().contains("\\u");
    if !text.as_str().is_ascii() {
        characters(text.as_str(), &mut found);
    }
    if !text.as_str().is_ascii() || has_escapes {
        names(language, tree, text, clock, &mut found)?;
    }
    Ok(found)
}

/// A first line that gives the file to an interpreter of another language, or code to its own.
fn first_line(language: Language, text: &str) -> Option<Disguise> {
    let line = text.lines().next()?;
    let shebang = Shebang::of(line)?;
    let reason = if shebang.language.family() == language.family() {
        format!("`{}` runs what follows `{}`", line.trim_end(), shebang.runs_before()?)
    } else {
        format!("`{}` gives this file to {}", line.trim_end(), shebang.language.name())
    };
    let span = Span { start: 0, end: line.len() };
    Some(Disguise { trigger: Trigger::FirstLine, span, name: reason })
}

/// Characters that turn the text's direction, and many that are not seen in a row.
fn characters(text: &str, found: &mut Vec<Disguise>) {
    let mut unseen: Option<(usize, usize)> = None;
    let mut before = ' ';
    for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
        if found.len() >= MOST {
            return;
        }
        let end = at + character.len_utf8();
        if turns_direction(character) {
            let span = Span { start: at, end };
            found.push(Disguise { trigger: Trigger::Direction, span, name: number(character) });
        }
        if is_unseen(character) {
            // Flags of parts of countries are a black flag and letters that are not seen.
            let starts = if before == '\u{1f3f4}' { None } else { Some((at, 0)) };
            unseen = unseen.or(starts).map(|(start, count)| (start, count + 1));
        } else if let Some((start, count)) = unseen.take().filter(|(_, count)| *count >= UNSEEN_RUN)
        {
            let name =
                format!("{count} characters, the first of them {}", first_number(text, start));
            found.push(Disguise { trigger: Trigger::Unseen, span: Span { start, end: at }, name });
        }
        before = if is_unseen(character) && before == '\u{1f3f4}' { before } else { character };
    }
}

/// Names that are read as others, or hold what is not seen.
fn names(
    language: Language,
    tree: &Tree,
    text: &Text,
    clock: &Clock,
    found: &mut Vec<Disguise>,
) -> Result<(), TooLate> {
    walk::each_node(tree, clock, |cursor| {
        let node = cursor.node();
        if node.child_count() == 0 && is_name(node.kind()) {
            let span = Span { start: node.start_byte(), end: node.end_byte() };
            found.extend(name(language, text.at(span), span));
        }
        Ok(found.len() < MOST)
    })
}

/// Whether a node is a name in one of the grammars.
fn is_name(kind: &str) -> bool {
    kind.ends_with("identifier")
        || kind.starts_with("shorthand_property_identifier")
        || matches!(kind, "word" | "variable_name")
}

fn name(language: Language, written: &str, span: Span) -> Option<Disguise> {
    if let Some(unseen) = written.chars().find(|character| is_unseen(*character)) {
        let name = format!("{} in a name", number(unseen));
        return Some(Disguise { trigger: Trigger::Unseen, span, name });
    }
    let meant: String = match language {
        Language::Python if !written.is_ascii() => written.nfkc().collect(),
        Language::Python | Language::Bash => return None,
        _ if written.contains('\\') => javascript::normal(written).into_owned(),
        _ => return None,
    };
    let is_disguised = meant.is_ascii() && meant.len() >= SHORTEST_NAME;
    let name = format!("`{written}` is `{meant}`");
    is_disguised.then_some(Disguise { trigger: Trigger::Disguise, span, name })
}

/// Embeddings, overrides and isolates. The marks of direction alone are a part of Arabic and
/// Hebrew text.
fn turns_direction(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters that take no place: joiners, fillers, selectors, tags.
fn is_unseen(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}'
            | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{ffa0}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e01ef}'
    )
}

fn number(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}

fn first_number(text: &str, at: usize) -> String {
    text[at..].chars().next().map(number).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(language: Language, program: &str) -> Vec<(Trigger, String)> {
        let file = crate::SourceFile {
            path: String::new(),
            language,
            contents: program.as_bytes().to_vec(),
        };
        let text = Text::of(&file).unwrap();
        let clock = Clock::start();
        let tree = crate::grammar::parse(language, text.as_str(), &clock).unwrap();
        let found = of(language, &tree, &text, &clock).unwrap().into_iter();
        found.map(|disguise| (disguise.trigger, disguise.name)).collect()
    }

    #[test]
    fn names_that_are_read_as_others_are_found_and_letters_of_mathematics_are_not() {
        let disguised = |name: &str| vec![(Trigger::Disguise, name.to_owned())];
        assert_eq!(found(Language::Python, "𝘦𝘷𝘢𝘭(x)"), disguised("`𝘦𝘷𝘢𝘭` is `eval`"));
        assert_eq!(
            found(Language::TypeScript, "\\u0065val(x)"),
            disguised("`\\u0065val` is `eval`")
        );
        assert_eq!(
            found(Language::JavaScript, "a.\\u{65}val"),
            disguised("`\\u{65}val` is `eval`")
        );
        assert_eq!(found(Language::Python, "ℓ, 𝑥, µs, größe = 1, 2, 3, 4"), []);
        assert_eq!(found(Language::JavaScript, "größe = '\\u0065'; /\\u0065/; \\u03c0x"), []);
    }

    #[test]
    fn what_is_not_seen_is_found_and_an_emoji_is_not() {
        assert_eq!(found(Language::JavaScript, "ev\u{200d}al()").len(), 1);
        assert_eq!(found(Language::Bash, "r\u{200b}m x").len(), 1);
        assert_eq!(found(Language::Python, "x = '\u{e0141}\u{e0142}\u{e0143}\u{e0144}'").len(), 1);
        let emoji = "x = '👩\u{200d}👩\u{200d}👧 ❤\u{fe0f} \u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}'";
        assert_eq!(found(Language::Python, emoji), []);
    }

    #[test]
    fn a_first_line_that_runs_something_else_is_found() {
        for (language, line) in [
            (Language::Python, "#!/bin/sh"),
            (Language::Python, "#!/usr/bin/python3 -cimport os"),
            (Language::Python, "#!/usr/bin/env -S python3 -c 'import os'"),
            (Language::JavaScript, "#!/usr/bin/env -S node --require ./a.js"),
            (Language::Bash, "#!/bin/bash -c"),
        ] {
            assert_eq!(found(language, line).len(), 1, "{line}");
        }
        for (language, line) in [
            (Language::Python, "#!/usr/bin/env python3"),
            (Language::Python, "#!/usr/bin/python3 -Es"),
            (Language::Python, "#!/usr/bin/env -S uv run --script"),
            (Language::JavaScript, "#!/usr/bin/env -S deno run --allow-read"),
            (Language::JavaScript, "#!/usr/bin/env node"),
            (Language::Bash, "#!/bin/bash -eu"),
        ] {
            assert_eq!(found(language, line), [], "{line}");
        }
    }
}
