//! What a text must have for a query to match anything in it.
//!
//! To read the queries of one language takes tree-sitter 0.5 to 4 ms, which every check of a small file
//! would pay, and to run them needs a tree. A pattern with a condition `#match?` matches only where the text
//! has what the condition looks for, wherever that is: it is looked for first.

use lazaret_analysis::tree_sitter::{CaptureQuantifier, Query};
use regex_automata::hybrid::dfa::{Config, DFA};
use regex_automata::nfa::thompson;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind, Repetition};

/// Bytes that the expressions may have when they are compiled. Larger ones are not worth it.
const SIZE: usize = 1 << 20;

/// What looks for several expressions at once.
pub(crate) struct Sieve(DFA);

impl Sieve {
    /// One for these expressions; nothing, where they are too large.
    pub(crate) fn new(expressions: &[&str]) -> Option<Self> {
        // An author can write an expression, and somebody else a text, for which there are ever more
        // states. It is given up then, after two megabytes of them.
        let config = Config::new()
            .cache_capacity(SIZE)
            .skip_cache_capacity_check(true)
            .minimum_cache_clear_count(Some(1));
        let bytes = syntax::Config::new().utf8(false);
        let small = thompson::Config::new().utf8(false).nfa_size_limit(Some(SIZE));
        let mut builder = DFA::builder();
        builder.configure(config).syntax(bytes).thompson(small);
        builder.build_many(expressions).ok().map(Self)
    }

    /// Whether a text may have any of them.
    pub(crate) fn may_be_in(&self, text: &str) -> bool {
        let input = Input::new(text).anchored(Anchored::No).earliest(true);
        let found = self.0.try_search_fwd(&mut self.0.create_cache(), &input);
        !matches!(found, Ok(None))
    }
}

/// A regular expression that every text fits in which `query`, whose text is `pattern`, matches. None,
/// where none is known.
pub(crate) fn of(query: &Query, pattern: &str) -> Option<String> {
    if query.pattern_count() != 1 {
        return None;
    }
    let is_always_there = |capture: &str| {
        let index = query.capture_index_for_name(capture);
        let quantifier =
            index.and_then(|index| query.capture_quantifiers(0).get(index as usize).copied());
        quantifier == Some(CaptureQuantifier::One)
    };
    // A capture that is not there fulfils every condition.
    let condition = conditions(pattern).into_iter().find(|(name, _)| is_always_there(name))?;
    let mut parser = ParserBuilder::new().utf8(false).build();
    Some(loosened(parser.parse(&condition.1).ok()?).to_string())
}

/// The conditions `(#match? @capture "expression")` of a pattern: captures and expressions.
fn conditions(pattern: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(['"', ';', '(']) {
        rest = &rest[at..];
        if rest.starts_with('"') {
            let Some((_, after)) = literal(rest) else { break };
            rest = after;
        } else if rest.starts_with(';') {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
        } else {
            rest = &rest[1..];
            found.extend(condition(rest));
        }
    }
    found
}

/// The condition that `text` begins with, behind its bracket.
fn condition(text: &str) -> Option<(&str, String)> {
    let rest = text.trim_start().strip_prefix("#match?")?.trim_start().strip_prefix('@')?;
    let (capture, rest) = rest.split_once(char::is_whitespace)?;
    let (expression, rest) = literal(rest.trim_start())?;
    rest.trim_start().starts_with(')').then_some((capture, expression))
}

/// The text in quotes that `text` begins with, as tree-sitter reads it, and what is behind it.
fn literal(text: &str) -> Option<(String, &str)> {
    let mut read = String::new();
    let mut letters = text.strip_prefix('"')?.chars();
    loop {
        read.push(match letters.next()? {
            '"' => return Some((read, letters.as_str())),
            '\\' => match letters.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '0' => '\0',
                other => other,
            },
            other => other,
        });
    }
}

/// The expression without what it says about the places around it: a node begins and ends within the text.
fn loosened(expression: Hir) -> Hir {
    match expression.into_kind() {
        HirKind::Look(_) | HirKind::Empty => Hir::empty(),
        HirKind::Repetition(one) => {
            Hir::repetition(Repetition { sub: Box::new(loosened(*one.sub)), ..one })
        }
        HirKind::Capture(one) => loosened(*one.sub),
        HirKind::Concat(all) => Hir::concat(all.into_iter().map(loosened).collect()),
        HirKind::Alternation(all) => Hir::alternation(all.into_iter().map(loosened).collect()),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Class(class) => Hir::class(class),
    }
}

#[cfg(test)]
mod tests {
    use lazaret_analysis::Language;
    use lazaret_analysis::tree_sitter::Query;

    use super::{Sieve, conditions, of};

    /// Whether a query of Python is run over this text.
    fn is_run(pattern: &str, text: &str) -> bool {
        let query = Query::new(&Language::Python.grammar(), pattern).expect("a query");
        let expression = of(&query, pattern);
        expression.is_none_or(|one| Sieve::new(&[&one]).expect("it is small").may_be_in(text))
    }

    #[test]
    fn a_text_has_what_the_condition_looks_for_wherever_it_is() {
        let pattern = r#"((string) @text (#match? @text "^[bB]?[\"']\\bA{6,}\\b[\"']$"))"#;
        assert!(is_run(pattern, "print('AAAAAA')"));
        assert!(is_run(pattern, "x = b\"AAAAAAA\"\n"));
        assert!(!is_run(pattern, "x = 'AAAAA'"));
        assert!(!is_run(pattern, "x = AAAAAAA"));
    }

    #[test]
    fn a_query_without_a_condition_that_always_holds_is_always_run() {
        for pattern in [
            "(string) @text",
            r#"((call (identifier)? @name) (#match? @name "^zzz"))"#,
            r#"((string) @text (#not-match? @text "zzz"))"#,
            r#"((string) @text (#eq? @text "(#match? @text \"zzz\")"))"#,
            "((string) @text) ; (#match? @text \"zzz\")",
            r#"((string) @text (#match? @text "zzz")) (identifier) @name"#,
            r#"([(string) @text (identifier) @name] (#match? @text "zzz"))"#,
        ] {
            assert!(is_run(pattern, "x = 1"), "{pattern}");
        }
    }

    /// Each letter makes another state, and nothing looks at the clock meanwhile.
    #[test]
    fn an_expression_with_ever_more_states_is_given_up() {
        let sieve = Sieve::new(&["[ab]*a[ab]{2000}c"]).expect("it is small");
        let mixed = |at: u32| if at.wrapping_mul(0x9E37_79B9) >> 13 & 1 == 0 { 'a' } else { 'b' };
        assert!(sieve.may_be_in(&(0..1_000_000).map(mixed).collect::<String>()));
    }

    #[test]
    fn conditions_are_read_as_they_are_written() {
        let pattern = r#"((a) @b-c ( #match?  @b-c  "\\n\n\"" ) ; "
            (#match? @d "e"))"#;
        let read = conditions(pattern);
        assert_eq!(read, [("b-c", "\\n\n\"".to_owned()), ("d", "e".to_owned())]);
    }
}
