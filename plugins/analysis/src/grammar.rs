//! The grammars, and what of a file they do not understand.

use std::ops::ControlFlow;

use tree_sitter::{Node, ParseOptions, ParseState, Parser, Tree};

use crate::clock::{Clock, TooLate};
use crate::{Language, NotAnalysable, Span};

/// Syntax errors that are reported for one file: the first ones say it, and the rest are
/// mostly their echo.
const SYNTAX_ERRORS: usize = 5;

/// A place that the grammar does not understand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    /// Where.
    pub(crate) span: Span,
    /// What is missing there, if the parser knows.
    pub(crate) missing: Option<String>,
}

/// The grammar of a language.
pub(crate) fn of(language: Language) -> tree_sitter::Language {
    match language {
        Language::Python => tree_sitter_python::LANGUAGE.into(),
        Language::JavaScript => tree_sitter_javascript::LANGUAGE.into(),
        Language::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        Language::Tsx => tree_sitter_typescript::LANGUAGE_TSX.into(),
        Language::Bash => tree_sitter_bash::LANGUAGE.into(),
    }
}

impl Language {
    /// Its grammar, for whoever has queries of their own for [`Analysis::tree`](crate::Analysis::tree).
    pub fn grammar(self) -> tree_sitter::Language {
        of(self)
    }

    /// The tree of a text that was analysed in this language: [`Analysis::tree`](crate::Analysis::tree),
    /// for whoever has no more than the text.
    pub fn parse_analysed(self, text: &str) -> Tree {
        parse_again(self, text)
    }
}

/// Brackets that may be open at one time. With half a million of them one step of a parser that has
/// to give up takes 26 ms, and a hundred steps are taken between two looks at the clock.
const OPEN_BRACKETS: usize = 20_000;

/// Words, signs and ends of lines that a file may have: a megabyte of minified JavaScript has as many,
/// and takes 120 MB.
const TOKENS: usize = 570_000;

/// The same, of a script: each of its words is made of more.
const TOKENS_OF_BASH: usize = 450_000;

/// The same, of a file that the grammar does not understand: each may take four times as much.
const TOKENS_MISREAD: usize = 300_000;

/// Bytes that are given to the parser at one time.
const CHUNK: usize = 4096;

/// Parses a text. The deadline holds between the parser's steps, and where it asks for more of the
/// text: within a step it reads as far as a token goes. It then gets to the end fast.
pub(crate) fn parse(language: Language, text: &str, clock: &Clock) -> Result<Tree, NotAnalysable> {
    let has_types = matches!(language, Language::TypeScript | Language::Tsx);
    let cost = Cost::of(text, has_types);
    cost.check(if language == Language::Bash { TOKENS_OF_BASH } else { TOKENS })?;
    // A parser that goes on behind an error does not say any more that there was one.
    let mut is_misread = false;
    let mut progress = |state: &ParseState| {
        is_misread |= state.has_error();
        let is_too_much = is_misread && cost.tokens > TOKENS_MISREAD;
        if is_too_much || clock.has_run_out() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let mut read = |at: usize, _| {
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        if clock.has_run_out() { &[] } else { &rest[..rest.len().min(CHUNK)] }
    };
    let tree = parser(language).parse_with_options(&mut read, None, Some(options));
    if clock.has_run_out() {
        return Err(TooLate.into());
    }
    // Nothing else stops it.
    tree.ok_or(too_many(TOKENS_MISREAD))
}

/// Parses a text that was parsed within the limits.
pub(crate) fn parse_again(language: Language, text: &str) -> Tree {
    parser(language).parse(text, None).expect("it has a language, and nothing stops it")
}

fn parser(language: Language) -> Parser {
    let mut parser = Parser::new();
    parser.set_language(&of(language)).expect("the grammars are built for this tree-sitter");
    parser
}

/// What makes a text costly to parse, before it is parsed.
#[derive(Default)]
struct Cost {
    /// The most brackets that are open at one time.
    open_brackets: usize,
    /// Words, signs and ends of lines: each is a node of the tree, or several.
    tokens: usize,
}

impl Cost {
    /// Angles are brackets where they hold types: of those, a `;` ends all that are comparisons.
    fn of(text: &str, has_types: bool) -> Self {
        let (mut open, mut angles, mut is_within) = (0_usize, 0_usize, false);
        let mut cost = Self::default();
        for byte in text.bytes() {
            let is_word = byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii();
            let is_blank = byte == b' ' || byte == b'\t';
            // A word is one, however long.
            let is_more_of_it = is_word && is_within;
            cost.tokens += usize::from(!is_blank && !is_more_of_it);
            is_within = is_word;
            match byte {
                b'(' | b'[' | b'{' => open += 1,
                b')' | b']' | b'}' => open = open.saturating_sub(1),
                b'<' if has_types => angles += 1,
                b'>' => angles = angles.saturating_sub(1),
                b';' => angles = 0,
                _ => continue,
            }
            cost.open_brackets = cost.open_brackets.max(open.max(angles));
        }
        cost
    }

    /// Fails if it is more than is spent on one file.
    fn check(&self, tokens: usize) -> Result<(), NotAnalysable> {
        if self.open_brackets > OPEN_BRACKETS {
            return Err(NotAnalysable::TooDeep { limit: OPEN_BRACKETS });
        }
        if self.tokens > tokens {
            return Err(too_many(tokens));
        }
        Ok(())
    }
}

fn too_many(limit: usize) -> NotAnalysable {
    NotAnalysable::TooMuch { limit, of: "words and signs" }
}

/// The first places that were not understood; errors within errors are not counted.
pub(crate) fn syntax_errors(tree: &Tree) -> Vec<SyntaxError> {
    let mut errors = Vec::new();
    let mut cursor = tree.walk();
    while errors.len() < SYNTAX_ERRORS {
        let node = cursor.node();
        errors.extend(syntax_error(node));
        let inside = node.has_error() && !node.is_error() && cursor.goto_first_child();
        while !inside && !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return errors;
            }
        }
    }
    errors
}

/// What is wrong with this node itself.
fn syntax_error(node: Node<'_>) -> Option<SyntaxError> {
    let span = Span { start: node.start_byte(), end: node.end_byte() };
    if node.is_missing() {
        Some(SyntaxError { span, missing: Some(node.kind().to_owned()) })
    } else if node.is_error() {
        Some(SyntaxError { span, missing: None })
    } else {
        None
    }
}
