//! Why policies looked at a file, or did not, and what they say of a line; for people.

use std::fmt::Write;

use lazaret_analysis::{Analysis, Fact, FactKind, Finding, printable};

use crate::stages::policies::{Asleep, Awake, Did, Explained, Mode, Waker};

/// More facts that wake a policy tell nobody more.
const WAKERS_SHOWN: usize = 5;

/// The line of a file, the facts on it, and what each policy did.
pub(crate) fn explanation(
    analysis: &Analysis,
    line: usize,
    source: &str,
    explained: &[Explained],
) -> String {
    let mut text = format!("{}:{line}  {}\n", printable(analysis.path()), printable(source.trim()));
    write_facts(&mut text, analysis, line);
    for Explained { policy, did } in explained {
        let _ = write!(text, "\n{} ", printable(policy));
        match did {
            Did::Off => text.push_str("is off\n"),
            Did::Slept(why) => {
                let _ = writeln!(text, "slept: {}", asleep(why));
            }
            Did::Woken(awake) => {
                let _ = writeln!(text, "was woken by {}", woken_by(&awake.by, line));
                write_found(&mut text, awake);
            }
        }
    }
    text
}

fn write_facts(text: &mut String, analysis: &Analysis, line: usize) {
    let is_here = |fact: &&Fact| analysis.position(fact.span.start).line == line;
    // A text can be as long as the file.
    let facts = analysis.facts.iter().filter(is_here).filter(|fact| fact.kind != FactKind::Text);
    let facts: Vec<String> = facts.map(|fact| named(fact.kind.name(), &fact.name)).collect();
    let facts = if facts.is_empty() { "none".to_owned() } else { facts.join(", ") };
    let _ = writeln!(text, "facts on it: {facts}");
}

fn asleep(why: &Asleep) -> String {
    match why {
        Asleep::LeftOut(key) => format!("its table leaves the file out by `{key}`"),
        Asleep::Language(language) => format!("it does not judge {}", language.name()),
        Asleep::Together => {
            "it judges all files together, and what they need: `lazaret check` tells".to_owned()
        }
        Asleep::NothingAsked(interests) => {
            let asked: Vec<String> =
                interests.iter().map(|one| named(&one.kind, &one.pattern)).collect();
            format!("nothing that it asks for is in the file: {}", asked.join(", "))
        }
    }
}

fn woken_by(wakers: &[Waker], line: usize) -> String {
    if wakers.is_empty() {
        return "the file: it judges every one of its languages".to_owned();
    }
    let shown = wakers.iter().take(WAKERS_SHOWN).map(|waker| {
        let at =
            if waker.line == line { "here".to_owned() } else { format!("on line {}", waker.line) };
        let pattern = printable(&waker.pattern);
        let asked =
            if waker.pattern == waker.name { String::new() } else { format!(", as `{pattern}`") };
        format!("{} {at}{asked}", named(waker.kind, &waker.name))
    });
    let mut text = shown.collect::<Vec<_>>().join("; ");
    if let Some(more @ 1..) = wakers.len().checked_sub(WAKERS_SHOWN) {
        let _ = write!(text, "; and {more} more");
    }
    text
}

fn write_found(text: &mut String, awake: &Awake) {
    match &awake.found {
        Err(error) => {
            let _ = writeln!(text, "    it failed: {}", lazaret_sandbox::causes(error));
        }
        Ok(found) if found.is_empty() => {
            let _ = writeln!(text, "    it found nothing here, and {} elsewhere", awake.elsewhere);
        }
        Ok(found) => found.iter().for_each(|(mode, finding)| write_finding(text, *mode, finding)),
    }
}

fn write_finding(text: &mut String, mode: Mode, finding: &Finding) {
    let comes_of_it = match mode {
        Mode::Enforce => "it counts",
        Mode::Monitor => "it is only monitored",
        Mode::Off => "the rule is off",
    };
    let Finding { rule, severity, message, .. } = finding;
    let _ = writeln!(text, "    {}[{rule}], {comes_of_it}: {message}", severity.name());
}

fn named(kind: &str, name: &str) -> String {
    format!("{kind} `{}`", printable(name))
}
