//! Code that is written so that nobody reads it.
//!
//! A table of names can say that `exec` runs a text, and that `base64.b64decode` makes one. That the one
//! runs what the other has made is another matter: there is no need to hide what is harmless.

use lazaret_policy::Flow;
use lazaret_policy::prelude::*;

mod decoders;
mod names;
mod shell;
mod sinks;
mod texts;

use decoders::Decoders;
use sinks::{Sink, Use};

/// The policy. Its rules are explained in README.md.
#[policy]
pub struct Obfuscation {
    /// How many characters an encoded text has at least to be told.
    #[schemars(range(min = 512))]
    length: usize,
    /// How many bits a character of it says at least, as chance has it: hexadecimal digits have at most
    /// 4, base64 has 6.
    #[schemars(range(min = 0, max = 8))]
    entropy: f64,
    /// How many different names without a meaning a file has at least to be told.
    #[schemars(range(min = 2))]
    names: usize,
}

impl Default for Obfuscation {
    fn default() -> Self {
        Self { length: 1000, entropy: 3.5, names: 8 }
    }
}

impl Policy for Obfuscation {
    fn manifest() -> Manifest {
        let manifest = Manifest::new("obfuscation", env!("CARGO_PKG_VERSION"))
            .summary("code that is written so that nobody reads it")
            .license("Apache-2.0 OR MIT")
            .wants_source()
            .calls(sinks::names())
            .calls(decoders::names())
            .interests("pipeline", shell::PIPELINES);
        rules(queries(manifest))
    }

    fn check(&self, cx: &mut Context) {
        let Some(text) = cx.source() else { return };
        if cx.language() == "bash" {
            report_shell(cx, text);
        } else {
            report_chains(cx, text);
            report_names(cx, text, self);
        }
        report_texts(cx, self);
    }
}

const CODE: &str = "decoded-code";
const COMMAND: &str = "decoded-command";
const NAME: &str = "decoded-name";
const NAMES: &str = "made-up-names";
const SYMBOLS: &str = "symbols-only";
const TEXT: &str = "encoded-text";

fn queries(mut manifest: Manifest) -> Manifest {
    for (language, nodes) in texts::QUERIES {
        manifest = manifest.query(texts::QUERY, language, &texts::query(nodes));
    }
    for (language, pattern) in names::QUERIES {
        manifest = manifest.query(names::QUERY, language, pattern);
    }
    for language in ["javascript", "typescript", "tsx"] {
        manifest = manifest.query(names::SYMBOLS, language, names::SYMBOLS_QUERY).query(
            sinks::LOADED,
            language,
            &sinks::loaded_query(),
        );
    }
    manifest.query(shell::KEPT, "bash", shell::KEPT_QUERY)
}

fn rules(manifest: Manifest) -> Manifest {
    let hidden = |id, severity, title| {
        Rule::new(id, severity, title).help("write it out, so that it can be read").cwe(506)
    };
    manifest
        .rule(hidden(CODE, Severity::Critical, "code is run that was decoded"))
        .rule(hidden(COMMAND, Severity::Critical, "a command is run that was decoded"))
        .rule(hidden(NAME, Severity::High, "what is loaded or looked up has a decoded name"))
        .rule(hidden(NAMES, Severity::High, "names are made up, so that nobody follows them"))
        .rule(hidden(SYMBOLS, Severity::High, "the program is written with brackets alone"))
        .rule(
            Rule::new(TEXT, Severity::Low, "a long text is encoded")
                .help("keep data in a file of its own, of a form that can be looked at")
                .cwe(506),
        )
}

fn report_chains(cx: &Context, text: &str) {
    let decoders = Decoders::of(cx, text);
    if !decoders.are_there() {
        return;
    }
    report_loaded(cx, &decoders);
    let mut flow = None;
    let decoded = sinks::of(cx, text).filter_map(|sink| {
        let direct = sink.given.iter().find_map(|part| decoders.within(part));
        let by = direct.or_else(|| {
            let flow = flow.get_or_insert_with(|| Flow::read(text, |part| decoders.within(part)));
            sink.given.iter().find_map(|part| flow.within(part))
        });
        Some((sink, by?))
    });
    for (Sink { call, what, .. }, by) in decoded {
        let name = call.name();
        let (rule, message) = match what {
            Use::Code => (CODE, format!("`{name}` runs code that `{by}` has decoded")),
            Use::Command => (COMMAND, format!("`{name}` runs a command that `{by}` has decoded")),
            Use::Name => (NAME, format!("`{name}` is given a name that `{by}` has decoded")),
        };
        cx.report(rule, call).message(message);
    }
}

fn report_loaded(cx: &Context, decoders: &Decoders<'_>) {
    let given = cx.matches(sinks::LOADED).filter_map(|found| found.capture("given"));
    let decoded = given.filter_map(|given| {
        let place = given.span.start_byte as usize..given.span.end_byte as usize;
        Some((given, decoders.within(&place)?))
    });
    for (given, by) in decoded {
        cx.report(NAME, given).message(format!("the name of a module was decoded by `{by}`"));
    }
}

fn report_shell(cx: &Context, text: &str) {
    for pipeline in shell::pipelines(cx, text) {
        let message = format!("`{}` runs code that is written as numbers", pipeline.name);
        cx.report(CODE, pipeline).message(message);
    }
    for command in shell::commands(cx, text) {
        cx.report(COMMAND, command);
    }
}

fn report_names(cx: &Context, text: &str, settings: &Obfuscation) {
    let made_up = names::made_up(cx, text);
    if let Some((first, count)) = made_up.filter(|(_, count)| *count >= settings.names) {
        let message = format!("{count} names like `{}` are made up", first.text);
        cx.report(NAMES, first).message(message);
    }
    let symbols = cx.matches(names::SYMBOLS).filter_map(|found| found.capture("text"));
    for symbols in symbols {
        cx.report(SYMBOLS, symbols);
    }
}

fn report_texts(cx: &Context, settings: &Obfuscation) {
    for (place, length) in texts::encoded(cx, settings) {
        let message = format!("{length} characters are encoded here");
        cx.report(TEXT, place).message(message);
    }
}
