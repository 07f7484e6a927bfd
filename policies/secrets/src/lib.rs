//! Secrets that are written out in code.
//!
//! A table of names can say what reads a secret. Whether a text *is* one depends on what is in it, and
//! on what stands beside it: on the form that its maker gave it, on whether chance has made it, and on
//! the name that it is given. Whoever reads the code has it, and so has whoever reads its history.

use std::ops::Range;

use lazaret_policy::prelude::*;
use lazaret_policy::types::Fact;

mod chance;
mod checksum;
mod formats;
mod key;
mod named;
mod places;
mod ranges;
mod settings;
mod token;
mod url;

use places::{Pairs, Places};
use ranges::Ranges;
use settings::OwnToken;

/// The policy. Its rules are explained in README.md.
#[policy]
pub struct Secrets {
    /// Values that are no secrets, or are meant to be there. A `*` stands for any characters.
    #[schemars(inner(length(min = 4)))]
    allow: Vec<String>,
    /// Words that name a secret, beside `password`, `token` and their like: `pin`, `licence_key`.
    #[schemars(inner(length(min = 1)))]
    names: Vec<String>,
    /// How many bits a character of a named secret must tell, on average: fewer find more.
    #[schemars(range(min = 0, max = 6))]
    entropy: f64,
    /// Tokens of your own: what they begin with, and how many characters follow.
    tokens: Vec<OwnToken>,
}

impl Default for Secrets {
    fn default() -> Self {
        Self { allow: Vec::new(), names: Vec::new(), entropy: 2.5, tokens: Vec::new() }
    }
}

impl Policy for Secrets {
    fn manifest() -> Manifest {
        Manifest::new("secrets", env!("CARGO_PKG_VERSION"))
            .summary("secrets that are written out in code")
            .license("Apache-2.0 OR MIT")
            .always()
            .wants_source()
            .strings(formats::patterns().iter().map(String::as_str))
            .rule(rule(TOKEN, Severity::High, "a token is written out"))
            .rule(rule(KEY, Severity::High, "a private key is written out"))
            .rule(rule(LIKELY, Severity::Medium, "what is written out may be a token"))
            .rule(rule(URL, Severity::Medium, "a password is written out in a URL"))
            .rule(rule(NAMED, Severity::Medium, "what a name calls a secret is written out"))
    }

    fn check(&self, cx: &mut Context) {
        let Some(text) = cx.source() else { return };
        let pairs = Pairs::of(self);
        let file = File { text, places: Places::of(text, &pairs), settings: self };
        let mut known = file.report_tokens(cx);
        file.report_parts(cx, &pairs);
        known.extend(file.report_keys(cx));
        known.extend(file.report_urls(cx));
        file.report_named(cx, &Ranges::of(known));
    }
}

const TOKEN: &str = "token";
const KEY: &str = "private-key";
const LIKELY: &str = "likely-token";
const URL: &str = "url-password";
const NAMED: &str = "named-secret";

fn rule(id: &str, severity: Severity, title: &str) -> Rule {
    let help = "revoke it, and read the new one from the environment or from what keeps secrets";
    Rule::new(id, severity, title).help(help).cwe(798)
}

/// The file at hand.
struct File<'a> {
    text: &'a str,
    places: Places,
    settings: &'a Secrets,
}

impl File<'_> {
    fn is_allowed(&self, range: &Range<usize>) -> bool {
        self.settings.allows(&self.text[range.clone()])
    }

    /// Reports the tokens in the text, and says where they are.
    fn report_tokens(&self, cx: &Context) -> Vec<Range<usize>> {
        let tokens = token::tokens(self.text, &self.places.tokens, self.settings);
        let told = tokens.iter().filter(|token| !self.is_allowed(&token.range));
        for token in told {
            report_token(cx, token, token.range.clone());
        }
        tokens.into_iter().map(|token| token.range).collect()
    }

    /// Reports tokens that are put together.
    fn report_parts(&self, cx: &Context, pairs: &Pairs) {
        let told = cx.strings("*").filter_map(|fact| Some((self.put_together(fact, pairs)?, fact)));
        for (token, fact) in told {
            report_token(cx, &token, fact);
        }
    }

    /// The token that the parts of a text make: what they are is said by the analysis, where it is by
    /// the text.
    fn put_together<'a>(&'a self, fact: &'a Fact, pairs: &Pairs) -> Option<token::Token<'a>> {
        let written = &self.text[fact.span.start_byte as usize..fact.span.end_byte as usize];
        let places = Places::of(&fact.name, pairs).tokens;
        let is_told = |token: &token::Token<'_>| {
            let value = &fact.name[token.range.clone()];
            !written.contains(value) && !self.settings.allows(value)
        };
        let tokens = token::tokens(&fact.name, &places, self.settings).into_iter();
        tokens.filter(is_told).max_by_key(|token| token.is_sure)
    }

    fn report_keys(&self, cx: &Context) -> Vec<Range<usize>> {
        let keys: Vec<_> = key::keys(self.text, &self.places.dashes).collect();
        for key in &keys {
            let report = cx.report(KEY, key.range.clone());
            if key.is_encrypted {
                let message = "a private key is written out, which a passphrase protects";
                report.severity(Severity::Medium).message(message);
            }
        }
        keys.into_iter().map(|key| key.range).collect()
    }

    fn report_urls(&self, cx: &Context) -> Vec<Range<usize>> {
        let passwords = url::passwords(self.text, &self.places.colons);
        let passwords: Vec<_> = passwords.filter(|range| !self.is_allowed(range)).collect();
        for range in &passwords {
            cx.report(URL, range.clone());
        }
        passwords
    }

    /// Reports what a name calls a secret, where nothing better is known of it.
    fn report_named(&self, cx: &Context, known: &Ranges) {
        let found = named::named(self.text, &self.places.values, cx.language(), self.settings);
        let told = found
            .into_iter()
            .filter(|named| !known.overlap(&named.range) && !self.is_allowed(&named.range));
        for named::Named { name, range } in told {
            let message = format!("the value of `{name}` is written out");
            cx.report(NAMED, range).message(message);
        }
    }
}

fn report_token(cx: &Context, token: &token::Token<'_>, place: impl lazaret_policy::Place) {
    let (rule, is) = if token.is_sure { (TOKEN, "is") } else { (LIKELY, "looks like") };
    cx.report(rule, place).message(format!("this {is} {}", token.name));
}
